namespace Nirmaan.Optimiser.Tests;

/// <summary>Every plan of an instance, one by one.</summary>
internal static class BruteForce
{
    /// <summary>The best feasible plan's objective and assignments, null if no plan is feasible.</summary>
    public static (double Objective, IReadOnlyList<Assignment> Assignments)? Best(AllocationInstance instance)
    {
        (double Objective, IReadOnlyList<Assignment> Assignments)? best = null;
        foreach (var plan in Plans(instance))
        {
            var evaluation = PlanEvaluator.Evaluate(instance, plan);
            if (evaluation.IsFeasible && (best is null || evaluation.ObjectiveUsdPerHour > best.Value.Objective))
            {
                best = (evaluation.ObjectiveUsdPerHour, plan);
            }
        }
        return best;
    }

    public static long CountPlans(AllocationInstance instance) =>
        instance.Items.Aggregate(1L, (count, item) => Math.Min(long.MaxValue / 1000, count * Uses(instance, item).Count()));

    public static IEnumerable<List<Assignment>> Plans(AllocationInstance instance) => Plans(instance, 0);

    private static IEnumerable<List<Assignment>> Plans(AllocationInstance instance, int from)
    {
        if (from == instance.Items.Count)
        {
            yield return [];
            yield break;
        }
        foreach (var rest in Plans(instance, from + 1))
        {
            foreach (var use in Uses(instance, instance.Items[from]))
            {
                yield return [.. use, .. rest];
            }
        }
    }

    private static IEnumerable<List<Assignment>> Uses(AllocationInstance instance, AllocationItem item)
    {
        var eligible = instance.Workloads.Where(w => w.WorkPerGpuHour.ContainsKey(item.Gpu)).ToList();
        return Uses(item, eligible, 0, item.Available);
    }

    private static IEnumerable<List<Assignment>> Uses(AllocationItem item, List<Workload> eligible, int from, int left)
    {
        if (from == eligible.Count)
        {
            yield return [];
            yield break;
        }
        for (var count = 0; count <= left; count += eligible[from].GpusPerMiner)
        {
            foreach (var rest in Uses(item, eligible, from + 1, left - count))
            {
                yield return count > 0 ? [new Assignment(item.Id, eligible[from].Id, count), .. rest] : rest;
            }
        }
    }
}
