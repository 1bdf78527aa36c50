using System.Globalization;
using Nirmaan.Domain.Allocation;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>Solves a plan's stored question again: whoever keeps the question must be able to get the answer again.</summary>
internal static class ReplayPlan
{
    /// <summary>Solves it as it was solved when the plan was made.</summary>
    public static PlanReplay Run(Plan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string? differs;
        // No answer is another answer; thrown, one such plan would keep all the others from ever being looked at.
        try { differs = Difference(AllocationPlan.Parse(plan.Solution), AllocationSolver.Solve(AllocationInstance.Parse(plan.Instance), cancellationToken: cancellationToken).Plan); }
        catch (Exception e) when (e is InvalidInstanceException or InfeasibleInstanceException) { differs = $"no answer: {e.Message}"; }
        return new PlanReplay(plan.Id, now, plan.OptimiserVersion, AllocationSolver.Version, differs);
    }

    /// <summary>The first field in which an answer differs from the stored one, with both values; null = none. How long it took is not part of an answer.</summary>
    public static string? Difference(AllocationPlan stored, AllocationPlan again)
    {
        if (stored.ObjectiveUsdPerHour != again.ObjectiveUsdPerHour) { return Text($"objectiveUsdPerHour: {stored.ObjectiveUsdPerHour} stored, {again.ObjectiveUsdPerHour} now"); }
        if (stored.BoundUsdPerHour != again.BoundUsdPerHour) { return Text($"boundUsdPerHour: {stored.BoundUsdPerHour} stored, {again.BoundUsdPerHour} now"); }
        return Assignments(stored, again) ?? Prices(stored, again);
    }

    private static string? Assignments(AllocationPlan stored, AllocationPlan again)
    {
        var counts = again.Assignments.ToDictionary(a => (a.Item, a.Workload), a => a.Count);
        foreach (var a in stored.Assignments.OrderBy(a => a.Item, StringComparer.Ordinal).ThenBy(a => a.Workload, StringComparer.Ordinal))
        {
            counts.Remove((a.Item, a.Workload), out var count);
            if (count != a.Count) { return Text($"assignments: {a.Count} of {a.Item} on {a.Workload} stored, {count} now"); }
        }
        return counts.Count == 0 ? null : counts.Select(c => Text($"assignments: 0 of {c.Key.Item} on {c.Key.Workload} stored, {c.Value} now")).Min(StringComparer.Ordinal);
    }

    private static string? Prices(AllocationPlan stored, AllocationPlan again) =>
        stored.Prices.Keys.Union(again.Prices.Keys).Order(StringComparer.Ordinal).Where(row => stored.Prices.GetValueOrDefault(row) != again.Prices.GetValueOrDefault(row))
            .Select(row => Text($"prices.{row}: {stored.Prices.GetValueOrDefault(row)} stored, {again.Prices.GetValueOrDefault(row)} now")).FirstOrDefault();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
