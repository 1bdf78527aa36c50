using System.Buffers.Binary;
using System.Numerics;

namespace Nirmaan.Domain.Amounts;

/// <summary>
/// A running sum of 256 bits, the sign included, in place: a BigInteger that changes a million times leaves a million objects behind. Every
/// amount of a token fits (the staking contract's have at most 208 bits).
/// </summary>
internal struct Sum256
{
    private const int Bytes = 32;
    private ulong _a, _b, _c, _d; // lowest first, two's complement

    public readonly bool IsNegative => (long)_d < 0;

    public readonly bool IsPositive => (long)_d >= 0 && (_a | _b | _c | _d) != 0;

    /// <exception cref="OverflowException">The number does not fit.</exception>
    public static Sum256 Of(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (!value.TryWriteBytes(bytes, out var written)) { throw TooWide(); }
        bytes[written..].Fill(value.Sign < 0 ? (byte)0xFF : (byte)0);
        return new Sum256
        {
            _a = BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            _b = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            _c = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            _d = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
        };
    }

    public static Sum256 Of(Int128 value)
    {
        var sign = value < 0 ? ulong.MaxValue : 0;
        return new Sum256 { _a = (ulong)value, _b = (ulong)(value >> 64), _c = sign, _d = sign };
    }

    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public void Add(in Sum256 value)
    {
        var (before, carry) = (_d, 0UL);
        _a = AddWithCarry(_a, value._a, ref carry);
        _b = AddWithCarry(_b, value._b, ref carry);
        _c = AddWithCarry(_c, value._c, ref carry);
        _d = AddWithCarry(_d, value._d, ref carry);
        // Two summands of one sign have a sum of that sign.
        if ((long)(~(before ^ value._d) & (before ^ _d)) < 0) { throw TooWide(); }
    }

    /// <summary>Adds factor x value; neither this nor the value may be negative.</summary>
    /// <exception cref="OverflowException">The sum does not fit.</exception>
    public void AddProduct(in Sum256 value, ulong factor)
    {
        var carry = 0UL;
        _a = MultiplyAdd(_a, value._a, factor, ref carry);
        _b = MultiplyAdd(_b, value._b, factor, ref carry);
        _c = MultiplyAdd(_c, value._c, factor, ref carry);
        _d = MultiplyAdd(_d, value._d, factor, ref carry);
        if (carry != 0 || IsNegative) { throw TooWide(); }
    }

    public readonly BigInteger ToBigInteger()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], _b);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], _c);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], _d);
        return new BigInteger(bytes);
    }

    private static ulong AddWithCarry(ulong left, ulong right, ref ulong carry)
    {
        var sum = (UInt128)left + right + carry;
        carry = (ulong)(sum >> 64);
        return (ulong)sum;
    }

    /// <summary>The largest possible result, (2^64-1)^2 + 2(2^64-1), has 128 bits.</summary>
    private static ulong MultiplyAdd(ulong sum, ulong left, ulong right, ref ulong carry)
    {
        var wide = Math.BigMul(left, right) + sum + carry;
        carry = (ulong)(wide >> 64);
        return (ulong)wide;
    }

    private static OverflowException TooWide() => new("it needs more than 256 bits");
}
