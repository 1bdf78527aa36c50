namespace Nirmaan.Optimiser.Backtest;

/// <summary>Student's t distribution, as far as confidence intervals need it.</summary>
internal static class StudentT
{
    private const double Normal975 = 1.959963984540054;

    /// <summary>The value that 97.5 % lie below; Cornish and Fisher's expansion in 1/degrees, exact where that is too coarse (1 and 2).</summary>
    public static double Quantile975(int degrees)
    {
        if (degrees == 1) { return 12.706204736174698; }
        if (degrees == 2) { return 4.302652729749464; }
        var (z, v) = (Normal975, (double)degrees);
        var (z3, z5, z7, z9) = (Math.Pow(z, 3), Math.Pow(z, 5), Math.Pow(z, 7), Math.Pow(z, 9));
        return z + ((z3 + z) / (4 * v))
            + (((5 * z5) + (16 * z3) + (3 * z)) / (96 * v * v))
            + (((3 * z7) + (19 * z5) + (17 * z3) - (15 * z)) / (384 * v * v * v))
            + (((79 * z9) + (776 * z7) + (1482 * z5) - (1920 * z3) - (945 * z)) / (92160 * v * v * v * v));
    }
}
