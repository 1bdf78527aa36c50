using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Allocation;

/// <summary>
/// What became of a plan: what it promised, held against what turned out to be true over its horizon. USD per hour after rent and switching, means over the
/// readings of the horizon. Written once.
/// </summary>
/// <param name="At">When it was graded.</param>
/// <param name="From">When the plan was decided over, else when it was made.</param>
/// <param name="To">End of its horizon.</param>
/// <param name="Readings">Later estimates that it was held against.</param>
/// <param name="WasCarriedOut">False = nobody approved it, or it was called off before anything moved: then it is graded as if all of it had been carried out.</param>
/// <param name="PromisedUsdPerHour">What it said it would be worth against staying put, for what was carried out.</param>
/// <param name="StayUsdPerHour">What staying put was really worth.</param>
/// <param name="PlanUsdPerHour">What it was really worth.</param>
/// <param name="BoundUsdPerHour">What nobody can have beaten with the same offers and limits: the certified bound of each reading with nothing to switch.</param>
public sealed record PlanGrade(
    PlanId PlanId, DateTimeOffset At, DateTimeOffset From, DateTimeOffset To, int Readings, bool WasCarriedOut, decimal PromisedUsdPerHour, decimal StayUsdPerHour, decimal PlanUsdPerHour, decimal BoundUsdPerHour)
{
    /// <summary>Its estimates of work, held against what was then done; only of what GPUs of ours did in the horizon.</summary>
    public IReadOnlyList<EstimateCheck> Checks { get; init; } = [];

    /// <summary>What it really gained against staying put.</summary>
    public decimal GainUsdPerHour => PlanUsdPerHour - StayUsdPerHour;

    /// <summary>What was missed against the bound, at most.</summary>
    public decimal RegretUsdPerHour => BoundUsdPerHour - PlanUsdPerHour;

    /// <summary>Share of the promised gain that came true; null = nothing was promised.</summary>
    public decimal? Kept => PromisedUsdPerHour > 0 ? decimal.Round(GainUsdPerHour / PromisedUsdPerHour, 4) : null;
}
