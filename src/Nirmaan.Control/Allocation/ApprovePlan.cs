using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
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
    /// <summary>Whoever made it may not approve it as well (Allocation:TwoPersons).</summary>
    public sealed record SamePerson(string Who) : ApproveOutcome;
    /// <summary>The chosen moves alone break a cap.</summary>
    public sealed record BreaksCap(string Cap, string Why) : ApproveOutcome;
    /// <summary>The chosen moves go against a pin or veto that was given since.</summary>
    public sealed record Forbidden(string Why) : ApproveOutcome;
    /// <summary>A named move is not one of the plan.</summary>
    public sealed record UnknownMove(MoveId Move) : ApproveOutcome;
}

/// <summary>Approves a plan, whole or in part, or calls it off.</summary>
public sealed class ApprovePlan(IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, ControlEvents events, IOptions<AllocationOptions> options, TimeProvider clock)
{
    private const long LockKey = 0x706C616E;

    /// <summary>Approves.</summary>
    /// <param name="moves">The moves to carry out; null = all.</param>
    public async Task<ApproveOutcome> RunAsync(PlanId id, IReadOnlyCollection<MoveId>? moves, string by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // One approval at a time: two plans made from the same fleet would move and rent the same GPUs twice.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
        var plan = await db.Plans.SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (plan is null) { return new ApproveOutcome.NotFound(); }
        var now = clock.GetUtcNow();
        if (plan.State != PlanState.Proposed) { return new ApproveOutcome.TooLate($"The plan is {plan.State}."); }
        if (options.Value.TwoPersons && string.Equals(plan.By, by, StringComparison.OrdinalIgnoreCase)) { return new ApproveOutcome.SamePerson(by); }
        if (now >= plan.ExpiresAt) { return new ApproveOutcome.TooLate($"The plan expired at {plan.ExpiresAt:u}; its figures are too old. Make a new one."); }
        if (await InTheWayAsync(db, plan, cancellationToken) is { } why) { return new ApproveOutcome.TooLate(why); }
        var all = await db.Moves.Where(m => m.PlanId == id).OrderBy(m => m.Rank).ToListAsync(cancellationToken);
        if (moves?.Where(m => all.All(a => a.Id != m)).Select(m => (MoveId?)m).FirstOrDefault() is { } unknown) { return new ApproveOutcome.UnknownMove(unknown); }
        var chosen = moves is null ? all : [.. all.Where(m => moves.Contains(m.Id))];

        Optimiser.Assignment[] before = [.. plan.Now.Select(a => new Optimiser.Assignment(a.Item, a.Workload!, a.Count))];
        // Limits, pins and vetoes that were set since the plan was made bind it as well.
        var instance = await PlanLimits.ReadAsync(db, plan, cancellationToken);
        var rules = await DirectiveQueries.RulesAsync(db, networks, now, cancellationToken);
        if (rules.WhyNot(chosen, [.. plan.Now.Select(a => (new WorkloadName(a.Workload!), a.Gpu, a.Count))]) is { } forbidden) { return new ApproveOutcome.Forbidden(forbidden); }
        var breaks = LimitUse.BrokenBy(PlanEvaluator.Evaluate(instance, before), PlanEvaluator.Evaluate(instance, MoveList.After(before, chosen)));
        if (breaks.Count > 0)
        {
            var broken = breaks[0];
            var needed = ChoiceFit.With(instance, plan, all, chosen);
            var how = needed.Count > 0 ? $"; it would fit with {ChoiceFit.Name(needed)} as well" : ChoiceFit.Without(instance, plan, chosen) is { Count: > 0 } spare ? $"; it would fit without {ChoiceFit.Name(spare)}" : "";
            return new ApproveOutcome.BreaksCap(broken.Row, string.Create(CultureInfo.InvariantCulture,
                $"the limit is {(broken.IsFloor ? "at least " : "")}{broken.Limit:0.####}, this choice would make it {broken.Usage:0.####}, {broken.Beyond:0.####} {(broken.IsFloor ? "short" : "over")}{how}"));
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
        await WakePlan.AskAsync(db, by, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        events.Changed(Topic.Allocation);
        return new ApproveOutcome.Approved(chosen.Count);
    }

    // A plan speaks of the fleet as it stood when it was made. Another plan that moves GPUs since then, or still does, has made that untrue.
    private static async Task<string?> InTheWayAsync(NirmaanDbContext db, Plan plan, CancellationToken cancellationToken)
    {
        var underWay = await db.Plans.AsNoTracking().Where(p => p.Id != plan.Id && (p.State == PlanState.Approved || db.Moves.Any(m => m.PlanId == p.Id && m.State == MoveState.Running))).OrderBy(p => p.At).FirstOrDefaultAsync(cancellationToken);
        if (underWay is not null) { return $"Plan {underWay.Id}, approved by {underWay.DecidedBy}, is {(underWay.IsStopped ? $"stopped by {underWay.StoppedBy}. Resume it" : "still being carried out. Wait for its end")} or call it off, then make a new one."; }
        if (await db.Moves.AsNoTracking().AnyAsync(m => m.PlanId != plan.Id && m.StartedAt >= plan.At, cancellationToken)) { return "Another plan moved GPUs since this one was made; its figures no longer hold. Make a new one."; }
        // Launches by hand and losses count too: against a fleet of another size the caps were never checked.
        var then = plan.Now.GroupBy(a => (a.Supplier, a.Gpu, Workload: a.Workload!)).ToDictionary(g => g.Key, g => g.Sum(a => a.Count));
        var held = (await PlanBasis.Held(db).Where(i => i.GpuCount == 1).Select(i => new { i.Supplier, i.Gpu, i.Workload }).ToListAsync(cancellationToken))
            .GroupBy(i => (Supplier: i.Supplier.Value, Gpu: i.Gpu.Id, Workload: i.Workload.Value)).ToDictionary(g => g.Key, g => g.Count());
        var different = then.Keys.Union(held.Keys).Where(k => then.GetValueOrDefault(k) != held.GetValueOrDefault(k))
            .Select(k => $"{k.Workload} on {k.Gpu} at {k.Supplier} {then.GetValueOrDefault(k)} -> {held.GetValueOrDefault(k)}").Order(StringComparer.Ordinal).ToList();
        return different.Count == 0 ? null : $"The fleet is another than when this plan was made ({string.Join(", ", different)}). Make a new one.";
    }

    /// <summary>Drops what has not begun; the caller saves.</summary>
    internal static async Task CallOffAsync(NirmaanDbContext db, Plan plan, string by, string why, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = plan.State;
        plan.Cancel(by, now, why);
        foreach (var move in await db.Moves.Where(m => m.PlanId == plan.Id && (m.State == MoveState.Proposed || m.State == MoveState.Approved)).ToListAsync(cancellationToken)) { move.Drop($"called off by {by}"); }
        db.Note(now, "plan", plan.Id, by, "cancelled", why, before, plan.State);
    }

    /// <summary>Calls a plan off: moves under way are finished, the rest is dropped. False = it had ended or there is none.</summary>
    public Task<bool> CancelAsync(PlanId id, string by, string why, CancellationToken cancellationToken) => CallOffAsync(id, by, why, mayBeApproved: true, cancellationToken);

    /// <summary>Takes a proposal back. False = somebody decided over it, which stands.</summary>
    internal Task<bool> WithdrawAsync(PlanId id, string by, string why, CancellationToken cancellationToken) => CallOffAsync(id, by, why, mayBeApproved: false, cancellationToken);

    private async Task<bool> CallOffAsync(PlanId id, string by, string why, bool mayBeApproved, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await db.Plans.SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (plan?.State != PlanState.Proposed && !(mayBeApproved && plan?.State == PlanState.Approved)) { return false; }
        await CallOffAsync(db, plan!, by, why, clock.GetUtcNow(), cancellationToken);
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { return false; }
        events.Changed(Topic.Allocation);
        return true;
    }
}
