using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Nirmaan.Evm;

/// <summary>32 bytes: a hash, a topic, an on-chain id. Compares as the big-endian number that it spells.</summary>
[JsonConverter(typeof(Bytes32JsonConverter))]
public readonly struct Bytes32 : IEquatable<Bytes32>, IComparable<Bytes32>
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>The first eight bytes as a number, which sorts as the whole does but for ties.</summary>
    internal ulong FirstEightBytes => _a;

    /// <summary>Takes exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) { throw new ArgumentException($"32 bytes are needed, not {bytes.Length}.", nameof(bytes)); }
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The bytes as four big-endian numbers.</summary>
    internal Bytes32(ulong a, ulong b, ulong c, ulong d) => (_a, _b, _c, _d) = (a, b, c, d);

    /// <summary>The bytes as four big-endian numbers.</summary>
    internal (ulong A, ulong B, ulong C, ulong D) Words => (_a, _b, _c, _d);

    /// <summary>An address as the word that holds it in a topic: 12 zero bytes, then the address.</summary>
    public static Bytes32 Of(EvmAddress address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        address.CopyTo(bytes[12..]);
        return new Bytes32(bytes);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads <c>0x</c> and 64 hexadecimal digits, in either case.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static Bytes32 Parse(string text) =>
        TryParse(text, out Bytes32 value) ? value : throw new FormatException($"'{text}' is not 0x and 64 hexadecimal digits.");

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool ok = Hex.TryDecode(text.AsSpan(), bytes);
        value = ok ? new Bytes32(bytes) : default;
        return ok;
    }

    /// <summary><c>0x</c> and 64 lower-case digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Hex.Encode(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(Bytes32 other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b, _c, _d);

    /// <inheritdoc/>
    public int CompareTo(Bytes32 other) =>
        _a != other._a ? _a.CompareTo(other._a)
        : _b != other._b ? _b.CompareTo(other._b)
        : _c != other._c ? _c.CompareTo(other._c)
        : _d.CompareTo(other._d);

    /// <summary>Bytewise equality.</summary>
    public static bool operator ==(Bytes32 left, Bytes32 right) => left.Equals(right);

    /// <summary>Bytewise inequality.</summary>
    public static bool operator !=(Bytes32 left, Bytes32 right) => !left.Equals(right);

    /// <summary>Order of the big-endian numbers.</summary>
    public static bool operator <(Bytes32 left, Bytes32 right) => left.CompareTo(right) < 0;

    /// <summary>Order of the big-endian numbers.</summary>
    public static bool operator >(Bytes32 left, Bytes32 right) => left.CompareTo(right) > 0;

    /// <summary>Order of the big-endian numbers.</summary>
    public static bool operator <=(Bytes32 left, Bytes32 right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the big-endian numbers.</summary>
    public static bool operator >=(Bytes32 left, Bytes32 right) => left.CompareTo(right) >= 0;
}
