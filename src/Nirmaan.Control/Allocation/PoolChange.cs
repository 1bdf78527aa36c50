using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Optimiser;
using Assignment = Nirmaan.Domain.Allocation.Assignment;

namespace Nirmaan.Control.Allocation;

/// <summary>GPUs of a model at a supplier that a pool gets more, or fewer when below zero.</summary>
public sealed record GpuDelta(SupplierName Supplier, string Gpu, int Count);

/// <summary>What a plan makes of one pool: who wins, who loses. USD per hour, expected by the plan's own estimate; switching is not in it.</summary>
/// <param name="GrossNow">Null = the estimate is not kept any more.</param>
/// <param name="Deltas">What comes and goes, the largest first; empty = nothing changes.</param>
public sealed record PoolChange(
    PoolName Pool, string Label, int GpusNow, int GpusThen, decimal RentNow, decimal RentThen, decimal? GrossNow, decimal? GrossThen, IReadOnlyList<GpuDelta> Deltas)
{
    /// <summary>Gross less rent as it is.</summary>
    public decimal? NetNow => GrossNow - RentNow;

    /// <summary>Gross less rent under the plan.</summary>
    public decimal? NetThen => GrossThen - RentThen;

    /// <summary>Every pool that has a GPU now or then, the largest change of what is left after rent first.</summary>
    internal static IReadOnlyList<PoolChange> Between(AllocationInstance instance, YieldEstimate? estimate, IReadOnlyCollection<Assignment> now, IReadOnlyCollection<Assignment> then)
    {
        var poolOf = instance.Workloads.ToDictionary(w => w.Id, w => w.Network, StringComparer.Ordinal);
        var (workNow, workThen) = (Work(instance, now), Work(instance, then));
        return
        [
            .. instance.Networks.Select(n => n.Id).Select(id =>
            {
                var (before, after) = (now.Where(a => poolOf[a.Workload!] == id).ToList(), then.Where(a => poolOf[a.Workload!] == id).ToList());
                var pool = estimate?.Pools.FirstOrDefault(p => p.Pool.Value == id);
                return new PoolChange(
                    new PoolName(id), pool?.Label ?? id, before.Sum(a => a.Count), after.Sum(a => a.Count), before.Sum(a => a.Count * a.UsdPerGpuHour), after.Sum(a => a.Count * a.UsdPerGpuHour),
                    pool?.IncomeUsdPerHour(workNow[id]), pool?.IncomeUsdPerHour(workThen[id]), DeltasOf(before, after));
            }).Where(c => c.GpusNow + c.GpusThen > 0).OrderByDescending(c => Math.Abs(c.NetThen - c.NetNow ?? 0)).ThenBy(c => c.Label, StringComparer.Ordinal),
        ];
    }

    private static List<GpuDelta> DeltasOf(List<Assignment> before, List<Assignment> after) =>
    [
        .. before.Select(a => (a.Supplier, a.Gpu, Count: -a.Count)).Concat(after.Select(a => (a.Supplier, a.Gpu, a.Count))).GroupBy(a => (a.Supplier, a.Gpu))
            .Select(g => new GpuDelta(new SupplierName(g.Key.Supplier), g.Key.Gpu, g.Sum(a => a.Count))).Where(d => d.Count != 0).OrderByDescending(d => Math.Abs(d.Count)).ThenBy(d => d.Gpu, StringComparer.Ordinal),
    ];

    private static Dictionary<string, decimal> Work(AllocationInstance instance, IReadOnlyCollection<Assignment> assignments) =>
        PlanEvaluator.Evaluate(instance, [.. assignments.Select(a => new Optimiser.Assignment(a.Item, a.Workload!, a.Count))]).WorkPerHour.ToDictionary(w => w.Key, w => (decimal)w.Value, StringComparer.Ordinal);
}
