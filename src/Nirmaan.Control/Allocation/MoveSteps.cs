using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// Does what is still to be done on each machine of a move under way. What that is follows from the rows alone (the machine's state, the
/// change that was asked for and what became of it), so a run may be cut off anywhere and the next one goes on.
/// </summary>
public sealed class MoveSteps(IDbContextFactory<NirmaanDbContext> contexts, LaunchInstance launch, SwitchWorkload switchWorkload, RetireInstance retire, SupplierShelf suppliers)
{
    /// <summary>Why a machine of the move cannot go on for now; null = every one is under way.</summary>
    public async Task<string?> RunAsync(Plan plan, MoveId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var move = await db.Moves.AsNoTracking().SingleAsync(m => m.Id == id, cancellationToken);
        if (move.Kind == MoveKind.Start || move.State != MoveState.Running) { return null; }
        var ids = move.Instances.Select(i => new InstanceId(i)).ToList();
        var keys = ids.ToDictionary(i => i, move.KeyOfReplacement);
        var waiting = await db.Instances.AsNoTracking().Where(i => ids.Contains(i.Id) && i.Workload == move.From).OrderBy(i => i.CreatedAt).ToListAsync(cancellationToken);
        var changes = (await db.Operations.AsNoTracking().Where(o => ids.Contains(o.InstanceId!.Value) && o.Kind == OperationKind.Change && o.CreatedAt >= move.StartedAt).ToListAsync(cancellationToken)).ToLookup(o => o.InstanceId!.Value);
        var replaced = (await db.Launches.AsNoTracking().Where(l => keys.Values.Contains(l.Key)).Select(l => l.Key).ToListAsync(cancellationToken)).ToHashSet();
        string? held = null;
        foreach (var instance in waiting)
        {
            var isRunning = instance.State == InstanceState.Running;
            // Picked before, kept since: the move waits for the end of the cordon, or for its own patience.
            if (isRunning && instance.Cordon is { } cordon && !changes[instance.Id].Any()) { held = $"{instance.Id}: {cordon}"; continue; }
            if (move.Kind == MoveKind.Release)
            {
                if (instance.IsLive) { await retire.RunAsync(instance.Id, plan.DecidedBy ?? plan.By, plan.WhyOf(move), cancellationToken); }
            }
            else if (replaced.Contains(keys[instance.Id]) || (isRunning && WhyNotInPlace(instance, changes[instance.Id]) is not null))
            {
                held = await ReplaceAsync(plan, move, instance, WhyNotInPlace(instance, changes[instance.Id]), cancellationToken) ?? held;
            }
            else if (isRunning && !changes[instance.Id].Any())
            {
                await switchWorkload.RunAsync(instance.Id, move.To!.Value, plan.DecidedBy ?? plan.By, plan.WhyOf(move), cancellationToken);
            }
        }
        return held;
    }

    private string? WhyNotInPlace(Instance instance, IEnumerable<Operation> changes) => changes.MaxBy(o => o.CreatedAt) switch
    {
        { IsOpen: false, State: not OperationState.Succeeded } refused => refused.Reason ?? "the supplier refused the change",
        null when !suppliers.Get(instance.Supplier).Traits.ChangesInPlace => "the supplier cannot change it in place",
        _ => null,
    };

    /// <summary>Rents a machine that takes its place, then gives it back; without the one there is not the other. The move then counts the new one.</summary>
    private async Task<string?> ReplaceAsync(Plan plan, Move move, Instance instance, string? why, CancellationToken cancellationToken)
    {
        var actor = plan.DecidedBy ?? plan.By;
        var wanted = new LaunchRequest(move.To!.Value, 1, move.CeilingUsdPerGpuHour, new GpuModel(move.Gpu), Reason: plan.WhyOf(move));
        switch (await launch.RunAsync(wanted, move.KeyOfReplacement(instance.Id), actor, cancellationToken))
        {
            case LaunchOutcome.Accepted next:
                await retire.RunAsync(instance.Id, actor, $"{plan.WhyOf(move)}: another takes its place, as {why ?? "it could not be changed in place"}", cancellationToken);
                await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
                {
                    var row = await db.Moves.SingleAsync(m => m.Id == move.Id, cancellationToken);
                    row.Replace(instance.Id, await db.InstancesOfAsync(next.Operations, cancellationToken));
                    await db.SaveChangesAsync(cancellationToken);
                }
                return null;
            case LaunchOutcome.Refused refused: return $"no machine could take the place of one that cannot change in place: {refused.Why}";
            default: return "the launch key of a replacement was used otherwise";
        }
    }
}
