using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Allocation;

/// <summary>One estimate as it came true, with the plan that rested on it.</summary>
public sealed record CheckedEstimate(PlanId PlanId, EstimateCheck Check);

/// <summary>How well estimates came true over the plans that were graded.</summary>
/// <param name="Workloads">By workload; one of which no GPU of ours did any work has no line.</param>
/// <param name="Checks">Newest horizon first.</param>
/// <param name="Plans">Graded plans that they are of.</param>
public sealed record CalibrationBoard(IReadOnlyList<WorkloadCalibration> Workloads, IReadOnlyList<CheckedEstimate> Checks, int Plans);

/// <summary>Whether plans' questions still give the plans.</summary>
/// <param name="Replayed">Plans solved again.</param>
/// <param name="Same">Of these, the ones that came out the same.</param>
/// <param name="Faults">Other plans by the same version of the optimiser, newest first: there must be none.</param>
public sealed record ReplayBoard(int Replayed, int Same, IReadOnlyList<PlanReplay> Faults);

/// <summary>Reads of whether estimates and answers can be trusted, over the plans whose horizon ended last.</summary>
public sealed class CalibrationQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>Estimates of work against what was done.</summary>
    /// <param name="plans">Graded plans looked at, the newest.</param>
    public async Task<CalibrationBoard> ReadAsync(int plans, CancellationToken cancellationToken)
    {
        var grades = await GradesAsync(plans, cancellationToken);
        List<CheckedEstimate> checks = [.. grades.SelectMany(g => g.Checks.Select(c => new CheckedEstimate(g.PlanId, c))).OrderByDescending(c => c.Check.To)];
        return new CalibrationBoard(WorkloadCalibration.Of(checks.Select(c => c.Check)), checks, grades.Count(g => g.Checks.Count > 0));
    }

    /// <summary>Answers against the same questions solved again.</summary>
    /// <param name="plans">Plans looked at, those solved again last.</param>
    public async Task<ReplayBoard> ReplaysAsync(int plans, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var replays = await db.Replays.AsNoTracking().OrderByDescending(r => r.At).ThenByDescending(r => r.PlanId).Take(plans).ToListAsync(cancellationToken);
        return new ReplayBoard(replays.Count, replays.Count(r => r.IsSame), [.. replays.Where(r => r.IsFault)]);
    }

    private async Task<List<PlanGrade>> GradesAsync(int plans, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Grades.AsNoTracking().OrderByDescending(g => g.At).ThenByDescending(g => g.PlanId).Take(plans).ToListAsync(cancellationToken);
    }
}
