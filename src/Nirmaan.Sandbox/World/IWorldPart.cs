namespace Nirmaan.Sandbox.World;

/// <summary>A part of the world that can say what truly is, for tests and the panel. Reads never change anything.</summary>
public interface IWorldPart
{
    /// <summary>Its key in <c>GET /sandbox/world</c>.</summary>
    string Name { get; }

    /// <summary>What truly is, as JSON-ready values in a stable order.</summary>
    object Describe();
}

/// <summary>A supplier of machines: what it has charged, and what can befall what it rents out.</summary>
public interface ISupplier : IWorldPart
{
    /// <summary>What it has charged up to now, per deployment, oldest first: the truth that a ledger is reconciled with.</summary>
    IReadOnlyList<Bill> Bills();

    /// <summary>Lets an event happen to one of its things; false when the id is none of its own.</summary>
    Task<bool> StrikeAsync(WorldEvent happening, CancellationToken cancellationToken);
}

/// <summary>One deployment's bill up to now.</summary>
/// <param name="Supplier">akash, ionet or runpod.</param>
/// <param name="Account">Who pays, in the supplier's words.</param>
/// <param name="Id">The supplier's id of the deployment.</param>
/// <param name="Name">The name we gave it, where the supplier keeps one.</param>
/// <param name="State">The supplier's word for its state.</param>
/// <param name="From">When it was created.</param>
/// <param name="To">When it ended; null while it lives.</param>
/// <param name="ChargedUsd">Spent for good, USD.</param>
/// <param name="HeldUsd">Set aside and not spent yet, USD; comes back at the end.</param>
public sealed record Bill(string Supplier, string Account, string Id, string? Name, string State, DateTimeOffset From, DateTimeOffset? To, decimal ChargedUsd,
    decimal HeldUsd);

/// <summary>Something that befalls a rented machine, a lease or a whole provider.</summary>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Id">A container, lease, deployment or provider id.</param>
public sealed record WorldEvent(string Kind, string Id)
{
    /// <summary>The machine under a container dies; nobody is told.</summary>
    public const string LoseMachine = "lose-machine";

    /// <summary>The supplier ends a lease.</summary>
    public const string CloseLease = "close-lease";

    /// <summary>The supplier announces that it will end a lease in an hour.</summary>
    public const string ReclaimLease = "reclaim-lease";

    /// <summary>A provider goes offline with all its machines; its leases go on and cost.</summary>
    public const string LoseProvider = "lose-provider";

    /// <summary>An offline provider is back.</summary>
    public const string RestoreProvider = "restore-provider";

    /// <summary>Every kind.</summary>
    public static IReadOnlySet<string> Kinds { get; } = new HashSet<string> { LoseMachine, CloseLease, ReclaimLease, LoseProvider, RestoreProvider };
}
