namespace Nirmaan.Sandbox.World;

/// <summary>
/// The one clock of the sandbox. Manual while history is replayed (time stands still until it is set), live afterwards
/// (1 second per second, from the system's clock).
/// </summary>
public sealed class SandboxClock(TimeProvider system) : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset? _manual;

    /// <summary>True while time only moves when it is set.</summary>
    public bool IsManual { get { lock (_gate) { return _manual is not null; } } }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() { lock (_gate) { return _manual ?? system.GetUtcNow(); } }

    /// <summary>Sets the manual time. Time never goes back: an earlier time is refused.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time lies before the present one.</exception>
    public void Set(DateTimeOffset now)
    {
        // In the precision in which it is told: who reads the time and sets it again must not go back by a part of a millisecond.
        now = new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
        lock (_gate)
        {
            if (_manual is { } present && now < present)
            {
                throw new ArgumentOutOfRangeException(nameof(now), now, $"now: {now:O} lies before the sandbox's present {present:O}; time never goes back.");
            }
            _manual = now;
        }
    }

    /// <summary>From here on time is the system's.</summary>
    public void GoLive() { lock (_gate) { _manual = null; } }
}
