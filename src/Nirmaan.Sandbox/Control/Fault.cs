namespace Nirmaan.Sandbox.Control;

/// <summary>What goes wrong, as <c>POST /sandbox/faults</c> asks for it.</summary>
/// <param name="Target">An endpoint's name such as <c>akash.create-deployment</c>, a group such as <c>akash</c>, or <c>*</c>.</param>
/// <param name="Kind">One of <see cref="FaultKinds"/>.</param>
/// <param name="Times">How often it strikes; null = until it is deleted.</param>
/// <param name="Status">HTTP status of the answer where the kind has one.</param>
/// <param name="DelaySeconds">Real seconds: how long a delay lasts, how long a connection is held, or the Retry-After of a 429.</param>
/// <param name="Match">Strikes only when this text stands in the request's path, query or body.</param>
public sealed record FaultOrder(string Target, string Kind, int? Times, int? Status, double? DelaySeconds, string? Match);

/// <summary>The kinds of fault.</summary>
public static class FaultKinds
{
    /// <summary>Answers an error (503 unless a status is named) and does nothing.</summary>
    public const string Refuse = "refuse";

    /// <summary>Waits, then acts and answers as usual.</summary>
    public const string Delay = "delay";

    /// <summary>Acts, then never answers: the connection is held and dropped, or a gateway's timeout page is sent when a status is named.</summary>
    public const string ActThenTimeOut = "act-then-time-out";

    /// <summary>Answers 429 with Retry-After and does nothing.</summary>
    public const string TooMany = "429";

    /// <summary>Acts, then answers half of the body.</summary>
    public const string Malformed = "malformed";

    /// <summary>Answers a gateway's HTML page and does nothing.</summary>
    public const string Html = "html";

    /// <summary>Acts, then answers without a body.</summary>
    public const string Empty = "empty";

    /// <summary>The next container of that supplier stands on a machine with another GPU than the leased one.</summary>
    public const string WrongGpu = "wrong-gpu";

    /// <summary>In the next container of that supplier the miner is paid to a stranger, whatever was asked for.</summary>
    public const string OtherPayout = "other-payout";

    /// <summary>Of a stream of lines: the next line is sent by half, and the connection is dropped.</summary>
    public const string BreakOff = "break-off";

    /// <summary>Of a stream of lines: the next line waits.</summary>
    public const string Stall = "stall";

    /// <summary>Kinds that strike a stream while it runs.</summary>
    public static IReadOnlySet<string> OfStreams { get; } = new HashSet<string> { BreakOff, Stall };

    /// <summary>Kinds that strike a supplier's next container.</summary>
    public static IReadOnlySet<string> OfContainers { get; } = new HashSet<string> { WrongGpu, OtherPayout };

    /// <summary>Kinds that strike an HTTP call.</summary>
    public static IReadOnlySet<string> OfCalls { get; } = new HashSet<string> { Refuse, Delay, ActThenTimeOut, TooMany, Malformed, Html, Empty };

    /// <summary>Every kind.</summary>
    public static IReadOnlySet<string> All { get; } = new HashSet<string>([.. OfCalls, .. OfStreams, .. OfContainers]);
}

/// <summary>A fault in force, with what it did so far.</summary>
public sealed record Fault(int Id, FaultOrder Order, int? Left, IReadOnlyList<FaultHit> Hits);

/// <summary>One strike of a fault.</summary>
public sealed record FaultHit(DateTimeOffset At, string Where, string Did);
