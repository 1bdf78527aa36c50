using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What became of a look at a container's log.</summary>
public abstract record LogOutcome
{
    private LogOutcome() { }

    /// <summary>Read; what was new is kept.</summary>
    /// <param name="Lines">The newest lines, oldest first.</param>
    public sealed record Read(IReadOnlyList<string> Lines, DateTimeOffset At) : LogOutcome;
    /// <summary>The supplier has no log to give, or there is no machine to have one.</summary>
    public sealed record None(string Why) : LogOutcome;
    /// <summary>The supplier could not be read.</summary>
    public sealed record Unreadable(string Why) : LogOutcome;
}

/// <summary>Keeps what containers write, so that it can be read when the machine is gone. Lines that were read before are not kept twice.</summary>
public sealed partial class KeepLogs(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, IOptions<FleetOptions> options, TimeProvider clock, ILogger<KeepLogs> logger)
{
    private const int Tail = 200;
    private const int MostMachinesPerRun = 20;
    private const int LongestLine = 2_000;

    /// <summary>Reads live machines whose log was not kept for <see cref="FleetOptions.KeepLogsEvery"/>, longest ago first, and forgets lines beyond <see cref="FleetOptions.KeepLogsFor"/>.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (before, oldest) = (now - options.Value.KeepLogsEvery, now - options.Value.KeepLogsFor);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var due = await db.Instances.AsNoTracking()
            .Where(i => i.ExternalId != null && i.RunningAt != null && i.State != InstanceState.Closed && i.State != InstanceState.Failed)
            .Select(i => new { i.Id, Last = db.InstanceLogs.Where(l => l.InstanceId == i.Id).Max(l => (DateTimeOffset?)l.At) })
            .Where(i => i.Last == null || i.Last < before).OrderBy(i => i.Last ?? DateTimeOffset.UnixEpoch).ToListAsync(cancellationToken);
        int read = 0, unread = 0, none = 0;
        foreach (var instance in due)
        {
            // Reading takes seconds each, so a run ends after some; suppliers without logs answer at once and take nobody's turn.
            if (read + unread >= MostMachinesPerRun) { break; }
            switch (await RunAsync(instance.Id, Tail, cancellationToken))
            {
                case LogOutcome.Read: read++; break;
                case LogOutcome.Unreadable: unread++; break;
                default: none++; break;
            }
        }
        var forgotten = await db.InstanceLogs.Where(l => l.At < oldest).ExecuteDeleteAsync(cancellationToken);
        LogKept(read, unread, none, forgotten);
        return $"{read} logs read, {unread} not readable, {none} have none, {forgotten} old readings forgotten";
    }

    /// <summary>Reads one machine's log now and keeps what is new.</summary>
    /// <param name="lines">How many lines from the end, 1 to 1000.</param>
    public async Task<LogOutcome> RunAsync(InstanceId id, int lines, CancellationToken cancellationToken)
    {
        if (lines is < 1 or > 1000) { throw new InvalidInputException("tail", lines, "1 to 1000 lines"); }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, cancellationToken);
        if (instance is not { IsLive: true, ExternalId: { } external }) { return new LogOutcome.None("There is no machine now; only what was kept can be read."); }
        if (suppliers.Find(instance.Supplier) is not { } supplier) { return new LogOutcome.None($"Supplier {instance.Supplier} is switched off."); }
        IReadOnlyList<LogLine>? tail;
        try { tail = await supplier.ReadLogTailAsync(external, lines, cancellationToken); }
        catch (SupplierUnavailableException e) { return new LogOutcome.Unreadable(e.Message); }
        if (tail is null) { return new LogOutcome.None($"{instance.Supplier} gives no log of it."); }
        var clean = tail.Select(l => Clean(l.Text)).ToList();
        var now = StoredTime.Of(clock.GetUtcNow());
        await KeepAsync(db, id, clean, now, cancellationToken);
        return new LogOutcome.Read(clean, now);
    }

    private static async Task KeepAsync(NirmaanDbContext db, InstanceId id, List<string> tail, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Two readers at once would both find the same lines new.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext({"log:" + id}))", cancellationToken);
        var kept = await LogQueries.KeptAsync(db, id, tail.Count, cancellationToken);
        var added = NewLines([.. kept.SelectMany(k => k.Lines)], tail);
        if (added.Count > 0 && (kept.Count == 0 || kept[^1].ReadAt < now))
        {
            db.InstanceLogs.Add(new InstanceLog(id, now, string.Join('\n', added)));
            await db.SaveChangesAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The part of a tail that lies behind what was kept: the longest end of the one that is the beginning of the other is old.</summary>
    internal static IReadOnlyList<string> NewLines(IReadOnlyList<string> kept, IReadOnlyList<string> tail)
    {
        for (var known = Math.Min(kept.Count, tail.Count); known > 0; known--)
        {
            if (kept.Skip(kept.Count - known).SequenceEqual(tail.Take(known))) { return [.. tail.Skip(known)]; }
        }
        return tail;
    }

    // PostgreSQL stores no NUL, and a line must stay a line.
    private static string Clean(string line)
    {
        var text = line.Replace("\0", "", StringComparison.Ordinal).ReplaceLineEndings(" ");
        return text.Length <= LongestLine ? text : text[..LongestLine] + "…";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Read {Read} logs, {Unread} not readable, {None} have none, forgot {Forgotten} readings")]
    private partial void LogKept(int read, int unread, int none, int forgotten);
}
