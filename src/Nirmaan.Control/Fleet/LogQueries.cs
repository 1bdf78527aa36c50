using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Fleet;

/// <summary>Where log lines come from.</summary>
public enum LogSource
{
    /// <summary>Nothing was ever read.</summary>
    None,
    /// <summary>As kept; the machine is gone or cannot be read.</summary>
    Kept,
    /// <summary>Read now.</summary>
    Live,
}

/// <summary>Lines of a container's log, oldest first.</summary>
public sealed record LogTail(LogSource Source, DateTimeOffset? At, IReadOnlyList<string> Lines);

/// <summary>Lines of a container's log as they were read at a time, oldest first.</summary>
public sealed record KeptLines(DateTimeOffset ReadAt, IReadOnlyList<string> Lines);

/// <summary>Reads of containers' logs. What was kept outlives the machine, so that the last words of a lost one can still be read.</summary>
public sealed class LogQueries(IDbContextFactory<NirmaanDbContext> contexts, KeepLogs keep)
{
    private const int UsualLines = 200;

    /// <summary>The newest lines of a miner's machine, read now where that is possible, else as kept; null = there is no such miner.</summary>
    public async Task<LogTail?> ReadTailAsync(MinerId miner, int? lines, CancellationToken cancellationToken)
    {
        var take = lines ?? UsualLines;
        InstanceId? id;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            id = await db.Miners.AsNoTracking().Where(m => m.Id == miner).Select(m => (InstanceId?)m.InstanceId).SingleOrDefaultAsync(cancellationToken);
        }
        if (id is not { } instance) { return null; }
        if (await keep.RunAsync(instance, take, cancellationToken) is LogOutcome.Read read) { return new LogTail(LogSource.Live, read.At, read.Lines); }
        var kept = await KeptAsync(instance, take, cancellationToken);
        return kept is [.., var last] ? new LogTail(LogSource.Kept, last.ReadAt, [.. kept.SelectMany(k => k.Lines).TakeLast(take)]) : new LogTail(LogSource.None, null, []);
    }

    /// <summary>What was kept of one machine's log, oldest first, as many readings from the end as hold at least so many lines.</summary>
    public async Task<IReadOnlyList<KeptLines>> KeptAsync(InstanceId id, int lines, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await KeptAsync(db, id, lines, cancellationToken);
    }

    internal static async Task<IReadOnlyList<KeptLines>> KeptAsync(NirmaanDbContext db, InstanceId id, int lines, CancellationToken cancellationToken)
    {
        List<KeptLines> kept = [];
        // A reading is hundreds of lines at most, so a few rows are enough; they are fetched one by one only while more are wanted.
        await foreach (var log in db.InstanceLogs.AsNoTracking().Where(l => l.InstanceId == id).OrderByDescending(l => l.At).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            kept.Insert(0, new KeptLines(log.At, log.Lines.Split('\n')));
            if (kept.Sum(k => k.Lines.Count) >= lines) { break; }
        }
        return kept;
    }
}
