using Nirmaan.Control.Data;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>What looking an unknown operation up by its name told.</summary>
public abstract record LookUp
{
    private LookUp() { }

    /// <summary>It happened: adopt it.</summary>
    public sealed record Happened(Effect.Done Done, string How) : LookUp;
    /// <summary>It never happened: it may be intended anew.</summary>
    public sealed record NeverHappened(string Why) : LookUp;
    /// <summary>The call is safe to repeat, so it is sent again under the same name.</summary>
    public sealed record SafeToRepeat : LookUp;
    /// <summary>Still nobody knows.</summary>
    public sealed record StillUnknown(string Why) : LookUp;
}

/// <summary>
/// One kind of outside effect: how it is sent, looked up, and what follows from each answer. Sending and looking up touch the outside only;
/// consequences touch the database only, in the transaction that ends the operation.
/// </summary>
internal interface IOperationHandler
{
    /// <summary>The kinds it knows.</summary>
    IReadOnlyList<OperationKind> Kinds { get; }

    /// <summary>Null = send now; otherwise why it must wait, or be refused when Refuse is set. Runs in the transaction that marks it Sent.</summary>
    Task<Hold?> HoldAsync(NirmaanDbContext db, Operation operation, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Sends it, once.</summary>
    Task<Effect> SendAsync(Operation operation, CancellationToken cancellationToken);

    /// <summary>Finds out what became of it.</summary>
    Task<LookUp> LookUpAsync(Operation operation, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>It happened.</summary>
    Task SucceedAsync(NirmaanDbContext db, Operation operation, Effect.Done done, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>It was refused, or never happened.</summary>
    Task RejectAsync(NirmaanDbContext db, Operation operation, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>Why an intended operation is not sent now.</summary>
/// <param name="Refuse">True: it never will be (a cap, a cancelled instance).</param>
internal sealed record Hold(TimeSpan For, string Why, bool Refuse = false);
