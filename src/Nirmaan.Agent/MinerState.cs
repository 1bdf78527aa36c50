namespace Nirmaan.Agent;

/// <summary>The heartbeat's words. "Earning" is not among them: only the control plane knows what a network credits.</summary>
public static class MinerState
{
    /// <summary>Checking the machine, starting the miner, fetching files.</summary>
    public const string Installing = "installing";

    /// <summary>Loading a model.</summary>
    public const string Loading = "loading";

    /// <summary>Ready for work.</summary>
    public const string Serving = "serving";

    /// <summary>On a job.</summary>
    public const string Working = "working";

    /// <summary>Ready, with nothing to do.</summary>
    public const string Idle = "idle";

    /// <summary>Not running, or not able to; the reason says why.</summary>
    public const string Failed = "failed";

    /// <summary>Ended on request.</summary>
    public const string Stopped = "stopped";

    /// <summary>All words.</summary>
    public static IReadOnlyList<string> All { get; } = [Installing, Loading, Serving, Working, Idle, Failed, Stopped];

    /// <summary>True when the miner can take work.</summary>
    public static bool IsReady(string state) => state is Serving or Working or Idle;

    /// <summary>True when the control plane should hear of the change at once. A miner flickers between work and rest all the time.</summary>
    public static bool IsNews(string before, string after) => before != after && !(IsReady(before) && IsReady(after));
}

/// <summary>What is known of the miner, shared by all parts. Every member may be used from any thread.</summary>
public sealed class MinerStatus(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private Snapshot _now = new(MinerState.Installing, null, clock.GetUtcNow(), 0, null, null, null, 0, null);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One consistent view.</summary>
    /// <param name="State">One of <see cref="MinerState"/>.</param>
    /// <param name="Reason">Why, where it is known.</param>
    /// <param name="Since">When this state began.</param>
    /// <param name="JobsDone">Jobs since the agent started.</param>
    /// <param name="LastJobAt">When the last one ended.</param>
    /// <param name="ProcessId">The running miner.</param>
    /// <param name="StartedAt">When it was started.</param>
    /// <param name="Restarts">Starts after the first.</param>
    /// <param name="NextStartAt">When the next start is due, while one is waited for.</param>
    public sealed record Snapshot(
        string State, string? Reason, DateTimeOffset Since, long JobsDone, DateTimeOffset? LastJobAt,
        int? ProcessId, DateTimeOffset? StartedAt, int Restarts, DateTimeOffset? NextStartAt);

    /// <summary>The present view.</summary>
    public Snapshot Now { get { lock (_gate) { return _now; } } }

    /// <summary>Ends at the next change that is news.</summary>
    public Task News { get { lock (_gate) { return _news.Task; } } }

    /// <summary>Moves to a state.</summary>
    public void Move(string state, string? reason)
    {
        lock (_gate)
        {
            var news = MinerState.IsNews(_now.State, state);
            _now = _now with { State = state, Reason = reason, Since = _now.State == state ? _now.Since : clock.GetUtcNow() };
            if (!news) { return; }
            _news.TrySetResult();
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Counts a job.</summary>
    public void CountJob() { lock (_gate) { _now = _now with { JobsDone = _now.JobsDone + 1, LastJobAt = clock.GetUtcNow() }; } }

    /// <summary>Notes a start.</summary>
    public void Started(int processId, bool again)
    {
        lock (_gate)
        {
            _now = _now with { ProcessId = processId, StartedAt = clock.GetUtcNow(), Restarts = _now.Restarts + (again ? 1 : 0), NextStartAt = null };
        }
    }

    /// <summary>Notes an end, and when the next start is due if one is.</summary>
    public void Ended(DateTimeOffset? nextStartAt) { lock (_gate) { _now = _now with { ProcessId = null, NextStartAt = nextStartAt }; } }
}
