namespace Nirmaan.Optimiser;

/// <summary>A plan's true worth and the state of every row.</summary>
public sealed record PlanEvaluation
{
    /// <summary>Risk-weighted revenue less rent and switching.</summary>
    public required double ObjectiveUsdPerHour { get; init; }

    /// <summary>Mean revenue over the scenarios.</summary>
    public required double MeanRevenueUsdPerHour { get; init; }

    /// <summary>Mean revenue of the worst (1 - tailLevel) share of the scenarios.</summary>
    public required double TailRevenueUsdPerHour { get; init; }

    /// <summary>Rent of every GPU in use.</summary>
    public required double RentUsdPerHour { get; init; }

    /// <summary>One-off costs of moving and starting, spread over the horizon.</summary>
    public required double SwitchingUsdPerHour { get; init; }

    /// <summary>GPUs that are moved or new.</summary>
    public required int Moves { get; init; }

    /// <summary>Work delivered per network.</summary>
    public required IReadOnlyDictionary<string, double> WorkPerHour { get; init; }

    /// <summary>Every row of the instance.</summary>
    public required IReadOnlyList<RowState> Rows { get; init; }

    /// <summary>What makes an assignment meaningless: unknown ids, ineligible GPUs, counts that are no whole miners.</summary>
    public required IReadOnlyList<string> Faults { get; init; }

    /// <summary>True if there is no fault and every row holds.</summary>
    public bool IsFeasible => Faults.Count == 0 && Rows.All(r => r.Holds);
}

/// <summary>One row: what is used of it and what is allowed.</summary>
/// <param name="Name">As in <see cref="RowNames"/>.</param>
/// <param name="Usage">In the row's unit.</param>
/// <param name="Limit">Ceiling, or floor.</param>
/// <param name="IsFloor">True if usage must not lie below the limit.</param>
/// <param name="Tolerance">Allowed breach: 0 for rows that count GPUs.</param>
public sealed record RowState(string Name, double Usage, double Limit, bool IsFloor, double Tolerance)
{
    /// <summary>By how much the row is broken; 0 or less if it holds.</summary>
    public double Breach => IsFloor ? Limit - Usage : Usage - Limit;

    /// <summary>True if the row holds within its tolerance.</summary>
    public bool Holds => Breach <= Tolerance;
}
