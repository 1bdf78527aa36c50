using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>What an account ever got of an asset, by where it stands now; in base units, claimed + claimable + recorded = all of it.</summary>
/// <param name="Claimed">Paid out by the distributor.</param>
/// <param name="Claimable">Under a root that the distributor holds, and not claimed.</param>
/// <param name="Recorded">In closed epochs whose root is not published yet.</param>
/// <param name="PublishedEpoch">Of the newest published root; null = none is published.</param>
public sealed record AssetState(Asset Asset, BigInteger Claimed, BigInteger Claimable, BigInteger Recorded, int? PublishedEpoch);

/// <summary>Unstaked NRM that waits.</summary>
public sealed record WaitingOut(BigInteger Units, DateTimeOffset Since, DateTimeOffset AvailableAt);

/// <summary>An account's position by state. States are not added up across assets.</summary>
public sealed record StakerStates(IReadOnlyList<AssetState> Assets, IReadOnlyList<WaitingOut> WaitingOut);

/// <summary>Reads positions by state: public, by address.</summary>
public sealed class StakerStateQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>An account's position as far as closed epochs and the chain are read.</summary>
    public async Task<StakerStates> ReadAsync(WalletAddress address, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // What was read before there were several distributors bears no asset: it is MOR's.
        var (account, rootPublished, mor) = (address.Value, nameof(ChainRecordKind.RootPublished), Asset.Mor.Id);
        // Of each asset the newest epoch, and the newest one whose root the distributor was given; roots are only replaced by later ones.
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT d.asset_id AS "AssetId", d.epoch AS "Epoch", d.published AS "IsPublished",
                coalesce((SELECT s.cumulative FROM epoch_shares s WHERE s.account = {account} AND s.asset_id = d.asset_id AND s.epoch = d.epoch), 0) AS "Cumulative"
            FROM (SELECT x.epoch, x.asset_id, EXISTS (SELECT 1 FROM chain_records r WHERE r.kind = {rootPublished} AND r.root = x.root AND coalesce(r.asset_id, {mor}) = x.asset_id) AS published FROM distributions x) d
            WHERE d.epoch = (SELECT max(n.epoch) FROM distributions n WHERE n.asset_id = d.asset_id)
                OR d.epoch = (SELECT max(n.epoch) FROM distributions n JOIN chain_records r ON r.kind = {rootPublished} AND r.root = n.root AND coalesce(r.asset_id, {mor}) = n.asset_id WHERE n.asset_id = d.asset_id)
            """).ToListAsync(cancellationToken);
        var records = await db.ChainRecords.AsNoTracking().Where(r => r.Account == address).ToListAsync(cancellationToken);
        var claimed = records.Where(r => r.Kind == ChainRecordKind.Claimed).ToLookup(r => r.AssetId ?? mor, r => r.Amount);
        var ended = records.Where(r => r.Kind is ChainRecordKind.UnbondingCancelled or ChainRecordKind.Withdrawn).Select(r => r.Number).ToHashSet();
        return new StakerStates(
            [.. rows.GroupBy(r => r.AssetId).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => State(Asset.Of(g.Key), g, claimed[g.Key].Aggregate(BigInteger.Zero, BigInteger.Add))).Where(s => !(s.Claimed + s.Claimable + s.Recorded).IsZero)],
            [.. records.Where(r => r.Kind == ChainRecordKind.UnbondingStarted && !ended.Contains(r.Number)).OrderBy(r => r.AvailableAt).Select(r => new WaitingOut(r.Amount, r.At, r.AvailableAt ?? r.At))]);
    }

    private static AssetState State(Asset asset, IEnumerable<Row> rows, BigInteger claimed)
    {
        var newest = rows.MaxBy(r => r.Epoch)!;
        var published = rows.Where(r => r.IsPublished).MaxBy(r => r.Epoch);
        // The chain is read a moment behind: a claim may be known before the root that it was made under.
        var provable = BigInteger.Max(published?.Cumulative ?? 0, claimed);
        return new AssetState(asset, claimed, provable - claimed, BigInteger.Max(newest.Cumulative - provable, 0), published?.Epoch);
    }

    private sealed record Row(string AssetId, int Epoch, bool IsPublished, BigInteger Cumulative);
}
