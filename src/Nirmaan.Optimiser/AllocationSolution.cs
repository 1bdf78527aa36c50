namespace Nirmaan.Optimiser;

/// <summary>A plan with what is known about it beyond plan.json.</summary>
public sealed record AllocationSolution
{
    /// <summary>The plan, its bound and its prices.</summary>
    public required AllocationPlan Plan { get; init; }

    /// <summary>The plan's worth in parts, and the state of every row.</summary>
    public required PlanEvaluation Evaluation { get; init; }

    /// <summary>The weights on scenarios that belong to the prices; empty if risk does not count.</summary>
    public required IReadOnlyList<double> ScenarioWeights { get; init; }

    /// <summary>True if every plan that could be better was looked at and none was.</summary>
    public required bool IsProvedOptimal { get; init; }

    /// <summary>Newton steps taken in price space.</summary>
    public required int PriceSteps { get; init; }

    /// <summary>Moves tried by the local search.</summary>
    public required long MovesTried { get; init; }
}
