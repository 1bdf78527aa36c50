using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Uptime;

/// <summary>
/// Scores the hours that ended. An hour is scored again while late heartbeats may still arrive; the score follows from the stored heartbeats
/// alone, so a repeated run changes nothing.
/// </summary>
public sealed partial class CloseUptimeWindow(
    IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock, IOptions<UptimeOptions> options, ControlEvents events, ILogger<CloseUptimeWindow> logger)
{
    /// <summary>Scores every hour from the last one that may still change, or the first one never scored, to the one that ended last.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var open = UptimeWindow.StartOf(now);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FirstHourAsync(db, now, cancellationToken) is not { } hour) { return "No miner to score."; }
        int hours = 0, changed = 0;
        for (; hour < open; hour += UptimeWindow.Length, hours++) { changed += await ScoreAsync(db, hour, cancellationToken); }
        LogScored(hours, changed);
        if (changed > 0) { events.Changed(Topic.Uptime); }
        return $"Scored {hours} hours; {changed} windows are new or changed.";
    }

    private async Task<DateTimeOffset?> FirstHourAsync(NirmaanDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var mayChange = UptimeWindow.StartOf(now - options.Value.LateBy - UptimeWindow.Length);
        var scored = await db.UptimeWindows.MaxAsync(w => (DateTimeOffset?)w.StartsAt, cancellationToken);
        var from = scored is { } last ? Earlier(last + UptimeWindow.Length, mayChange) : DateTimeOffset.MinValue;
        // Hours in which no miner lived leave no window behind: they are passed over, however many they are.
        var born = await db.Miners.Where(m => m.StoppedAt == null || m.StoppedAt > from).MinAsync(m => (DateTimeOffset?)m.CreatedAt, cancellationToken);
        return born is not { } first ? null : first > from ? UptimeWindow.StartOf(first) : from;
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private async Task<int> ScoreAsync(NirmaanDbContext db, DateTimeOffset startsAt, CancellationToken cancellationToken)
    {
        var endsAt = startsAt + UptimeWindow.Length;
        var miners = await db.Miners.AsNoTracking()
            .Where(m => m.CreatedAt < endsAt && (m.StoppedAt == null || m.StoppedAt > startsAt))
            .Select(m => new { m.Id, m.CreatedAt, m.StoppedAt }).ToListAsync(cancellationToken);
        if (miners.Count == 0) { return 0; }
        var heartbeats = await HeartbeatReader.ReadAsync(db, miners.Select(m => m.Id), startsAt, endsAt, cancellationToken);
        var windows = miners.Select(m => UptimeWindow.Score(m.Id, startsAt, heartbeats[m.Id], options.Value.HeartbeatReach, m.CreatedAt, m.StoppedAt)).ToList();
        return await StoreAsync(db, startsAt, windows, cancellationToken);
    }

    private static Task<int> StoreAsync(NirmaanDbContext db, DateTimeOffset startsAt, List<UptimeWindow> windows, CancellationToken cancellationToken)
    {
        var miners = windows.Select(w => w.MinerId.Value).ToArray();
        int[] Column(Func<UptimeWindow, int> value) => [.. windows.Select(value)];
        return db.Database.ExecuteSqlAsync($"""
            INSERT INTO uptime_windows AS old (miner_id, starts_at, counted_seconds, up_seconds, starting_seconds, failed_seconds, unheard_seconds, heartbeats, jobs)
            SELECT w.miner_id, {startsAt}, w.counted, w.up, w.starting, w.failed, w.unheard, w.heartbeats, w.jobs
            FROM unnest({miners}, {Column(w => w.CountedSeconds)}, {Column(w => w.UpSeconds)}, {Column(w => w.StartingSeconds)}, {Column(w => w.FailedSeconds)},
                {Column(w => w.UnheardSeconds)}, {Column(w => w.Heartbeats)}, {Column(w => w.Jobs)}) AS w (miner_id, counted, up, starting, failed, unheard, heartbeats, jobs)
            ON CONFLICT (miner_id, starts_at) DO UPDATE SET counted_seconds = excluded.counted_seconds, up_seconds = excluded.up_seconds,
                starting_seconds = excluded.starting_seconds, failed_seconds = excluded.failed_seconds, unheard_seconds = excluded.unheard_seconds,
                heartbeats = excluded.heartbeats, jobs = excluded.jobs
            WHERE (old.counted_seconds, old.up_seconds, old.starting_seconds, old.failed_seconds, old.unheard_seconds, old.heartbeats, old.jobs)
                IS DISTINCT FROM (excluded.counted_seconds, excluded.up_seconds, excluded.starting_seconds, excluded.failed_seconds, excluded.unheard_seconds,
                excluded.heartbeats, excluded.jobs)
            """, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Scored {Hours} hours; {Changed} windows are new or changed")]
    private partial void LogScored(int hours, int changed);
}
