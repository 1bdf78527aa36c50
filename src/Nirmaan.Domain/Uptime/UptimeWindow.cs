using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Uptime;

/// <summary>
/// One hour of one miner. All seconds lie within the hour and within the miner's life, so that up + starting + failed + unheard = counted.
/// Unheard is not down: nobody knows.
/// </summary>
public sealed record UptimeWindow(
    MinerId MinerId, DateTimeOffset StartsAt, int CountedSeconds, int UpSeconds, int StartingSeconds, int FailedSeconds, int UnheardSeconds, int Heartbeats, int Jobs)
{
    /// <summary>Length of a window.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromHours(1);

    /// <summary>Share of the counted time that was up, 0 to 1; null when nothing was counted.</summary>
    public decimal? UpShare => CountedSeconds == 0 ? null : (decimal)UpSeconds / CountedSeconds;

    /// <summary>The window that contains a time.</summary>
    public static DateTimeOffset StartOf(DateTimeOffset time) => new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);

    /// <summary>
    /// Scores a window. A heartbeat speaks for the time from its sending to the next one, at most <paramref name="reach"/>. Copies and order
    /// change nothing. <paramref name="heartbeats"/> holds those of the window and the last one before it (within reach).
    /// </summary>
    /// <param name="livedFrom">The miner's start; seconds before it do not count.</param>
    /// <param name="livedTo">The miner's end; null = it lives.</param>
    public static UptimeWindow Score(
        MinerId miner, DateTimeOffset startsAt, IEnumerable<Heartbeat> heartbeats, TimeSpan reach, DateTimeOffset livedFrom, DateTimeOffset? livedTo)
    {
        var endsAt = startsAt + Length;
        var from = Later(startsAt, livedFrom);
        var to = Earlier(endsAt, livedTo ?? endsAt);
        if (to <= from) { return new UptimeWindow(miner, startsAt, 0, 0, 0, 0, 0, 0, 0); }

        var ordered = heartbeats
            .DistinctBy(h => (h.BootId, h.Sequence))
            .Where(h => h.SentAt < endsAt)
            .OrderBy(h => h.SentAt).ThenBy(h => h.Sequence).ToList();
        int up = 0, starting = 0, failed = 0, heard = 0, jobs = 0;
        for (var i = 0; i < ordered.Count; i++)
        {
            var beat = ordered[i];
            var speaksTo = Earlier(beat.SentAt + reach, i + 1 < ordered.Count ? ordered[i + 1].SentAt : endsAt);
            var seconds = Seconds(Later(beat.SentAt, from), Earlier(speaksTo, to));
            if (ReportedStates.IsServing(beat.State)) { up += seconds; }
            else if (beat.State is "installing" or "loading") { starting += seconds; }
            else { failed += seconds; }
            if (beat.SentAt >= startsAt) { heard++; }
            // Jobs count since the agent's boot, so only a rise within one boot is work of this window.
            if (i > 0 && ordered[i - 1].BootId == beat.BootId) { jobs += Math.Max(0, beat.JobsDone - ordered[i - 1].JobsDone); }
            else if (beat.SentAt >= startsAt && i > 0) { jobs += Math.Max(0, beat.JobsDone); }
        }
        var counted = Seconds(from, to);
        return new UptimeWindow(miner, startsAt, counted, up, starting, failed, Math.Max(0, counted - up - starting - failed), heard, jobs);
    }

    private static int Seconds(DateTimeOffset from, DateTimeOffset to) => to <= from ? 0 : (int)(Floor(to) - Floor(from));
    private static long Floor(DateTimeOffset time) => time.ToUnixTimeSeconds();
    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
