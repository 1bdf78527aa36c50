using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>What a stress takes away or adds.</summary>
public enum StressKind
{
    /// <summary>Nothing: the present.</summary>
    None,

    /// <summary>Every token is worth half.</summary>
    PricesHalve,

    /// <summary>A network pays nothing any more.</summary>
    NetworkDies,

    /// <summary>A supplier's machines and offers are gone.</summary>
    SupplierDies,

    /// <summary>Every pool that is valued by a scenario for points pays nothing.</summary>
    PointsPayNothing,

    /// <summary>Every rent rises by half, held machines included.</summary>
    RentsRise,

    /// <summary>The budget is halved.</summary>
    BudgetHalves,

    /// <summary>The budget is doubled.</summary>
    BudgetDoubles,
}

/// <summary>One row of the stress table. USD per hour; worth = income less rent, as the optimiser expects it.</summary>
/// <param name="About">The network or supplier that dies; null for the other kinds.</param>
/// <param name="HeldGpus">GPUs of ours that are left.</param>
/// <param name="KeepUsdPerHour">Worth of the fleet if nothing is done.</param>
/// <param name="KeepBreaks">Limits that the fleet breaks if nothing is done, by the optimiser's names.</param>
/// <param name="BestUsdPerHour">Worth of the best plan, less switching; null = there is none, see <paramref name="WhyNot"/>.</param>
/// <param name="BoundUsdPerHour">No plan can be worth more.</param>
/// <param name="BestRentUsdPerHour">Rent of that plan.</param>
/// <param name="Shifts">From the fleet to that plan.</param>
/// <param name="WhyNot">Why no plan keeps the limits.</param>
public sealed record Stress(
    StressKind Kind, string? About, int HeldGpus, decimal KeepUsdPerHour, decimal KeepRentUsdPerHour, IReadOnlyList<string> KeepBreaks,
    decimal? BestUsdPerHour, decimal? BoundUsdPerHour, decimal? BestRentUsdPerHour, IReadOnlyList<GpuShift> Shifts, string? WhyNot)
{
    /// <summary>What re-planning saves or gains against doing nothing.</summary>
    public decimal? ReplanningUsdPerHour => BestUsdPerHour - KeepUsdPerHour;
}

/// <summary>Every stress side by side with the present, which is the first.</summary>
/// <param name="EstimatedAt">When the yields all of them rest on were estimated.</param>
/// <param name="LeftOut">Pools that are not planned with, each with the word for why.</param>
public sealed record StressTest(DateTimeOffset EstimatedAt, decimal BudgetUsdPerHour, IReadOnlyList<Stress> Rows, IReadOnlyDictionary<PoolName, string> LeftOut);

/// <summary>What would become of the fleet, and what would be best then, if the world changed. Stores nothing.</summary>
public sealed class WhatIf
{
    private readonly PlanBasis _basis;
    private readonly SetConstraints _constraints;

    internal WhatIf(PlanBasis basis, SetConstraints constraints) => (_basis, _constraints) = (basis, constraints);

    /// <summary>Solves every stress.</summary>
    /// <param name="progress">Told how many of how many are solved.</param>
    /// <exception cref="CannotPlanException">There is nothing to plan with.</exception>
    public async Task<StressTest> RunAsync(IProgress<(int Done, int Of)>? progress, CancellationToken cancellationToken)
    {
        var read = await _basis.ReadAsync(await _constraints.ReadAsync(cancellationToken), cancellationToken);
        List<(StressKind Kind, string? About)> asked =
        [
            (StressKind.None, null), (StressKind.PricesHalve, null),
            .. read.Estimate.Pools.Where(p => !read.LeftOut.ContainsKey(p.Pool)).Select(p => p.Network.Value).Distinct().Order(StringComparer.Ordinal).Select(n => (StressKind.NetworkDies, (string?)n)),
            .. read.Instance.Items.Select(i => i.Provider).Distinct().Order(StringComparer.Ordinal).Select(s => (StressKind.SupplierDies, (string?)s)),
            (StressKind.PointsPayNothing, null), (StressKind.RentsRise, null), (StressKind.BudgetHalves, null), (StressKind.BudgetDoubles, null),
        ];
        // Without points the stress of points is the present again.
        if (!read.Estimate.Pools.Any(p => p.Modelled)) { asked.RemoveAll(a => a.Kind == StressKind.PointsPayNothing); }
        List<Stress> rows = [];
        foreach (var (kind, about) in asked)
        {
            progress?.Report((rows.Count, asked.Count));
            rows.Add(Solve(read, kind, about, cancellationToken));
        }
        return new StressTest(read.Estimate.At, read.Constraints.BudgetUsdPerHour, rows, read.LeftOut);
    }

    private static Stress Solve(Basis read, StressKind kind, string? about, CancellationToken cancellationToken)
    {
        var instance = Apply(read, kind, about);
        var rents = instance.Items.ToDictionary(i => i.Id, i => PlanAllocation.Usd(i.UsdPerGpuHour));
        List<Optimiser.Assignment> held = [.. read.Now.Where(a => rents.ContainsKey(a.Item))];
        if (instance.Items.Count == 0) { return new Stress(kind, about, 0, 0, 0, [], 0, 0, 0, [], null); }
        var keep = PlanEvaluator.Evaluate(instance, held);
        var row = new Stress(kind, about, held.Sum(a => a.Count), PlanAllocation.Usd(keep.ObjectiveUsdPerHour), RentOf(held), [.. keep.Rows.Where(r => !r.Holds).Select(r => r.Name)], null, null, null, [], null);
        try
        {
            var best = AllocationSolver.Solve(instance, SolveOptions.Default, cancellationToken).Plan;
            return row with
            {
                BestUsdPerHour = PlanAllocation.Usd(best.ObjectiveUsdPerHour), BoundUsdPerHour = PlanAllocation.Usd(best.BoundUsdPerHour), BestRentUsdPerHour = RentOf(best.Assignments),
                Shifts = GpuShift.Between(PlanAllocation.Describe(read, held), PlanAllocation.Describe(read, best.Assignments)),
            };
        }
        catch (InfeasibleInstanceException e) { return row with { WhyNot = e.Message }; }

        decimal RentOf(IReadOnlyList<Optimiser.Assignment> assignments) => assignments.Sum(a => a.Count * rents[a.Item]);
    }

    private static AllocationInstance Apply(Basis read, StressKind kind, string? about)
    {
        var instance = read.Instance;
        var pools = read.Estimate.Pools.ToDictionary(p => p.Pool.Value);
        AllocationInstance Worth(Func<PoolEstimate, double> factor) => instance with { Networks = [.. instance.Networks.Select(n => n with { ValueUsdPerHour = n.ValueUsdPerHour * factor(pools[n.Id]) })] };
        return kind switch
        {
            StressKind.PricesHalve => Worth(_ => 0.5),
            StressKind.NetworkDies => Worth(p => p.Network.Value == about ? 0 : 1),
            StressKind.PointsPayNothing => Worth(p => p.Modelled ? 0 : 1),
            StressKind.SupplierDies => instance with { Items = [.. instance.Items.Where(i => i.Provider != about)] },
            StressKind.RentsRise => instance with { Items = [.. instance.Items.Select(i => i with { UsdPerGpuHour = i.UsdPerGpuHour * 1.5 })] },
            StressKind.BudgetHalves => instance with { BudgetUsdPerHour = instance.BudgetUsdPerHour / 2 },
            StressKind.BudgetDoubles => instance with { BudgetUsdPerHour = instance.BudgetUsdPerHour * 2 },
            _ => instance,
        };
    }
}
