namespace Nirmaan.Web.History;

/// <summary>
/// How far the replay of the virtual days before "now" has come. The history driver reports, every page's top bar shows it.
/// Safe for concurrent use; <see cref="Changed"/> is raised on the reporter's thread.
/// </summary>
public sealed class HistoryProgress
{
    private volatile HistoryStep? _step;

    /// <summary>The latest report; null when no replay runs.</summary>
    public HistoryStep? Step => _step;

    /// <summary>Raised after each report and at the end.</summary>
    public event Action? Changed;

    /// <summary>Tells where the replay stands.</summary>
    /// <param name="done">Share done, 0 to 1.</param>
    /// <param name="virtualNow">The virtual time reached, UTC.</param>
    /// <param name="steps">Moments at which the world was brought forward so far.</param>
    /// <param name="runs">Runs of verbs so far.</param>
    /// <param name="isHeld">It stands still until someone lets it go on.</param>
    public void Report(double done, DateTimeOffset virtualNow, long steps = 0, long runs = 0, bool isHeld = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(done);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(done, 1);
        _step = new HistoryStep(done, virtualNow, steps, runs, isHeld);
        Changed?.Invoke();
    }

    /// <summary>The replay has reached "now".</summary>
    public void Finish()
    {
        _step = null;
        Changed?.Invoke();
    }
}

/// <summary>One report of the replay.</summary>
/// <param name="Done">Share done, 0 to 1.</param>
/// <param name="VirtualNow">The virtual time reached, UTC.</param>
/// <param name="Steps">Moments at which the world was brought forward so far.</param>
/// <param name="Runs">Runs of verbs so far.</param>
/// <param name="IsHeld">It stands still until someone lets it go on.</param>
public sealed record HistoryStep(double Done, DateTimeOffset VirtualNow, long Steps, long Runs, bool IsHeld);
