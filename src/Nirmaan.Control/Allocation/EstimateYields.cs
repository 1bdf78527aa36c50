using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// What each pool is expected to pay (version 3): tokens per hour as read, times the newest price; the work of others over a day; work per GPU-hour from what our own miners
/// were credited with or paid for in the last two days, starting from the network's prior. Every figure keeps source and age; unknown stays unknown.
/// </summary>
public sealed partial class EstimateYields(
    IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, ControlEvents events, IOptions<AllocationOptions> options, TimeProvider clock, ILogger<EstimateYields> logger)
{
    private static readonly TimeSpan s_observed = TimeSpan.FromHours(48);

    /// <summary>One line of what was estimated.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var read = await ReadOutlooksAsync(now, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var outlooks = await db.Outlooks.FromSql($"SELECT DISTINCT ON (pool) * FROM outlooks ORDER BY pool, at DESC").AsNoTracking().ToListAsync(cancellationToken);
        var prices = (await db.Prices.FromSql($"SELECT DISTINCT ON (asset_id) * FROM prices WHERE NOT rejected ORDER BY asset_id, at DESC").AsNoTracking().ToListAsync(cancellationToken)).ToDictionary(p => p.AssetId);
        var since = now - OthersWork.Window;
        var others = (await db.Outlooks.AsNoTracking().Where(o => o.Shape == RewardShape.ProRata && o.At >= since && o.OthersWorkPerHour != null).OrderBy(o => o.At)
            .Select(o => new { o.Pool, o.At, Work = o.OthersWorkPerHour!.Value }).ToListAsync(cancellationToken)).ToLookup(o => o.Pool, o => (o.At, o.Work));
        var done = await DoneWork.ReadAsync(db, outlooks, UptimeWindow.StartOf(now - s_observed), cancellationToken);
        var pools = outlooks.OrderBy(o => o.Pool.Value, StringComparer.Ordinal).Select(outlook =>
        {
            var price = prices.GetValueOrDefault(outlook.AssetId);
            var work = Work(outlook, done[outlook.Pool], now);
            return new PoolEstimate(
                outlook.Pool, outlook.Network, outlook.Label, outlook.Bucket, outlook.Shape, outlook.AssetId, outlook.TokensPerHour, price?.Usd, price is null ? null : decimal.Round(outlook.TokensPerHour * price.Usd, 8),
                // What is not known now is not made up from before.
                outlook.OthersWorkPerHour is null ? null : OthersWork.OverADay([.. others[outlook.Pool]], now) ?? outlook.OthersWorkPerHour, outlook.DemandWorkPerHour, outlook.WorkUnit, outlook.Modelled, price is null ? outlook.Source : $"{outlook.Source}; price: {price.Source}", outlook.At, price?.At, work);
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

    private List<WorkEstimate> Work(PoolOutlook outlook, IEnumerable<WorkHour> hours, DateTimeOffset now)
    {
        var isMet = IsDemandMet(outlook, hours);
        var seen = hours.Where(h => !isMet && (h.UpHours > 0 || h.Work > 0)).ToLookup(h => (h.Workload, h.Gpu));
        return [.. outlook.Priors.Select(prior => Work(outlook, prior, [.. seen[(prior.Workload, prior.Gpu)]], Likeness(outlook, prior.Workload, seen, now), now))];
    }

    private WorkEstimate Work(PoolOutlook outlook, WorkPrior prior, List<WorkHour> seen, (double Ratio, double Hours) others, DateTimeOffset now)
    {
        var (mean, deviation, evidence) = WorkRate.Estimate(prior.WorkPerGpuHour * others.Ratio, prior.EvidenceHours, [.. seen.Select(h => ((now - h.StartsAt).TotalHours, (double)h.Work, h.UpHours))], options.Value.WorkHalfLifeHours);
        var source = others.Hours > 0 ? string.Create(CultureInfo.InvariantCulture, $"{prior.Source}; times {others.Ratio:0.00}, as our GPUs on it did in {others.Hours:0.#} GPU-hours") : prior.Source;
        if (seen.Count == 0) { return new WorkEstimate(prior.Workload, prior.Gpu, mean, deviation, evidence, false, source); }
        var evidenceOf = new WorkEvidence(seen.Min(h => h.StartsAt), seen.Max(h => h.StartsAt) + UptimeWindow.Length, seen.Sum(h => h.UpHours), seen.Sum(h => h.Jobs), seen.Sum(h => h.Payments));
        var isMeasured = evidenceOf.GpuHours >= prior.EvidenceHours;
        var counted = DoneWork.IsPaidByTheUnit(outlook) ? $"{evidenceOf.Payments} payments, {evidenceOf.Jobs} jobs" : $"{evidenceOf.Jobs} jobs";
        return new WorkEstimate(prior.Workload, prior.Gpu, mean, deviation, evidence, isMeasured, string.Create(
            CultureInfo.InvariantCulture, $"{(isMeasured ? "measured over" : "assumed; only")} {evidenceOf.GpuHours:0.#} GPU-hours, {counted}, {evidenceOf.From:yyyy-MM-dd HH:mm} to {evidenceOf.To:yyyy-MM-dd HH:mm} UTC; before that {prior.Source}"), evidenceOf);
    }

    /// <summary>
    /// Where users pay for time, what cards of all models together took of the time they were there for is what one never tried may expect:
    /// else the untried would always look better than the tried.
    /// </summary>
    private (double Ratio, double Hours) Likeness(PoolOutlook outlook, WorkloadName workload, ILookup<(WorkloadName Workload, string Gpu), WorkHour> seen, DateTimeOffset now)
    {
        if (!DoneWork.IsPaidByTheUnit(outlook)) { return (1, 0); }
        var priors = outlook.Priors.Where(p => p.Workload == workload && p.WorkPerGpuHour > 0 && seen.Contains((workload, p.Gpu))).ToList();
        if (priors.Count == 0) { return (1, 0); }
        var (ratio, _, _) = WorkRate.Estimate(1, priors.Max(p => p.EvidenceHours), [.. priors.SelectMany(p => seen[(workload, p.Gpu)].Select(h => ((now - h.StartsAt).TotalHours, (double)h.Work / p.WorkPerGpuHour, h.UpHours)))], options.Value.WorkHalfLifeHours);
        return (ratio, priors.Sum(p => seen[(workload, p.Gpu)].Sum(h => h.UpHours)));
    }

    private const decimal DemandIsMetFrom = 0.95m;

    /// <summary>Where the demand was met, less came than the GPUs could do: such hours tell of the users, not of a GPU.</summary>
    internal static bool IsDemandMet(PoolOutlook outlook, IEnumerable<WorkHour> hours)
    {
        if (!DoneWork.IsPaidByTheUnit(outlook) || outlook.DemandWorkPerHour is not > 0) { return false; }
        var byHour = hours.GroupBy(h => h.StartsAt).Select(g => g.Sum(h => h.Work)).ToList();
        return byHour.Count > 0 && byHour.Sum() / byHour.Count >= outlook.DemandWorkPerHour.Value * DemandIsMetFrom;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outlook of {Network} could not be read: {Why}")]
    private partial void LogUnavailable(string network, string why);
}
