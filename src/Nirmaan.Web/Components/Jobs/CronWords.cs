using System.Globalization;

namespace Nirmaan.Web.Components.Jobs;

/// <summary>A schedule in words. Knows the forms that the schedule uses; any other stays as it is written.</summary>
public static class CronWords
{
    /// <summary>Seconds, minutes, hours, day, month, weekday; UTC.</summary>
    public static string Of(string cron) => cron.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["0", "*", "*", "*" or "?", "*", "*" or "?"] => "every minute",
        ["0", var minutes, "*", "*" or "?", "*", "*" or "?"] when Every(minutes) is { } n => $"every {n} minutes",
        ["0", var minute, "*", "*" or "?", "*", "*" or "?"] when Number(minute) is { } m => m == 0 ? "every hour" : $"every hour, {m} minutes past",
        ["0", var minute, var hours, "*" or "?", "*", "*" or "?"] when Number(minute) is { } m && Every(hours) is { } n => $"every {n} hours, {m} minutes past",
        ["0", var minute, var hour, "*" or "?", "*", "*" or "?"] when Number(minute) is { } m && Number(hour) is { } h => string.Create(CultureInfo.InvariantCulture, $"daily at {h:00}:{m:00} UTC"),
        _ => $"by {cron}",
    };

    private static int? Every(string field) => field.Split('/') is ["0" or "*", var step] ? Number(step) : null;

    private static int? Number(string field) => int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
