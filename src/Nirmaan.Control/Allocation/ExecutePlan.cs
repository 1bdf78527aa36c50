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

namespace Nirmaan.Control.Allocation;

/// <summary>
/// Carries out approved moves in the order of their rank under a disruption budget, watches each until its miners serve, and ends the plan when
/// all moves ended. Everything it does goes through the fleet's verbs, so it may stop and go on at any point.
/// </summary>
public sealed partial class ExecutePlan(
    IDbContextFactory<NirmaanDbContext> contexts, LaunchInstance launch, MoveSteps steps, ControlEvents events, IOptions<AllocationOptions> options, TimeProvider clock, ILogger<ExecutePlan> logger)
{
    /// <summary>One line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
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
        List<Move> moves;
        Plan plan;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            plan = await db.Plans.AsNoTracking().SingleAsync(p => p.Id == id, cancellationToken);
            moves = await db.Moves.AsNoTracking().Where(m => m.PlanId == id).OrderBy(m => m.Rank).ToListAsync(cancellationToken);
        }
        foreach (var move in moves.Where(m => m.State == MoveState.Running)) { await WatchAsync(plan, move.Id, cancellationToken); }
        // Machines are given back and switched before new ones are rented, so that no cap is broken on the way.
        var moving = moves.Where(m => m.State == MoveState.Running).Sum(m => m.Count - m.DoneCount);
        foreach (var move in moves.Where(m => m.State == MoveState.Approved).OrderBy(m => m.Kind switch { MoveKind.Release => 0, MoveKind.Switch => 1, _ => 2 }).ThenBy(m => m.Rank))
        {
            if (moving > 0 && moving + move.Count > options.Value.MaxGpusMoving) { break; }
            if (move.Kind == MoveKind.Start && moves.Any(m => m.State is MoveState.Approved or MoveState.Running && m.Kind != MoveKind.Start)) { break; }
            if (await StartAsync(plan, move, cancellationToken)) { moving += move.Count; }
        }
        await EndAsync(id, cancellationToken);
    }

    private async Task<bool> StartAsync(Plan plan, Move move, CancellationToken cancellationToken)
    {
        if (move.Kind != MoveKind.Start)
        {
            var picked = await PickAsync(move, cancellationToken);
            if (picked.Count == 0) { await FailUnstartedAsync(move, $"no running {move.From} on {move.Gpu} at {move.Supplier} is left", cancellationToken); return false; }
            // Written before anything is done: a crash on the way goes on with these machines and picks no others.
            await WriteAsync(move.Id, (m, now) => m.Start(now, picked), $"{move.Kind} of {picked.Count} of {move.Count} GPUs began", cancellationToken);
            await steps.RunAsync(plan, move.Id, cancellationToken);
            return true;
        }
        var request = new LaunchRequest(move.To!.Value, move.Count, move.CeilingUsdPerGpuHour, new GpuModel(move.Gpu), move.Supplier, Reason: plan.WhyOf(move));
        var outcome = await launch.RunAsync(request, $"move:{move.Id}", plan.DecidedBy ?? plan.By, cancellationToken);
        if (outcome is not LaunchOutcome.Accepted accepted)
        {
            await FailUnstartedAsync(move, outcome is LaunchOutcome.Refused refused ? refused.Why : "its launch key was used otherwise", cancellationToken);
            return false;
        }
        List<InstanceId> instances;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken)) { instances = await db.InstancesOfAsync(accepted.Operations, cancellationToken); }
        await WriteAsync(move.Id, (m, now) => m.Start(now, instances), $"{move.Kind} of {instances.Count} of {move.Count} GPUs began", cancellationToken);
        return true;
    }

    /// <summary>Machines of the move's item that still do what the plan saw them do, oldest first.</summary>
    private async Task<List<InstanceId>> PickAsync(Move move, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var gpu = new GpuModel(move.Gpu);
        return await db.Instances.AsNoTracking()
            .Where(i => i.Supplier == move.Supplier && i.Gpu == gpu && i.Workload == move.From && i.State == InstanceState.Running
                && !db.Operations.Any(o => o.InstanceId == i.Id && o.Kind == OperationKind.Change && (o.State == OperationState.Intended || o.State == OperationState.Sent || o.State == OperationState.Unknown)))
            .OrderBy(i => i.UsdPerGpuHour == move.UsdPerGpuHour ? 0 : 1).ThenBy(i => i.CreatedAt).Select(i => i.Id).Take(move.Count).ToListAsync(cancellationToken);
    }

    private async Task WatchAsync(Plan plan, MoveId id, CancellationToken cancellationToken)
    {
        var held = await steps.RunAsync(plan, id, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var move = await db.Moves.AsNoTracking().SingleAsync(m => m.Id == id, cancellationToken);
        var ids = move.Instances.Select(i => new InstanceId(i)).ToList();
        var instances = await db.Instances.AsNoTracking().Where(i => ids.Contains(i.Id)).ToListAsync(cancellationToken);
        var serving = (await db.Miners.AsNoTracking().Where(m => ids.Contains(m.InstanceId) && (m.State == MinerState.Idle || m.State == MinerState.Earning)).ToListAsync(cancellationToken)).Where(m => m.Workload == move.To).Select(m => m.InstanceId).ToHashSet();
        var done = move.Kind == MoveKind.Release ? instances.Count(i => !i.IsLive) : instances.Count(i => serving.Contains(i.Id));
        var dead = move.Kind == MoveKind.Release ? 0 : instances.Count(i => !i.IsLive);
        var late = clock.GetUtcNow() - move.StartedAt > options.Value.MovePatience;
        if (done == move.DoneCount && done + dead < instances.Count && !late) { return; }
        await WriteAsync(move.Id, (m, now) =>
        {
            m.Advance(done);
            if (done + dead < instances.Count && !late) { return; }
            if (done == instances.Count) { m.MarkDone(now); }
            else { m.MarkFailed(now, dead > 0 ? $"{dead} of {instances.Count} machines were lost on the way" : $"{instances.Count - done} of {instances.Count} do not serve after {options.Value.MovePatience.TotalMinutes:0} minutes{(held is null ? "" : ": " + held)}"); }
        }, $"{done} of {instances.Count} GPUs done", cancellationToken);
    }

    private Task FailUnstartedAsync(Move move, string why, CancellationToken cancellationToken) =>
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

    private async Task WriteAsync(MoveId id, Action<Move, DateTimeOffset> change, string why, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var move = await db.Moves.SingleAsync(m => m.Id == id, cancellationToken);
        var (before, now) = (move.State, clock.GetUtcNow());
        change(move, now);
        db.Note(now, "plan", move.PlanId, nameof(ExecutePlan), $"move {move.Rank} {move.State}".ToLowerInvariant(), move.Reason ?? why, before, move.State);
        try { await db.SaveChangesAsync(cancellationToken); }
        catch (DbUpdateConcurrencyException) { LogBusy(id.Value); }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Id} was changed by someone else in the same moment; the next run goes on")]
    private partial void LogBusy(Guid id);
}
