namespace Nirmaan.Testing;

/// <summary>
/// A clock that moves only when a test moves it. Timers, and with them <c>Task.Delay(.., clock, ..)</c> and <c>PeriodicTimer</c>, fire inside
/// <see cref="Advance"/>, in order of their due times, the clock standing at each one's own time.
/// </summary>
public sealed class ManualClock(DateTimeOffset now) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = now.ToUniversalTime();

    /// <summary>Begins at a fixed instant that no test should rely on.</summary>
    public ManualClock() : this(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero)) { }

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait; lets a test see that the code under test is asleep before it moves the clock.</summary>
    public int Waiting { get { lock (_gate) { return _timers.Count(t => t.Due is not null); } } }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() { lock (_gate) { return _now; } }

    /// <inheritdoc />
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>Moves time forward.</summary>
    public void Advance(TimeSpan by) => MoveTo(GetUtcNow() + by);

    /// <summary>Moves time forward to an instant; going back is refused.</summary>
    public void MoveTo(DateTimeOffset to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, GetUtcNow());
        while (TakeDue(to) is { } timer) { timer.Fire(); }
        lock (_gate) { _now = to > _now ? to : _now; }
    }

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private Timer? TakeDue(DateTimeOffset to)
    {
        lock (_gate)
        {
            var next = _timers.Where(t => t.Due <= to).MinBy(t => t.Due);
            if (next is null) { return null; }
            _now = next.Due!.Value > _now ? next.Due.Value : _now;
            next.Due = next.Period > TimeSpan.Zero ? _now + next.Period : null;
            return next;
        }
    }

    private sealed class Timer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        internal DateTimeOffset? Due { get; set; }

        internal TimeSpan Period { get; private set; }

        internal void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                clock._timers.Add(this);
                (Due, Period) = (dueTime < TimeSpan.Zero ? null : clock._now + dueTime, period);
            }
            // Due at once means without anyone moving the clock.
            if (dueTime == TimeSpan.Zero) { clock.MoveTo(clock.GetUtcNow()); }
            return true;
        }

        public void Dispose() { lock (clock._gate) { clock._timers.Remove(this); } }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
