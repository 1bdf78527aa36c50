using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.Components.Sandbox;

/// <summary>One thing that can be made to go wrong with one click.</summary>
/// <param name="Text">What it shows.</param>
/// <param name="Order">What is asked of the sandbox; null = there is nothing it could befall now.</param>
public sealed record Mischief(string Title, string Text, Func<SandboxWorld, SandboxOrder?> Order)
{
    /// <summary>The ready-made ones: what rented machines and their markets really do to people.</summary>
    public static readonly IReadOnlyList<Mischief> All =
    [
        new("Lose a machine", "The newest running machine dies; nobody is told. Its lease goes on and costs.", w => Strike("lose-machine", w.Rented.LastOrDefault(r => r.StrikeId is not null))),
        new("io.net acts, then times out", "The next deploy happens, and its answer never arrives: Unknown, until it is found by its name.", _ => new SandboxOrder("ionet.deploy", "act-then-time-out", 1, DelaySeconds: 2)),
        new("Akash acts, then times out", "The next create happens, and its answer never arrives.", _ => new SandboxOrder("akash.create-deployment", "act-then-time-out", 1, DelaySeconds: 2)),
        new("A lease is closed", "The newest Akash provider ends its lease without a word.", w => Strike("close-lease", w.Rented.LastOrDefault(r => r is { Supplier: "akash", StrikeId: not null }))),
        new("A lease is reclaimed", "The newest Akash provider announces that it takes the machine back in an hour.", w => Strike("reclaim-lease", w.Rented.LastOrDefault(r => r is { Supplier: "akash", StrikeId: not null }))),
        new("The wrong GPU", "The next Akash container stands on another GPU than the leased one.", _ => new SandboxOrder("akash", "wrong-gpu", 1)),
        new("A machine that lies", "In the next Akash container the miner is paid to a stranger: it is found by what is read back, and stopped.", _ => new SandboxOrder("akash", "other-payout", 1)),
        new("Akash refuses", "The next 3 creates are answered 503.", _ => new SandboxOrder("akash.create-deployment", "refuse", 3)),
        new("Too many calls", "The next 5 calls to io.net are answered 429 with Retry-After.", _ => new SandboxOrder("ionet", "429", 5, DelaySeconds: 5)),
        new("Half an answer", "The next 3 answers of Akash are cut in half.", _ => new SandboxOrder("akash", "malformed", 3)),
        new("A slow supplier", "The next 5 calls to Akash take 8 seconds each.", _ => new SandboxOrder("akash", "delay", 5, DelaySeconds: 8)),
    ];

    private static SandboxOrder? Strike(string kind, RentedThing? thing) => thing is null ? null : new SandboxOrder(Kind: kind, Id: thing.StrikeId);
}
