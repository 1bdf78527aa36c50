namespace Nirmaan.Domain.Allocation;

/// <summary>A plan's question, solved again when the plan was graded.</summary>
/// <param name="PlannedBy">The optimiser's version that made the plan; null = made before versions were kept.</param>
/// <param name="ReplayedBy">The version that solved it again.</param>
/// <param name="Differs">The first field of the answer that differs, with both values; null = the same plan.</param>
public sealed record PlanReplay(string? PlannedBy, string ReplayedBy, string? Differs)
{
    /// <summary>The same plan came out.</summary>
    public bool IsSame => Differs is null;

    /// <summary>The same version gave another plan: its answers cannot be trusted to be reproducible.</summary>
    public bool IsFault => !IsSame && PlannedBy == ReplayedBy;
}
