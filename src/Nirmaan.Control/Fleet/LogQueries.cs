using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Where log lines come from.</summary>
public enum LogSource
{
    /// <summary>Nothing was ever read.</summary>
    None,
    /// <summary>As last read; the machine is gone or cannot be read.</summary>
    Kept,
    /// <summary>Read now.</summary>
    Live,
}

/// <summary>Lines of a container's log, oldest first.</summary>
public sealed record LogTail(LogSource Source, DateTimeOffset? At, IReadOnlyList<string> Lines);

/// <summary>Reads of containers' logs. What is read is kept, one copy per machine, so that the last words of a lost one can still be read.</summary>
public sealed class LogQueries(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, TimeProvider clock)
{
    private const int MostLines = 1_000, UsualLines = 200;

    /// <summary>The newest lines of a miner's machine; null = there is no such miner.</summary>
    public async Task<LogTail?> ReadTailAsync(MinerId miner, int? lines, CancellationToken cancellationToken)
    {
        var take = lines switch { null => UsualLines, >= 1 and <= MostLines => lines.Value, _ => throw new InvalidInputException("tail", lines, $"1 to {MostLines} lines") };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.AsNoTracking().Where(i => db.Miners.Any(m => m.Id == miner && m.InstanceId == i.Id)).SingleOrDefaultAsync(cancellationToken);
        if (instance is null) { return null; }
        if (await ReadLiveAsync(instance, take, cancellationToken) is { } live)
        {
            var now = StoredTime.Of(clock.GetUtcNow());
            await KeepAsync(db, instance.Id, now, live, cancellationToken);
            return new LogTail(LogSource.Live, now, live);
        }
        var kept = await db.InstanceLogs.AsNoTracking().Where(l => l.InstanceId == instance.Id).OrderByDescending(l => l.At).FirstOrDefaultAsync(cancellationToken);
        return kept is null ? new LogTail(LogSource.None, null, []) : new LogTail(LogSource.Kept, kept.At, [.. kept.Lines.Split('\n').TakeLast(take)]);
    }

    private async Task<IReadOnlyList<string>?> ReadLiveAsync(Instance instance, int lines, CancellationToken cancellationToken)
    {
        if (!instance.IsLive || instance.ExternalId is not { } external || suppliers.Find(instance.Supplier) is not { } supplier) { return null; }
        try { return await supplier.ReadLogTailAsync(external, lines, cancellationToken); }
        catch (SupplierUnavailableException) { return null; }
    }

    private static Task<int> KeepAsync(NirmaanDbContext db, InstanceId instance, DateTimeOffset now, IReadOnlyList<string> lines, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync($"""
        WITH older AS (DELETE FROM instance_logs WHERE instance_id = {instance.Value} AND at < {now})
        INSERT INTO instance_logs (instance_id, at, lines) VALUES ({instance.Value}, {now}, {string.Join('\n', lines).Replace("\0", "", StringComparison.Ordinal)}) ON CONFLICT DO NOTHING
        """, cancellationToken);
}
