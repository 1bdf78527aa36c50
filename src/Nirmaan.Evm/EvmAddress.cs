using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Nirmaan.Evm;

/// <summary>Which spellings of an address are accepted.</summary>
public enum AddressSpelling
{
    /// <summary>EIP-55 mixed case, or all digits in lower case (as nodes write them and people paste them). A wrong mix is refused.</summary>
    ChecksumOrLowerCase,

    /// <summary>EIP-55 mixed case only: for input where a slip costs money.</summary>
    Checksum,
}

/// <summary>
/// A 20-byte EVM address. Written with its EIP-55 checksum (<see cref="ToString"/>); compares as the big-endian number that it spells.
/// </summary>
[JsonConverter(typeof(EvmAddressJsonConverter))]
public readonly struct EvmAddress : IEquatable<EvmAddress>, IComparable<EvmAddress>, IParsable<EvmAddress>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 20;

    private const int HexDigits = 2 * Size;
    private readonly ulong _a, _b;
    private readonly uint _c;

    /// <summary>Takes exactly 20 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public EvmAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) { throw new ArgumentException($"20 bytes are needed, not {bytes.Length}.", nameof(bytes)); }
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>The address nobody has the key of; also the default value.</summary>
    public static EvmAddress Zero => default;

    /// <summary>The address in the last 20 bytes of a word, as topics hold it.</summary>
    /// <exception cref="FormatException">One of the first 12 bytes is not zero: the word is no address.</exception>
    public static EvmAddress OfWord(Bytes32 word)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        word.CopyTo(bytes);
        return bytes[..12].ContainsAnyExcept((byte)0) ? throw new FormatException($"{word} holds no address.") : new EvmAddress(bytes[12..]);
    }

    /// <summary>Reads <c>0x</c> and 40 hexadecimal digits.</summary>
    /// <exception cref="FormatException">Not an address, or a checksum that does not fit.</exception>
    public static EvmAddress Parse(string text, AddressSpelling spelling = AddressSpelling.ChecksumOrLowerCase) =>
        TryParse(text, spelling, out EvmAddress address) ? address
        : throw new FormatException(Hex.TryDecode(text.AsSpan(), stackalloc byte[Size])
            ? $"'{text}' does not carry its EIP-55 checksum; a character may be mistyped."
            : $"'{text}' is not an address (0x and 40 hexadecimal digits).");

    /// <inheritdoc cref="Parse(string, AddressSpelling)"/>
    public static bool TryParse([NotNullWhen(true)] string? text, AddressSpelling spelling, out EvmAddress address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool ok = Hex.TryDecode(text.AsSpan(), bytes);
        address = ok ? new EvmAddress(bytes) : default;
        if (!ok || (spelling == AddressSpelling.ChecksumOrLowerCase && !text.AsSpan().ContainsAnyInRange('A', 'F'))) { return ok; }
        Span<char> checksummed = stackalloc char[2 + HexDigits];
        address.Format(checksummed);
        return checksummed.SequenceEqual(text);
    }

    /// <summary>What routes and query strings are bound with: the checksum or lower case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EvmAddress result) =>
        TryParse(s, AddressSpelling.ChecksumOrLowerCase, out result);

    /// <summary>Writes the 20 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _c);
    }

    /// <summary>A copy of the 20 bytes.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The EIP-55 spelling: <c>0x</c> and 40 digits whose case is the checksum.</summary>
    public override string ToString() => string.Create(2 + HexDigits, this, static (text, address) => address.Format(text));

    /// <summary><c>0x</c> and 40 lower-case digits, as nodes write it.</summary>
    public string ToLowerHex() => Hex.Encode(ToArray());

    /// <inheritdoc/>
    public bool Equals(EvmAddress other) => _a == other._a && _b == other._b && _c == other._c;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EvmAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c);

    /// <inheritdoc/>
    public int CompareTo(EvmAddress other) =>
        _a != other._a ? _a.CompareTo(other._a) : _b != other._b ? _b.CompareTo(other._b) : _c.CompareTo(other._c);

    /// <summary>Bytewise equality.</summary>
    public static bool operator ==(EvmAddress left, EvmAddress right) => left.Equals(right);

    /// <summary>Bytewise inequality.</summary>
    public static bool operator !=(EvmAddress left, EvmAddress right) => !left.Equals(right);

    /// <summary>Order of the big-endian numbers.</summary>
    public static bool operator <(EvmAddress left, EvmAddress right) => left.CompareTo(right) < 0;

    /// <summary>Order of the big-endian numbers.</summary>
    public static bool operator >(EvmAddress left, EvmAddress right) => left.CompareTo(right) > 0;

    /// <summary>Order of the big-endian numbers.</summary>
    public static bool operator <=(EvmAddress left, EvmAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the big-endian numbers.</summary>
    public static bool operator >=(EvmAddress left, EvmAddress right) => left.CompareTo(right) >= 0;

    static EvmAddress IParsable<EvmAddress>.Parse(string s, IFormatProvider? provider) => Parse(s);

    /// <summary>EIP-55: a letter is upper case where the same digit of the lower-case spelling's hash is 8 or more.</summary>
    private void Format(Span<char> text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        Span<byte> ascii = stackalloc byte[HexDigits];
        Convert.TryToHexStringLower(bytes, ascii, out _);
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Keccak256.Hash(ascii, hash);
        text[0] = '0';
        text[1] = 'x';
        for (int i = 0; i < HexDigits; i++)
        {
            int nibble = (hash[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0xF;
            text[2 + i] = nibble >= 8 && ascii[i] >= 'a' ? (char)(ascii[i] - 'a' + 'A') : (char)ascii[i];
        }
    }
}
