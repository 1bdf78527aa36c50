using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Allocation;

/// <summary>What an admin tells every plan until a time.</summary>
public enum DirectiveKind
{
    /// <summary>GPUs that do a work keep doing it.</summary>
    Pin,
    /// <summary>No further GPU goes there; what is there may stay.</summary>
    Veto,
}

/// <summary>What a directive speaks of.</summary>
public enum DirectiveSubject
{
    /// <summary>All work of a network.</summary>
    Network,
    /// <summary>One workload.</summary>
    Workload,
    /// <summary>A supplier; vetoes only.</summary>
    Supplier,
    /// <summary>A GPU model; vetoes only.</summary>
    Gpu,
}

/// <summary>An admin's word that plans keep until it ends: a pin or a veto, with its reason. It is never edited; a change is a new one.</summary>
public sealed class Directive
{
    private Directive() { }

    /// <summary>In force from now on.</summary>
    /// <param name="name">Of the subject.</param>
    /// <param name="gpu">Pins: only GPUs of this model; null = of any.</param>
    /// <param name="count">Pins: GPUs that stay. 0 for vetoes.</param>
    public Directive(DirectiveId id, DirectiveKind kind, DirectiveSubject subject, string name, string? gpu, int count, string by, DateTimeOffset at, DateTimeOffset until, string why) =>
        (Id, Kind, Subject, Name, Gpu, Count, By, At, Until, Why) = (id, kind, subject, name, gpu, count, by, at, until, why);

    /// <summary>Our id.</summary>
    public DirectiveId Id { get; private set; }
    /// <summary>Pin or veto.</summary>
    public DirectiveKind Kind { get; private set; }
    /// <summary>What it speaks of.</summary>
    public DirectiveSubject Subject { get; private set; }
    /// <summary>Which one.</summary>
    public string Name { get; private set; } = "";
    /// <summary>Pins: the GPU model; null = any.</summary>
    public string? Gpu { get; private set; }
    /// <summary>Pins: GPUs.</summary>
    public int Count { get; private set; }
    /// <summary>Who gave it.</summary>
    public string By { get; private set; } = "";
    /// <summary>When.</summary>
    public DateTimeOffset At { get; private set; }
    /// <summary>It ends by itself.</summary>
    public DateTimeOffset Until { get; private set; }
    /// <summary>Why.</summary>
    public string Why { get; private set; } = "";
    /// <summary>When it was ended, by itself or before its time; null = not yet.</summary>
    public DateTimeOffset? EndedAt { get; private set; }
    /// <summary>Who ended it.</summary>
    public string? EndedBy { get; private set; }

    /// <summary>Whether plans keep it.</summary>
    public bool IsInForce(DateTimeOffset now) => EndedAt is null && now < Until;

    /// <summary>Ends it.</summary>
    public void End(string by, DateTimeOffset at)
    {
        if (EndedAt is not null) { throw new WrongStateException($"Directive {Id}", "ended", nameof(End)); }
        (EndedBy, EndedAt) = (by, at < Until ? at : Until);
    }
}
