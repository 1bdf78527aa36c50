using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// What each pool is expected to pay (version 1): tokens per hour as read, times the newest price; work per GPU-hour from what our own miners
/// were credited with in the last two days, starting from the network's prior. Every figure keeps source and age; unknown stays unknown.
/// </summary>
public sealed partial class EstimateYields(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, ControlEvents events, IOptions<AllocationOptions> options, TimeProvider clock, ILogger<EstimateYields> logger)
{
    /// <summary>One line of what was estimated.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var read = await ReadOutlooksAsync(now, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var outlooks = await db.Outlooks.FromSql($"SELECT DISTINCT ON (pool) * FROM outlooks ORDER BY pool, at DESC").AsNoTracking().ToListAsync(cancellationToken);
        var prices = (await db.Prices.FromSql($"SELECT DISTINCT ON (asset_id) * FROM prices ORDER BY asset_id, at DESC").AsNoTracking().ToListAsync(cancellationToken)).ToDictionary(p => p.AssetId);
        var observed = await ObservationsAsync(db, now, cancellationToken);
        var pools = outlooks.OrderBy(o => o.Pool.Value, StringComparer.Ordinal).Select(outlook =>
        {
            var price = prices.GetValueOrDefault(outlook.AssetId);
            var work = outlook.Priors.Select(prior => Work(outlook, prior, observed)).ToList();
            return new PoolEstimate(
                outlook.Pool, outlook.Network, outlook.Label, outlook.Bucket, outlook.Shape, outlook.AssetId, outlook.TokensPerHour, price?.Usd, price is null ? null : decimal.Round(outlook.TokensPerHour * price.Usd, 8),
                outlook.OthersWorkPerHour, outlook.DemandWorkPerHour, outlook.WorkUnit, outlook.Modelled, price is null ? outlook.Source : $"{outlook.Source}; price: {price.Source}", outlook.At, price?.At, work);
        }).ToList();
        db.Estimates.Add(new YieldEstimate(Guid.CreateVersion7(now), now, pools));
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Allocation);
        return $"{read} pools read, {pools.Count} estimated, {pools.Count(p => p.ValueUsdPerHour is null)} without a price";
    }

    private async Task<int> ReadOutlooksAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var read = 0;
        foreach (var network in networks.All)
        {
            try
            {
                var outlooks = await network.ReadOutlookAsync(now, cancellationToken);
                foreach (var outlook in outlooks)
                {
                    if (!await db.Outlooks.AnyAsync(o => o.Pool == outlook.Pool && o.At == outlook.At, cancellationToken)) { db.Outlooks.Add(outlook); read++; }
                }
            }
            catch (SupplierUnavailableException e) { LogUnavailable(network.Network.Value, e.Message); }
        }
        await db.SaveChangesAsync(cancellationToken);
        return read;
    }

    private WorkEstimate Work(PoolOutlook outlook, WorkPrior prior, ILookup<(WorkloadName, string), (double Age, double Work, double Hours)> observed)
    {
        // A bid-priced pool's work is capacity (session-seconds we can serve); how much is wanted is the demand, not our rate.
        var seen = outlook.Shape == RewardShape.ProRata ? observed[(prior.Workload, prior.Gpu)].ToList() : [];
        var (mean, deviation, hours) = WorkRate.Estimate(prior.WorkPerGpuHour, prior.EvidenceHours, seen, options.Value.WorkHalfLifeHours);
        return new WorkEstimate(prior.Workload, prior.Gpu, mean, deviation, hours, seen.Count > 0, seen.Count > 0 ? $"measured over {seen.Sum(s => s.Hours):0.#} GPU-hours, from {prior.Source}" : prior.Source);
    }

    /// <summary>Credited points per miner and hour beside the hours its miner was up, by workload and GPU.</summary>
    private static async Task<ILookup<(WorkloadName, string), (double Age, double Work, double Hours)>> ObservationsAsync(NirmaanDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now.AddHours(-48);
        var miners = await (from m in db.Miners.AsNoTracking() join i in db.Instances.AsNoTracking() on m.InstanceId equals i.Id select new { m.Id, m.Workload, Gpu = i.Gpu, i.GpuCount }).ToDictionaryAsync(m => m.Id, cancellationToken);
        var windows = await db.UptimeWindows.AsNoTracking().Where(w => w.StartsAt >= since && w.UpSeconds > 0).Select(w => new { w.MinerId, w.StartsAt, w.UpSeconds }).ToListAsync(cancellationToken);
        var awards = (await db.PointsAwards.AsNoTracking().Where(a => a.At >= since).Select(a => new { a.MinerId, a.At, a.Points }).ToListAsync(cancellationToken))
            .GroupBy(a => (a.MinerId, Domain.Uptime.UptimeWindow.StartOf(a.At))).ToDictionary(g => g.Key, g => g.Sum(a => a.Points));
        return windows.Where(w => miners.ContainsKey(w.MinerId))
            .GroupBy(w => (miners[w.MinerId].Workload, Gpu: miners[w.MinerId].Gpu.Id, w.StartsAt))
            .Select(g => (g.Key.Workload, g.Key.Gpu, Age: (now - g.Key.StartsAt).TotalHours, Work: (double)g.Sum(w => awards.GetValueOrDefault((w.MinerId, w.StartsAt))), Hours: g.Sum(w => w.UpSeconds / 3600.0 * miners[w.MinerId].GpuCount)))
            .ToLookup(o => (o.Workload, o.Gpu), o => (o.Age, o.Work, o.Hours));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outlook of {Network} could not be read: {Why}")]
    private partial void LogUnavailable(string network, string why);
}
