using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Fleet;

/// <summary>
/// A time in which nothing is rented, replaced or given up by itself: at one supplier while it is worked on (maintenance), or everywhere (a freeze,
/// in which only people act). It is never edited; a change is a new one.
/// </summary>
public sealed class Standstill
{
    private Standstill() { }

    /// <summary>In force from a time until another.</summary>
    /// <param name="supplier">Null = everywhere.</param>
    /// <param name="until">Null = until a person ends it; only a freeze may be so.</param>
    public Standstill(Guid id, SupplierName? supplier, DateTimeOffset from, DateTimeOffset? until, string why, string by, DateTimeOffset at) =>
        (Id, Supplier, From, Until, Why, By, At) = (id, supplier, from, until, why, by, at);

    /// <summary>Our id.</summary>
    public Guid Id { get; private set; }
    /// <summary>Where; null = everywhere.</summary>
    public SupplierName? Supplier { get; private set; }
    /// <summary>From when on.</summary>
    public DateTimeOffset From { get; private set; }
    /// <summary>Until when; null = until a person ends it.</summary>
    public DateTimeOffset? Until { get; private set; }
    /// <summary>Why.</summary>
    public string Why { get; private set; } = "";
    /// <summary>Who asked for it.</summary>
    public string By { get; private set; } = "";
    /// <summary>When it was asked for.</summary>
    public DateTimeOffset At { get; private set; }
    /// <summary>When a person ended it before its time; null = nobody did.</summary>
    public DateTimeOffset? EndedAt { get; private set; }
    /// <summary>Who ended it.</summary>
    public string? EndedBy { get; private set; }

    /// <summary>True for one that holds everywhere.</summary>
    public bool IsFreeze => Supplier is null;

    /// <summary>Whether it holds.</summary>
    public bool IsInForce(DateTimeOffset now) => IsOpen(now) && From <= now;

    /// <summary>Whether it holds, or will.</summary>
    public bool IsOpen(DateTimeOffset now) => EndedAt is null && (Until is null || now < Until);

    /// <summary>Whether it holds at a supplier.</summary>
    public bool Covers(SupplierName supplier) => Supplier is null || Supplier == supplier;

    /// <summary>Ends it before its time, or calls it off before it began.</summary>
    public void End(string by, DateTimeOffset at)
    {
        if (!IsOpen(at)) { throw new WrongStateException($"Standstill {Id}", "over", nameof(End)); }
        (EndedBy, EndedAt) = (by, at);
    }

    /// <summary>In words.</summary>
    public override string ToString() => FormattableString.Invariant($"{(Supplier is { } supplier ? $"{supplier} is in maintenance" : "the fleet is frozen")}{(Until is { } until ? $" until {until:u}" : "")} by {By}: {Why}");
}
