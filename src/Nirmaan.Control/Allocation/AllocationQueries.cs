using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Allocation;

/// <summary>A move as pages and programs see it.</summary>
public sealed record MoveRow(
    MoveId Id, int Rank, MoveKind Kind, MoveState State, string? Reason, SupplierName Supplier, string Gpu, WorkloadName? From, WorkloadName? To, int Count, int DoneCount, decimal UsdPerGpuHour, decimal GainUsdPerHour, decimal CostUsd,
    decimal? BreakEvenHours, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, IReadOnlyList<Guid> Instances);

/// <summary>A plan as pages and programs see it.</summary>
public sealed record PlanRow(
    PlanId Id, DateTimeOffset At, string By, PlanState State, decimal ObjectiveUsdPerHour, decimal BoundUsdPerHour, decimal NowUsdPerHour, decimal RentUsdPerHour, decimal Gap, int Moves, int MovesDone, DateTimeOffset ExpiresAt,
    string? DecidedBy, DateTimeOffset? DecidedAt, string? Reason, DateTimeOffset? EndedAt);

/// <summary>A plan with its boards, prices and moves.</summary>
public sealed record PlanDetail(PlanRow Plan, IReadOnlyList<Assignment> Now, IReadOnlyList<Assignment> Proposed, IReadOnlyDictionary<string, decimal> Prices, IReadOnlyList<MoveRow> Moves, Constraints? Constraints, YieldEstimate? Estimate, string Instance, string Solution);

/// <summary>Reads of allocation.</summary>
public sealed class AllocationQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>The newest estimate; null = none yet.</summary>
    public async Task<YieldEstimate?> NewestEstimateAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Estimates.AsNoTracking().OrderByDescending(e => e.At).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>Estimates since a time, oldest first: for charts.</summary>
    public async Task<IReadOnlyList<YieldEstimate>> EstimatesAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Estimates.AsNoTracking().Where(e => e.At >= since).OrderBy(e => e.At).ToListAsync(cancellationToken);
    }

    /// <summary>Plans, newest first.</summary>
    public async Task<Page<PlanRow>> ListAsync(int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var query = db.Plans.AsNoTracking();
        if (after is not null)
        {
            if (!Guid.TryParse(after, out var id)) { throw new InvalidInputException("after", after, "the next value of an earlier page"); }
            var cursor = new PlanId(id);
            var at = await db.Plans.AsNoTracking().Where(p => p.Id == cursor).Select(p => (DateTimeOffset?)p.At).SingleOrDefaultAsync(cancellationToken) ?? throw new InvalidInputException("after", after, "the next value of an earlier page");
            query = query.Where(p => p.At < at);
        }
        var plans = await query.OrderByDescending(p => p.At).Take(take + 1).ToListAsync(cancellationToken);
        var ids = plans.Select(p => p.Id).ToList();
        var moves = (await db.Moves.AsNoTracking().Where(m => ids.Contains(m.PlanId)).Select(m => new { m.PlanId, m.State }).ToListAsync(cancellationToken)).ToLookup(m => m.PlanId, m => m.State);
        return Paging.Cut([.. plans.Select(p => Row(p, [.. moves[p.Id]]))], take, r => r.Id.ToString());
    }

    /// <summary>One plan; null = there is none.</summary>
    public async Task<PlanDetail?> FindAsync(PlanId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await db.Plans.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (plan is null) { return null; }
        var moves = await db.Moves.AsNoTracking().Where(m => m.PlanId == id).OrderBy(m => m.Rank).ToListAsync(cancellationToken);
        var constraints = await db.Constraints.AsNoTracking().SingleOrDefaultAsync(c => c.Version == plan.ConstraintsVersion, cancellationToken);
        var estimate = await db.Estimates.AsNoTracking().SingleOrDefaultAsync(e => e.Id == plan.EstimateId, cancellationToken);
        return new PlanDetail(Row(plan, [.. moves.Select(m => m.State)]), plan.Now, plan.Proposed, plan.Prices, [.. moves.Select(Row)], constraints, estimate, plan.Instance, plan.Solution);
    }

    private static PlanRow Row(Plan p, IReadOnlyList<MoveState> moves) => new(
        p.Id, p.At, p.By, p.State, p.ObjectiveUsdPerHour, p.BoundUsdPerHour, p.NowUsdPerHour, p.RentUsdPerHour, p.Gap, moves.Count, moves.Count(s => s == MoveState.Done), p.ExpiresAt, p.DecidedBy, p.DecidedAt, p.Reason, p.EndedAt);

    private static MoveRow Row(Move m) => new(
        m.Id, m.Rank, m.Kind, m.State, m.Reason, m.Supplier, m.Gpu, m.From, m.To, m.Count, m.DoneCount, m.UsdPerGpuHour, m.GainUsdPerHour, m.CostUsd, m.BreakEvenHours, m.StartedAt, m.EndedAt, m.Instances);
}
