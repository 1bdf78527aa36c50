namespace Nirmaan.Optimiser;

/// <summary>
/// How far to search. Every limit counts steps, never time, so the same instance and options give the same plan, bit for
/// bit, on a fast machine and a slow one.
/// </summary>
public sealed record SolveOptions
{
    /// <summary>The default effort.</summary>
    public static SolveOptions Default { get; } = new();

    /// <summary>Chooses among equally sensible kicks of the local search.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Newton steps in price space.</summary>
    public int MaxPriceSteps { get; init; } = 600;

    /// <summary>Moves the local search may try, over all its rounds; with many scenarios a move counts for more.</summary>
    public long MaxMovesTried { get; init; } = 1_000_000;

    /// <summary>
    /// So many times as many moves may be tried where the gap stays above <see cref="FarGap"/>: caps of a few whole GPUs keep the bound far off, and only patience tells
    /// whether a better plan hides there.
    /// </summary>
    public int FarFactor { get; init; } = 6;

    /// <summary>Where the gap stays above <see cref="FarGap"/>: so many times at most is all that a network has held against what it could have; 0 leaves that search out.</summary>
    public long MaxPacksTried { get; init; } = 100_000_000;

    /// <summary>A share of the bound.</summary>
    public double FarGap { get; init; } = 2e-3;

    /// <summary>The local search ends once the gap is this small.</summary>
    public double GapWanted { get; init; } = 5e-5;

    /// <summary>A plan for a similar instance, e.g. the last one: its prices and assignments are where the search starts.</summary>
    public AllocationPlan? WarmStart { get; init; }

    /// <summary>The scenario weights that came with <see cref="WarmStart"/>, if risk counts.</summary>
    public IReadOnlyList<double>? WarmScenarioWeights { get; init; }

    /// <summary>Told after every stage.</summary>
    public IProgress<SolveProgress>? Progress { get; init; }

    /// <summary>Measures <see cref="AllocationPlan.Seconds"/>; nothing else depends on it.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>How far a solve has come.</summary>
/// <param name="Stage">What was done last.</param>
/// <param name="BoundUsdPerHour">The bound so far, null before there is one.</param>
/// <param name="ObjectiveUsdPerHour">The best plan so far, null before there is one.</param>
public sealed record SolveProgress(SolveStage Stage, double? BoundUsdPerHour, double? ObjectiveUsdPerHour);

/// <summary>The stages of a solve, in order.</summary>
public enum SolveStage
{
    /// <summary>Prices at one temperature are found.</summary>
    Prices,

    /// <summary>A plan of whole miners keeps every row.</summary>
    Rounded,

    /// <summary>A round of local search is done.</summary>
    Improved,

    /// <summary>The bound is computed anew from the prices alone.</summary>
    Certified,
}
