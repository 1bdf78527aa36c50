using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Staking;

/// <summary>Reads of what the pool's stake works with: public, and only of the pool's own miners.</summary>
public sealed class StakeWorkQueries(IDbContextFactory<NirmaanDbContext> contexts, PriceBook prices, TimeProvider clock)
{
    /// <summary>Where the pool's GPUs work now.</summary>
    public async Task<WorkMap> ReadPlacesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Miners.AsNoTracking().Where(m => m.Beneficiary == Beneficiary.NrmPool.Name && m.State != MinerState.Stopped)
            .Join(db.Instances.Where(i => i.BilledFrom != null && i.ClosedAt == null), m => m.InstanceId, i => i.Id,
                (m, i) => new { m.Network, m.State, i.Supplier, i.Gpu, i.Region, i.GpuCount, i.UsdPerGpuHour }).ToListAsync(cancellationToken);
        return new WorkMap(clock.GetUtcNow(), [.. rows.GroupBy(r => (r.Network, r.Supplier, r.Gpu, r.Region)).Select(g => new WorkPlace(
                g.Key.Network, g.Key.Supplier, g.Key.Gpu, g.Key.Region, g.Count(), g.Sum(r => r.GpuCount), g.Count(r => r.State == MinerState.Earning),
                g.Any(r => r.UsdPerGpuHour is null) ? null : g.Sum(r => r.UsdPerGpuHour * r.GpuCount)))
            .OrderByDescending(p => p.Gpus).ThenBy(p => p.Network.Value, StringComparer.Ordinal).ThenBy(p => p.Supplier.Value, StringComparer.Ordinal).ThenBy(p => p.Gpu.Id, StringComparer.Ordinal)]);
    }

    /// <summary>One miner of the pool, running or ended; null = the pool has none of this id.</summary>
    public async Task<MinerPlace?> FindPlaceAsync(MinerId miner, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await PlacesAsync(db, [miner], cancellationToken)).GetValueOrDefault(miner);
    }

    /// <summary>How long the newest unstaking had to wait by the contract's word; null = nobody has unstaked yet.</summary>
    public async Task<TimeSpan?> FindUnbondingPeriodAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var newest = await db.ChainRecords.AsNoTracking().Where(r => r.Kind == ChainRecordKind.UnbondingStarted && r.AvailableAt != null).OrderByDescending(r => r.At).FirstOrDefaultAsync(cancellationToken);
        return newest?.AvailableAt - newest?.At;
    }

    /// <summary>The payments of an epoch, the largest first, each with its miner, the miner's machine and what that cost on the day.</summary>
    public async Task<IReadOnlyList<TracedPayment>> ReadTraceAsync(int epoch, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Distributions.AsNoTracking().Where(d => d.Epoch == epoch).Select(d => new { d.From, d.To }).FirstOrDefaultAsync(cancellationToken) is not { } day) { return []; }
        var paid = await db.Rewards.AsNoTracking().Where(r => r.Epoch == epoch && r.Beneficiary == Beneficiary.NrmPool.Name).ToListAsync(cancellationToken);
        if (paid.Count == 0) { return []; }
        var places = await PlacesAsync(db, [.. paid.Select(r => r.MinerId).OfType<MinerId>().Distinct()], cancellationToken);
        var rent = (await RentReader.ReadAsync(db, day.From, day.To, cancellationToken)).GroupBy(r => r.MinerId).ToDictionary(g => g.Key, g => g.Sum(r => r.Usd));
        var series = await prices.LoadAsync([.. paid.Select(r => r.AssetId).Distinct()], paid.Min(r => r.At), paid.Max(r => r.At), cancellationToken);
        return [.. paid.OrderByDescending(r => r.Units).ThenBy(r => r.At).Select(r => new TracedPayment(
            r.Network, r.At, Asset.Of(r.AssetId), r.Units, series.Find(r.AssetId, r.At)?.Usd, r.Evidence,
            r.MinerId is { } known ? places.GetValueOrDefault(known) : null, r.MinerId is { } miner ? rent.GetValueOrDefault(miner) : null))];
    }

    /// <summary>What was missed while miners of the pool were down, over the scored hours that begin in [from, to).</summary>
    /// <param name="shareOn">An account's share of a day's stake x time; null = only the whole.</param>
    public async Task<Downtime> ReadDowntimeAsync(DateTimeOffset from, DateTimeOffset to, Func<DateOnly, decimal>? shareOn, CancellationToken cancellationToken)
    {
        var (first, end, pool) = (from.ToUniversalTime(), to.ToUniversalTime(), Beneficiary.NrmPool.Name);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT m.id AS "MinerId", m.network AS "Network", (w.starts_at AT TIME ZONE 'UTC')::date AS "Day", sum(w.counted_seconds) AS "Counted",
                sum(w.up_seconds) AS "Up", sum(w.failed_seconds + w.unheard_seconds) AS "Down"
            FROM uptime_windows w JOIN miners m ON m.id = w.miner_id
            WHERE w.starts_at >= {first} AND w.starts_at < {end} AND m.beneficiary = {pool} GROUP BY m.id, m.network, "Day"
            """).ToListAsync(cancellationToken);
        var rewards = await db.Rewards.AsNoTracking().Where(r => r.At >= first && r.At < end && r.Beneficiary == pool).Select(r => new { r.Network, r.AssetId, r.Units, r.At }).ToListAsync(cancellationToken);
        var series = await prices.LoadAsync([.. rewards.Select(r => r.AssetId).Distinct()], first, end, cancellationToken);
        var paid = rewards.GroupBy(r => (r.Network, r.AssetId)).Select(g => new NetworkPaid(
            g.Key.Network, Asset.Of(g.Key.AssetId), g.Sum(r => new TokenAmount(r.Units, Asset.Of(r.AssetId)).ToDecimal()),
            g.Aggregate((decimal?)0, (sum, r) => sum + series.ValueOf(new TokenAmount(r.Units, Asset.Of(r.AssetId)), r.At)))).ToList();
        var days = rows.ConvertAll(r => new MinerDay(new MinerId(r.MinerId), new NetworkName(r.Network), r.Day, r.Up, r.Down));
        var lines = DowntimeBill.Of(days, paid, shareOn);
        var downShare = rows.GroupBy(r => (r.MinerId, r.Day)).ToDictionary(g => g.Key, g => g.Sum(r => r.Counted) is > 0 and var all ? (decimal)g.Sum(r => r.Down) / all : 0);
        var rent = await RentReader.ReadAsync(db, first, end, cancellationToken);
        return new Downtime(
            from, to, rows.Sum(r => r.Counted), lines, decimal.Round(rent.Sum(r => r.Usd * downShare.GetValueOrDefault((r.MinerId.Value, r.Day))), 8),
            await PlacesAsync(db, [.. lines.Select(l => l.MinerId).Distinct()], cancellationToken));
    }

    private static async Task<Dictionary<MinerId, MinerPlace>> PlacesAsync(NirmaanDbContext db, IReadOnlyList<MinerId> miners, CancellationToken cancellationToken) =>
        await db.Miners.AsNoTracking().Where(m => m.Beneficiary == Beneficiary.NrmPool.Name && miners.Contains(m.Id)).Join(db.Instances, m => m.InstanceId, i => i.Id,
            (m, i) => new MinerPlace(m.Id, m.Network, m.Workload, i.Supplier, i.Gpu, i.GpuCount, i.Region, i.UsdPerGpuHour)).ToDictionaryAsync(p => p.MinerId, cancellationToken);

    private sealed record Row(Guid MinerId, string Network, DateOnly Day, long Counted, long Up, long Down);
}
