using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What became of a look at a container's log.</summary>
public abstract record LogOutcome
{
    private LogOutcome() { }

    /// <summary>Read; what was new is kept.</summary>
    /// <param name="Lines">The newest lines, oldest first, cleaned.</param>
    public sealed record Read(LogOrigin Origin, IReadOnlyList<LogLine> Lines, DateTimeOffset At) : LogOutcome;
    /// <summary>There is no machine, or nobody gives its log.</summary>
    public sealed record None(string Why) : LogOutcome;
    /// <summary>It could not be read this time.</summary>
    public sealed record Unreadable(string Why) : LogOutcome;
}

/// <summary>
/// Keeps what containers write, so that it can be read when the machine is gone. The agent in the container is asked first, for it knows times
/// and log files; its supplier where the agent does not answer. Lines that are kept already are not kept twice; lines that went by unread leave a mark.
/// </summary>
public sealed partial class KeepLogs(
    IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, NetworkShelf networks, IAgentLogs agents, RentRequests requests, MinerTokens tokens, IOptions<FleetOptions> options,
    TimeProvider clock, ILogger<KeepLogs> logger)
{
    /// <summary>The most lines of one reading; an agent gives no more.</summary>
    public const int MostLines = 2_000;
    private const int UsualLines = 500;
    private const int MostMachinesPerRun = 500;

    private sealed record Source(Instance Instance, List<Miner> Miners);

    /// <summary>Reads the machines whose log was not read for <see cref="FleetOptions.KeepLogsEvery"/>, longest ago first, and forgets lines beyond <see cref="FleetOptions.KeepLogsFor"/>.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        // A schedule's beat is never exact: without some slack every second one would find nothing due.
        var (before, oldest) = (now - options.Value.KeepLogsEvery * 0.75, now - options.Value.KeepLogsFor);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var due = await db.Instances.AsNoTracking()
            .Where(i => i.ExternalId != null && i.BilledFrom != null && i.ClosedAt == null && i.State != InstanceState.Closed && i.State != InstanceState.Failed)
            .Select(i => new { i.Id, Tried = db.LogReadings.Where(r => r.InstanceId == i.Id).Select(r => (DateTimeOffset?)r.TriedAt).FirstOrDefault() })
            .Where(i => i.Tried == null || i.Tried <= before).OrderBy(i => i.Tried ?? DateTimeOffset.UnixEpoch).Take(MostMachinesPerRun).Select(i => i.Id).ToListAsync(cancellationToken);
        int read = 0, unread = 0, none = 0;
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallel, CancellationToken = cancellationToken }, async (id, ct) =>
        {
            switch (await RunAsync(id, UsualLines, ct))
            {
                case LogOutcome.Read: Interlocked.Increment(ref read); break;
                case LogOutcome.Unreadable: Interlocked.Increment(ref unread); break;
                default: Interlocked.Increment(ref none); break;
            }
        });
        var forgotten = await db.InstanceLogs.Where(l => l.At < oldest).ExecuteDeleteAsync(cancellationToken);
        LogKept(read, unread, none, forgotten);
        return $"{read} logs read, {unread} not readable, {none} have none, {forgotten} old readings forgotten";
    }

    /// <summary>Reads one machine's log now and keeps what is new.</summary>
    /// <param name="lines">How many lines from the end, 1 to <see cref="MostLines"/>.</param>
    public async Task<LogOutcome> RunAsync(InstanceId id, int lines, CancellationToken cancellationToken)
    {
        if (lines is < 1 or > MostLines) { throw new InvalidInputException("tail", lines, $"1 to {MostLines} lines"); }
        if (await FindAsync(id, cancellationToken) is not { } source) { return new LogOutcome.None("There is no machine now; only what was kept can be read."); }
        LogOutcome outcome;
        IReadOnlyList<LogLine> tail = [];
        try
        {
            (outcome, tail) = await ReadAsync(source, lines, cancellationToken);
        }
        // One machine that answers nonsense must not keep the others unread.
        catch (Exception e) when (e is not OperationCanceledException) { LogFailed(e, id.Value); outcome = new LogOutcome.Unreadable(e.Message); }
        await KeepAsync(id, outcome, tail, lines, cancellationToken);
        return outcome;
    }

    /// <summary>One more reading before a machine is given back. Best effort: it takes at most <see cref="FleetOptions.LastWordsPatience"/> and fails nothing.</summary>
    internal async Task LastWordsAsync(InstanceId id, string externalId, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Real time: in the replay of history the clock stands still while a call is out.
        patience.CancelAfter(options.Value.LastWordsPatience);
        // Whoever does not heed the token is left behind: the machine bills while it is waited for.
        try { await ReadLastAsync(id, externalId, patience.Token).WaitAsync(patience.Token); }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested) { LogNoLastWords(id.Value, e.Message); }
    }

    private async Task ReadLastAsync(InstanceId id, string externalId, CancellationToken cancellationToken)
    {
        // An instance that was retried elsewhere lives on under another id.
        if ((await FindAsync(id, cancellationToken))?.Instance.ExternalId == externalId) { await RunAsync(id, UsualLines, cancellationToken); }
    }

    private async Task<Source?> FindAsync(InstanceId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id && i.ExternalId != null && i.BilledFrom != null && i.ClosedAt == null, cancellationToken);
        if (instance is null) { return null; }
        return new Source(instance, await db.Miners.AsNoTracking().Where(m => m.InstanceId == id).OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id).ToListAsync(cancellationToken));
    }

    private async Task<(LogOutcome Outcome, IReadOnlyList<LogLine> Tail)> ReadAsync(Source source, int lines, CancellationToken cancellationToken)
    {
        var (instance, miners) = source;
        if (miners.FirstOrDefault(m => networks.Find(m.Network) is null) is { } unknown)
        {
            return (new LogOutcome.Unreadable($"Network {unknown.Network} is switched off, so its secrets could not be struck out."), []);
        }
        var secrets = miners.SelectMany(requests.SecretsOf).ToHashSet(StringComparer.Ordinal);
        if (await ReadAgentAsync(source, lines, cancellationToken) is { } told) { return Read(LogOrigin.Agent, told); }
        if (suppliers.Find(instance.Supplier) is not { } supplier) { return (new LogOutcome.Unreadable($"The agent does not answer, and supplier {instance.Supplier} is switched off."), []); }
        try
        {
            return await supplier.ReadLogTailAsync(instance.ExternalId!, lines, cancellationToken) is { } shown
                ? Read(LogOrigin.Supplier, shown)
                : instance.Endpoint is null ? (new LogOutcome.None($"Its agent has no address yet, and {instance.Supplier} gives no log of it."), [])
                : (new LogOutcome.Unreadable($"The agent does not answer, and {instance.Supplier} gives no log of it."), []);
        }
        catch (SupplierUnavailableException e) { return (new LogOutcome.Unreadable($"The agent does not answer, and {e.Message}"), []); }

        (LogOutcome, IReadOnlyList<LogLine>) Read(LogOrigin origin, IReadOnlyList<LogLine> given)
        {
            List<LogLine> clean = [.. given.TakeLast(lines).Select(l => LogText.Clean(l, secrets))];
            return (new LogOutcome.Read(origin, clean, StoredTime.Of(clock.GetUtcNow())), clean);
        }
    }

    /// <summary>A token is made from its miner's id, so none is stored. While a machine is set to other work it is not known yet which of two its agent has.</summary>
    private async Task<IReadOnlyList<LogLine>?> ReadAgentAsync(Source source, int lines, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(source.Instance.Endpoint, UriKind.Absolute, out var endpoint)) { return null; }
        var running = source.Miners.Where(m => m.State != MinerState.Stopped).Take(2).ToList();
        foreach (var miner in running.Count > 0 ? running : source.Miners.Take(1))
        {
            if (await agents.ReadTailAsync(endpoint, tokens.For(miner.Id), lines, cancellationToken) is { } tail) { return tail; }
        }
        return null;
    }

    /// <summary>Lines cleaned of the secrets of a machine's miners; null = one of their networks is switched off, so they could not be struck out.</summary>
    internal async Task<IReadOnlyList<LogLine>?> CleanAsync(InstanceId id, IReadOnlyList<LogLine> lines, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // Each time anew: a machine that is set to other work has another miner with other secrets.
        var miners = await db.Miners.AsNoTracking().Where(m => m.InstanceId == id).ToListAsync(cancellationToken);
        if (miners.Exists(m => networks.Find(m.Network) is null)) { return null; }
        var secrets = miners.SelectMany(requests.SecretsOf).ToHashSet(StringComparer.Ordinal);
        return [.. lines.Select(l => l.Source == LogLine.Gap ? l : LogText.Clean(l, secrets))];
    }

    private async Task KeepAsync(InstanceId id, LogOutcome outcome, IReadOnlyList<LogLine> tail, int lines, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Two readings at once would both find the same lines new.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext({"log:" + id}))", cancellationToken);
        var now = StoredTime.Of(clock.GetUtcNow());
        var read = outcome as LogOutcome.Read;
        // While somebody follows this log its lines are that one's to keep, or each would be kept twice.
        if (read is not null && !await db.LogStreams.AnyAsync(s => s.InstanceId == id && s.HeldUntil > now, cancellationToken))
        {
            var kept = await LogQueries.KeptAsync(db, id, tail.Count, cancellationToken);
            if (LogTails.Newer(kept.Lines, tail, lines) is { Count: > 0 } newer)
            {
                var text = string.Join('\n', newer);
                // Readings stand in the order of their keys, even where the clock stands or goes back.
                var at = kept.Newest is { } last && last.At >= now ? last.At.AddMicroseconds(1) : now;
                var written = (kept.Newest?.Written ?? 0) + text.Length;
                db.InstanceLogs.Add(new InstanceLog(id, at, text, written));
                await db.SaveChangesAsync(cancellationToken);
                await db.InstanceLogs.Where(l => l.InstanceId == id && l.Written <= written - options.Value.KeepLogsCharacters).ExecuteDeleteAsync(cancellationToken);
            }
        }
        var why = outcome switch { LogOutcome.None none => none.Why, LogOutcome.Unreadable unreadable => unreadable.Why, _ => null };
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO log_readings (instance_id, tried_at, read_at, origin, why) VALUES ({id.Value}, {now}, {read?.At}, {read?.Origin.ToString()}, {why})
            ON CONFLICT (instance_id) DO UPDATE SET tried_at = excluded.tried_at, read_at = coalesce(excluded.read_at, log_readings.read_at), origin = coalesce(excluded.origin, log_readings.origin), why = excluded.why
            """, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Read {Read} logs, {Unread} not readable, {None} have none, forgot {Forgotten} readings")]
    private partial void LogKept(int read, int unread, int none, int forgotten);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of instance {Instance} could not be read")]
    private partial void LogFailed(Exception e, Guid instance);

    [LoggerMessage(Level = LogLevel.Information, Message = "No last words of instance {Instance}: {Why}")]
    private partial void LogNoLastWords(Guid instance, string why);
}
