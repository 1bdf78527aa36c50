using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>
/// Closes the epochs that are over: UTC days, numbered from the day of the first stake (or Rewards:FirstEpoch). An epoch closes for an asset
/// once stakes and rewards are read past its end. Its rewards, bookings and lines are one transaction; a closed epoch is never opened again,
/// so what arrives late goes into the next one.
/// </summary>
public sealed partial class CloseEpoch(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, MeterRent meterRent, PriceBook prices, ControlEvents events, TimeProvider clock, IOptions<RewardsOptions> options,
    ILogger<CloseEpoch> logger)
{
    // "epoch" in ASCII: closers of one database go one after the other.
    private const long LockKey = 0x65706F6368;

    /// <summary>Closes every epoch that can be closed, the oldest first.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        // The rent of a day is shown with its epoch, so it is entered before.
        await meterRent.RunAsync(cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FirstDayAsync(db, cancellationToken) is not { } firstDay) { return "Nobody has staked yet."; }
        var (readTo, waitingFor) = await ReadToAsync(db, cancellationToken);
        List<string> lines = [];
        foreach (var asset in await AssetsAsync(db, cancellationToken))
        {
            while (await NextAsync(db, asset, firstDay, cancellationToken) is { } next && next.To <= clock.GetUtcNow())
            {
                if (next.To > readTo) { lines.Add($"epoch {next.Epoch} of {asset.Id} waits for {waitingFor}"); break; }
                var price = await prices.FindAsync(asset.Id, next.To, cancellationToken);
                if (price is null && !options.Value.RentTreasuryFunded) { lines.Add($"epoch {next.Epoch} of {asset.Id} waits for a price, at which its rent can be deducted"); break; }
                if (await CloseAsync(asset, next, price?.Usd, cancellationToken) is not { } closed) { continue; }
                lines.Add($"closed epoch {closed.Epoch}: {new TokenAmount(closed.Pool, asset)} to {closed.Leaves.Count(l => l.Amount.Sign > 0)} stakers");
            }
        }
        return lines.Count == 0 ? "Nothing to close." : string.Join("; ", lines);
    }

    private sealed record Period(int Epoch, DateTimeOffset From, DateTimeOffset To);

    private async Task<DateTimeOffset?> FirstDayAsync(NirmaanDbContext db, CancellationToken cancellationToken) =>
        options.Value.FirstEpoch is { } day ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero)
            : await db.StakeEvents.MinAsync(e => (DateTimeOffset?)e.At, cancellationToken) is { } first ? new DateTimeOffset(first.UtcDateTime.Date, TimeSpan.Zero) : null;

    /// <summary>Up to when stakes and all networks' rewards are read, and which of them is the last.</summary>
    private async Task<(DateTimeOffset ReadTo, string WaitingFor)> ReadToAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var rewards = await db.RewardCursors.AsNoTracking().ToDictionaryAsync(c => c.Network, c => c.ReadTo, cancellationToken);
        var sources = networks.All.Select(n => (What: $"the rewards of {n.Network}", ReadTo: rewards.GetValueOrDefault(n.Network)))
            .Append((What: "the stakes", ReadTo: await ChainCursors.StakesReadToAsync(db, cancellationToken)));
        var last = sources.MinBy(s => s.ReadTo ?? DateTimeOffset.MinValue);
        return (last.ReadTo ?? DateTimeOffset.MinValue, $"{last.What}, read to {(last.ReadTo is { } at ? $"{at:u}" : "nowhere yet")}");
    }

    private static async Task<IReadOnlyList<Asset>> AssetsAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var ids = await db.Rewards.Where(r => r.Beneficiary == Beneficiary.NrmPool.Name).Select(r => r.AssetId).Distinct().ToListAsync(cancellationToken);
        return [.. ids.Order(StringComparer.Ordinal).Select(Asset.Of)];
    }

    private static async Task<Period?> NextAsync(NirmaanDbContext db, Asset asset, DateTimeOffset firstDay, CancellationToken cancellationToken)
    {
        var last = await db.Distributions.Where(d => d.AssetId == asset.Id).MaxAsync(d => (int?)d.Epoch, cancellationToken) ?? 0;
        return new Period(last + 1, firstDay.AddDays(last), firstDay.AddDays(last + 1));
    }

    private async Task<Distribution?> CloseAsync(Asset asset, Period period, decimal? tokenUsd, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        if (await db.Distributions.AnyAsync(d => d.AssetId == asset.Id && d.Epoch == period.Epoch, cancellationToken)) { return null; }

        var before = await db.Distributions.AsNoTracking().SingleOrDefaultAsync(d => d.AssetId == asset.Id && d.Epoch == period.Epoch - 1, cancellationToken);
        var rewards = await db.Rewards
            .Where(r => r.AssetId == asset.Id && r.Beneficiary == Beneficiary.NrmPool.Name && r.Epoch == null && r.At < period.To).ToListAsync(cancellationToken);
        var stakes = await db.StakeEvents.AsNoTracking().Where(e => e.At < period.To).ToListAsync(cancellationToken);
        var rent = await RentAsync(db, asset, period, cancellationToken);
        var closed = Share(asset, period, before, rewards, Shares.TimeWeighted(stakes.Select(e => e.ToDelta()), period.From, period.To), rent, tokenUsd);

        foreach (var reward in rewards) { reward.PutInto(period.Epoch); }
        db.Distributions.Add(closed);
        db.Ledger.AddRange(new LedgerBooking(period.To, LedgerCauses.Cover, LedgerSubjects.Epoch(period.Epoch))
            .Move(LedgerAccounts.Pool, LedgerAccounts.Cover, new TokenAmount(closed.Cost, asset)).ToEntries());
        db.Ledger.AddRange(new LedgerBooking(period.To, LedgerCauses.Fee, LedgerSubjects.Epoch(period.Epoch))
            .Move(LedgerAccounts.Pool, LedgerAccounts.Fees, new TokenAmount(closed.Fee, asset)).ToEntries());
        var paid = new LedgerBooking(period.To, LedgerCauses.Distribution, LedgerSubjects.Epoch(period.Epoch));
        foreach (var line in closed.Leaves) { paid.Move(LedgerAccounts.Pool, LedgerAccounts.Staker(line.Account), new TokenAmount(line.Amount, asset)); }
        db.Ledger.AddRange(paid.ToEntries());
        TokenAmount Of(BigInteger units) => new(units, asset);
        db.Timeline.Add(new TimelineEvent(closed.ClosedAt, "epoch", $"{period.Epoch}:{asset.Id}", nameof(CloseEpoch), "closed",
            $"{rewards.Count} rewards of {Of(closed.Gross)}: cost {Of(closed.Cost)}, fee {Of(closed.Fee)}, to stakers {Of(closed.Pool)}, carried on {Of(closed.CarriedOut)}"));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogClosed(period.Epoch, asset.Id, rewards.Count, closed.Root);
        events.Changed(Topic.Rewards);
        return closed;
    }

    private Distribution Share(
        Asset asset, Period period, Distribution? before, List<Reward> rewards, IReadOnlyList<BalanceSeconds> weights, (decimal All, decimal Borne) rentUsd, decimal? tokenUsd)
    {
        var carriedIn = before?.CarriedOut ?? 0;
        var gross = rewards.Aggregate(carriedIn, (sum, r) => sum + r.Units);
        // Where nobody held stake nothing is owed to anyone: it waits, and cost and fee are taken when it is shared out.
        var shared = weights.Count > 0 ? gross : 0;
        var policy = new FeePolicy(period.From, options.Value.FeeBasisPoints, options.Value.RentTreasuryFunded);
        var split = policy.Split(new TokenAmount(shared, asset), rentUsd.Borne, tokenUsd);
        var file = DistributionFile.Of(period.Epoch, period.From, period.To, asset.Id, split.Pool, weights, before?.Leaves ?? []);
        return new Distribution(
            period.Epoch, asset, period.From, period.To, gross, split.Cost, split.Fee, file.Pool, carriedIn, gross - shared, rentUsd.All, file.Root, file.Leaves, policy.FeeBasisPoints,
            StoredTime.Of(clock.GetUtcNow()));
    }

    /// <summary>
    /// The period's rent over all networks, and the part that an asset bears: that of the pool's miners on networks that pay it, shared
    /// equally where a network pays several.
    /// </summary>
    private static async Task<(decimal All, decimal Borne)> RentAsync(NirmaanDbContext db, Asset asset, Period period, CancellationToken cancellationToken)
    {
        var rent = await RentReader.ReadAsync(db, period.From, period.To, cancellationToken);
        var paid = (await db.Rewards.Where(r => r.Beneficiary == Beneficiary.NrmPool.Name && r.At < period.To)
            .Select(r => new { r.Network, r.AssetId }).Distinct().ToListAsync(cancellationToken)).ToLookup(r => r.Network, r => r.AssetId);
        var borne = rent.Where(r => r.Beneficiary == Beneficiary.NrmPool.Name && paid[r.Network].Contains(asset.Id)).Sum(r => r.Usd / paid[r.Network].Count());
        return (rent.Sum(r => r.Usd), decimal.Round(borne, 8));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Closed epoch {Epoch} of {Asset} with {Rewards} rewards; root {Root}")]
    private partial void LogClosed(int epoch, string asset, int rewards, string root);
}
