using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Optimiser;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// Carries out approved moves by rank under a disruption budget (GPUs at a time, and per network and hour), watches each until its miners serve, and ends the plan when all moves ended. What
/// is rented comes before what is given back, so that income does not dip; only what a rent has no room without is given back before it.
/// Everything it does goes through the fleet's verbs, so it may stop and go on at any point.
/// </summary>
public sealed partial class ExecutePlan(
    IDbContextFactory<NirmaanDbContext> contexts, LaunchInstance launch, RetireInstance retire, MoveSteps steps, NetworkShelf networks, DisruptionQueries disruption, Standstills standstills, ControlEvents events, IOptions<AllocationOptions> options, TimeProvider clock, ILogger<ExecutePlan> logger)
{
    /// <summary>One line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        if ((await standstills.ReadAsync(cancellationToken)).Freeze is { } freeze) { return $"no plan goes on: {freeze}"; }
        List<PlanId> plans;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            plans = await db.Plans.AsNoTracking().Where(p => p.State == PlanState.Approved || db.Moves.Any(m => m.PlanId == p.Id && m.State == MoveState.Running)).OrderBy(p => p.At).Select(p => p.Id).ToListAsync(cancellationToken);
        }
        foreach (var plan in plans) { await CarryOnAsync(plan, cancellationToken); }
        if (plans.Count > 0) { events.Changed(Topic.Allocation); }
        return plans.Count switch { 0 => "no plan under way", 1 => "1 plan under way", var many => $"{many} plans under way" };
    }

    private async Task CarryOnAsync(PlanId id, CancellationToken cancellationToken)
    {
        var (plan, moves) = await ReadAsync(id, cancellationToken);
        foreach (var move in moves.Where(m => m.State == MoveState.Running)) { await WatchAsync(plan, move.Id, cancellationToken); }
        // What ended just now makes room at once.
        (plan, moves) = await ReadAsync(id, cancellationToken);
        if (plan.IsStopped) { await EndAsync(id, cancellationToken); return; }
        var room = new PlanRoom(await LimitsAsync(plan, cancellationToken), plan, moves);
        var hour = await disruption.HourAsync(cancellationToken);
        var moving = moves.Where(m => m.State == MoveState.Running).Sum(m => m.Count - m.DoneCount);
        bool IsTooMany(Move move) => moving > 0 && moving + move.Count > options.Value.MaxGpusMoving;
        List<Move> releases = [.. moves.Where(m => m is { Kind: MoveKind.Release, State: MoveState.Approved })], leaving = [.. moves.Where(m => m is { Kind: MoveKind.Release, State: MoveState.Running })];
        List<Move> rents = [.. moves.Where(m => m is { Kind: MoveKind.Start, State: MoveState.Approved })];

        // A change in place takes the room of what it changes: it waits for nothing but its turn.
        foreach (var move in moves.Where(m => m is { Kind: MoveKind.Switch, State: MoveState.Approved }))
        {
            if (IsTooMany(move)) { await EndAsync(id, cancellationToken); return; }
            if (hour.WaitOf(move) is not null) { continue; }
            if (await BeginAsync(plan, move, cancellationToken)) { moving += move.Count; room.Take(move); hour.Take(move); }
        }
        List<Move> first = [];
        foreach (var rent in rents)
        {
            if (IsTooMany(rent)) { break; }
            var mayWait = releases.Count + leaving.Count > 0;
            var why = room.WhyNot(rent);
            if (why is null)
            {
                why = await RentAsync(plan, rent, mayWait, cancellationToken);
                if (why is null) { moving += rent.Count; room.Take(rent); continue; }
                // Refused for money that the fleet's own caps count, not the plan's: what is given back at the same supplier makes room first.
                if (mayWait && leaving.Count == 0 && first.Count == 0) { first.AddRange(releases.OrderBy(r => r.Supplier == rent.Supplier ? 0 : 1).Take(1)); }
            }
            else
            {
                first.AddRange(room.NeededFor(rent, leaving.Concat(first), releases.Except(first)));
                if (first.Count + leaving.Count == 0) { await FailUnstartedAsync(rent, $"there is no room for it: {why}", cancellationToken); }
            }
        }
        // With nothing left to rent, and what was rented serving, the rest goes.
        if (!await IsRentingAsync(id, cancellationToken)) { first = releases; }
        foreach (var move in first)
        {
            if (IsTooMany(move)) { break; }
            if (hour.WaitOf(move) is not null) { continue; }
            if (await BeginAsync(plan, move, cancellationToken)) { moving += move.Count; hour.Take(move); }
        }
        await EndAsync(id, cancellationToken);
    }

    private async Task<(Plan Plan, List<Move> Moves)> ReadAsync(PlanId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return (await db.Plans.AsNoTracking().SingleAsync(p => p.Id == id, cancellationToken), await db.Moves.AsNoTracking().Where(m => m.PlanId == id).OrderBy(m => m.Rank).ToListAsync(cancellationToken));
    }

    private async Task<bool> IsRentingAsync(PlanId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Moves.AnyAsync(m => m.PlanId == id && m.Kind == MoveKind.Start && (m.State == MoveState.Approved || m.State == MoveState.Running), cancellationToken);
    }

    private async Task<AllocationInstance> LimitsAsync(Plan plan, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await PlanLimits.ReadAsync(db, plan, cancellationToken);
    }

    // A run takes a while: whoever stops the plan, calls it off, or gives a pin or veto meanwhile wants no further move of this run against it.
    private async Task<string?> WhyNotBeginAsync(PlanId id, Move move, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Plans.AnyAsync(p => p.Id == id && p.State == PlanState.Approved && p.StoppedAt == null, cancellationToken)) { return "the plan was stopped or called off"; }
        if (!await db.Moves.AnyAsync(m => m.Id == move.Id && m.State == MoveState.Approved, cancellationToken)) { return "the move was decided over"; }
        var held = await PlanBasis.Held(db).GroupBy(i => new { i.Workload, i.Gpu }).Select(g => new { g.Key.Workload, g.Key.Gpu, Count = g.Sum(i => i.GpuCount) }).ToListAsync(cancellationToken);
        var rules = await DirectiveQueries.RulesAsync(db, networks, clock.GetUtcNow(), cancellationToken);
        if (rules.WhyNot([move], [.. held.Select(h => (h.Workload, h.Gpu.Id, h.Count))]) is not { } why) { return null; }
        await FailUnstartedAsync(move, why, cancellationToken);
        return why;
    }

    /// <summary>Begins a move of machines that we hold. False = there are none any more, or it may not begin.</summary>
    private async Task<bool> BeginAsync(Plan plan, Move move, CancellationToken cancellationToken)
    {
        if (await WhyNotBeginAsync(plan.Id, move, cancellationToken) is not null) { return false; }
        var picked = await PickAsync(move, cancellationToken);
        if (picked.Count == 0) { await FailUnstartedAsync(move, $"no running {move.From} on {move.Gpu} at {move.Supplier} is left", cancellationToken); return false; }
        // Written before anything is done: a crash on the way goes on with these machines and picks no others.
        if (!await WriteAsync(move.Id, (m, now) => m.Start(now, picked), $"{move.Kind} of {picked.Count} of {move.Count} GPUs began", cancellationToken)) { return false; }
        await steps.RunAsync(plan, move.Id, cancellationToken);
        return true;
    }

    /// <summary>Rents. Null = asked for; else why not, and the move failed unless it may wait for money that becomes free.</summary>
    private async Task<string?> RentAsync(Plan plan, Move move, bool mayWait, CancellationToken cancellationToken)
    {
        if (await WhyNotBeginAsync(plan.Id, move, cancellationToken) is { } off) { return off; }
        var request = new LaunchRequest(move.To!.Value, move.Count, move.CeilingUsdPerGpuHour, new GpuModel(move.Gpu), move.Supplier, Reason: plan.WhyOf(move));
        var outcome = await launch.RunAsync(request, $"move:{move.Id}", plan.DecidedBy ?? plan.By, cancellationToken);
        if (outcome is not LaunchOutcome.Accepted accepted)
        {
            var why = outcome is LaunchOutcome.Refused refused ? refused.Why : "its launch key was used otherwise";
            if (!mayWait || outcome is not LaunchOutcome.Refused { Plan.Found: > 0 }) { await FailUnstartedAsync(move, why, cancellationToken); }
            return why;
        }
        List<InstanceId> instances;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken)) { instances = await db.InstancesOfAsync(accepted.Operations, cancellationToken); }
        if (await WriteAsync(move.Id, (m, now) => m.Start(now, instances), $"{move.Kind} of {instances.Count} of {move.Count} GPUs began", cancellationToken)) { return null; }
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            if (!await db.Moves.AnyAsync(m => m.Id == move.Id && m.State == MoveState.Dropped, cancellationToken)) { return null; }
        }
        // Called off between the order and this note: nobody would watch over these machines.
        foreach (var instance in instances) { await retire.RunAsync(instance, plan.DecidedBy ?? plan.By, $"{plan.WhyOf(move)}: the plan was called off in the same moment", cancellationToken); }
        return "the plan was called off";
    }

    /// <summary>Machines of the move's item that still do what the plan saw them do, oldest first.</summary>
    private async Task<List<InstanceId>> PickAsync(Move move, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var gpu = new GpuModel(move.Gpu);
        return await db.Instances.AsNoTracking()
            .Where(i => i.Supplier == move.Supplier && i.Gpu == gpu && i.Workload == move.From && i.State == InstanceState.Running && i.Cordon == null
                && !db.Operations.Any(o => o.InstanceId == i.Id && o.Kind == OperationKind.Change && (o.State == OperationState.Intended || o.State == OperationState.Sent || o.State == OperationState.Unknown)))
            .OrderBy(i => i.UsdPerGpuHour == move.UsdPerGpuHour ? 0 : 1).ThenBy(i => i.CreatedAt).Select(i => i.Id).Take(move.Count).ToListAsync(cancellationToken);
    }

    private async Task WatchAsync(Plan plan, MoveId id, CancellationToken cancellationToken)
    {
        var held = await steps.RunAsync(plan, id, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var move = await db.Moves.AsNoTracking().SingleAsync(m => m.Id == id, cancellationToken);
        var progress = await MoveProgress.ReadAsync(db, move, cancellationToken);
        var (done, dead, machines) = (progress.Done, progress.Dead, progress.Machines);
        var late = clock.GetUtcNow() - move.StartedAt > options.Value.MovePatience;
        if (done == move.DoneCount && !progress.IsOver && !late) { return; }
        await WriteAsync(move.Id, (m, now) =>
        {
            m.Advance(done);
            if (!progress.IsOver && !late) { return; }
            if (done == machines) { m.MarkDone(now); }
            else { m.MarkFailed(now, dead > 0 ? $"{dead} of {machines} machines were lost on the way" : $"{machines - done} of {machines} {(m.Kind == MoveKind.Release ? "are not closed" : "do not serve")} after {options.Value.MovePatience.TotalMinutes:0} minutes{(held is null ? "" : ": " + held)}"); }
        }, $"{done} of {machines} GPUs done", cancellationToken);
    }

    private Task<bool> FailUnstartedAsync(Move move, string why, CancellationToken cancellationToken) =>
        WriteAsync(move.Id, (m, now) => { m.Start(now, []); m.MarkFailed(now, why); }, why, cancellationToken);

    private async Task EndAsync(PlanId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await db.Plans.SingleAsync(p => p.Id == id, cancellationToken);
        if (plan.State != PlanState.Approved || await db.Moves.AnyAsync(m => m.PlanId == id && (m.State == MoveState.Approved || m.State == MoveState.Running), cancellationToken)) { return; }
        var now = clock.GetUtcNow();
        plan.MarkDone(now);
        var failed = await db.Moves.CountAsync(m => m.PlanId == id && m.State == MoveState.Failed, cancellationToken);
        db.Note(now, "plan", id, nameof(ExecutePlan), "done", failed == 0 ? "every approved move was carried out" : $"{failed} moves failed", PlanState.Approved, plan.State);
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { LogBusy(id.Value); }
    }

    /// <summary>False = someone decided over the move in the same moment; it stays as they left it.</summary>
    private async Task<bool> WriteAsync(MoveId id, Action<Move, DateTimeOffset> change, string why, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var move = await db.Moves.SingleAsync(m => m.Id == id, cancellationToken);
        var (before, now) = (move.State, clock.GetUtcNow());
        try { change(move, now); }
        catch (WrongStateException) { LogBusy(id.Value); return false; }
        db.Note(now, "plan", move.PlanId, nameof(ExecutePlan), $"move {move.Rank} {move.State}".ToLowerInvariant(), move.Reason ?? why, before, move.State);
        try { await db.SaveChangesAsync(cancellationToken); return true; }
        catch (DbUpdateConcurrencyException) { LogBusy(id.Value); return false; }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Id} was changed by someone else in the same moment; the next run goes on")]
    private partial void LogBusy(Guid id);
}
