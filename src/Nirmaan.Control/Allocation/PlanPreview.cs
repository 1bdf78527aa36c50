using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Optimiser;
using Assignment = Nirmaan.Domain.Allocation.Assignment;

namespace Nirmaan.Control.Allocation;

/// <summary>What a plan would be under other limits, without storing it: for the slider.</summary>
/// <param name="EstimatedAt">When the yields it rests on were estimated.</param>
/// <param name="LeftOut">Pools that it does not plan with, each with the word for why.</param>
public sealed record PlanPreview(
    decimal BudgetUsdPerHour, decimal ObjectiveUsdPerHour, decimal BoundUsdPerHour, decimal NowUsdPerHour, decimal RentUsdPerHour, IReadOnlyDictionary<string, int> GpusByWorkload, IReadOnlyDictionary<string, decimal> Prices, int Moves, double Seconds,
    IReadOnlyList<Assignment> Now, IReadOnlyList<Assignment> Proposed, IReadOnlyList<LimitUse> Limits, DateTimeOffset EstimatedAt, IReadOnlyDictionary<PoolName, string> LeftOut)
{
    /// <summary>What becomes of each pool.</summary>
    public IReadOnlyList<PoolChange> Pools { get; init; } = [];

    /// <summary>No plan that keeps the limits is worth more, whatever the gap says.</summary>
    public bool IsProvedBest { get; init; }

    /// <summary>(bound - objective) / max(|bound|, 1e-9).</summary>
    public decimal Gap => BoundUsdPerHour == ObjectiveUsdPerHour ? 0 : (BoundUsdPerHour - ObjectiveUsdPerHour) / Math.Max(Math.Abs(BoundUsdPerHour), 0.000000001m);
}

/// <summary>How much of a limit is used.</summary>
/// <param name="Row">The optimiser's name of it: <c>budget</c>, <c>exposure:POOL</c>, <c>provider:SUPPLIER</c>, <c>moves</c>, ...</param>
/// <param name="Usage">In the limit's unit: USD per hour of rent, or GPUs.</param>
/// <param name="Holds">False = broken.</param>
public sealed record LimitUse(string Row, decimal Usage, decimal Limit, bool IsFloor, bool Holds)
{
    /// <summary>By how much it is broken; 0 or less = it holds.</summary>
    public decimal Beyond => IsFloor ? Limit - Usage : Usage - Limit;

    internal static IReadOnlyList<LimitUse> Of(PlanEvaluation evaluation) => [.. evaluation.Rows.Select(r => new LimitUse(r.Name, PlanAllocation.Usd(r.Usage), PlanAllocation.Usd(r.Limit), r.IsFloor, r.Holds))];

    /// <summary>Limits that a choice breaks. One that was broken already and is not broken further is no reason against it: to ease a breach must stay possible.</summary>
    internal static IReadOnlyList<LimitUse> BrokenBy(PlanEvaluation before, PlanEvaluation after)
    {
        var breaches = before.Rows.ToDictionary(r => r.Name, r => Math.Max(r.Breach, r.Tolerance));
        return [.. after.Rows.Zip(Of(after)).Where(r => r.First.Breach > breaches[r.First.Name] + 1e-9).OrderByDescending(r => r.First.Breach).Select(r => r.Second)];
    }
}

/// <summary>What a limit costs: how much more the plan would earn without it.</summary>
/// <param name="Row">As in <see cref="LimitUse"/>.</param>
public sealed record LimitCost(string Row, decimal UsdPerHour);

/// <summary>GPUs of one kind at one supplier that go from one work to another.</summary>
/// <param name="Kind">Null = they stay where they are.</param>
/// <param name="From">Null = from the market.</param>
/// <param name="To">Null = given back.</param>
public sealed record GpuShift(MoveKind? Kind, SupplierName Supplier, string Gpu, WorkloadName? From, WorkloadName? To, int Count)
{
    /// <summary>What lies between two boards. GPUs that are held stay first, are moved next, and only what is wanted beyond them is new.</summary>
    public static IReadOnlyList<GpuShift> Between(IEnumerable<Assignment> now, IEnumerable<Assignment> proposed)
    {
        var (held, wanted) = (now.ToLookup(a => a.Item), proposed.ToLookup(a => a.Item));
        return [.. held.Select(g => g.Key).Union(wanted.Select(g => g.Key)).SelectMany(item => OfItem([.. held[item]], [.. wanted[item]]))
            .GroupBy(s => (s.Kind, s.Supplier, s.Gpu, s.From, s.To)).Select(g => g.First() with { Count = g.Sum(s => s.Count) })];
    }

    private static IEnumerable<GpuShift> OfItem(List<Assignment> held, List<Assignment> wanted)
    {
        var any = held.Concat(wanted).First();
        var (supplier, gpu) = (new SupplierName(any.Supplier), any.Gpu);
        var have = held.GroupBy(a => a.Workload!).ToDictionary(g => g.Key, g => g.Sum(a => a.Count));
        var want = wanted.GroupBy(a => a.Workload!).ToDictionary(g => g.Key, g => g.Sum(a => a.Count));
        foreach (var (workload, count) in have.ToList())
        {
            var stay = Math.Min(count, want.GetValueOrDefault(workload));
            if (stay == 0) { continue; }
            yield return new GpuShift(null, supplier, gpu, new WorkloadName(workload), new WorkloadName(workload), stay);
            (have[workload], want[workload]) = (count - stay, want[workload] - stay);
        }
        foreach (var (to, count) in want.OrderBy(w => w.Key, StringComparer.Ordinal))
        {
            var missing = count;
            foreach (var from in have.Keys.Order(StringComparer.Ordinal).ToList())
            {
                var moved = Math.Min(missing, have[from]);
                if (moved == 0) { continue; }
                yield return new GpuShift(MoveKind.Switch, supplier, gpu, new WorkloadName(from), new WorkloadName(to), moved);
                (have[from], missing) = (have[from] - moved, missing - moved);
            }
            if (missing > 0) { yield return new GpuShift(MoveKind.Start, supplier, gpu, null, new WorkloadName(to), missing); }
        }
        foreach (var (from, count) in have.Where(h => h.Value > 0)) { yield return new GpuShift(MoveKind.Release, supplier, gpu, new WorkloadName(from), null, count); }
    }
}
