using System.Text.Json;

namespace Nirmaan.Optimiser;

/// <summary>The answer (plan.json): which GPUs run what, what that earns, and how far from the best possible it can be at most.</summary>
public sealed record AllocationPlan
{
    /// <summary>Expected value less rent and switching, USD per hour, at 8 decimals.</summary>
    public required double ObjectiveUsdPerHour { get; init; }

    /// <summary>No feasible plan is worth more than this; rounded up at the 8th decimal.</summary>
    public required double BoundUsdPerHour { get; init; }

    /// <summary>(bound - objective) / max(|bound|, 1e-9); 0 if they are equal.</summary>
    public required double Gap { get; init; }

    /// <summary>True: every row holds (<see cref="PlanEvaluator"/> has checked it).</summary>
    public required bool Feasible { get; init; }

    /// <summary>The GPUs in use; an item or workload that is absent has none.</summary>
    public required IReadOnlyList<Assignment> Assignments { get; init; }

    /// <summary>
    /// USD per hour that one more unit of each row is worth, by <see cref="RowNames"/>; the bound is computed from these.
    /// At least 0, except the floors of buckets (at most 0).
    /// </summary>
    public required IReadOnlyDictionary<string, double> Prices { get; init; }

    /// <summary>The items without any assignment, and what speaks against them.</summary>
    public required IReadOnlyList<RejectedItem> Rejected { get; init; }

    /// <summary>Time taken to solve.</summary>
    public required double Seconds { get; init; }

    /// <summary>This plan as plan.json.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, OptimiserJson.Strict.AllocationPlan);

    /// <summary>Reads plan.json.</summary>
    /// <exception cref="JsonException">The text is not a plan.</exception>
    public static AllocationPlan Parse(string json) =>
        JsonSerializer.Deserialize(json, OptimiserJson.Strict.AllocationPlan) ?? throw new JsonException("The plan is null.");

    /// <summary>The gap of an objective to a bound, as the format defines it.</summary>
    public static double GapOf(double objective, double bound) =>
        bound == objective ? 0 : (bound - objective) / Math.Max(Math.Abs(bound), 1e-9);
}

/// <summary>GPUs of one item on one workload.</summary>
/// <param name="Item">Id of the item.</param>
/// <param name="Workload">Id of the workload.</param>
/// <param name="Count">GPUs, a multiple of the workload's gpusPerMiner.</param>
public sealed record Assignment(string Item, string Workload, int Count);

/// <summary>An item the plan does not use.</summary>
/// <param name="Item">Id of the item.</param>
/// <param name="Why">What its best use would earn per GPU-hour and what that falls short of.</param>
public sealed record RejectedItem(string Item, string Why);
