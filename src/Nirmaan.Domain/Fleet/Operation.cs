using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Fleet;

/// <summary>What an operation does to the outside world.</summary>
public enum OperationKind
{
    /// <summary>Ask a supplier for a machine.</summary>
    Create,
    /// <summary>Accept a bid on a market, which starts the billing.</summary>
    Place,
    /// <summary>Change the workload of a machine in place.</summary>
    Change,
    /// <summary>Buy more hours of a prepaid machine.</summary>
    Extend,
    /// <summary>Give a machine back.</summary>
    Close,
    /// <summary>Make a miner known to its network (costs a fee on some).</summary>
    Enrol,
    /// <summary>Take a miner off its network.</summary>
    Withdraw,
}

/// <summary>States of an operation (design, section 5).</summary>
public enum OperationState
{
    /// <summary>Committed here, not sent.</summary>
    Intended,
    /// <summary>Sent; the answer is awaited.</summary>
    Sent,
    /// <summary>The effect happened, once.</summary>
    Succeeded,
    /// <summary>The outside refused: no effect.</summary>
    Rejected,
    /// <summary>Nobody knows whether the effect happened. Has an age and dollars at risk.</summary>
    Unknown,
    /// <summary>What is found of it is being closed.</summary>
    Closing,
    /// <summary>Given up by a person; keeps its dollars at risk on the page.</summary>
    Abandoned,
}

/// <summary>
/// One intended effect on an outside system: committed before it is sent, under a unique key and a name the supplier shows us again, so that
/// a timeout or a crash can be looked up and never becomes a second machine.
/// </summary>
public sealed class Operation : IFenced
{
    private Operation() { }

    /// <summary>A new intention.</summary>
    /// <param name="key">Unique: the same intention entered twice is refused by the database.</param>
    /// <param name="specHash">SHA-256 of what will be sent (hex), secrets included as their hashes.</param>
    /// <param name="usdPerHourAtRisk">What it may cost per hour if it happened and nobody knew; null = unknown.</param>
    public Operation(
        OperationId id, OperationKind kind, SupplierName? supplier, NetworkName? network, InstanceId? instanceId, MinerId? minerId,
        string key, string specHash, decimal? usdPerHourAtRisk, decimal? usdCommitted, DateTimeOffset now, TimeSpan timeAllowed)
    {
        (Id, Kind, Supplier, Network, InstanceId, MinerId, Key, SpecHash) = (id, kind, supplier, network, instanceId, minerId, key, specHash);
        (UsdPerHourAtRisk, UsdCommitted, CreatedAt, DueAt, Deadline) = (usdPerHourAtRisk, usdCommitted, now, now, now + timeAllowed);
        Name = NameOf(id);
    }

    /// <summary>Prefix of every name that we give to something outside: the reconciler touches nothing without it.</summary>
    public const string NamePrefix = "nirmaan-";

    /// <summary>The name the supplier shows us again: the prefix and the id without dashes (40 characters, a valid DNS label).</summary>
    public static string NameOf(OperationId id) => NamePrefix + id.Value.ToString("N");

    /// <summary>The operation whose name this is; null when the name is not ours.</summary>
    public static OperationId? IdOf(string? name) =>
        name is not null && name.StartsWith(NamePrefix, StringComparison.Ordinal) && Guid.TryParseExact(name.AsSpan(NamePrefix.Length), "N", out var id)
            ? new OperationId(id) : null;

    /// <summary>Our id.</summary>
    public OperationId Id { get; private set; }
    /// <summary>What it does.</summary>
    public OperationKind Kind { get; private set; }
    /// <summary>The supplier it goes to; null for a network.</summary>
    public SupplierName? Supplier { get; private set; }
    /// <summary>The network it goes to; null for a supplier.</summary>
    public NetworkName? Network { get; private set; }
    /// <summary>The instance it is for.</summary>
    public InstanceId? InstanceId { get; private set; }
    /// <summary>The miner it is for.</summary>
    public MinerId? MinerId { get; private set; }
    /// <summary>Unique key of the intention, such as <c>create:{instance}:1</c>.</summary>
    public string Key { get; private set; } = "";
    /// <summary>The name that goes outside.</summary>
    public string Name { get; private set; } = "";
    /// <summary>SHA-256 of what is sent, hex.</summary>
    public string SpecHash { get; private set; } = "";
    /// <summary>State.</summary>
    public OperationState State { get; private set; }
    /// <summary>Why it is held back, rejected, unknown or abandoned, in words.</summary>
    public string? Reason { get; private set; }
    /// <summary>A stable code of the reason, for grouping and policy: <c>refused</c>, <c>timeout</c>, <c>no-bids</c>, ...</summary>
    public string? ReasonCode { get; private set; }
    /// <summary>USD per hour that runs if the effect happened unseen; null = unknown.</summary>
    public decimal? UsdPerHourAtRisk { get; private set; }
    /// <summary>USD paid up front when it succeeds.</summary>
    public decimal? UsdCommitted { get; private set; }
    /// <summary>The outside's id of what was made.</summary>
    public string? ExternalId { get; private set; }
    /// <summary>What the outside answered and a later step needs (Akash: the manifest).</summary>
    public string? Answer { get; private set; }
    /// <summary>What to send beyond the instance itself (which bid, how many hours), as JSON.</summary>
    public string? Input { get; private set; }
    /// <summary>How often it was sent or looked up.</summary>
    public int Attempts { get; private set; }
    /// <summary>When it was intended.</summary>
    public DateTimeOffset CreatedAt { get; private set; }
    /// <summary>When it was last sent.</summary>
    public DateTimeOffset? SentAt { get; private set; }
    /// <summary>When it became unknown.</summary>
    public DateTimeOffset? UnknownSince { get; private set; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; private set; }
    /// <summary>Until when it must have ended.</summary>
    public DateTimeOffset Deadline { get; private set; }
    /// <inheritdoc />
    public DateTimeOffset DueAt { get; private set; }
    /// <inheritdoc />
    public Guid? Token { get; private set; }
    /// <inheritdoc />
    public DateTimeOffset? TokenUntil { get; private set; }

    /// <summary>True while nothing has ended it.</summary>
    public bool IsOpen => State is OperationState.Intended or OperationState.Sent or OperationState.Unknown or OperationState.Closing;

    /// <summary>USD that may have been lost by now if the effect happened unseen: what was committed plus hours since it was sent; null = unknown.</summary>
    public decimal? UsdAtRisk(DateTimeOffset now) => State switch
    {
        OperationState.Unknown or OperationState.Closing or OperationState.Abandoned or OperationState.Sent =>
            UsdPerHourAtRisk is null && UsdCommitted is null ? null
            : (UsdCommitted ?? 0) + decimal.Round((UsdPerHourAtRisk ?? 0) * (decimal)Math.Max(0, ((EndedAt ?? now) - (SentAt ?? CreatedAt)).TotalHours), 8),
        _ => 0,
    };

    /// <summary>Adds what to send beyond the instance itself (JSON).</summary>
    public Operation With(string input) { Input = input; return this; }

    /// <summary>Says what outside thing it is about, where that is known beforehand (close, place, change, extend).</summary>
    public Operation About(string externalId) { ExternalId = externalId; return this; }

    /// <summary>It is about to be sent. Committed before the call leaves, so that a crash finds it here.</summary>
    public void MarkSent(DateTimeOffset at)
    {
        Require(OperationState.Intended, OperationState.Sent);
        (State, SentAt, Attempts, Reason, ReasonCode) = (OperationState.Sent, at, Attempts + 1, null, null);
    }

    /// <summary>The call surely never reached the outside: it may be sent again.</summary>
    public void MarkNotSent(DateTimeOffset retryAt, string why)
    {
        Require(OperationState.Sent, OperationState.Intended);
        (State, Reason, ReasonCode, DueAt) = (OperationState.Intended, why, "not-sent", retryAt);
    }

    /// <summary>The effect happened.</summary>
    public void MarkSucceeded(DateTimeOffset at, string? externalId, string? answer)
    {
        // From Closing too: a person may change their mind while nothing of it was found yet.
        if (State is not (OperationState.Sent or OperationState.Unknown or OperationState.Closing)) { throw new WrongStateException(Thing, State.ToString(), nameof(OperationState.Succeeded)); }
        (State, EndedAt, ExternalId, Answer, Reason, ReasonCode) = (OperationState.Succeeded, at, externalId ?? ExternalId, answer ?? Answer, null, null);
    }

    /// <summary>The outside refused and nothing happened.</summary>
    public void MarkRejected(DateTimeOffset at, string code, string why)
    {
        if (State is not (OperationState.Intended or OperationState.Sent or OperationState.Unknown or OperationState.Closing))
        {
            throw new WrongStateException(Thing, State.ToString(), nameof(OperationState.Rejected));
        }
        (State, EndedAt, ReasonCode, Reason) = (OperationState.Rejected, at, code, why);
    }

    /// <summary>Nobody knows whether it happened; it will be looked up by its name before anything else is done.</summary>
    public void MarkUnknown(DateTimeOffset at, DateTimeOffset lookUpAt, string code, string why)
    {
        if (State is not (OperationState.Sent or OperationState.Unknown)) { throw new WrongStateException(Thing, State.ToString(), nameof(OperationState.Unknown)); }
        (State, UnknownSince, DueAt, ReasonCode, Reason) = (OperationState.Unknown, UnknownSince ?? at, lookUpAt, code, why);
    }

    /// <summary>What was found of it is to be closed.</summary>
    public void MarkClosing(DateTimeOffset at, string? externalId, string why)
    {
        if (State is not (OperationState.Unknown or OperationState.Closing)) { throw new WrongStateException(Thing, State.ToString(), nameof(OperationState.Closing)); }
        (State, ExternalId, Reason, DueAt) = (OperationState.Closing, externalId ?? ExternalId, why, at);
    }

    /// <summary>A person gives up; the dollars at risk stay on the page.</summary>
    public void MarkAbandoned(DateTimeOffset at, string why)
    {
        if (State is not (OperationState.Unknown or OperationState.Closing)) { throw new WrongStateException(Thing, State.ToString(), nameof(OperationState.Abandoned)); }
        (State, EndedAt, Reason) = (OperationState.Abandoned, at, why);
    }

    /// <summary>What was closed had no owner in the books; this is what it cost, to the answer.</summary>
    public void Settle(string bill) => Answer = bill;

    /// <summary>Looks again later.</summary>
    public void Postpone(DateTimeOffset until) => (DueAt, Attempts) = (until, Attempts + 1);

    /// <summary>It may not be sent now; why is shown on it until it is.</summary>
    public void Hold(DateTimeOffset until, string why)
    {
        Require(OperationState.Intended, OperationState.Intended);
        Postpone(until);
        (Reason, ReasonCode) = (why, "held");
    }

    /// <inheritdoc />
    public void Release() => (Token, TokenUntil) = (null, null);

    private string Thing => $"Operation {Id} ({Kind})";

    private void Require(OperationState from, OperationState to)
    {
        if (State != from) { throw new WrongStateException(Thing, State.ToString(), to.ToString()); }
    }
}
