using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nirmaan.Optimiser.Explaining;

/// <summary>Why a plan is as it is: what its limits cost, why the rest lost, and what would change it. USD per hour throughout.</summary>
public sealed record PlanExplanation
{
    /// <summary>What the plan is worth.</summary>
    public required double ObjectiveUsdPerHour { get; init; }

    /// <summary>What no plan can be worth more than.</summary>
    public required double BoundUsdPerHour { get; init; }

    /// <summary>Every limit, the costliest first; those with room cost nothing.</summary>
    public required IReadOnlyList<RowExplanation> Rows { get; init; }

    /// <summary>Every pin and veto, with what it costs.</summary>
    public required IReadOnlyList<RuleExplanation> Rules { get; init; }

    /// <summary>The workloads without a GPU, the nearest to one first.</summary>
    public required IReadOnlyList<WorkloadExplanation> Workloads { get; init; }

    /// <summary>The items without a use, the nearest to one first; at most <see cref="ExplainOptions.MostItems"/>.</summary>
    public required IReadOnlyList<ItemExplanation> Rejected { get; init; }

    /// <summary>The uses in the plan, the nearest to losing it first; at most <see cref="ExplainOptions.MostItems"/>.</summary>
    public required IReadOnlyList<ItemExplanation> Chosen { get; init; }

    /// <summary>How far each network of the plan may change before the plan should.</summary>
    public required IReadOnlyList<NetworkSensitivity> Networks { get; init; }

    /// <summary>Instances solved for this.</summary>
    public required int Solves { get; init; }

    /// <summary>False when <see cref="ExplainOptions.MaxSolves"/> ended it: some figures are then null.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>This explanation as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ExplanationJson.Default.PlanExplanation);
}

/// <summary>
/// What a change of the question is worth, found by solving again. The truth certainly lies between the ends, which plans and bounds of both
/// questions prove; the estimate is the difference of the bounds.
/// </summary>
public sealed record Gain(double UsdPerHour, double AtLeastUsdPerHour, double AtMostUsdPerHour)
{
    /// <summary>The estimate for a day.</summary>
    public double UsdPerDay => 24 * UsdPerHour;
}

/// <summary>One limit.</summary>
public sealed record RowExplanation
{
    /// <summary>As in <see cref="RowNames"/>.</summary>
    public required string Row { get; init; }

    /// <summary>What its numbers count: USD/h, GPUs, stake or moves.</summary>
    public required string Unit { get; init; }

    /// <summary>What the plan uses.</summary>
    public required double Usage { get; init; }

    /// <summary>Ceiling, or floor.</summary>
    public required double Limit { get; init; }

    /// <summary>True for a floor.</summary>
    public required bool IsFloor { get; init; }

    /// <summary>What is left until the limit: by so much it can be tightened and the plan stays as good as any.</summary>
    public required double Room { get; init; }

    /// <summary>A slope: what one more unit (of a floor: one unit less) is worth at the margin, >= 0.</summary>
    public required double SlopeUsdPerHour { get; init; }

    /// <summary>A sensible step: a tenth of the limit or one miner's need. Null where the row has no price.</summary>
    public double? Step { get; init; }

    /// <summary>What that step earns, solved again.</summary>
    public Gain? StepGain { get; init; }

    /// <summary>What the limit costs: the gain without it, solved again.</summary>
    public Gain? WholeGain { get; init; }

    /// <summary>The same in a sentence.</summary>
    public required string Text { get; init; }
}

/// <summary>A pin or veto and what the best plan without it is worth more.</summary>
/// <param name="Row">As in <see cref="RowNames"/>.</param>
/// <param name="Cost">Solved again without it; null if solves ran out.</param>
/// <param name="Text">The same in a sentence.</param>
public sealed record RuleExplanation(string Row, Gain? Cost, string Text);

/// <summary>A use of an item at the plan's prices; every figure is a slope, per GPU-hour.</summary>
public sealed record ItemExplanation
{
    /// <summary>Id of the item.</summary>
    public required string Item { get; init; }

    /// <summary>The use: of a rejected item the best it could have.</summary>
    public required string Workload { get; init; }

    /// <summary>GPUs in this use.</summary>
    public required int Gpus { get; init; }

    /// <summary>The item's rent.</summary>
    public required double RentUsd { get; init; }

    /// <summary>What its work earns at the margin.</summary>
    public required double EarnsUsd { get; init; }

    /// <summary>What is left after rent, switching and every row's price; negative of a rejected item: so much it is short (its reduced cost).</summary>
    public required double WorthUsd { get; init; }

    /// <summary>The rent at which it would get in, or above which it would drop out; null if no rent does that.</summary>
    public required double? BreakEvenRentUsd { get; init; }

    /// <summary>The next best use of the same GPUs and what it is worth; null if there is none.</summary>
    public string? NextWorkload { get; init; }

    /// <summary>See <see cref="NextWorkload"/>.</summary>
    public double? NextWorthUsd { get; init; }

    /// <summary>True if it is proved that no better plan has even one miner here.</summary>
    public required bool IsCertain { get; init; }

    /// <summary>The same in a sentence.</summary>
    public required string Text { get; init; }
}

/// <summary>A workload that gets no GPU; figures are slopes, per GPU-hour.</summary>
/// <param name="Workload">Its id.</param>
/// <param name="BestItem">Where it comes nearest; null if it runs nowhere.</param>
/// <param name="ShortUsd">By how much it loses there to the best use of the same GPU, or to none.</param>
/// <param name="ValueFactor">How many times its work would have to be worth what it is now; null if no value would do.</param>
/// <param name="BeatenBy">The use that takes its place there; null = none.</param>
/// <param name="IsCertain">True if it is proved that no better plan has even one miner of it.</param>
/// <param name="Text">The same in a sentence.</param>
public sealed record WorkloadExplanation(string Workload, string? BestItem, double ShortUsd, double? ValueFactor, string? BeatenBy, bool IsCertain, string Text);

/// <summary>How far one quantity may change before the plan should, found by solving again at changes of 5, 10, 20, 40 and 80 %.</summary>
/// <param name="Network">Id of the network.</param>
/// <param name="Of">What changes: value or others' work.</param>
/// <param name="Down">Downwards; null if solves ran out.</param>
/// <param name="Up">Upwards; null if solves ran out.</param>
/// <param name="Text">The same in a sentence.</param>
public sealed record NetworkSensitivity(string Network, string Of, Tipping? Down, Tipping? Up, string Text);

/// <summary>Between which two changes a plan stops being as good as any.</summary>
/// <param name="HoldsAt">The greatest share tried at which it still is.</param>
/// <param name="ChangesAt">The least share tried at which another is better by more than a ten-thousandth and the plan's own gap; null = none of those tried.</param>
/// <param name="LostUsdPerHour">What keeping the plan would lose there, at least.</param>
public sealed record Tipping(double HoldsAt, double? ChangesAt, double LostUsdPerHour);

/// <summary>How much an explanation may take.</summary>
public sealed record ExplainOptions
{
    /// <summary>Instances that may be solved: pins and vetoes first, then limits by what they cost, then networks by what they earn.</summary>
    public int MaxSolves { get; init; } = 100;

    /// <summary>Most items to list on either side.</summary>
    public int MostItems { get; init; } = 100;

    /// <summary>How far each solve searches.</summary>
    public SolveOptions Solving { get; init; } = SolveOptions.Default;

    /// <summary>The scenario weights that came with the plan; without them some are searched for.</summary>
    public IReadOnlyList<double>? ScenarioWeights { get; init; }

    /// <summary>True if the solver proved that no plan is better (<see cref="AllocationSolution.IsProvedOptimal"/>): gains are then told more closely.</summary>
    public bool IsProvedOptimal { get; init; }

    /// <summary>Told after every solve: how many are done, and how many there can be at most.</summary>
    public IProgress<(int Done, int AtMost)>? Progress { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PlanExplanation))]
internal sealed partial class ExplanationJson : JsonSerializerContext;
