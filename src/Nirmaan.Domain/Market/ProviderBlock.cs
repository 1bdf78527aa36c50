using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Market;

/// <summary>A provider on a supplier's market.</summary>
/// <param name="Provider">As its offers and bids name it.</param>
public readonly record struct ProviderKey(SupplierName Supplier, string Provider)
{
    /// <summary>
    /// Whom a machine was taken of. Some suppliers show of each machine who runs it, though nobody can ask for that one or avoid it: where neither offers nor
    /// bids name it, the supplier itself is the provider.
    /// </summary>
    public static ProviderKey Of(SupplierName supplier, string? shown, Func<ProviderKey, bool> isNamed) =>
        shown is not null && new ProviderKey(supplier, shown) is var key && isNamed(key) ? key : new ProviderKey(supplier, supplier.Value);

    /// <inheritdoc />
    public override string ToString() => $"{Supplier}/{Provider}";
}

/// <summary>
/// No further machine is taken of a provider until a time. Machines of it that run go on. It is never edited; a change is a new one.
/// </summary>
public sealed class ProviderBlock
{
    private ProviderBlock() { }

    /// <summary>In force from now on.</summary>
    /// <param name="by">A person, or the rule that blocks who loses machines.</param>
    public ProviderBlock(ProviderBlockId id, ProviderKey provider, string label, string by, DateTimeOffset at, DateTimeOffset until, string why) =>
        (Id, Supplier, Provider, Label, By, At, Until, Why) = (id, provider.Supplier, provider.Provider, label, by, at, until, why);

    /// <summary>Our id.</summary>
    public ProviderBlockId Id { get; private set; }
    /// <summary>On whose market.</summary>
    public SupplierName Supplier { get; private set; }
    /// <summary>As its offers and bids name it.</summary>
    public string Provider { get; private set; } = "";
    /// <summary>A name that people know, as it was then.</summary>
    public string Label { get; private set; } = "";
    /// <summary>Who blocked it.</summary>
    public string By { get; private set; } = "";
    /// <summary>When.</summary>
    public DateTimeOffset At { get; private set; }
    /// <summary>It ends by itself.</summary>
    public DateTimeOffset Until { get; private set; }
    /// <summary>Why.</summary>
    public string Why { get; private set; } = "";
    /// <summary>When it was lifted before its time; null = it was not.</summary>
    public DateTimeOffset? LiftedAt { get; private set; }
    /// <summary>Who lifted it.</summary>
    public string? LiftedBy { get; private set; }

    /// <summary>Whom it bars.</summary>
    public ProviderKey Key => new(Supplier, Provider);

    /// <summary>Whether it bars.</summary>
    public bool IsInForce(DateTimeOffset now) => LiftedAt is null && now < Until;

    /// <summary>Lifts it before its time.</summary>
    public void Lift(string by, DateTimeOffset at)
    {
        if (!IsInForce(at)) { throw new WrongStateException($"Block {Id}", "over", nameof(Lift)); }
        (LiftedBy, LiftedAt) = (by, at);
    }
}
