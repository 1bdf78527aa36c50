namespace Nirmaan.Sandbox.World;

/// <summary>
/// What will happen in the sandbox, in order of time: bids arriving, leases ending, sessions opening, agents reporting.
/// Entries of one instant run in the order they were entered, so that one seed gives one history.
/// </summary>
public sealed partial class Agenda(SandboxClock clock, ILogger<Agenda> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Entry, (DateTimeOffset At, long Order)> _entries = new();
    private readonly SemaphoreSlim _running = new(1, 1);
    private long _order;

    private sealed record Entry(DateTimeOffset At, string What, Func<CancellationToken, Task> Action);

    /// <summary>Enters an action at a time; one in the past runs at the next step.</summary>
    public void At(DateTimeOffset at, string what, Func<CancellationToken, Task> action)
    {
        lock (_gate) { _entries.Enqueue(new Entry(at, what, action), (at, _order++)); }
    }

    /// <summary>Enters an action that runs now and then every <paramref name="period"/>, until it answers false.</summary>
    public void Every(TimeSpan period, string what, Func<CancellationToken, Task<bool>> action)
    {
        void Next(DateTimeOffset at) => At(at, what, async cancellationToken =>
        {
            if (await action(cancellationToken)) { Next(at + period); }
        });
        Next(clock.GetUtcNow());
    }

    /// <summary>
    /// Runs everything due up to <paramref name="to"/>, the clock standing at each entry's own time while it runs when the clock is
    /// manual, and leaves the clock at <paramref name="to"/>. One caller at a time; an entry that throws is logged and does not stop the rest.
    /// </summary>
    public async Task AdvanceToAsync(DateTimeOffset to, CancellationToken cancellationToken)
    {
        await _running.WaitAsync(cancellationToken);
        try
        {
            while (TakeDue(to) is { } entry)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (clock.IsManual && entry.At > clock.GetUtcNow()) { clock.Set(entry.At); }
                try { await entry.Action(cancellationToken); }
                catch (Exception e) when (e is not OperationCanceledException
                    || !cancellationToken.IsCancellationRequested) { LogFailed(e, entry.What, entry.At); }
            }
            if (clock.IsManual && to > clock.GetUtcNow()) { clock.Set(to); }
        }
        finally { _running.Release(); }
    }

    /// <inheritdoc />
    public void Dispose() => _running.Dispose();

    private Entry? TakeDue(DateTimeOffset to)
    {
        lock (_gate) { return _entries.TryPeek(out var entry, out _) && entry.At <= to ? _entries.Dequeue() : null; }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{What}, due at {At}, failed")]
    private partial void LogFailed(Exception e, string what, DateTimeOffset at);
}
