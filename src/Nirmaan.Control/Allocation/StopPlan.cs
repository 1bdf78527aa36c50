using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Allocation;

/// <summary>
/// Stops a plan that is being carried out and lets it go on: moves under way are finished, no new one begins meanwhile. One that stands still for longer
/// than a plan may wait for approval is called off.
/// </summary>
public sealed class StopPlan(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, TimeProvider clock)
{
    /// <summary>Stops. False = it is not being carried out, or is stopped already.</summary>
    public Task<bool> RunAsync(PlanId id, string by, string why, CancellationToken cancellationToken) =>
        ChangeAsync(id, false, (db, plan, now) =>
        {
            plan.Stop(by, now, why);
            db.Note(now, "plan", id, by, "stopped", why);
            return Task.CompletedTask;
        }, cancellationToken);

    /// <summary>Lets it go on, at once. False = it is not stopped.</summary>
    public Task<bool> ResumeAsync(PlanId id, string by, CancellationToken cancellationToken) =>
        ChangeAsync(id, true, async (db, plan, now) =>
        {
            db.Note(now, "plan", id, by, "resumed", $"was stopped by {plan.StoppedBy}: {plan.StoppedWhy}");
            plan.Resume();
            await WakePlan.AskAsync(db, by, now, cancellationToken);
        }, cancellationToken);

    private async Task<bool> ChangeAsync(PlanId id, bool isStopped, Func<NirmaanDbContext, Plan, DateTimeOffset, Task> change, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var plan = await db.Plans.SingleOrDefaultAsync(p => p.Id == id, cancellationToken);
        if (plan is not { State: PlanState.Approved } || plan.IsStopped != isStopped) { return false; }
        try
        {
            await change(db, plan, clock.GetUtcNow());
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException) { return false; }
        events.Changed(Topic.Allocation);
        return true;
    }
}
