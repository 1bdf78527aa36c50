using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>
/// Follows containers' logs as they are written, where suppliers allow it: so many at once, those that people look at first. Everything else, and everything
/// while no stream can be had, is read now and then by <see cref="KeepLogs"/>; of one machine only one of them keeps lines at a time.
/// </summary>
public sealed partial class FollowLogs(
    IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, KeepLogs keep, IOptions<FleetOptions> options, TimeProvider clock, ILogger<FollowLogs> logger) : IAsyncDisposable
{
    /// <summary>How long a machine stays first after somebody looked at it.</summary>
    public static readonly TimeSpan WatchFor = TimeSpan.FromSeconds(30);

    private const int MostReplayed = 600, MostOfARow = 32_000;
    // Real time, as the connections are: what a supplier repeats is over when it pauses for so long.
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(45), s_rest = TimeSpan.FromMinutes(1), s_lost = TimeSpan.FromSeconds(3);

    private readonly Guid _me = Guid.CreateVersion7();
    private readonly ConcurrentDictionary<InstanceId, (CancellationTokenSource Stop, Task Following)> _running = new();
    private readonly ConcurrentDictionary<InstanceId, DateTimeOffset> _resting = new();

    /// <summary>Somebody looks at a machine's log: it goes before others for a while.</summary>
    public async Task WatchAsync(InstanceId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var until = clock.GetUtcNow() + WatchFor;
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO log_streams (instance_id, watched_until) VALUES ({id.Value}, {until}) ON CONFLICT (instance_id) DO UPDATE SET watched_until = excluded.watched_until
            """, cancellationToken);
    }

    /// <summary>One look: begins and ends streams so that the right ones run, and renews the holds. The streams run on in the background.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, run) in _running) { if (run.Following.IsCompleted && _running.TryRemove(id, out _)) { run.Stop.Dispose(); } }
        var now = clock.GetUtcNow();
        foreach (var (id, until) in _resting) { if (until <= now) { _resting.TryRemove(id, out _); } }
        var wanted = await WantedAsync(now, cancellationToken);
        foreach (var (id, run) in _running) { if (!wanted.Contains(id)) { await run.Stop.CancelAsync(); } }
        foreach (var id in wanted.Where(id => !_running.ContainsKey(id)))
        {
            // The stream outlives this look; it ends with StopAsync.
            var stop = new CancellationTokenSource();
            _running[id] = (stop, Task.Run(() => FollowQuietlyAsync(id, stop.Token), CancellationToken.None));
        }
        await RenewAsync([.. _running.Keys], cancellationToken);
        return $"{_running.Count} logs are followed";
    }

    /// <summary>Follows one machine's log until it ends, is taken over, or the token is cancelled. False = it cannot be followed now.</summary>
    /// <exception cref="SupplierUnavailableException">The supplier was out of reach for several tries.</exception>
    public async Task<bool> FollowAsync(InstanceId id, CancellationToken cancellationToken)
    {
        LogStream stream;
        Instance instance;
        ContentPlace? place;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            var found = await Live(db).SingleOrDefaultAsync(i => i.Id == id, cancellationToken);
            if (found is null || suppliers.Find(found.Supplier) is not { Traits.StreamsLogs: true } || !await TakeAsync(db, id, cancellationToken)) { return false; }
            instance = found;
            stream = await db.LogStreams.AsNoTracking().SingleAsync(s => s.InstanceId == id, cancellationToken);
            var kept = await LogQueries.KeptAsync(db, id, ContentPlace.First, cancellationToken);
            // With the place of the last line, and nothing kept by others since, nothing is repeated; else what is kept tells what is known.
            place = stream.Cursor is not null && kept.Newest?.At == stream.KeptAt ? null : new ContentPlace(kept.Lines, MostReplayed);
        }
        try
        {
            await FollowAsync(instance, place is null ? stream.Cursor : null, place, cancellationToken);
            return true;
        }
        finally { await ReleaseAsync(id); }
    }

    /// <summary>Ends all streams of this process.</summary>
    public async Task StopAsync()
    {
        foreach (var (_, run) in _running) { await run.Stop.CancelAsync(); }
        await Task.WhenAll(_running.Values.Select(r => r.Following));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var (_, run) in _running) { run.Stop.Dispose(); }
        _running.Clear();
    }

    private async Task FollowAsync(Instance instance, string? cursor, ContentPlace? place, CancellationToken cancellationToken)
    {
        var batches = suppliers.Get(instance.Supplier).FollowLogAsync(instance.ExternalId!, cursor, cancellationToken).GetAsyncEnumerator(cancellationToken);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next ??= batches.MoveNextAsync().AsTask();
                IReadOnlyList<LogLine> newer;
                var last = (string?)null;
                if (place is { IsLost: true } && await Task.WhenAny(next, Task.Delay(s_lost, TimeProvider.System, cancellationToken)) != next) { newer = place.GiveUp(); }
                else
                {
                    if (!await next) { return; }
                    next = null;
                    if (await keep.CleanAsync(instance.Id, batches.Current.Lines, cancellationToken) is not { } clean) { return; }
                    newer = place is null ? clean : [.. clean.SelectMany(line => line.Source == LogLine.Gap ? [line] : place.Take(line))];
                    // While lines are held back in doubt, nobody may go on behind them.
                    last = place is { IsCatchingUp: true } ? null : batches.Current.Cursor;
                }
                if (!await KeepAsync(instance.Id, newer, last, cancellationToken)) { return; }
                await Task.Delay(options.Value.LogStreamPause, TimeProvider.System, cancellationToken);
            }
        }
        finally
        {
            // What is being read must have ended before it is disposed of.
            if (next is not null) { await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default); }
            await batches.DisposeAsync();
        }
    }

    /// <summary>Keeps what is new, in the last reading where that is young and short. False = another process follows it now.</summary>
    private async Task<bool> KeepAsync(InstanceId id, IReadOnlyList<LogLine> newer, string? cursor, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtext({"log:" + id}))", cancellationToken);
        var (now, me) = (StoredTime.Of(clock.GetUtcNow()), (Guid?)_me);
        if (await db.LogStreams.AsNoTracking().SingleOrDefaultAsync(s => s.InstanceId == id && s.HeldBy == me, cancellationToken) is not { } stream) { return false; }
        var keptAt = stream.KeptAt;
        if (newer.Count > 0)
        {
            var text = string.Join('\n', newer);
            var newest = await db.InstanceLogs.AsNoTracking().Where(l => l.InstanceId == id).OrderByDescending(l => l.At).FirstOrDefaultAsync(cancellationToken);
            var isYoung = newest is not null && newest.At == stream.KeptAt && now - newest.At < options.Value.KeepLogsEvery && newest.Lines.Length + text.Length < MostOfARow;
            // Readings stand in the order of their keys, even where the clock stands or goes back.
            keptAt = isYoung ? newest!.At : newest is not null && newest.At >= now ? newest.At.AddMicroseconds(1) : now;
            var written = (newest?.Written ?? 0) + text.Length;
            if (isYoung)
            {
                var longer = $"{newest!.Lines}\n{text}";
                await db.InstanceLogs.Where(l => l.InstanceId == id && l.At == newest.At).ExecuteUpdateAsync(s => s.SetProperty(l => l.Lines, longer).SetProperty(l => l.Written, written), cancellationToken);
            }
            else
            {
                db.InstanceLogs.Add(new InstanceLog(id, keptAt.Value, text, written));
                await db.SaveChangesAsync(cancellationToken);
            }
            await db.InstanceLogs.Where(l => l.InstanceId == id && l.Written <= written - options.Value.KeepLogsCharacters).ExecuteDeleteAsync(cancellationToken);
        }
        var until = now + s_hold;
        await db.LogStreams.Where(s => s.InstanceId == id)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.Cursor, cursor).SetProperty(r => r.KeptAt, keptAt).SetProperty(r => r.HeldUntil, until), cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO log_readings (instance_id, tried_at, read_at, origin, why) VALUES ({id.Value}, {now}, {now}, {nameof(LogOrigin.Supplier)}, null)
            ON CONFLICT (instance_id) DO UPDATE SET tried_at = excluded.tried_at, read_at = excluded.read_at, origin = excluded.origin, why = null
            """, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static IQueryable<Instance> Live(NirmaanDbContext db) => db.Instances.AsNoTracking()
        .Where(i => i.ExternalId != null && i.BilledFrom != null && i.ClosedAt == null && i.State != InstanceState.Closed && i.State != InstanceState.Failed);

    private async Task<HashSet<InstanceId>> WantedAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var streaming = suppliers.All.Where(s => s.Traits.StreamsLogs).Select(s => s.Supplier).ToList();
        if (options.Value.LogStreams == 0 || streaming.Count == 0) { return []; }
        var (running, resting, me) = (_running.Keys.ToList(), _resting.Keys.ToList(), (Guid?)_me);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return [.. await Live(db).Where(i => streaming.Contains(i.Supplier) && !resting.Contains(i.Id))
            .Where(i => !db.LogStreams.Any(s => s.InstanceId == i.Id && s.HeldUntil > now && s.HeldBy != me))
            .OrderByDescending(i => db.LogStreams.Any(s => s.InstanceId == i.Id && s.WatchedUntil > now)).ThenByDescending(i => running.Contains(i.Id)).ThenBy(i => i.CreatedAt)
            .Select(i => i.Id).Take(options.Value.LogStreams).ToListAsync(cancellationToken)];
    }

    private async Task<bool> TakeAsync(NirmaanDbContext db, InstanceId id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var until = now + s_hold;
        return await db.Database.ExecuteSqlAsync($"""
            INSERT INTO log_streams AS s (instance_id, held_by, held_until) VALUES ({id.Value}, {_me}, {until})
            ON CONFLICT (instance_id) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until WHERE s.held_until IS NULL OR s.held_until <= {now} OR s.held_by = {_me}
            """, cancellationToken) == 1;
    }

    private async Task RenewAsync(List<InstanceId> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0) { return; }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var (now, me) = (StoredTime.Of(clock.GetUtcNow()), (Guid?)_me);
        var until = now + s_hold;
        await db.LogStreams.Where(s => ids.Contains(s.InstanceId) && s.HeldBy == me).ExecuteUpdateAsync(s => s.SetProperty(r => r.HeldUntil, until), cancellationToken);
        // What is followed is not due to be read.
        await db.LogReadings.Where(r => db.LogStreams.Any(s => s.InstanceId == r.InstanceId && s.HeldBy == me && ids.Contains(s.InstanceId)))
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.TriedAt, now), cancellationToken);
    }

    private async Task ReleaseAsync(InstanceId id)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
            var me = (Guid?)_me;
            await db.LogStreams.Where(s => s.InstanceId == id && s.HeldBy == me)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.HeldBy, (Guid?)null).SetProperty(r => r.HeldUntil, (DateTimeOffset?)null), CancellationToken.None);
        }
        // It lapses by itself.
        catch (Exception e) { LogNotReleased(e, id.Value); }
    }

    private async Task FollowQuietlyAsync(InstanceId id, CancellationToken cancellationToken)
    {
        try { await FollowAsync(id, cancellationToken); }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { return; }
        catch (Exception e) { LogBroken(id.Value, e.Message); }
        // It ended or cannot be had: the next look must not begin it anew at once.
        _resting[id] = clock.GetUtcNow() + s_rest;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The log of instance {Instance} cannot be followed now: {Why}")]
    private partial void LogBroken(Guid instance, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "The hold on the log of instance {Instance} was not given up; it lapses")]
    private partial void LogNotReleased(Exception e, Guid instance);
}
