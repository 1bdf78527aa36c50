using System.Globalization;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>A closed epoch of one asset. Gross = cost + fee + pool + carried out; amounts in base units.</summary>
/// <param name="Cost">Sold to cover rent (of epochs without terms: set aside for it); 0 while the treasury pays it.</param>
/// <param name="RentUsd">Rent of the day over all networks, whoever pays it.</param>
/// <param name="Leaves">Lines, those with nothing new included.</param>
/// <param name="Paid">Stakers that got something.</param>
public sealed record DistributionRow(
    int Epoch, DateTimeOffset From, DateTimeOffset To, Asset Asset, BigInteger Gross, BigInteger Cost, BigInteger Fee, int FeeBasisPoints, BigInteger Pool,
    BigInteger CarriedIn, BigInteger CarriedOut, decimal RentUsd, string Root, int Leaves, int Paid, DateTimeOffset ClosedAt)
{
    /// <summary>By what it was cut; null = by method rent-then-fee-1, which kept none of it.</summary>
    public EpochTerms? Terms { get; init; }

    /// <summary>The method of the cut.</summary>
    public string Method => Terms is null ? FeePolicy.EarlierMethodVersion : FeePolicy.MethodVersion;
}

/// <summary>A reward that a distribution shares out.</summary>
public sealed record DistributedReward(string Network, string ExternalId, BigInteger Units, DateTimeOffset At, string Evidence);

/// <summary>Everything that is needed to recompute a closed epoch.</summary>
/// <param name="StakesCsv">stakes.csv with every change of stake before the epoch's end.</param>
/// <param name="PreviousJson">distribution.json of the epoch before; null = there is none.</param>
/// <param name="DistributionJson">distribution.json of this epoch.</param>
/// <param name="Commands">What to run beside stakes.csv, previous.json and distribution.json.</param>
public sealed record DistributionInputs(
    DistributionRow Distribution, IReadOnlyList<DistributedReward> Rewards, string StakesCsv, string? PreviousJson, string DistributionJson, IReadOnlyList<string> Commands);

/// <summary>Reads of closed epochs.</summary>
public sealed class DistributionQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Closed epochs, newest first; of one asset or all.</summary>
    public async Task<Page<DistributionRow>> ListAsync(string? assetId, int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        (int Epoch, string AssetId) mark = after?.Split(':') switch
        {
            null => (int.MaxValue, ""),
            [var epoch, var asset] when int.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var n) => (n, asset),
            _ => throw new InvalidInputException("after", after, "the next value of an earlier page"),
        };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await Rows(db).Where(d => (assetId == null || d.AssetId == assetId) && (d.Epoch < mark.Epoch || (d.Epoch == mark.Epoch && string.Compare(d.AssetId, mark.AssetId) > 0)))
            .OrderByDescending(d => d.Epoch).ThenBy(d => d.AssetId).Take(take + 1).ToListAsync(cancellationToken);
        return Paging.Cut([.. rows.Select(Show)], take, d => string.Create(CultureInfo.InvariantCulture, $"{d.Epoch}:{d.Asset.Id}"));
    }

    /// <summary>One epoch, a row per asset; empty = not closed.</summary>
    public async Task<IReadOnlyList<DistributionRow>> FindAsync(int epoch, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return [.. (await Rows(db).Where(d => d.Epoch == epoch).OrderBy(d => d.AssetId).ToListAsync(cancellationToken)).Select(Show)];
    }

    /// <summary>The lines of an epoch of one asset; null = not closed.</summary>
    public async Task<IReadOnlyList<DistributionLeaf>?> FindLinesAsync(int epoch, string assetId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await FileAsync(db, epoch, assetId, cancellationToken))?.Leaves;
    }

    /// <summary>The inputs of an epoch of one asset; null = not closed.</summary>
    public async Task<DistributionInputs?> FindInputsAsync(int epoch, string assetId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FileAsync(db, epoch, assetId, cancellationToken) is not { } file) { return null; }
        var previous = await FileAsync(db, epoch - 1, assetId, cancellationToken);
        var row = (await FindAsync(epoch, cancellationToken)).Single(d => d.Asset.Id == assetId);
        var rewards = await db.Rewards.AsNoTracking().Where(r => r.Epoch == epoch && r.AssetId == assetId).OrderBy(r => r.At).ThenBy(r => r.ExternalId)
            .Select(r => new { r.Network, r.ExternalId, r.Units, r.At, r.Evidence }).ToListAsync(cancellationToken);
        var stakes = await db.StakeEvents.AsNoTracking().Where(e => e.At < file.To).ToListAsync(cancellationToken);
        var with = previous is null ? "" : " --previous previous.json";
        return new DistributionInputs(
            row, [.. rewards.Select(r => new DistributedReward(r.Network.Value, r.ExternalId, r.Units, r.At, r.Evidence))],
            StakesCsv.Write(stakes.Select(e => e.ToDelta())), previous?.ToJson(), file.ToJson(),
            [
                $"nirmaan verify distribution.json --stakes stakes.csv{with}",
                $"nirmaan distribute stakes.csv --from {StakesCsv.TimeText(file.From)} --to {StakesCsv.TimeText(file.To)} --pool {file.Pool} --asset {file.Asset}{with}",
            ]);
    }

    private static async Task<DistributionFile?> FileAsync(NirmaanDbContext db, int epoch, string assetId, CancellationToken cancellationToken) =>
        await db.Distributions.AsNoTracking().SingleOrDefaultAsync(d => d.Epoch == epoch && d.AssetId == assetId, cancellationToken) is { } closed
            ? DistributionFile.Of(closed) with { Waterfall = EpochWaterfall.Of(closed, await SaleQueries.OfEpoch(db, epoch, assetId).ToListAsync(cancellationToken)) } : null;

    // The lines stay in the database: an epoch may have very many.
    private static IQueryable<Stored> Rows(NirmaanDbContext db) => db.Database.SqlQuery<Stored>($"""
        SELECT epoch AS "Epoch", starts_at AS "From", ends_at AS "To", asset_id AS "AssetId", gross AS "Gross", cost AS "Cost", fee AS "Fee",
            fee_basis_points AS "FeeBasisPoints", pool AS "Pool", carried_in AS "CarriedIn", carried_out AS "CarriedOut", rent_usd AS "RentUsd", root AS "Root", lines AS "Leaves", paid AS "Paid", closed_at AS "ClosedAt",
            policy_version AS "PolicyVersion", borne_usd AS "BorneUsd", covered_usd AS "CoveredUsd"
        FROM distributions
        """);

    private static DistributionRow Show(Stored d) => new(
        d.Epoch, d.From, d.To, Asset.Of(d.AssetId), d.Gross, d.Cost, d.Fee, d.FeeBasisPoints, d.Pool, d.CarriedIn, d.CarriedOut, d.RentUsd, d.Root, d.Leaves, d.Paid, d.ClosedAt)
    {
        Terms = d.PolicyVersion is { } policy ? new EpochTerms(policy, d.BorneUsd ?? 0, d.CoveredUsd ?? 0) : null,
    };

    private sealed record Stored(
        int Epoch, DateTimeOffset From, DateTimeOffset To, string AssetId, BigInteger Gross, BigInteger Cost, BigInteger Fee, int FeeBasisPoints, BigInteger Pool,
        BigInteger CarriedIn, BigInteger CarriedOut, decimal RentUsd, string Root, int Leaves, int Paid, DateTimeOffset ClosedAt, int? PolicyVersion, decimal? BorneUsd, decimal? CoveredUsd);
}
