using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Allocation;

/// <summary>What one more GPU would earn in a pool, beside what it would cost.</summary>
/// <param name="Running">GPUs of ours on it now.</param>
/// <param name="NextUsdPerHour">What the pool would pay more for one more of it; null = unknown.</param>
/// <param name="CheapestUsdPerHour">Lowest price among the offers that are listed; null = none is.</param>
public sealed record GpuYield(WorkEstimate Work, int Running, decimal? NextUsdPerHour, decimal? CheapestUsdPerHour);

/// <summary>Who serves a pool's demand, in its unit per hour: the three parts add up to it.</summary>
/// <param name="Demand">What our bid can win.</param>
/// <param name="Ours">Expected of what runs, as far as the demand goes.</param>
/// <param name="Others">What is left to others, who served as much or more of it before.</param>
/// <param name="Unmet">What we served before and do not now: others or nobody may.</param>
/// <param name="Idle">What our GPUs could do beyond the demand; it is in none of the three.</param>
public sealed record DemandSplit(decimal Demand, decimal Ours, decimal Others, decimal Unmet, decimal Idle)
{
    /// <summary>Cuts a demand.</summary>
    /// <param name="ours">Expected of what runs.</param>
    /// <param name="served">By others, of the whole market.</param>
    /// <param name="oursBefore">What we did in the time in which the demand was read, so that others did the rest of it; null = unknown.</param>
    public static DemandSplit Of(decimal demand, decimal ours, decimal? served, decimal? oursBefore)
    {
        var mine = Math.Min(ours, demand);
        var theirs = Math.Max(0, oursBefore is { } before ? demand - before : served ?? demand);
        var others = Math.Min(theirs, demand - mine);
        return new DemandSplit(demand, mine, others, demand - mine - others, ours - mine);
    }
}

/// <summary>Why a day brought what it brought.</summary>
public enum DayCause
{
    /// <summary>Within a tenth of what was expected.</summary>
    AsExpected,
    /// <summary>Machines were up for less of the time than is assumed.</summary>
    Downtime,
    /// <summary>Less work came to a GPU that was up than was modelled.</summary>
    LessWork,
    /// <summary>More came than was modelled.</summary>
    MoreWork,
}

/// <summary>A day of a pool: what was expected of the GPUs that were there, by the estimates of each hour, and what was received.</summary>
/// <param name="ExpectedWork">In the pool's unit.</param>
/// <param name="ReceivedWork">In the pool's unit: points, or the units that the tokens paid for.</param>
/// <param name="ExpectedUsd">Gross; null = the pool pays no tokens, or a price was unknown.</param>
/// <param name="ReceivedUsd">Gross, at the prices of the payments' times; null as above.</param>
/// <param name="UpShare">Of the time in which machines could have been up.</param>
/// <param name="AssumedUpShare">What plans assume.</param>
public sealed record PoolDay(
    DateTimeOffset From, DateTimeOffset To, decimal ExpectedWork, decimal ReceivedWork, decimal? ExpectedUsd, decimal? ReceivedUsd, double GpuHours, int Payments, double UpShare, double AssumedUpShare)
{
    private const double Close = 0.1;

    /// <summary>Received over expected, in dollars where the pool pays them; null = nothing was expected.</summary>
    public double? Ratio => ExpectedUsd is > 0 && ReceivedUsd is { } usd ? (double)(usd / ExpectedUsd.Value) : ExpectedWork > 0 ? (double)(ReceivedWork / ExpectedWork) : null;

    /// <summary>What explains most of the difference.</summary>
    public DayCause Cause
    {
        get
        {
            if (Ratio is not { } ratio || Math.Abs(ratio - 1) <= Close) { return DayCause.AsExpected; }
            if (ratio > 1) { return DayCause.MoreWork; }
            var up = AssumedUpShare > 0 ? UpShare / AssumedUpShare : 1;
            return up <= 0 || up < ratio / up ? DayCause.Downtime : DayCause.LessWork;
        }
    }
}

/// <summary>A pool as the next plan would take it.</summary>
/// <param name="WhyFrozen">The word for why no plan may rest on it; null = it may.</param>
/// <param name="OurWorkPerHour">Expected of what runs, in the pool's unit; null = unknown.</param>
/// <param name="IncomeUsdPerHour">Expected; null = unknown.</param>
/// <param name="Notice">What must stand beside the figures; null = nothing.</param>
/// <param name="Split">Of the demand; null = the pool has none, or it or our work is unknown.</param>
/// <param name="Day">The last 24 scored hours; null = no machine of ours was there, or nothing was estimated.</param>
public sealed record PoolYield(
    PoolEstimate Pool, string? WhyFrozen, decimal? OurWorkPerHour, decimal? IncomeUsdPerHour, IReadOnlyList<GpuYield> Gpus, NetworkNotice? Notice, DemandSplit? Split, PoolDay? Day);

/// <summary>All pools of the newest estimate.</summary>
/// <param name="StaleAfter">Readings older than this are not planned with.</param>
public sealed record YieldBoard(DateTimeOffset EstimatedAt, IReadOnlyList<PoolYield> Pools, TimeSpan StaleAfter);

/// <summary>One pool at one time, as it was estimated then. Null = was not known.</summary>
public sealed record YieldPoint(PoolName Pool, DateTimeOffset At, decimal? ValueUsdPerHour, decimal? TokenUsd, decimal? OthersWorkPerHour, decimal? DemandWorkPerHour);

/// <summary>Work per GPU-hour of one GPU model at one time, as it was estimated then.</summary>
public sealed record WorkPoint(PoolName Pool, string Gpu, DateTimeOffset At, double Mean, double StandardDeviation);

/// <summary>Reads of estimated yields.</summary>
public sealed class YieldQueries(IDbContextFactory<NirmaanDbContext> contexts, BoardQueries boards, RewardQueries rewards, NetworkShelf networks, IOptions<AllocationOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan s_day = TimeSpan.FromHours(24), s_oldest = TimeSpan.FromHours(3);

    /// <summary>Every pool of the newest estimate; null = nothing is estimated yet.</summary>
    public async Task<YieldBoard?> ReadAsync(CancellationToken cancellationToken)
    {
        var board = await boards.ReadAsync(cancellationToken);
        if (board.Estimate is not { } estimate) { return null; }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var cheapest = await db.Offers.AsNoTracking().Where(o => o.GoneAt == null && o.Available > 0 && o.UsdPerGpuHour != null)
            .GroupBy(o => o.Gpu).Select(g => new { g.Key, Usd = g.Min(o => o.UsdPerGpuHour) }).ToDictionaryAsync(o => o.Key, o => o.Usd, cancellationToken);
        var days = await DaysAsync(db, cancellationToken);
        return new YieldBoard(estimate.At, [.. estimate.Pools.Select(p => Pool(p, [.. board.Cells.Where(c => c.Pool == p.Pool)], cheapest, board, days.GetValueOrDefault(p.Pool)))], options.Value.StaleAfter);
    }

    /// <summary>The last day of each pool in which machines of ours were.</summary>
    private async Task<Dictionary<PoolName, PoolDay>> DaysAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var since = UptimeWindow.StartOf(clock.GetUtcNow()) - s_day - UptimeWindow.Length;
        var outlooks = await db.Outlooks.FromSql($"SELECT DISTINCT ON (pool) * FROM outlooks ORDER BY pool, at DESC").AsNoTracking().ToListAsync(cancellationToken);
        var done = await DoneWork.ReadAsync(db, outlooks, since, cancellationToken);
        // One estimate an hour is enough: the last one before it begins.
        var estimates = await db.Estimates.FromSql($"""
            SELECT DISTINCT ON (date_bin('1 hour', at, 'epoch')) * FROM estimates WHERE at >= {since - s_oldest} ORDER BY date_bin('1 hour', at, 'epoch'), at DESC
            """).AsNoTracking().ToListAsync(cancellationToken);
        Dictionary<PoolName, PoolDay> days = [];
        foreach (var pool in outlooks)
        {
            var end = done[pool.Pool].Select(h => h.StartsAt + UptimeWindow.Length).DefaultIfEmpty().Max();
            var hours = done[pool.Pool].Where(h => h.StartsAt >= end - s_day).GroupBy(h => h.StartsAt).OrderBy(g => g.Key)
                .Select(g => (At: g.Key, Hours: g.ToList(), Then: estimates.LastOrDefault(e => e.At <= g.Key)?.Pools.FirstOrDefault(p => p.Pool == pool.Pool))).Where(h => h.Then is not null).ToList();
            if (hours.Count == 0) { continue; }
            var received = PaysTokens(pool) ? (await rewards.NetworksAsync(hours[0].At, end, cancellationToken)).FirstOrDefault(n => n.Network == pool.Network)?.Received.FirstOrDefault(r => r.Asset.Id == pool.AssetId) : null;
            days[pool.Pool] = Day(pool, hours!, end, received);
        }
        return days;
    }

    private static bool PaysTokens(PoolOutlook pool) => DoneWork.IsPaidByTheUnit(pool) && !pool.Modelled;

    private PoolDay Day(PoolOutlook pool, List<(DateTimeOffset At, List<WorkHour> Hours, PoolEstimate Then)> hours, DateTimeOffset end, Received? received)
    {
        var reliability = options.Value.AssumedReliability;
        var (expected, expectedUsd) = (0m, PaysTokens(pool) ? (decimal?)0m : null);
        foreach (var (_, ours, then) in hours)
        {
            var work = ours.Sum(h => (decimal)((then.Work.FirstOrDefault(w => w.Workload == h.Workload && w.Gpu == h.Gpu)?.Mean ?? 0) * h.CountedHours * reliability));
            expected += DoneWork.IsPaidByTheUnit(pool) && then.DemandWorkPerHour is { } most ? Math.Min(work, most) : work;
            expectedUsd += then.IncomeUsdPerHour(work);
        }
        var all = hours.SelectMany(h => h.Hours).ToList();
        var counted = all.Sum(h => h.CountedHours);
        return new PoolDay(
            hours[0].At, end, decimal.Round(expected, 4), decimal.Round(all.Sum(h => h.Work), 4), expectedUsd is { } usd ? decimal.Round(usd, 8) : null,
            received is null && PaysTokens(pool) ? 0 : received?.ValueUsd, counted, received?.Count ?? 0, counted > 0 ? all.Sum(h => h.UpHours) / counted : 0, reliability);
    }


    /// <summary>The pools since a time, oldest first, at most <paramref name="most"/> times: of each stretch the last estimate.</summary>
    public async Task<IReadOnlyList<YieldPoint>> HistoryAsync(DateTimeOffset since, int most, CancellationToken cancellationToken)
    {
        var (from, stretch) = Stretch(since, most);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Database.SqlQuery<PoolRow>($"""
            SELECT p ->> 'pool' AS "Pool", e.at AS "At", (p ->> 'valueUsdPerHour')::numeric AS "Value", (p ->> 'tokenUsd')::numeric AS "Token",
                (p ->> 'othersWorkPerHour')::numeric AS "Others", (p ->> 'demandWorkPerHour')::numeric AS "Demand"
            FROM (SELECT DISTINCT ON (slot) at, pools FROM (
                SELECT at, pools, floor(extract(epoch FROM at - {from}) / {stretch}) AS slot FROM estimates WHERE at >= {from}) s ORDER BY slot, at DESC) e, jsonb_array_elements(e.pools) p
            ORDER BY e.at, 1
            """).ToListAsync(cancellationToken);
        return [.. rows.Select(r => new YieldPoint(new PoolName(r.Pool), r.At, r.Value, r.Token, r.Others, r.Demand))];
    }

    /// <summary>Measured work per GPU-hour since a time, oldest first, thinned as <see cref="HistoryAsync"/>; what is only assumed has no history.</summary>
    public async Task<IReadOnlyList<WorkPoint>> WorkHistoryAsync(DateTimeOffset since, int most, CancellationToken cancellationToken)
    {
        var (from, stretch) = Stretch(since, most);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Database.SqlQuery<WorkRow>($"""
            SELECT p ->> 'pool' AS "Pool", w ->> 'gpu' AS "Gpu", e.at AS "At", (w ->> 'mean')::float8 AS "Mean", (w ->> 'standardDeviation')::float8 AS "Deviation"
            FROM (SELECT DISTINCT ON (slot) at, pools FROM (
                SELECT at, pools, floor(extract(epoch FROM at - {from}) / {stretch}) AS slot FROM estimates WHERE at >= {from}) s ORDER BY slot, at DESC) e, jsonb_array_elements(e.pools) p, jsonb_array_elements(p -> 'work') w
            WHERE (w ->> 'measured')::boolean ORDER BY e.at, 1, 2
            """).ToListAsync(cancellationToken);
        return [.. rows.Select(r => new WorkPoint(new PoolName(r.Pool), r.Gpu, r.At, r.Mean, r.Deviation))];
    }

    // One second more than the whole, or an estimate of this very moment would be a stretch of its own.
    private (DateTimeOffset From, double Seconds) Stretch(DateTimeOffset since, int most) =>
        (since.ToUniversalTime(), Math.Max(1, ((clock.GetUtcNow() - since).TotalSeconds + 1) / Math.Max(1, most)));

    private PoolYield Pool(PoolEstimate pool, List<BoardCell> cells, Dictionary<GpuModel, decimal?> cheapest, AllocationBoard board, PoolDay? day)
    {
        var reliability = options.Value.AssumedReliability;
        var ours = BoardQueries.WorkOf(pool, cells, reliability);
        var income = ours is { } work ? pool.IncomeUsdPerHour(work) : null;
        return new PoolYield(pool, pool.WhyFrozen(board.At, options.Value.StaleAfter), ours, income, [.. pool.Work.Select(w => new GpuYield(
            w, cells.Where(c => c.Gpu.Id == w.Gpu && c.Workload == w.Workload).Sum(c => c.Running),
            ours is { } have ? pool.IncomeUsdPerHour(have + (decimal)(w.Mean * reliability)) - income : null, cheapest.GetValueOrDefault(new GpuModel(w.Gpu))))],
            networks.Find(pool.Network)?.NoticeAt(board.At),
            pool.DemandWorkPerHour is { } demand and > 0 && ours is { } split ? DemandSplit.Of(demand, split, pool.OthersWorkPerHour, day is null ? null : day.ReceivedWork / (decimal)(day.To - day.From).TotalHours) : null, day);
    }

    private sealed record PoolRow(string Pool, DateTimeOffset At, decimal? Value, decimal? Token, decimal? Others, decimal? Demand);

    private sealed record WorkRow(string Pool, string Gpu, DateTimeOffset At, double Mean, double Deviation);
}
