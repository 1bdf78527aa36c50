using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Allocation;

/// <summary>Our GPUs of one kind at one supplier on one workload.</summary>
/// <param name="Network">Null = no network that is switched on has the workload.</param>
/// <param name="Running">GPUs that are up.</param>
/// <param name="OnTheWay">GPUs that are asked for, being placed or starting.</param>
/// <param name="Leaving">GPUs that are being given back or taken back.</param>
/// <param name="Unknown">GPUs whose outside state is not known.</param>
/// <param name="Earning">Of those running, credited by the network.</param>
/// <param name="RentUsdPerHour">Of all that bill; null = the price of one of them is unknown.</param>
/// <param name="IncomeUsdPerHour">Expected of those running, their part of the pool's income; null = unknown.</param>
public sealed record BoardCell(
    SupplierName Supplier, NetworkName? Network, PoolName? Pool, WorkloadName Workload, GpuModel Gpu, int Running, int OnTheWay, int Leaving, int Unknown, int Earning, decimal? RentUsdPerHour, decimal? IncomeUsdPerHour)
{
    /// <summary>Everything that is ours, in whatever state.</summary>
    public int Gpus => Running + OnTheWay + Leaving + Unknown;
}

/// <summary>Where the GPUs are now and what that is expected to earn.</summary>
/// <param name="Estimate">What the incomes rest on; null = none yet.</param>
/// <param name="Frozen">Pools of the estimate that no plan may rest on, with the word for why.</param>
/// <param name="Notices">What must stand beside each network's figures.</param>
/// <param name="StaleAfter">Readings older than this are not planned with.</param>
public sealed record AllocationBoard(
    DateTimeOffset At, IReadOnlyList<BoardCell> Cells, Constraints Limits, YieldEstimate? Estimate, IReadOnlyDictionary<PoolName, string> Frozen, IReadOnlyDictionary<NetworkName, NetworkNotice> Notices, TimeSpan StaleAfter)
{
    /// <summary>Rent of everything that bills, USD per hour; null = a price is unknown.</summary>
    public decimal? RentUsdPerHour => Cells.Any(c => c.RentUsdPerHour is null) ? null : Cells.Sum(c => c.RentUsdPerHour!.Value);

    /// <summary>Expected income of everything that runs, USD per hour; null = that of one pool is unknown.</summary>
    public decimal? IncomeUsdPerHour => Cells.Any(c => c.Running > 0 && c.IncomeUsdPerHour is null) ? null : Cells.Sum(c => c.IncomeUsdPerHour ?? 0);
}

/// <summary>Reads of the present allocation.</summary>
public sealed class BoardQueries(IDbContextFactory<NirmaanDbContext> contexts, SetConstraints constraints, NetworkShelf networks, IOptions<AllocationOptions> options, TimeProvider clock)
{
    /// <summary>Where the GPUs are now.</summary>
    public async Task<AllocationBoard> ReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var live = await db.Instances.AsNoTracking().Where(i => i.State != InstanceState.Closed && i.State != InstanceState.Failed)
            .Select(i => new { i.Id, i.Supplier, i.Workload, i.Gpu, i.GpuCount, i.State, i.UsdPerGpuHour, i.BilledFrom }).ToListAsync(cancellationToken);
        var earning = (await db.Miners.AsNoTracking().Where(m => m.State == MinerState.Earning).Select(m => m.InstanceId).ToListAsync(cancellationToken)).ToHashSet();
        var estimate = await db.Estimates.AsNoTracking().OrderByDescending(e => e.At).FirstOrDefaultAsync(cancellationToken);
        var networkOf = networks.All.SelectMany(n => n.Templates.Select(t => (t.WorkloadName, n.Network))).ToLookup(t => t.WorkloadName, t => t.Network);

        var cells = live.GroupBy(i => (i.Supplier, i.Workload, i.Gpu)).Select(g => new BoardCell(
            g.Key.Supplier, networkOf[g.Key.Workload].Select(n => (NetworkName?)n).FirstOrDefault(), PoolOf(estimate, g.Key.Workload)?.Pool, g.Key.Workload, g.Key.Gpu,
            g.Where(i => i.State == InstanceState.Running).Sum(i => i.GpuCount), g.Where(i => i.State is InstanceState.Requested or InstanceState.Placing or InstanceState.Starting).Sum(i => i.GpuCount),
            g.Where(i => i.State is InstanceState.Draining or InstanceState.Closing or InstanceState.Reclaiming).Sum(i => i.GpuCount), g.Where(i => i.State == InstanceState.Unknown).Sum(i => i.GpuCount),
            g.Where(i => i.State == InstanceState.Running && earning.Contains(i.Id)).Sum(i => i.GpuCount),
            g.Any(i => i.BilledFrom is not null && i.UsdPerGpuHour is null) ? null : g.Where(i => i.BilledFrom is not null).Sum(i => i.UsdPerGpuHour!.Value * i.GpuCount), null)).ToList();
        return new AllocationBoard(
            now, [.. WithIncome(cells, estimate).OrderBy(c => c.Network?.Value, StringComparer.Ordinal).ThenBy(c => c.Workload.Value, StringComparer.Ordinal).ThenBy(c => c.Gpu.Id, StringComparer.Ordinal).ThenBy(c => c.Supplier.Value, StringComparer.Ordinal)],
            await constraints.ReadAsync(cancellationToken), estimate, Frozen(estimate, now, options.Value.StaleAfter), NoticesAt(networks, now), options.Value.StaleAfter);
    }

    internal static IReadOnlyDictionary<PoolName, string> Frozen(YieldEstimate? estimate, DateTimeOffset now, TimeSpan staleAfter) =>
        (estimate?.Pools ?? []).Select(p => (p.Pool, Why: p.WhyFrozen(now, staleAfter))).Where(p => p.Why is not null).ToDictionary(p => p.Pool, p => p.Why!);

    internal static IReadOnlyDictionary<NetworkName, NetworkNotice> NoticesAt(NetworkShelf networks, DateTimeOffset now) =>
        networks.All.Select(n => (n.Network, Notice: n.NoticeAt(now))).Where(n => n.Notice is not null).ToDictionary(n => n.Network, n => n.Notice!);

    /// <summary>Work that running GPUs deliver to a pool per hour, in its unit; null = a GPU of ours has no figure there.</summary>
    internal static decimal? WorkOf(PoolEstimate pool, IEnumerable<BoardCell> cells, double reliability)
    {
        decimal sum = 0;
        foreach (var cell in cells.Where(c => c.Running > 0))
        {
            if (pool.Work.FirstOrDefault(w => w.Workload == cell.Workload && w.Gpu == cell.Gpu.Id) is not { } work) { return null; }
            sum += (decimal)(work.Mean * reliability) * cell.Running;
        }
        return sum;
    }

    private static PoolEstimate? PoolOf(YieldEstimate? estimate, WorkloadName workload) => estimate?.Pools.FirstOrDefault(p => p.Work.Any(w => w.Workload == workload));

    // A pool pays for all our work in it together; each cell has the part of that which its work is of ours.
    private IEnumerable<BoardCell> WithIncome(List<BoardCell> cells, YieldEstimate? estimate)
    {
        foreach (var group in cells.GroupBy(c => c.Pool))
        {
            var pool = estimate?.Pools.FirstOrDefault(p => p.Pool == group.Key);
            var work = pool is null ? null : WorkOf(pool, group, options.Value.AssumedReliability);
            var income = work is { } known ? pool!.IncomeUsdPerHour(known) : null;
            foreach (var cell in group)
            {
                yield return cell with
                {
                    IncomeUsdPerHour = cell.Running == 0 ? 0 : income is { } usd && work is > 0 ? decimal.Round(usd * WorkOf(pool!, [cell], options.Value.AssumedReliability)!.Value / work.Value, 8) : work == 0 ? 0 : null,
                };
            }
        }
    }
}
