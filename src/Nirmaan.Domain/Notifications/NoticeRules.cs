namespace Nirmaan.Domain.Notifications;

/// <summary>How often word is sent.</summary>
public enum NoticePace
{
    /// <summary>As things happen.</summary>
    AtOnce,
    /// <summary>Once a day, at 08:00 UTC.</summary>
    Daily,
    /// <summary>Once a week, on Monday at 08:00 UTC.</summary>
    Weekly,
}

/// <summary>When a message goes out.</summary>
public static class NoticeRules
{
    /// <summary>The hour of digests, UTC.</summary>
    public const int DigestHour = 8;
    /// <summary>After this many failures a message is given up.</summary>
    public const int MostAttempts = 8;

    private static readonly TimeSpan s_firstWait = TimeSpan.FromMinutes(1), s_longestWait = TimeSpan.FromHours(6);

    /// <summary>When something of a moment is sent: at the pace's next time, and not within the quiet hours.</summary>
    /// <param name="quietFrom">First quiet hour of the day, UTC, 0 to 23; null or equal to <paramref name="quietTo"/> = none.</param>
    /// <param name="quietTo">First hour after them.</param>
    public static DateTimeOffset DueAt(DateTimeOffset at, NoticePace pace, int? quietFrom, int? quietTo)
    {
        var due = pace switch { NoticePace.Daily => NextDigest(at), NoticePace.Weekly => NextMonday(at), _ => at };
        if (quietFrom is not { } from || quietTo is not { } to || from == to) { return due; }
        var hour = due.UtcDateTime.Hour;
        if (!(from < to ? hour >= from && hour < to : hour >= from || hour < to)) { return due; }
        var end = Midnight(due).AddHours(to);
        return end > due ? end : end.AddDays(1);
    }

    /// <summary>How long to wait after a failure: a minute, then four times as long each time, at most six hours; null = it is given up.</summary>
    /// <param name="attempts">Made so far, from 1.</param>
    public static TimeSpan? RetryAfter(int attempts)
    {
        if (attempts >= MostAttempts) { return null; }
        var wait = s_firstWait * Math.Pow(4, attempts - 1);
        return wait < s_longestWait ? wait : s_longestWait;
    }

    private static DateTimeOffset NextDigest(DateTimeOffset at) => Midnight(at).AddHours(DigestHour) is var today && today >= at ? today : today.AddDays(1);

    private static DateTimeOffset NextMonday(DateTimeOffset at)
    {
        var next = NextDigest(at);
        return next.AddDays(((int)DayOfWeek.Monday - (int)next.DayOfWeek + 7) % 7);
    }

    private static DateTimeOffset Midnight(DateTimeOffset at) => new(at.UtcDateTime.Date, TimeSpan.Zero);
}
