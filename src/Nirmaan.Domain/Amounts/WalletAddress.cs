using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Nirmaan.Domain.Amounts;

/// <summary>
/// An EVM account: 0x and 40 hexadecimal digits, in lower case where it is text. Kept as its 20 bytes: a distribution holds a million of them.
/// The EIP-55 spelling is made where it is shown (it needs Keccak, which Domain does not have).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)] // 20 bytes, not 24
public readonly record struct WalletAddress : IComparable<WalletAddress>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 20;

    private const int TextLength = 2 + (2 * Size);
    private readonly ulong _high, _middle;
    private readonly uint _low;

    private WalletAddress(ReadOnlySpan<byte> bytes) =>
        (_high, _middle, _low) = (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));

    /// <summary>Lower-case text, 42 characters; made anew at each call. The default value is the zero account.</summary>
    public string Value => string.Create(TextLength, this, static (text, address) =>
    {
        Span<byte> bytes = stackalloc byte[Size];
        address.CopyTo(bytes);
        "0x".CopyTo(text);
        Convert.TryToHexStringLower(bytes, text[2..], out _);
    });

    /// <summary>The first byte, by which a million accounts fall into 256 parts in order.</summary>
    internal byte FirstByte => (byte)(_high >> 56);

    /// <summary>The first eight bytes as a number: in the order of the accounts, and seldom the same for two of them.</summary>
    internal ulong FirstEightBytes => _high;

    /// <summary>Takes exactly 20 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static WalletAddress Of(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Size ? new WalletAddress(bytes) : throw new ArgumentException($"{Size} bytes are needed, not {bytes.Length}.", nameof(bytes));

    /// <summary>Reads an address in any case; a mixed-case checksum is not verified here.</summary>
    /// <exception cref="FormatException">Not 0x and 40 hexadecimal digits.</exception>
    public static WalletAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an address: expected 0x and 40 hexadecimal digits.");

    /// <summary>Reads an address; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WalletAddress address)
    {
        address = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is not { Length: TextLength } || text[0] != '0' || text[1] is not ('x' or 'X')
            || Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) != System.Buffers.OperationStatus.Done) { return false; }
        address = new WalletAddress(bytes);
        return true;
    }

    /// <summary>Writes the 20 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    /// <summary>Numeric order, which for the text is alphabetical.</summary>
    public int CompareTo(WalletAddress other) =>
        _high != other._high ? _high.CompareTo(other._high) : _middle != other._middle ? _middle.CompareTo(other._middle) : _low.CompareTo(other._low);
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
