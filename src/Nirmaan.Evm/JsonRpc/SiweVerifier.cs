using Nirmaan.Evm.Signatures;

namespace Nirmaan.Evm.JsonRpc;

/// <summary>What became of an attempt to sign in.</summary>
public abstract record SignInOutcome
{
    private SignInOutcome() { }

    /// <summary>The account of the message signed in, to us and now. Whoever asked must still take its nonce out of use before it counts.</summary>
    public sealed record Accepted(SiweMessage Message) : SignInOutcome;

    /// <summary>The text is no EIP-4361 message.</summary>
    /// <param name="Problem">What is wrong and where, for a log.</param>
    public sealed record Malformed(string Problem) : SignInOutcome;

    /// <summary>A message for another site, chain, browser or time; its signature was not looked at.</summary>
    public sealed record NotForUs(SiweMessage Message, SiweVerdict Verdict) : SignInOutcome;

    /// <summary>The signature is not that of the message's account.</summary>
    public sealed record NotSigned(SiweMessage Message) : SignInOutcome;
}

/// <summary>
/// Verifies a sign-in of EIP-4361 from text to signature. A wallet contract is asked on the chain that the message names.
/// </summary>
/// <param name="chains">The chains on which wallets can be asked, by id. A message for any other is refused.</param>
public sealed class SiweVerifier(IReadOnlyDictionary<long, SignatureVerifier> chains, TimeProvider clock)
{
    /// <param name="text">What the wallet says it signed, to the letter.</param>
    /// <param name="origin">Scheme, host and port of our page, for example <c>https://nirmaan.example</c>.</param>
    /// <param name="nonce">The one given to this browser.</param>
    /// <exception cref="JsonRpcException">The chain's node could not answer; nothing is known of the signature.</exception>
    public async Task<SignInOutcome> VerifyAsync(string text, byte[] signature, Uri origin, string nonce, CancellationToken cancellationToken)
    {
        if (!SiweMessage.TryParse(text, out var message, out string? problem)) { return new SignInOutcome.Malformed(problem); }
        var verdict = message.Check(new SiweExpectation(origin, [.. chains.Keys], nonce), clock.GetUtcNow());
        if (verdict != SiweVerdict.Accepted) { return new SignInOutcome.NotForUs(message, verdict); }
        var hash = PersonalMessage.Hash(text);
        return await chains[message.ChainId].IsValidAsync(message.Address, hash, signature, cancellationToken) ? new SignInOutcome.Accepted(message) : new SignInOutcome.NotSigned(message);
    }
}
