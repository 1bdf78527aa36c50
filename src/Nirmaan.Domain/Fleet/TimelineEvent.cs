namespace Nirmaan.Domain.Fleet;

/// <summary>One line of a thing's history: who or what changed it, when, why, from what to what. Append-only.</summary>
public sealed class TimelineEvent
{
    private TimelineEvent() { }

    /// <summary>A new line. Kind is the thing's word (instance, miner, operation, plan, epoch, ...), subject its id.</summary>
    public TimelineEvent(DateTimeOffset at, string kind, string subject, string actor, string what, string why, string? before = null, string? after = null) =>
        (At, Kind, Subject, Actor, What, Why, Before, After) = (at, kind, subject, actor, what, why, before, after);

    /// <summary>Order of entry.</summary>
    public long Sequence { get; private set; }
    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; private set; }
    /// <summary>The kind of thing.</summary>
    public string Kind { get; private set; } = "";
    /// <summary>The thing's id.</summary>
    public string Subject { get; private set; } = "";
    /// <summary>A person (e-mail), a verb (its class name), a supplier or an agent.</summary>
    public string Actor { get; private set; } = "";
    /// <summary>What happened, in a few words.</summary>
    public string What { get; private set; } = "";
    /// <summary>The reason, in words a person at 3 a.m. understands.</summary>
    public string Why { get; private set; } = "";
    /// <summary>State before; null = none.</summary>
    public string? Before { get; private set; }
    /// <summary>State after; null = unchanged.</summary>
    public string? After { get; private set; }
}

/// <summary>A transition that the state table (design, section 5) does not list was asked for.</summary>
public sealed class WrongStateException(string thing, string from, string to)
    : InvalidOperationException($"{thing} cannot go from {from} to {to}.");
