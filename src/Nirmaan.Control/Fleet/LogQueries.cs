using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What is kept of a machine's log.</summary>
/// <param name="Lines">The newest lines, oldest first, gap marks among them.</param>
/// <param name="Reading">How the last try to read it went; null = nobody tried yet.</param>
/// <param name="IsFollowed">Its lines are kept as they are written, while that lasts.</param>
public sealed record KeptLog(IReadOnlyList<LogLine> Lines, LogReading? Reading, bool IsFollowed);

/// <summary>The newest lines of a miner's machine.</summary>
/// <param name="IsLive">True = read now; false = as kept.</param>
/// <param name="Origin">Who gave them; null = nothing was ever read.</param>
/// <param name="ReadAt">When; null = never.</param>
/// <param name="WhyNotLive">Why they could not be read now; null = they were.</param>
public sealed record LogTail(bool IsLive, LogOrigin? Origin, DateTimeOffset? ReadAt, string? WhyNotLive, IReadOnlyList<LogLine> Lines);

/// <summary>Reads of containers' logs. What was kept outlives the machine, so that the last words of a lost one can still be read.</summary>
public sealed class LogQueries(IDbContextFactory<NirmaanDbContext> contexts, KeepLogs keep, TimeProvider clock)
{
    private const int UsualLines = 200;

    /// <summary>Newest kept lines, and the newest reading that brought any.</summary>
    internal sealed record Kept(IReadOnlyList<LogLine> Lines, InstanceLog? Newest);

    /// <summary>The newest lines of a miner's machine, read now where that is possible, else as kept; null = there is no such miner.</summary>
    /// <param name="lines">1 to <see cref="KeepLogs.MostLines"/>; null = 200.</param>
    /// <exception cref="InvalidInputException">So many lines cannot be read.</exception>
    public async Task<LogTail?> ReadTailAsync(MinerId miner, int? lines, CancellationToken cancellationToken)
    {
        var take = lines ?? UsualLines;
        InstanceId? id;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            id = await db.Miners.AsNoTracking().Where(m => m.Id == miner).Select(m => (InstanceId?)m.InstanceId).SingleOrDefaultAsync(cancellationToken);
        }
        return id is { } instance ? await LiveAsync(instance, take, cancellationToken) : null;
    }

    /// <summary>The newest lines of a machine, read now where that is possible, else as kept.</summary>
    /// <exception cref="InvalidInputException">So many lines cannot be read.</exception>
    public async Task<LogTail> LiveAsync(InstanceId id, int lines, CancellationToken cancellationToken)
    {
        var outcome = await keep.RunAsync(id, lines, cancellationToken);
        if (outcome is LogOutcome.Read read) { return new LogTail(true, read.Origin, read.At, null, read.Lines); }
        var kept = await TailAsync(id, lines, cancellationToken);
        var why = outcome switch { LogOutcome.None none => none.Why, LogOutcome.Unreadable unreadable => unreadable.Why, _ => null };
        return new LogTail(false, kept.Reading?.Origin, kept.Reading?.ReadAt, why, kept.Lines);
    }

    /// <summary>The newest kept lines of a machine; reads nothing outside.</summary>
    public async Task<KeptLog> TailAsync(InstanceId id, int lines, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var reading = await db.LogReadings.AsNoTracking().SingleOrDefaultAsync(r => r.InstanceId == id, cancellationToken);
        var kept = await KeptAsync(db, id, lines, cancellationToken);
        var now = clock.GetUtcNow();
        return new KeptLog([.. kept.Lines.TakeLast(lines)], reading, await db.LogStreams.AnyAsync(s => s.InstanceId == id && s.HeldUntil > now, cancellationToken));
    }

    /// <summary>At least so many of the newest kept lines, or all.</summary>
    internal static async Task<Kept> KeptAsync(NirmaanDbContext db, InstanceId id, int lines, CancellationToken cancellationToken)
    {
        List<List<LogLine>> readings = [];
        InstanceLog? newest = null;
        var count = 0;
        // Readings differ in length, so rows are fetched one by one while more lines are wanted.
        await foreach (var log in db.InstanceLogs.AsNoTracking().Where(l => l.InstanceId == id).OrderByDescending(l => l.At).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            newest ??= log;
            readings.Add([.. log.Lines.Split('\n').Select(LogLine.Parse).OfType<LogLine>()]);
            count += readings[^1].Count;
            if (count >= lines) { break; }
        }
        readings.Reverse();
        return new Kept([.. readings.SelectMany(r => r)], newest);
    }
}
