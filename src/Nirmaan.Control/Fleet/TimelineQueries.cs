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

    /// <summary>The newest events of things, newest first, with the machine each belongs to (its own, its miner's or its operation's).</summary>
    public async Task<IReadOnlyList<FleetEvent>> FleetAsync(int count, CancellationToken cancellationToken)
    {
        var events = await RecentAsync(count, ["instance", "miner", "operation", "settings"], cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var miners = Ids(events, "miner").Select(id => new MinerId(id)).ToList();
        var operations = Ids(events, "operation").Select(id => new OperationId(id)).ToList();
        var owners = await db.Miners.AsNoTracking().Where(m => miners.Contains(m.Id)).Select(m => new { m.Id, m.InstanceId }).ToDictionaryAsync(m => m.Id.ToString(), m => (InstanceId?)m.InstanceId, cancellationToken);
        foreach (var operation in await db.Operations.AsNoTracking().Where(o => operations.Contains(o.Id)).Select(o => new { o.Id, o.InstanceId }).ToListAsync(cancellationToken))
        {
            owners[operation.Id.ToString()] = operation.InstanceId;
        }
        return [.. events.Select(e => new FleetEvent(e, e.Kind == "instance" ? new InstanceId(Guid.Parse(e.Subject)) : owners.GetValueOrDefault(e.Subject)))];
    }

    private static IEnumerable<Guid> Ids(IEnumerable<TimelineEvent> events, string kind) => events.Where(e => e.Kind == kind).Select(e => Guid.Parse(e.Subject)).Distinct();
}

/// <summary>An event and the machine it belongs to; null = none.</summary>
public sealed record FleetEvent(TimelineEvent Event, InstanceId? Instance);
