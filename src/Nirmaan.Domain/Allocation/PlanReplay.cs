using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Allocation;

/// <summary>A plan's question, solved again once its horizon was over, whether or not it could be graded. Written once.</summary>
/// <param name="At">When it was solved again.</param>
/// <param name="PlannedBy">The optimiser's version that made the plan; null = made before versions were kept.</param>
/// <param name="ReplayedBy">The version that solved it again.</param>
/// <param name="Differs">The first field of the answer that differs, with both values; null = the same plan.</param>
public sealed record PlanReplay(PlanId PlanId, DateTimeOffset At, string? PlannedBy, string ReplayedBy, string? Differs)
{
    /// <summary>The same plan came out.</summary>
    public bool IsSame => Differs is null;

    /// <summary>The same version gave another plan: its answers cannot be trusted to be reproducible.</summary>
    public bool IsFault => !IsSame && PlannedBy == ReplayedBy;
}
