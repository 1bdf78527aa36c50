namespace Nirmaan.Evm.Signatures;

/// <summary>
/// A point of secp256k1, y^2 = x^3 + 7, in homogeneous coordinates (x = X/Z, y = Y/Z; Z = 0 is the point at infinity). Addition and doubling
/// are the complete formulas for a = 0 of Renes, Costello and Batina, "Complete addition formulas for prime order elliptic curves"
/// (2016), algorithms 7 and 9: there is no special case, neither for equal points nor for infinity.
/// </summary>
internal readonly struct CurvePoint
{
    /// <summary>3b, b = 7.</summary>
    private const ulong B3 = 21;

    private readonly FieldElement _x, _y, _z;

    private CurvePoint(FieldElement x, FieldElement y, FieldElement z) => (_x, _y, _z) = (x, y, z);

    public static CurvePoint Infinity => new(default, FieldElement.One, default);

    /// <summary>SEC 2, section 2.4.1.</summary>
    public static CurvePoint Generator { get; } =
        TryLift(Convert.FromHexString("79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798"), isOdd: false, out var g) ? g : throw new InvalidOperationException();

    public bool IsInfinity => _z.IsZero;

    // (p + 1) / 4 and p - 2: p is 3 modulo 4, so a root is one power, and so is an inverse (Fermat).
    private static ReadOnlySpan<byte> RootExponent => [0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBF, 0xFF, 0xFF, 0x0C];

    private static ReadOnlySpan<byte> InverseExponent => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFC, 0x2D];

    /// <summary>The point with this x and parity of y; false when no point of the curve has this x.</summary>
    public static bool TryLift(ReadOnlySpan<byte> x, bool isOdd, out CurvePoint point)
    {
        point = default;
        if (!FieldElement.TryRead(x, out var fx)) { return false; }
        var square = (fx * fx * fx) + FieldElement.One.Times(7);
        var y = square.Power(RootExponent);
        if (!(y * y).Equals(square)) { return false; }
        point = new CurvePoint(fx, y.IsOdd == isOdd ? y : default(FieldElement) - y, FieldElement.One);
        return true;
    }

    public static CurvePoint operator +(in CurvePoint a, in CurvePoint b)
    {
        var xx = a._x * b._x;
        var yy = a._y * b._y;
        var zz = (a._z * b._z).Times(B3);
        var xy = (a._x * b._y) + (a._y * b._x);
        var yz = (a._y * b._z) + (a._z * b._y);
        var xz = ((a._x * b._z) + (a._z * b._x)).Times(B3);
        var (sum, difference, xx3) = (yy + zz, yy - zz, xx.Times(3));
        return new CurvePoint((xy * difference) - (yz * xz), (xz * xx3) + (difference * sum), (yz * sum) + (xx3 * xy));
    }

    public CurvePoint Double()
    {
        var yy = _y * _y;
        var zz = (_z * _z).Times(B3);
        var (yy8, difference) = (yy.Times(8), yy - zz.Times(3));
        return new CurvePoint((_x * _y * difference).Times(2), (difference * (yy + zz)) + (yy8 * zz), yy8 * _y * _z);
    }

    /// <summary>k times this point, k 32 big-endian bytes, with the same steps whatever k is: for private keys.</summary>
    public CurvePoint Times(ReadOnlySpan<byte> k)
    {
        var result = Infinity;
        foreach (byte bits in k)
        {
            for (int i = 7; i >= 0; i--)
            {
                result = result.Double();
                result = Select((bits >> i & 1) == 1, result + this, result);
            }
        }
        return result;
    }

    /// <summary>k * P + m * Q with one row of doublings; the steps depend on k and m: for public numbers only.</summary>
    public static CurvePoint Combine(ReadOnlySpan<byte> k, in CurvePoint p, ReadOnlySpan<byte> m, in CurvePoint q)
    {
        var both = p + q;
        var result = Infinity;
        for (int at = 0; at < k.Length; at++)
        {
            for (int i = 7; i >= 0; i--)
            {
                result = result.Double();
                bool inK = (k[at] >> i & 1) == 1, inM = (m[at] >> i & 1) == 1;
                if (inK || inM) { result += inK && inM ? both : inK ? p : q; }
            }
        }
        return result;
    }

    /// <summary>Writes x and y, 32 big-endian bytes each, of a point that is not infinity.</summary>
    public void CopyTo(Span<byte> destination)
    {
        var inverse = _z.Power(InverseExponent);
        (_x * inverse).CopyTo(destination);
        (_y * inverse).CopyTo(destination[FieldElement.Size..]);
    }

    private static CurvePoint Select(bool first, in CurvePoint a, in CurvePoint b) =>
        new(FieldElement.Select(first, a._x, b._x), FieldElement.Select(first, a._y, b._y), FieldElement.Select(first, a._z, b._z));
}
