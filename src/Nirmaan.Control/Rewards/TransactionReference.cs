namespace Nirmaan.Control.Rewards;

/// <summary>Where a payment that a person records can be looked up: a transaction's hash, or another's reference.</summary>
internal static class TransactionReference
{
    /// <summary>The reference as it is stored. A hash is one in whatever case it is typed, or the same payment could be recorded twice.</summary>
    /// <param name="what">What is expected, for the refusal.</param>
    /// <exception cref="InvalidInputException">It is none.</exception>
    public static string Read(string text, string what)
    {
        var reference = text.Trim();
        if (reference.Length is < 3 or > 100) { throw new InvalidInputException("transaction", text, $"{what}, 3 to 100 characters"); }
        if (!reference.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) { return reference; }
        return reference.Length == 66 && reference.Skip(2).All(char.IsAsciiHexDigit) ? reference.ToLowerInvariant() : throw new InvalidInputException("transaction", reference, "0x and 64 hexadecimal digits");
    }
}
