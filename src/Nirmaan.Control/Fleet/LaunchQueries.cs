using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Fleet;

/// <summary>A launch that was carried out and what has become of it.</summary>
/// <param name="Instances">Its machines with their replacements, in the order of being asked for.</param>
/// <param name="Operations">Of those machines, in the order of being intended.</param>
public sealed record LaunchDetail(Launch Launch, IReadOnlyList<InstanceRow> Instances, IReadOnlyList<OperationRow> Operations);

/// <summary>Reads of launches.</summary>
public sealed class LaunchQueries(IDbContextFactory<NirmaanDbContext> contexts, FleetQueries fleet, TimeProvider clock)
{
    /// <summary>The newest launches, newest first.</summary>
    public async Task<IReadOnlyList<Launch>> RecentAsync(int count, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Launches.AsNoTracking().OrderByDescending(l => l.At).Take(count).ToListAsync(cancellationToken);
    }

    /// <summary>One launch by its key; null = there is none.</summary>
    public async Task<LaunchDetail?> FindAsync(string key, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Launches.AsNoTracking().SingleOrDefaultAsync(l => l.Key == key, cancellationToken) is not { } launch) { return null; }
        var instances = await db.Instances.AsNoTracking().Where(i => i.LaunchKey == key).OrderBy(i => i.CreatedAt).ThenBy(i => i.Id).ToListAsync(cancellationToken);
        var ids = instances.Select(i => (InstanceId?)i.Id).ToList();
        var operations = await db.Operations.AsNoTracking().Where(o => ids.Contains(o.InstanceId)).OrderBy(o => o.CreatedAt).ThenBy(o => o.Id).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return new LaunchDetail(launch, await fleet.RowsAsync(db, instances, cancellationToken), [.. operations.Select(o => OperationQueries.Row(o, now))]);
    }
}
