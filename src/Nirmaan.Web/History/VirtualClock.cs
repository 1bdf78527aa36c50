namespace Nirmaan.Web.History;

/// <summary>
/// The one clock of a host whose world is simulated: the virtual time while history is replayed, the system's afterwards. Only what time it is
/// is virtual: timers, time-outs and measurements go by real seconds, because calls to the sandbox take real time.
/// </summary>
public sealed class VirtualClock(TimeProvider system) : TimeProvider
{
    // Ticks of the virtual time; 0 = live.
    private long _virtual;

    /// <summary>True while the time is virtual.</summary>
    public bool IsVirtual => Interlocked.Read(ref _virtual) != 0;

    /// <summary>The time of the real world.</summary>
    public DateTimeOffset SystemNow => system.GetUtcNow();

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => Interlocked.Read(ref _virtual) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : system.GetUtcNow();

    /// <summary>Sets the virtual time; it never goes back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time lies before the present virtual one.</exception>
    public void Set(DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(now.UtcTicks, Interlocked.Read(ref _virtual), nameof(now));
        Interlocked.Exchange(ref _virtual, now.UtcTicks);
    }

    /// <summary>From here on the time is the system's.</summary>
    public void GoLive() => Interlocked.Exchange(ref _virtual, 0);

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
}
