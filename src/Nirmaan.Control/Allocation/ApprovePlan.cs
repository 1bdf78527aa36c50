using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>What became of an approval.</summary>
public abstract record ApproveOutcome
{
    private ApproveOutcome() { }

    /// <summary>Approved; the moves are carried out in turn.</summary>
    public sealed record Approved(int Moves) : ApproveOutcome;
    /// <summary>There is no such plan.</summary>
    public sealed record NotFound : ApproveOutcome;
    /// <summary>It is no longer proposed, or too old.</summary>
    public sealed record TooLate(string Why) : ApproveOutcome;
    /// <summary>The chosen moves alone break a cap.</summary>
    public sealed record BreaksCap(string Cap, string Why) : ApproveOutcome;
    /// <summary>A named move is not one of the plan.</summary>
    public sealed record UnknownMove(MoveId Move) : ApproveOutcome;
}

/// <summary>Approves a plan, whole or in part, or calls it off.</summary>
public sealed class ApprovePlan(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, TimeProvider clock)
{
    /// <summary>Approves.</summary>
    /// <param name="moves">The moves to carry out; null = all.</param>
    public async Task<ApproveOutcome> RunAsync(PlanId id, IReadOnlyCollection<MoveId>? moves, string by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await db.Plans.SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (plan is null) { return new ApproveOutcome.NotFound(); }
        var now = clock.GetUtcNow();
        if (plan.State != PlanState.Proposed) { return new ApproveOutcome.TooLate($"The plan is {plan.State}."); }
        if (now >= plan.ExpiresAt) { return new ApproveOutcome.TooLate($"The plan expired at {plan.ExpiresAt:u}; its figures are too old. Make a new one."); }
        var all = await db.Moves.Where(m => m.PlanId == id).OrderBy(m => m.Rank).ToListAsync(cancellationToken);
        if (moves?.FirstOrDefault(m => all.All(a => a.Id != m)) is { } unknown && unknown != default) { return new ApproveOutcome.UnknownMove(unknown); }
        var chosen = moves is null ? all : [.. all.Where(m => moves.Contains(m.Id))];

        var after = MoveList.After([.. plan.Now.Select(a => new Optimiser.Assignment(a.Item, a.Workload!, a.Count))], chosen);
        var evaluation = PlanAllocation.Evaluate(plan.Instance, after);
        if (evaluation.Rows.Where(r => !r.Holds).MaxBy(r => r.Breach) is { } broken)
        {
            return new ApproveOutcome.BreaksCap(broken.Name, string.Create(CultureInfo.InvariantCulture, $"{broken.Name}: {broken.Usage:0.####} against a limit of {broken.Limit:0.####}"));
        }
        plan.Approve(by, now);
        foreach (var move in all)
        {
            if (chosen.Contains(move)) { move.Approve(); }
            else { move.Drop($"left out by {by}"); }
        }
        if (chosen.Count == 0) { plan.MarkDone(now); }
        db.Note(now, "plan", id, by, "approved", chosen.Count == all.Count ? "all moves" : $"{chosen.Count} of {all.Count} moves", PlanState.Proposed, plan.State);
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { return new ApproveOutcome.TooLate("Someone decided over the plan in the same moment."); }
        events.Changed(Topic.Allocation);
        return new ApproveOutcome.Approved(chosen.Count);
    }

    /// <summary>Calls a plan off: moves under way are finished, the rest is dropped. False = it had ended or there is none.</summary>
    public async Task<bool> CancelAsync(PlanId id, string by, string why, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await db.Plans.SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (plan is not { State: PlanState.Proposed or PlanState.Approved }) { return false; }
        var (now, before) = (clock.GetUtcNow(), plan.State);
        plan.Cancel(by, now, why);
        foreach (var move in await db.Moves.Where(m => m.PlanId == id && (m.State == MoveState.Proposed || m.State == MoveState.Approved)).ToListAsync(cancellationToken)) { move.Drop($"called off by {by}"); }
        db.Note(now, "plan", id, by, "cancelled", why, before, plan.State);
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { return false; }
        events.Changed(Topic.Allocation);
        return true;
    }
}
