using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What became of a wish to replace a machine that runs.</summary>
public enum ReplaceOutcome
{
    /// <summary>Another is asked for; this one goes on until that one earns.</summary>
    Leaving,
    /// <summary>It was to be replaced already.</summary>
    Already,
    /// <summary>It does not run: what is lost is replaced by itself, what is on its way out goes.</summary>
    NotRunning,
    /// <summary>There is no such instance.</summary>
    NotFound,
}

/// <summary>Replaces a machine that runs without a gap: another one comes up, and only when its network credits that one does this one drain.</summary>
public sealed class ReplaceInstance(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, TimeProvider clock)
{
    /// <summary>Asks for another in place of one instance. Safe to repeat.</summary>
    public async Task<ReplaceOutcome> RunAsync(InstanceId id, string by, string why, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            if (await db.Instances.SingleOrDefaultAsync(i => i.Id == id, cancellationToken) is not { } instance) { return ReplaceOutcome.NotFound; }
            if (instance.State != InstanceState.Running) { return ReplaceOutcome.NotRunning; }
            if (!instance.AskToLeave(why)) { return ReplaceOutcome.Already; }
            db.Note(clock.GetUtcNow(), "instance", id, by, "to be replaced", $"{why}; it goes on until another earns in its place");
            try { await db.SaveChangesAsync(cancellationToken); }
            catch (DbUpdateConcurrencyException) when (attempt < 10) { continue; }
            events.Changed(Topic.Fleet);
            return ReplaceOutcome.Leaving;
        }
    }
}
