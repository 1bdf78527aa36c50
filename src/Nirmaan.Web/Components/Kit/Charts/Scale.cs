using System.Globalization;

namespace Nirmaan.Web.Components.Kit.Charts;

/// <summary>Round steps for axes.</summary>
public static class Scale
{
    private static readonly TimeSpan[] s_timeSteps =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12),
        TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(7), TimeSpan.FromDays(14), TimeSpan.FromDays(28), TimeSpan.FromDays(91), TimeSpan.FromDays(364),
    ];

    /// <summary>
    /// Round values (1, 2, 2.5 or 5 times a power of ten apart) that enclose low and high, about <paramref name="wanted"/> of them.
    /// Equal ends are pulled apart, so that there are always two.
    /// </summary>
    public static IReadOnlyList<double> Ticks(double low, double high, int wanted = 5)
    {
        if (high <= low)
        {
            (low, high) = low == 0 ? (0, 1) : (Math.Min(0, low), Math.Max(0, high));
        }
        var rough = (high - low) / Math.Max(1, wanted - 1);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 2.5 => 2.5, <= 5 => 5, _ => 10 });
        var first = (long)Math.Floor((low / step) + 1e-9);
        var last = (long)Math.Ceiling((high / step) - 1e-9);
        // From whole multiples: adding steps up would leave 0.30000000000000004 on the axis.
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => Clean((first + i) * step))];
    }

    /// <summary>Round UTC times between the two, at most <paramref name="most"/>, and how they are written.</summary>
    public static IReadOnlyList<(DateTimeOffset At, string Text)> Times(DateTimeOffset from, DateTimeOffset to, int most = 8)
    {
        var span = to - from;
        var step = s_timeSteps.FirstOrDefault(s => span.Ticks / s.Ticks < most, TimeSpan.FromTicks(Math.Max(1, span.Ticks / most)));
        var start = (from.UtcTicks + step.Ticks - 1) / step.Ticks * step.Ticks;
        var ticks = new List<(DateTimeOffset, string)>();
        for (var at = new DateTimeOffset(start, TimeSpan.Zero); at <= to; at += step)
        {
            ticks.Add((at, step >= TimeSpan.FromDays(1) || at.TimeOfDay == TimeSpan.Zero ? Format.Day(at) : at.ToString("HH:mm", CultureInfo.InvariantCulture)));
        }
        return ticks;
    }

    private static double Clean(double value) => double.Parse(value.ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
