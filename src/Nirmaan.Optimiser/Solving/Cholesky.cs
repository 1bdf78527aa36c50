using System.Runtime.CompilerServices;

namespace Nirmaan.Optimiser.Solving;

/// <summary>Solves symmetric positive definite systems, dense, in place.</summary>
internal static class Cholesky
{
    /// <summary>
    /// Replaces the lower triangle of the n x n matrix (rows of length n) by its factor. A pivot that rounding may have made
    /// up is taken as endless: the direction it stands for is flat, and no step is made along it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Factor(double[] a, int n)
    {
        for (var i = 0; i < n; i++)
        {
            var row = a.AsSpan(i * n, n);
            var diagonal = row[i];
            for (var j = 0; j < i; j++)
            {
                var other = a.AsSpan(j * n, n);
                row[j] = (row[j] - Exact.Dot(row[..j], other[..j])) / other[j];
            }
            var pivot = diagonal - Exact.Dot(row[..i], row[..i]);
            row[i] = pivot > (1e-9 * diagonal) + 1e-280 ? Math.Sqrt(pivot) : 1e100;
        }
    }

    /// <summary>Replaces b by the solution, given the factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Solve(double[] factor, int n, Span<double> b)
    {
        for (var i = 0; i < n; i++)
        {
            var row = factor.AsSpan(i * n, i);
            b[i] = (b[i] - Exact.Dot(row, b[..i])) / factor[(i * n) + i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            b[i] /= factor[(i * n) + i];
            var row = factor.AsSpan(i * n, i);
            for (var j = 0; j < i; j++)
            {
                b[j] -= row[j] * b[i];
            }
        }
    }
}
