using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Nirmaan.Evm.Signatures;

/// <summary>
/// A sign-in message of EIP-4361 ("Sign-In with Ethereum"), version 1. What was signed is the text that came in: hash that, not a
/// text formatted anew from the fields.
/// </summary>
/// <param name="Scheme">Of the page that asks, for example <c>https</c>; null when the message names none.</param>
/// <param name="Domain">Host of the page that asks, with its port where it is not the scheme's own.</param>
/// <param name="Address">The account that signs in.</param>
/// <param name="Statement">One line for the person to read; null when there is none.</param>
/// <param name="Uri">What the sign-in is for.</param>
/// <param name="ChainId">EIP-155 id of the chain of the session, and where a wallet contract is asked.</param>
/// <param name="Nonce">At least 8 letters and digits that the server made up, once.</param>
/// <param name="Resources">URIs that the person is told about; null when the message has no such part.</param>
public sealed record SiweMessage(
    string? Scheme, string Domain, EvmAddress Address, string? Statement, string Uri, long ChainId, string Nonce, DateTimeOffset IssuedAt,
    DateTimeOffset? ExpirationTime = null, DateTimeOffset? NotBefore = null, string? RequestId = null, IReadOnlyList<string>? Resources = null)
{
    /// <summary>No honest message is longer (characters).</summary>
    public const int MaxLength = 16 * 1024;

    private const string WantsYou = " wants you to sign in with your Ethereum account:";

    /// <summary>Reads a message that follows the grammar to the letter.</summary>
    /// <param name="problem">What is wrong and where, in words for a log; null when nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SiweMessage? message, [NotNullWhen(false)] out string? problem)
    {
        message = null;
        problem = text.Length > MaxLength ? $"longer than {MaxLength} characters" : null;
        if (problem is not null) { return false; }
        try { message = new SiweReader(text).Read(); }
        catch (FormatException e) { problem = e.Message; }
        return message is not null;
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="FormatException">The text is no such message.</exception>
    public static SiweMessage Parse(string text) => TryParse(text, out var message, out string? problem) ? message : throw new FormatException($"Not an EIP-4361 message: {problem}.");

    /// <summary>The text that the wallet is to sign. <see cref="Parse"/> reads it back to an equal message.</summary>
    /// <exception cref="FormatException">A field does not follow the grammar.</exception>
    public string Format()
    {
        var text = new StringBuilder();
        if (Scheme is not null) { text.Append(Scheme).Append("://"); }
        text.Append(Domain).Append(WantsYou).Append('\n').Append(Address).Append("\n\n");
        if (Statement is not null) { text.Append(Statement).Append('\n'); }
        text.Append("\nURI: ").Append(Uri).Append("\nVersion: 1\nChain ID: ").Append(ChainId.ToString(CultureInfo.InvariantCulture));
        text.Append("\nNonce: ").Append(Nonce).Append("\nIssued At: ").Append(Rfc3339.Format(IssuedAt));
        if (ExpirationTime is { } expires) { text.Append("\nExpiration Time: ").Append(Rfc3339.Format(expires)); }
        if (NotBefore is { } notBefore) { text.Append("\nNot Before: ").Append(Rfc3339.Format(notBefore)); }
        if (RequestId is not null) { text.Append("\nRequest ID: ").Append(RequestId); }
        if (Resources is not null) { text.Append("\nResources:").AppendJoin("", Resources.Select(r => $"\n- {r}")); }
        string formatted = text.ToString();
        Parse(formatted);
        return formatted;
    }

    /// <summary>
    /// Checks what the signature cannot tell: that the message was meant for us, now, in answer to our question. The signature and
    /// that the nonce is unused and belongs to this browser are the caller's to check.
    /// </summary>
    public SiweVerdict Check(SiweExpectation expected, DateTimeOffset now)
    {
        var origin = expected.Origin;
        if (!string.Equals(Domain, origin.Authority, StringComparison.OrdinalIgnoreCase)) { return SiweVerdict.WrongDomain; }
        if (Scheme is not null && !string.Equals(Scheme, origin.Scheme, StringComparison.OrdinalIgnoreCase)) { return SiweVerdict.WrongDomain; }
        if (!System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0
            || System.Uri.Compare(uri, origin, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) != 0) { return SiweVerdict.WrongUri; }
        if (!expected.ChainIds.Contains(ChainId)) { return SiweVerdict.WrongChain; }
        if (!string.Equals(Nonce, expected.Nonce, StringComparison.Ordinal)) { return SiweVerdict.WrongNonce; }
        if (now >= ExpirationTime) { return SiweVerdict.Expired; }
        return now < NotBefore ? SiweVerdict.NotYetValid : SiweVerdict.Accepted;
    }
}

/// <summary>What a sign-in must say to be ours.</summary>
/// <param name="Origin">Scheme, host and port that the browser shows, for example <c>https://nirmaan.example</c>.</param>
/// <param name="ChainIds">The chains on which we can ask wallets.</param>
/// <param name="Nonce">The one that we gave to this browser.</param>
public sealed record SiweExpectation(Uri Origin, IReadOnlyCollection<long> ChainIds, string Nonce);

/// <summary>Why a well-formed message is not accepted, or that it is.</summary>
public enum SiweVerdict
{
    /// <summary>For us, and now: the signature decides.</summary>
    Accepted,

    /// <summary>Made for another site, perhaps by one that passes it on to us.</summary>
    WrongDomain,

    /// <summary>Its URI is not of our origin.</summary>
    WrongUri,

    /// <summary>For a chain that we do not serve.</summary>
    WrongChain,

    /// <summary>Not the nonce that this browser was given.</summary>
    WrongNonce,

    /// <summary>At or after its expiration time.</summary>
    Expired,

    /// <summary>Before its not-before time.</summary>
    NotYetValid,
}
