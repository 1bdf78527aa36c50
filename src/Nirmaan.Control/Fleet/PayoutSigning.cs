using System.Globalization;
using Nirmaan.Evm;
using Nirmaan.Evm.Signatures;

namespace Nirmaan.Control.Fleet;

/// <summary>Who signed the payout list. Section <c>PayoutList</c>.</summary>
public sealed class PayoutListOptions
{
    /// <summary>Nothing is launched while the signature does not fit the list.</summary>
    public bool Required { get; set; } = true;

    /// <summary>The admin's address, whose key signed.</summary>
    public string Signer { get; set; } = "";

    /// <summary>When it was signed, as it stands in the signed text: RFC 3339, UTC.</summary>
    public string SignedAt { get; set; } = "";

    /// <summary>What the wallet answered to <c>personal_sign</c>: 65 bytes in hexadecimal.</summary>
    public string Signature { get; set; } = "";
}

/// <summary>Whether the payout list is what an admin's key signed.</summary>
/// <param name="Fault">What is wrong, with the key to set; null = the signature fits.</param>
/// <param name="Signer">Who signed; null = the signature does not fit.</param>
public sealed record PayoutSigning(bool IsRequired, string? Fault, EvmAddress? Signer, DateTimeOffset? SignedAt)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Nothing may be launched.</summary>
    public bool Refuses => IsRequired && Fault is not null;

    /// <summary>Holds the signature against the list.</summary>
    public static PayoutSigning Of(PayoutOptions list, PayoutListOptions options)
    {
        PayoutSigning Not(string fault) => new(options.Required, fault, null, null);
        if (list.Count == 0) { return Not("Payout has no addresses, so there is nothing to sign"); }
        if (options is { Signer: "", Signature: "", SignedAt: "" }) { return Not("The payout list is not signed (PayoutList:Signature)"); }
        if (!EvmAddress.TryParse(options.Signer, AddressSpelling.ChecksumOrLowerCase, out var signer)) { return Not($"PayoutList:Signer is '{options.Signer}'; expected the address of the admin who signed, 0x and 40 hexadecimal digits"); }
        if (ReadTime(options.SignedAt) is not { } at) { return Not($"PayoutList:SignedAt is '{options.SignedAt}'; expected the time of the signed text, such as 2026-01-01T00:00:00Z"); }
        if (!EvmSignature.TryParse(options.Signature, out var signature)) { return Not("PayoutList:Signature is no signature of a key; expected 65 bytes, 0x and 130 hexadecimal digits"); }
        string text;
        try { text = TextOf(list, at); }
        catch (FormatException e) { return Not(e.Message); }
        return Secp256k1.TryRecover(PersonalMessage.Hash(text), signature, out var found) && found == signer
            ? new(options.Required, null, signer, at)
            : Not($"PayoutList:Signature is not by {signer} over the list as it is configured: the list, the time or the signer was changed since, or another key signed");
    }

    /// <summary>
    /// What the admin's wallet signs with <c>personal_sign</c> (EIP-191): plain words, so that a wallet shows what is agreed to. Networks by name, each with its addresses in
    /// their order, for the first of them gets the new miners. Not typed data: there is no contract that has to read it.
    /// </summary>
    /// <exception cref="FormatException">A name or an address has characters by which two lists could have one text.</exception>
    public static string TextOf(PayoutOptions list, DateTimeOffset at)
    {
        var networks = list.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => $"{Plain(n.Key, "PayoutList", "a network's name")}: {string.Join(", ", n.Value.Select(a => Plain(a, $"Payout:{n.Key}", "an address")))}");
        string[] lines = ["Nirmaan payout list", $"Signed at: {at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}", .. networks];
        return string.Join('\n', lines);
    }

    /// <summary>The time of a signed text; null = not one.</summary>
    public static DateTimeOffset? ReadTime(string? text) =>
        DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static string Plain(string text, string key, string expected) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        ? text
        : throw new FormatException($"{key}: '{text.ReplaceLineEndings(" ")}'; expected {expected} of letters, digits and - _ .");
}
