namespace Nirmaan.Web.History;

/// <summary>
/// Where the replay stands still until someone lets it go on, so that a person can decide in the past and see what becomes of it. Safe for
/// concurrent use.
/// </summary>
public sealed class HistoryHold
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private DateTimeOffset? _at;

    /// <summary>The virtual time at which it stands still; null = nowhere before the present.</summary>
    public DateTimeOffset? At { get { lock (_gate) { return _at; } } }

    /// <summary>Lets it come as far as a time, or to the present. One that has passed it holds it where it is.</summary>
    public void HoldAt(DateTimeOffset? at)
    {
        TaskCompletionSource changed;
        lock (_gate) { (_at, changed, _changed) = (at, _changed, New()); }
        changed.SetResult();
    }

    /// <summary>Whether the replay stands still at a time.</summary>
    public bool Holds(DateTimeOffset now) => At <= now;

    /// <summary>Ends when the replay may go on from a time.</summary>
    public async Task WaitAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (!(_at <= now)) { return; }
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
