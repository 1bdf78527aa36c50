namespace Nirmaan.Domain.Allocation;

/// <summary>
/// The work of others that a plan should count with. It swings with the hour of the day, and a plan lives for days: what one more unit of ours is paid is
/// value / (ours + others'), so over a day it is the harmonic mean that counts, not the work of the hour at which someone happened to plan.
/// </summary>
public static class OthersWork
{
    /// <summary>How far back is looked: one swing of the day.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>The harmonic mean over the window, each reading counting until the next.</summary>
    /// <param name="readings">Work per hour by time, in order; the newest holds until <paramref name="now"/>.</param>
    /// <returns>Null without a reading; the newest alone where the window is not yet half covered; the plain mean where someone worked nothing at all.</returns>
    public static decimal? OverADay(IReadOnlyList<(DateTimeOffset At, decimal PerHour)> readings, DateTimeOffset now)
    {
        List<(DateTimeOffset At, decimal PerHour)> seen = [.. readings.Where(r => r.At > now - Window && r.At <= now)];
        if (seen.Count == 0) { return readings.Count > 0 ? readings[^1].PerHour : null; }
        if (now - seen[0].At < Window / 2) { return seen[^1].PerHour; }
        var spans = seen.Select((r, i) => (r.PerHour, Hours: (decimal)((i + 1 < seen.Count ? seen[i + 1].At : now) - r.At).TotalHours)).Where(s => s.Hours > 0).ToList();
        var hours = spans.Sum(s => s.Hours);
        if (hours <= 0) { return seen[^1].PerHour; }
        return decimal.Round(spans.Exists(s => s.PerHour <= 0) ? spans.Sum(s => s.PerHour * s.Hours) / hours : hours / spans.Sum(s => s.Hours / s.PerHour), 4);
    }
}
