using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Allocation;

/// <summary>One clock hour of our GPUs of one model on one workload: what was credited for it, and how long they were there for it.</summary>
/// <param name="Work">In the pool's unit: points, or the units that the tokens received paid for at their time.</param>
/// <param name="UpHours">GPU-hours that were up.</param>
/// <param name="CountedHours">GPU-hours that could have been up.</param>
/// <param name="Jobs">By the miners' own count.</param>
internal sealed record WorkHour(WorkloadName Workload, string Gpu, DateTimeOffset StartsAt, decimal Work, double UpHours, double CountedHours, int Jobs, int Payments);

/// <summary>The work that our own miners did, hour by hour, as their networks credited it.</summary>
internal static class DoneWork
{
    /// <summary>The scored hours since a time, by pool. Of a pool that pays tokens only those whose payments are all read.</summary>
    /// <param name="until">Hours that begin from then on are left out.</param>
    public static async Task<ILookup<PoolName, WorkHour>> ReadAsync(
        NirmaanDbContext db, IReadOnlyCollection<PoolOutlook> pools, DateTimeOffset since, CancellationToken cancellationToken, DateTimeOffset? until = null)
    {
        var (begin, end) = (until ?? DateTimeOffset.MaxValue, until is { } last ? last + UptimeWindow.Length : DateTimeOffset.MaxValue);
        var poolOf = pools.SelectMany(p => p.Priors.Select(w => (w.Workload, Pool: p))).DistinctBy(p => p.Workload).ToDictionary(p => p.Workload, p => p.Pool);
        var readTo = await db.RewardCursors.AsNoTracking().Where(c => c.ReadTo != null).ToDictionaryAsync(c => c.Network, c => c.ReadTo!.Value, cancellationToken);
        var miners = await (from m in db.Miners.AsNoTracking() join i in db.Instances.AsNoTracking() on m.InstanceId equals i.Id select new { m.Id, m.Workload, Gpu = i.Gpu, i.GpuCount }).ToDictionaryAsync(m => m.Id, cancellationToken);
        var windows = await db.UptimeWindows.AsNoTracking().Where(w => w.StartsAt >= since && w.StartsAt < begin && w.CountedSeconds > 0)
            .Select(w => new { w.MinerId, w.StartsAt, w.UpSeconds, w.CountedSeconds, w.Jobs }).ToListAsync(cancellationToken);
        var points = (await db.PointsAwards.AsNoTracking().Where(a => a.At >= since && a.At < end).Select(a => new { a.MinerId, a.At, a.Points }).ToListAsync(cancellationToken))
            .GroupBy(a => (a.MinerId, UptimeWindow.StartOf(a.At))).ToDictionary(g => g.Key, g => g.Sum(a => a.Points));
        Dictionary<(MinerId, DateTimeOffset), (decimal Work, int Payments)> paid = [];
        foreach (var pool in pools.Where(IsPaidByTheUnit)) { await AddPaidAsync(paid, db, pool, since, end, cancellationToken); }

        return (from w in windows
                let miner = miners.GetValueOrDefault(w.MinerId)
                let pool = miner is null ? null : poolOf.GetValueOrDefault(miner.Workload)
                where pool is not null && (!IsPaidByTheUnit(pool) || (readTo.TryGetValue(pool.Network, out var read) && w.StartsAt + UptimeWindow.Length <= read))
                let key = (w.MinerId, w.StartsAt)
                let done = IsPaidByTheUnit(pool) ? paid.GetValueOrDefault(key) : (Work: points.GetValueOrDefault(key), Payments: 0)
                group (done.Work, done.Payments, w.Jobs, Up: w.UpSeconds * miner.GpuCount, Counted: w.CountedSeconds * miner.GpuCount) by (pool.Pool, miner.Workload, Gpu: miner.Gpu.Id, w.StartsAt))
            .ToLookup(g => g.Key.Pool, g => new WorkHour(
                g.Key.Workload, g.Key.Gpu, g.Key.StartsAt, g.Sum(w => w.Work), g.Sum(w => w.Up) / 3600.0, g.Sum(w => w.Counted) / 3600.0, g.Sum(w => w.Jobs), g.Sum(w => w.Payments)));
    }

    /// <summary>A pool that pays every unit the same shows by what it paid how many were done; the others count points.</summary>
    public static bool IsPaidByTheUnit(PoolOutlook pool) => pool.Shape != RewardShape.ProRata;

    // What a unit was worth in tokens is what the pool was read to pay at that time; our bids change, and old payments were made at old ones.
    private static async Task AddPaidAsync(
        Dictionary<(MinerId, DateTimeOffset), (decimal Work, int Payments)> paid, NirmaanDbContext db, PoolOutlook pool, DateTimeOffset since, DateTimeOffset end, CancellationToken cancellationToken)
    {
        var read = await db.Outlooks.AsNoTracking().Where(o => o.Pool == pool.Pool && o.At >= since && o.At < end && o.DemandWorkPerHour > 0 && o.TokensPerHour > 0)
            .OrderBy(o => o.At).Select(o => new { o.At, PerUnit = o.TokensPerHour / o.DemandWorkPerHour!.Value }).ToListAsync(cancellationToken);
        if (read.Count == 0) { return; }
        var rewards = await db.Rewards.AsNoTracking().Where(r => r.Network == pool.Network && r.AssetId == pool.AssetId && r.At >= since && r.At < end && r.MinerId != null)
            .OrderBy(r => r.At).Select(r => new { r.MinerId, r.At, r.Units }).ToListAsync(cancellationToken);
        var (asset, at) = (Asset.Of(pool.AssetId), 0);
        foreach (var reward in rewards)
        {
            while (at + 1 < read.Count && read[at + 1].At <= reward.At) { at++; }
            var key = (reward.MinerId!.Value, UptimeWindow.StartOf(reward.At));
            var before = paid.GetValueOrDefault(key);
            paid[key] = (before.Work + new TokenAmount(reward.Units, asset).ToDecimal() / read[at].PerUnit, before.Payments + 1);
        }
    }
}
