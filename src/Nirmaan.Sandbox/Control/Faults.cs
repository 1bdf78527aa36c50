using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Control;

/// <summary>The faults in force. The first one entered that fits strikes first; a spent one stays listed until it is deleted.</summary>
public sealed class Faults(SandboxClock clock)
{
    private readonly Lock _gate = new();
    private readonly List<Fault> _faults = [];
    private int _nextId = 1;

    /// <summary>All faults, spent ones included.</summary>
    public IReadOnlyList<Fault> All { get { lock (_gate) { return [.. _faults]; } } }

    /// <summary>True while any fault needs the text of requests to decide.</summary>
    public bool MatchesText { get { lock (_gate) { return _faults.Exists(f => f.Order.Match is not null && f.Left is not 0); } } }

    /// <summary>Puts a fault in force.</summary>
    public Fault Add(FaultOrder order)
    {
        // What befalls a container is its supplier's, whichever of its endpoints was named.
        if (FaultKinds.OfContainers.Contains(order.Kind)) { order = order with { Target = order.Target.Split('.')[0] }; }
        lock (_gate)
        {
            var fault = new Fault(_nextId++, order, order.Times, []);
            _faults.Add(fault);
            return fault;
        }
    }

    /// <summary>Lifts one fault, or all of them.</summary>
    public int Remove(int? id) { lock (_gate) { return _faults.RemoveAll(f => id is null || f.Id == id); } }

    /// <summary>Takes one strike for a call or a container, or answers null.</summary>
    /// <param name="target">The endpoint's name or the supplier.</param>
    /// <param name="kinds">The kinds that can strike here.</param>
    /// <param name="where">Written into the fault's record, for example <c>POST /akash/v1/deployments</c>.</param>
    /// <param name="text">Path, query and body, searched when the fault names a text.</param>
    public Fault? Take(string target, IReadOnlySet<string> kinds, string where, string text)
    {
        lock (_gate)
        {
            var index = _faults.FindIndex(f => f.Left is not 0 && kinds.Contains(f.Order.Kind) && Covers(f.Order.Target, target)
                && (f.Order.Match is null || text.Contains(f.Order.Match, StringComparison.Ordinal)));
            if (index < 0) { return null; }
            var fault = _faults[index];
            var hit = new FaultHit(clock.GetUtcNow(), where, fault.Order.Kind);
            return _faults[index] = fault with { Left = fault.Left - 1, Hits = [.. fault.Hits, hit] };
        }
    }

    /// <summary>Lets what befalls a stream befall its next line; true = that one breaks off in the middle, and the connection with it.</summary>
    /// <param name="target">The endpoint's name.</param>
    public async Task<bool> BreaksOffAsync(string target, string where, CancellationToken cancellationToken)
    {
        if (Take(target, FaultKinds.OfStreams, where, where) is not { } fault) { return false; }
        if (fault.Order.Kind == FaultKinds.BreakOff) { return true; }
        // Real seconds, as of every delay.
        await Task.Delay(TimeSpan.FromSeconds(fault.Order.DelaySeconds ?? 1), TimeProvider.System, cancellationToken);
        return false;
    }

    /// <summary>True when a fault's target covers an endpoint's name: the name itself, a group above it, or <c>*</c>.</summary>
    internal static bool Covers(string target, string name) =>
        target == "*" || target == name || name.StartsWith(target + ".", StringComparison.Ordinal);
}
