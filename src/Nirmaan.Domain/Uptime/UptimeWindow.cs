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

    /// <summary>Name of the method, shown beside what it computed; another method gets another name.</summary>
    public const string MethodVersion = "heartbeat-reach-1";

    /// <summary>Share of the counted time that was up, 0 to 1; null when nothing was counted.</summary>
    public decimal? UpShare => CountedSeconds == 0 ? null : (decimal)UpSeconds / CountedSeconds;

    /// <summary>The window that contains a time.</summary>
    public static DateTimeOffset StartOf(DateTimeOffset time) => new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);

    /// <summary>
    /// Scores a window. A heartbeat speaks for the time from its sending to the next one, at most <paramref name="reach"/>. Copies and order
    /// change nothing. <paramref name="heartbeats"/> holds those of the window and the last one before it, however old: its jobs are the base
    /// of those counted here.
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
            .OrderBy(h => h.SentAt).ThenBy(h => h.BootId).ThenBy(h => h.Sequence).ToList();
        int up = 0, starting = 0, failed = 0, heard = 0;
        for (var i = 0; i < ordered.Count; i++)
        {
            var beat = ordered[i];
            var speaksTo = Earlier(beat.SentAt + reach, i + 1 < ordered.Count ? ordered[i + 1].SentAt : endsAt);
            var seconds = Seconds(Later(beat.SentAt, from), Earlier(speaksTo, to));
            if (ReportedStates.IsServing(beat.State)) { up += seconds; }
            else if (beat.State is "installing" or "loading") { starting += seconds; }
            else { failed += seconds; }
            if (beat.SentAt >= startsAt) { heard++; }
        }
        var counted = Seconds(from, to);
        return new UptimeWindow(miner, startsAt, counted, up, starting, failed, counted - up - starting - failed, heard, JobsBetween(ordered, startsAt, endsAt));
    }

    private const long MostJobsPerSecond = 100;

    /// <summary>
    /// Jobs done in [from, to) by one miner: the rises of its counter. The counter starts at 0 with each boot of the agent, so a boot not
    /// heard of before counts from 0, a fall within a boot is no work, and no more than 100 a second are believed. Needs the last heartbeat before <paramref name="from"/> too.
    /// </summary>
    public static int JobsBetween(IEnumerable<Heartbeat> heartbeats, DateTimeOffset from, DateTimeOffset to)
    {
        var jobs = 0L;
        var last = new Dictionary<Guid, int>();
        foreach (var beat in heartbeats.Where(h => h.SentAt < to).OrderBy(h => h.SentAt).ThenBy(h => h.Sequence))
        {
            if (beat.SentAt >= from) { jobs += Math.Max(0, beat.JobsDone - last.GetValueOrDefault(beat.BootId)); }
            last[beat.BootId] = Math.Max(beat.JobsDone, last.GetValueOrDefault(beat.BootId));
        }
        // The counter is told by a machine of others: more than a miner can do is not believed.
        return (int)Math.Min(Math.Min(jobs, MostJobsPerSecond * Seconds(from, to)), int.MaxValue);
    }

    private static int Seconds(DateTimeOffset from, DateTimeOffset to) => to <= from ? 0 : (int)(Floor(to) - Floor(from));
    private static long Floor(DateTimeOffset time) => time.ToUnixTimeSeconds();
    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
