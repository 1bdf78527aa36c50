using Nirmaan.Control.Fleet;

namespace Nirmaan.Web.History;

/// <summary>While it lives, machines are looked at at history's pace: every ten virtual minutes, and every fifteen seconds on their way up or down.</summary>
internal sealed class HistoryPace : IDisposable
{
    /// <summary>How often everything outside is read.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromMinutes(10);
    /// <summary>How often agents report.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromMinutes(5);
    /// <summary>The smallest step.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    private readonly FleetOptions _fleet;
    private readonly (TimeSpan ObserveEvery, TimeSpan Poll) _before;

    /// <summary>Begins. All verbs of the fleet read the one object at each use.</summary>
    public HistoryPace(FleetOptions fleet)
    {
        _fleet = fleet;
        _before = (fleet.ObserveEvery, fleet.Poll);
        (fleet.ObserveEvery, fleet.Poll) = (Poll, Step);
    }

    /// <inheritdoc />
    public void Dispose() => (_fleet.ObserveEvery, _fleet.Poll) = _before;

    /// <summary>The first full stretch of this length after a time: 12:03 and ten minutes give 12:10.</summary>
    public static DateTimeOffset NextFull(DateTimeOffset after, TimeSpan length) => new(after.UtcTicks - after.UtcTicks % length.Ticks + length.Ticks, TimeSpan.Zero);
}
