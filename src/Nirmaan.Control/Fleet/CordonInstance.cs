using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What became of a cordon, or of its end.</summary>
public enum CordonOutcome
{
    /// <summary>It is so now.</summary>
    Done,
    /// <summary>It was so already.</summary>
    Already,
    /// <summary>The machine is given back or lost.</summary>
    Over,
    /// <summary>There is no such instance.</summary>
    NotFound,
}

/// <summary>
/// Keeps what acts by itself away from one machine, while a person looks into it: plans, rolls and idle stops leave it alone, and nothing takes
/// its place when it is lost. What a supplier takes back goes all the same, paid hours are extended, and people retire it whenever they like.
/// </summary>
public sealed class CordonInstance(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, TimeProvider clock)
{
    /// <summary>Sets a cordon. Safe to repeat.</summary>
    public Task<CordonOutcome> RunAsync(InstanceId id, string by, string why, CancellationToken cancellationToken) => WriteAsync(id, now => new Cordon(now, by, why), by, "cordoned", why, cancellationToken);

    /// <summary>Ends it. Safe to repeat.</summary>
    public Task<CordonOutcome> EndAsync(InstanceId id, string by, string why, CancellationToken cancellationToken) => WriteAsync(id, _ => null, by, "cordon ended", why, cancellationToken);

    private async Task<CordonOutcome> WriteAsync(InstanceId id, Func<DateTimeOffset, Cordon?> to, string by, string what, string why, CancellationToken cancellationToken)
    {
        if (why.Trim().Length < 3) { throw new InvalidInputException("reason", why, "a reason"); }
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            if (await db.Instances.SingleOrDefaultAsync(i => i.Id == id, cancellationToken) is not { } instance) { return CordonOutcome.NotFound; }
            var now = StoredTime.Of(clock.GetUtcNow());
            if (!instance.SetCordon(to(now))) { return instance.IsLive ? CordonOutcome.Already : CordonOutcome.Over; }
            db.Note(now, "instance", id, by, what, why);
            try { await db.SaveChangesAsync(cancellationToken); }
            catch (DbUpdateConcurrencyException) when (attempt < 10) { continue; }
            events.Changed(Topic.Fleet);
            return CordonOutcome.Done;
        }
    }
}
