using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Reads of what happened, whatever it happened to.</summary>
public sealed class TimelineQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>The newest events of some kinds of thing (none named = of all), newest first.</summary>
    public async Task<IReadOnlyList<TimelineEvent>> RecentAsync(int count, IReadOnlyCollection<string> kinds, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var events = db.Timeline.AsNoTracking();
        if (kinds.Count > 0) { events = events.Where(e => kinds.Contains(e.Kind)); }
        return await events.OrderByDescending(e => e.Sequence).Take(count).ToListAsync(cancellationToken);
    }

    /// <summary>The newest events of machines, miners, jobs and settings, newest first, with the machine each belongs to. Operations are left out: what they did stands in their machine's own history.</summary>
    public async Task<IReadOnlyList<FleetEvent>> FleetAsync(int count, CancellationToken cancellationToken)
    {
        var events = await RecentAsync(count, ["instance", "miner", "job", "settings"], cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var miners = events.Where(e => e.Kind == "miner").Select(e => new MinerId(Guid.Parse(e.Subject))).Distinct().ToList();
        var owners = await db.Miners.AsNoTracking().Where(m => miners.Contains(m.Id)).Select(m => new { m.Id, m.InstanceId }).ToDictionaryAsync(m => m.Id.ToString(), m => (InstanceId?)m.InstanceId, cancellationToken);
        return [.. events.Select(e => new FleetEvent(e, e.Kind == "instance" ? new InstanceId(Guid.Parse(e.Subject)) : owners.GetValueOrDefault(e.Subject)))];
    }
}

/// <summary>An event and the machine it belongs to; null = none.</summary>
public sealed record FleetEvent(TimelineEvent Event, InstanceId? Instance);
