using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>What became of a consent to an epoch.</summary>
public abstract record SignOffOutcome
{
    private SignOffOutcome() { }

    /// <summary>Noted.</summary>
    /// <param name="Closed">The epoch, if this was the last consent that it needed.</param>
    public sealed record Noted(int Count, int Needed, Distribution? Closed) : SignOffOutcome;
    /// <summary>There is no such asset, or the epoch comes after the next one.</summary>
    public sealed record NotFound : SignOffOutcome;
    /// <summary>The epoch is closed.</summary>
    public sealed record TooLate : SignOffOutcome;
    /// <summary>It cannot be computed yet.</summary>
    public sealed record TooEarly(string WaitsFor) : SignOffOutcome;
    /// <summary>It is another than what was shown: something arrived since.</summary>
    public sealed record Changed(string Digest) : SignOffOutcome;
    /// <summary>This person has consented to it already; another must.</summary>
    public sealed record SamePerson(string Who) : SignOffOutcome;
}
