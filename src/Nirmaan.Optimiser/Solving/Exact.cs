using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>
/// Elementary functions from additions, multiplications and bit moves only, so that every machine gets the same digits:
/// the C library's differ from one processor to the next, and a plan must replay bit for bit.
/// </summary>
internal static class Exact
{
    private const double Ln2High = 0.693147180369123816490, Ln2Low = 1.90821492927058770002e-10;

    /// <summary>e^x for x &lt;= 0, to about 1e-15; 0 below -700.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exp(double x)
    {
        if (x < -700)
        {
            return 0;
        }
        var n = Math.Round(x * 1.4426950408889634);
        var r = x - (n * Ln2High) - (n * Ln2Low);
        // Taylor's series on |r| <= ln(2)/2.
        var p = 1.0 / 6227020800;
        p = (p * r) + (1.0 / 479001600);
        p = (p * r) + (1.0 / 39916800);
        p = (p * r) + (1.0 / 3628800);
        p = (p * r) + (1.0 / 362880);
        p = (p * r) + (1.0 / 40320);
        p = (p * r) + (1.0 / 5040);
        p = (p * r) + (1.0 / 720);
        p = (p * r) + (1.0 / 120);
        p = (p * r) + (1.0 / 24);
        p = (p * r) + (1.0 / 6);
        p = (p * r) + 0.5;
        p = (p * r) + 1;
        p = (p * r) + 1;
        return p * BitConverter.Int64BitsToDouble((1023L + (long)n) << 52);
    }

    /// <summary>The natural logarithm of x > 0, to about 1e-15.</summary>
    public static double Log(double x)
    {
        var exponent = Math.ILogB(x);
        var m = Math.ScaleB(x, -exponent);
        if (m > 1.4142135623730951)
        {
            (m, exponent) = (m / 2, exponent + 1);
        }
        // log(m) = 2 artanh(f): f is at most 0.172, so 10 terms reach the last digit.
        var f = (m - 1) / (m + 1);
        var g = f * f;
        var p = 0.0;
        for (var k = 21; k >= 1; k -= 2)
        {
            p = (p * g) + (1.0 / k);
        }
        return (2 * f * p) + (exponent * Ln2High) + (exponent * Ln2Low);
    }

    /// <summary>Product sum in four lanes whatever the machine's vector width is, so that it rounds the same everywhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = System.Runtime.Intrinsics.Vector256<double>.Zero;
        var i = 0;
        for (; i + 4 <= a.Length; i += 4)
        {
            sum += System.Runtime.Intrinsics.Vector256.Create<double>(a[i..]) * System.Runtime.Intrinsics.Vector256.Create<double>(b[i..]);
        }
        var total = sum[0] + sum[1] + (sum[2] + sum[3]);
        for (; i < a.Length; i++)
        {
            total += a[i] * b[i];
        }
        return total;
    }
}
