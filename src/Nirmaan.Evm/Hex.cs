using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Nirmaan.Evm;

/// <summary>The two ways Ethereum writes hexadecimal: data (<c>0x</c> and two digits a byte) and quantity (<c>0x</c> and a number).</summary>
public static class Hex
{
    /// <summary>Data as lower-case hexadecimal with <c>0x</c>; no bytes give <c>0x</c>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>The bytes of <c>0x</c>-prefixed data in either case.</summary>
    /// <exception cref="FormatException">The prefix is missing, a digit is odd or not hexadecimal.</exception>
    public static byte[] Decode(string text) =>
        TryDecode(text, out byte[]? bytes) ? bytes : throw new FormatException($"'{Shorten(text)}' is not 0x-prefixed hexadecimal data.");

    /// <inheritdoc cref="Decode"/>
    public static bool TryDecode([NotNullWhen(true)] string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || !text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0) { return false; }
        byte[] buffer = new byte[(text.Length - 2) / 2];
        if (Convert.FromHexString(text.AsSpan(2), buffer, out _, out _) != OperationStatus.Done) { return false; }
        bytes = buffer;
        return true;
    }

    /// <summary>Fills exactly <paramref name="destination"/> from <c>0x</c>-prefixed data of that length.</summary>
    internal static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination) =>
        text.Length == 2 + (2 * destination.Length) && text.StartsWith("0x")
        && Convert.FromHexString(text[2..], destination, out _, out int written) == OperationStatus.Done && written == destination.Length;

    /// <summary>A number as a quantity: <c>0x0</c>, <c>0x1b4</c>, no leading zeros.</summary>
    public static string Quantity(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        string digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <summary>Reads a quantity of at most 256 bits. Leading zeros, which some nodes send, are accepted.</summary>
    /// <exception cref="FormatException">Not a quantity.</exception>
    public static BigInteger ParseQuantity(string text)
    {
        // Heights, times and places, of which a page of logs holds tens of thousands.
        if (text.Length is >= 3 and <= 18 && text.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong small)) { return small; }
        if (text.Length is >= 3 and <= 66 && text.StartsWith("0x", StringComparison.Ordinal)
            && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out BigInteger value))
        {
            return value;
        }
        throw new FormatException($"'{Shorten(text)}' is not a 0x-prefixed quantity.");
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : $"{text[..77]}...";
}
