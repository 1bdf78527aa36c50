using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks;

/// <summary>
/// How much users want at a time, as a factor around 1: a daily wave with its peak at <paramref name="peakHour"/> UTC, a quieter weekend,
/// and hour by hour a chance of up to 15 % either way. It depends on the seed, the subject and the time only, never on who asks or in what order.
/// </summary>
public sealed class DemandCurve(Seed seed, string subject, double peakHour = 15, double swing = 0.45)
{
    /// <summary>The factor at a time, always above 0.</summary>
    public double At(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        var wave = 1 + swing * Math.Cos(2 * Math.PI * (utc.TimeOfDay.TotalHours - peakHour) / 24);
        var week = utc.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.85 : 1.05;
        var hour = utc.ToUnixTimeSeconds() / 3600;
        var chance = 1 + 0.15 * (2 * seed.For($"demand:{subject}:{hour}").NextDouble() - 1);
        return wave * week * chance;
    }
}
