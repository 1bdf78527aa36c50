using System.Collections.Concurrent;

namespace Nirmaan.Control.Live;

/// <summary>What changed, coarsely: pages read again what they show.</summary>
public enum Topic
{
    /// <summary>Offers.</summary>
    Market,
    /// <summary>Instances, miners, operations.</summary>
    Fleet,
    /// <summary>Windows.</summary>
    Uptime,
    /// <summary>Points, rewards, epochs.</summary>
    Rewards,
    /// <summary>Stakes.</summary>
    Staking,
    /// <summary>Estimates, plans.</summary>
    Allocation,
    /// <summary>Job runs.</summary>
    Jobs,
}

/// <summary>In-process notice of changes. A subscriber must return at once (it re-enters its own renderer); one that throws does not harm the rest.</summary>
public sealed class ControlEvents
{
    private readonly ConcurrentDictionary<long, (Topic Topic, Action Callback)> _subscribers = new();
    private long _next;

    /// <summary>Calls back after each change of a topic until disposed.</summary>
    public IDisposable On(Topic topic, Action callback)
    {
        var id = Interlocked.Increment(ref _next);
        _subscribers[id] = (topic, callback);
        return new Subscription(this, id);
    }

    /// <summary>Says that a topic changed. Called after the transaction is committed.</summary>
    public void Changed(Topic topic)
    {
        foreach (var (_, subscriber) in _subscribers.Where(s => s.Value.Topic == topic))
        {
            try { subscriber.Callback(); }
            catch (Exception) { /* A page that is being disposed must not undo a committed change. */ }
        }
    }

    private sealed class Subscription(ControlEvents owner, long id) : IDisposable
    {
        public void Dispose() => owner._subscribers.TryRemove(id, out _);
    }
}
