using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What became of a wish to give a machine back.</summary>
public enum RetireOutcome
{
    /// <summary>It drains or closes now.</summary>
    Retiring,
    /// <summary>It was on its way out or gone already.</summary>
    Already,
    /// <summary>There is no such instance.</summary>
    NotFound,
}

/// <summary>Gives a machine back in order: no more work, then drain, then close. Safe to repeat.</summary>
public sealed class RetireInstance(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, TimeProvider clock)
{
    /// <summary>Retires one instance.</summary>
    public async Task<RetireOutcome> RunAsync(InstanceId id, string by, string why, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var instance = await db.Instances.SingleOrDefaultAsync(i => i.Id == id, cancellationToken);
            if (instance is null) { return RetireOutcome.NotFound; }
            if (!instance.IsLive || instance.State is InstanceState.Draining) { return RetireOutcome.Already; }
            var now = clock.GetUtcNow();
            if (instance.State is InstanceState.Closing)
            {
                // A close that was given up, or ended otherwise without closing it, is asked for again.
                if (!await db.GiveBackAsync(instance, now, cancellationToken, again: true)) { return RetireOutcome.Already; }
                db.Note(now, "instance", id, by, "close asked for again", why);
                await db.SaveChangesAsync(cancellationToken);
                events.Changed(Topic.Fleet);
                return RetireOutcome.Retiring;
            }
            if (instance.State is InstanceState.Running or InstanceState.Reclaiming)
            {
                // The miner itself goes on: it finishes what it has, and tells by its heartbeats when that is done.
                await db.WithdrawMinersAsync(id, now, cancellationToken);
                db.Change(instance, now, by, "draining", why, i => i.MarkDraining(now, why));
            }
            else
            {
                await db.StopMinersAsync(id, now, by, why, cancellationToken);
                db.Change(instance, now, by, "closing", why, i => i.MarkClosing(now, why));
                await db.GiveBackAsync(instance, now, cancellationToken);
            }
            try { await db.SaveChangesAsync(cancellationToken); }
            catch (DbUpdateConcurrencyException) when (attempt < 10) { continue; }
            events.Changed(Topic.Fleet);
            return RetireOutcome.Retiring;
        }
    }
}
