using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Allocation;

/// <summary>What one more GPU would earn in a pool, beside what it would cost.</summary>
/// <param name="Running">GPUs of ours on it now.</param>
/// <param name="NextUsdPerHour">What the pool would pay more for one more of it; null = unknown.</param>
/// <param name="CheapestUsdPerHour">Lowest price among the offers that are listed; null = none is.</param>
public sealed record GpuYield(WorkEstimate Work, int Running, decimal? NextUsdPerHour, decimal? CheapestUsdPerHour);

/// <summary>A pool as the next plan would take it.</summary>
/// <param name="WhyFrozen">The word for why no plan may rest on it; null = it may.</param>
/// <param name="OurWorkPerHour">Expected of what runs, in the pool's unit; null = unknown.</param>
/// <param name="IncomeUsdPerHour">Expected; null = unknown.</param>
/// <param name="Notice">What must stand beside the figures; null = nothing.</param>
public sealed record PoolYield(PoolEstimate Pool, string? WhyFrozen, decimal? OurWorkPerHour, decimal? IncomeUsdPerHour, IReadOnlyList<GpuYield> Gpus, NetworkNotice? Notice);

/// <summary>All pools of the newest estimate.</summary>
/// <param name="StaleAfter">Readings older than this are not planned with.</param>
public sealed record YieldBoard(DateTimeOffset EstimatedAt, IReadOnlyList<PoolYield> Pools, TimeSpan StaleAfter);

/// <summary>One pool at one time, as it was estimated then. Null = was not known.</summary>
public sealed record YieldPoint(PoolName Pool, DateTimeOffset At, decimal? ValueUsdPerHour, decimal? TokenUsd, decimal? OthersWorkPerHour, decimal? DemandWorkPerHour);

/// <summary>Work per GPU-hour of one GPU model at one time, as it was estimated then.</summary>
public sealed record WorkPoint(PoolName Pool, string Gpu, DateTimeOffset At, double Mean, double StandardDeviation);

/// <summary>Reads of estimated yields.</summary>
public sealed class YieldQueries(IDbContextFactory<NirmaanDbContext> contexts, BoardQueries boards, NetworkShelf networks, IOptions<AllocationOptions> options, TimeProvider clock)
{
    /// <summary>Every pool of the newest estimate; null = nothing is estimated yet.</summary>
    public async Task<YieldBoard?> ReadAsync(CancellationToken cancellationToken)
    {
        var board = await boards.ReadAsync(cancellationToken);
        if (board.Estimate is not { } estimate) { return null; }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var cheapest = await db.Offers.AsNoTracking().Where(o => o.GoneAt == null && o.Available > 0 && o.UsdPerGpuHour != null)
            .GroupBy(o => o.Gpu).Select(g => new { g.Key, Usd = g.Min(o => o.UsdPerGpuHour) }).ToDictionaryAsync(o => o.Key, o => o.Usd, cancellationToken);
        return new YieldBoard(estimate.At, [.. estimate.Pools.Select(p => Pool(p, [.. board.Cells.Where(c => c.Pool == p.Pool)], cheapest, board))], options.Value.StaleAfter);
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

    private PoolYield Pool(PoolEstimate pool, List<BoardCell> cells, Dictionary<GpuModel, decimal?> cheapest, AllocationBoard board)
    {
        var reliability = options.Value.AssumedReliability;
        var ours = BoardQueries.WorkOf(pool, cells, reliability);
        var income = ours is { } work ? pool.IncomeUsdPerHour(work) : null;
        return new PoolYield(pool, pool.WhyFrozen(board.At, options.Value.StaleAfter), ours, income, [.. pool.Work.Select(w => new GpuYield(
            w, cells.Where(c => c.Gpu.Id == w.Gpu && c.Workload == w.Workload).Sum(c => c.Running),
            ours is { } have ? pool.IncomeUsdPerHour(have + (decimal)(w.Mean * reliability)) - income : null, cheapest.GetValueOrDefault(new GpuModel(w.Gpu))))],
            networks.Find(pool.Network)?.NoticeAt(board.At));
    }

    private sealed record PoolRow(string Pool, DateTimeOffset At, decimal? Value, decimal? Token, decimal? Others, decimal? Demand);

    private sealed record WorkRow(string Pool, string Gpu, DateTimeOffset At, double Mean, double Deviation);
}
