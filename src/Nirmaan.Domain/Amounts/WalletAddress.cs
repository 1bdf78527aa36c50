using System.Diagnostics.CodeAnalysis;

namespace Nirmaan.Domain.Amounts;

/// <summary>
/// An EVM account: 0x and 40 hexadecimal digits, kept in lower case so that equal accounts compare equal. The EIP-55 spelling is made where
/// it is shown (it needs Keccak, which Domain does not have).
/// </summary>
public readonly record struct WalletAddress : IComparable<WalletAddress>
{
    private readonly string? _value;

    /// <summary>Lower-case text, 42 characters.</summary>
    public string Value => _value ?? Zero;

    private const string Zero = "0x0000000000000000000000000000000000000000";

    private WalletAddress(string value) => _value = value;

    /// <summary>Reads an address in any case; a mixed-case checksum is not verified here.</summary>
    /// <exception cref="FormatException">Not 0x and 40 hexadecimal digits.</exception>
    public static WalletAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an address: expected 0x and 40 hexadecimal digits.");

    /// <summary>Reads an address; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WalletAddress address)
    {
        address = default;
        if (text is not { Length: 42 } || text[0] != '0' || text[1] is not ('x' or 'X') || !text.AsSpan(2).ContainsOnlyHexDigits()) { return false; }
        address = new WalletAddress(text.ToLowerInvariant());
        return true;
    }

    /// <summary>Same account; the default value is the zero account.</summary>
    public bool Equals(WalletAddress other) => Value == other.Value;
    /// <inheritdoc />
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>Orders by number, which for fixed-length lower-case text is the order of the text.</summary>
    public int CompareTo(WalletAddress other) => string.CompareOrdinal(Value, other.Value);
    /// <inheritdoc />
    public override string ToString() => Value;
    /// <summary>Numeric order.</summary>
    public static bool operator <(WalletAddress left, WalletAddress right) => left.CompareTo(right) < 0;
    /// <summary>Numeric order.</summary>
    public static bool operator >(WalletAddress left, WalletAddress right) => left.CompareTo(right) > 0;
    /// <summary>Numeric order.</summary>
    public static bool operator <=(WalletAddress left, WalletAddress right) => left.CompareTo(right) <= 0;
    /// <summary>Numeric order.</summary>
    public static bool operator >=(WalletAddress left, WalletAddress right) => left.CompareTo(right) >= 0;
}

internal static class HexDigits
{
    public static bool ContainsOnlyHexDigits(this ReadOnlySpan<char> text)
    {
        foreach (var digit in text)
        {
            if (!char.IsAsciiHexDigit(digit)) { return false; }
        }
        return true;
    }
}
