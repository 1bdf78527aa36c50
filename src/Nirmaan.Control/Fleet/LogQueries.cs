using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Fleet;

/// <summary>Lines of a container's log as they were read at a time, oldest first.</summary>
public sealed record KeptLines(DateTimeOffset ReadAt, IReadOnlyList<string> Lines);

/// <summary>Reads of the logs that were kept: they outlive the machine.</summary>
public sealed class LogQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
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
