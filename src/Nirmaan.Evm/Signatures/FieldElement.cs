using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Nirmaan.Evm.Signatures;

/// <summary>
/// A number modulo secp256k1's prime p = 2^256 - 2^32 - 977 (SEC 2, section 2.4.1), as four 64-bit limbs, lowest first, always below p.
/// No operation branches or indexes on the value, so that the time taken says nothing about a private key.
/// </summary>
internal readonly struct FieldElement : IEquatable<FieldElement>
{
    public const int Size = 32;

    /// <summary>2^256 - p: what lies above 2^256 comes back as this many times itself.</summary>
    private const ulong Excess = 0x1_0000_03D1;

    private readonly ulong _0, _1, _2, _3;

    private FieldElement(ulong l0, ulong l1, ulong l2, ulong l3) => (_0, _1, _2, _3) = (l0, l1, l2, l3);

    public static FieldElement One => new(1, 0, 0, 0);

    public bool IsZero => (_0 | _1 | _2 | _3) == 0;

    public bool IsOdd => (_0 & 1) == 1;

    /// <summary>False for a number that is not below p.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bigEndian, out FieldElement value)
    {
        value = new FieldElement(
            BinaryPrimitives.ReadUInt64BigEndian(bigEndian[24..]), BinaryPrimitives.ReadUInt64BigEndian(bigEndian[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bigEndian[8..]), BinaryPrimitives.ReadUInt64BigEndian(bigEndian));
        return Reduced(value._0, value._1, value._2, value._3, 0).Equals(value);
    }

    public void CopyTo(Span<byte> bigEndian)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bigEndian, _3);
        BinaryPrimitives.WriteUInt64BigEndian(bigEndian[8..], _2);
        BinaryPrimitives.WriteUInt64BigEndian(bigEndian[16..], _1);
        BinaryPrimitives.WriteUInt64BigEndian(bigEndian[24..], _0);
    }

    public static FieldElement operator +(in FieldElement a, in FieldElement b)
    {
        ulong carry = 0;
        ulong l0 = Add(a._0, b._0, ref carry), l1 = Add(a._1, b._1, ref carry), l2 = Add(a._2, b._2, ref carry), l3 = Add(a._3, b._3, ref carry);
        return Reduced(l0, l1, l2, l3, carry);
    }

    public static FieldElement operator -(in FieldElement a, in FieldElement b)
    {
        ulong borrow = 0;
        ulong l0 = Subtract(a._0, b._0, ref borrow), l1 = Subtract(a._1, b._1, ref borrow), l2 = Subtract(a._2, b._2, ref borrow), l3 = Subtract(a._3, b._3, ref borrow);
        ulong back = Excess & (0 - borrow); // + p = - Excess modulo 2^256
        borrow = 0;
        return new FieldElement(Subtract(l0, back, ref borrow), Subtract(l1, 0, ref borrow), Subtract(l2, 0, ref borrow), Subtract(l3, 0, ref borrow));
    }

    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        ulong carry = 0;
        ulong p0 = MultiplyAdd(a._0, b._0, 0, ref carry), p1 = MultiplyAdd(a._0, b._1, 0, ref carry), p2 = MultiplyAdd(a._0, b._2, 0, ref carry), p3 = MultiplyAdd(a._0, b._3, 0, ref carry);
        ulong p4 = carry;
        carry = 0;
        p1 = MultiplyAdd(a._1, b._0, p1, ref carry);
        p2 = MultiplyAdd(a._1, b._1, p2, ref carry);
        p3 = MultiplyAdd(a._1, b._2, p3, ref carry);
        p4 = MultiplyAdd(a._1, b._3, p4, ref carry);
        ulong p5 = carry;
        carry = 0;
        p2 = MultiplyAdd(a._2, b._0, p2, ref carry);
        p3 = MultiplyAdd(a._2, b._1, p3, ref carry);
        p4 = MultiplyAdd(a._2, b._2, p4, ref carry);
        p5 = MultiplyAdd(a._2, b._3, p5, ref carry);
        ulong p6 = carry;
        carry = 0;
        p3 = MultiplyAdd(a._3, b._0, p3, ref carry);
        p4 = MultiplyAdd(a._3, b._1, p4, ref carry);
        p5 = MultiplyAdd(a._3, b._2, p5, ref carry);
        p6 = MultiplyAdd(a._3, b._3, p6, ref carry);
        ulong p7 = carry;

        carry = 0;
        p0 = MultiplyAdd(p4, Excess, p0, ref carry);
        p1 = MultiplyAdd(p5, Excess, p1, ref carry);
        p2 = MultiplyAdd(p6, Excess, p2, ref carry);
        p3 = MultiplyAdd(p7, Excess, p3, ref carry);
        return Folded(p0, p1, p2, p3, carry);
    }

    public FieldElement Times(ulong small)
    {
        ulong carry = 0;
        ulong l0 = MultiplyAdd(_0, small, 0, ref carry), l1 = MultiplyAdd(_1, small, 0, ref carry), l2 = MultiplyAdd(_2, small, 0, ref carry), l3 = MultiplyAdd(_3, small, 0, ref carry);
        return Folded(l0, l1, l2, l3, carry);
    }

    /// <summary>The power of a public exponent of 32 big-endian bytes.</summary>
    public FieldElement Power(ReadOnlySpan<byte> exponent)
    {
        var result = One;
        foreach (byte bits in exponent)
        {
            for (int i = 7; i >= 0; i--)
            {
                result *= result;
                if ((bits >> i & 1) == 1) { result *= this; }
            }
        }
        return result;
    }

    public static FieldElement Select(bool first, in FieldElement a, in FieldElement b)
    {
        ulong mask = 0UL - Unsafe.BitCast<bool, byte>(first);
        return new FieldElement(Choose(mask, a._0, b._0), Choose(mask, a._1, b._1), Choose(mask, a._2, b._2), Choose(mask, a._3, b._3));
    }

    public bool Equals(FieldElement other) => ((_0 ^ other._0) | (_1 ^ other._1) | (_2 ^ other._2) | (_3 ^ other._3)) == 0;

    public override bool Equals(object? obj) => obj is FieldElement other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_0, _1, _2, _3);

    /// <summary>Four limbs and what lies above them, brought below p: twice the excess at most, for <paramref name="above"/> is below 2^64.</summary>
    private static FieldElement Folded(ulong l0, ulong l1, ulong l2, ulong l3, ulong above)
    {
        ulong carry = 0;
        l0 = MultiplyAdd(above, Excess, l0, ref carry);
        ulong next = carry;
        carry = 0;
        l1 = Add(l1, next, ref carry);
        l2 = Add(l2, 0, ref carry);
        l3 = Add(l3, 0, ref carry);
        return Reduced(l0, l1, l2, l3, carry);
    }

    /// <summary>A number below 2p (<paramref name="carry"/> is its bit 256): p is taken off by adding the excess and dropping bit 256.</summary>
    private static FieldElement Reduced(ulong l0, ulong l1, ulong l2, ulong l3, ulong carry)
    {
        ulong over = 0;
        ulong r0 = Add(l0, Excess, ref over), r1 = Add(l1, 0, ref over), r2 = Add(l2, 0, ref over), r3 = Add(l3, 0, ref over);
        ulong mask = 0 - (carry | over);
        return new FieldElement(Choose(mask, r0, l0), Choose(mask, r1, l1), Choose(mask, r2, l2), Choose(mask, r3, l3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Add(ulong a, ulong b, ref ulong carry)
    {
        var sum = (UInt128)a + b + carry;
        carry = (ulong)(sum >> 64);
        return (ulong)sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Subtract(ulong a, ulong b, ref ulong borrow)
    {
        var difference = (UInt128)a - b - borrow;
        borrow = (ulong)(difference >> 64) & 1;
        return (ulong)difference;
    }

    /// <summary>a * b + c + carry: exactly 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong c, ref ulong carry)
    {
        var product = Math.BigMul(a, b) + c + carry;
        carry = (ulong)(product >> 64);
        return (ulong)product;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Choose(ulong mask, ulong a, ulong b) => (a & mask) | (b & ~mask);
}
