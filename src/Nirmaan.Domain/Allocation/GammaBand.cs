namespace Nirmaan.Domain.Allocation;

/// <summary>The gamma distribution of a given mean and standard deviation: what a discounted Gamma-Poisson rate (<see cref="WorkRate"/>) is believed to be.</summary>
public static class GammaBand
{
    private const int MostTerms = 10_000, Halvings = 200;
    private const double Smallest = 1e-300, Enough = 1e-15;

    /// <summary>The probability of no more than <paramref name="value"/>.</summary>
    /// <param name="mean">More than 0.</param>
    /// <param name="deviation">More than 0.</param>
    public static double Below(double value, double mean, double deviation)
    {
        Check(mean, deviation);
        if (value <= 0) { return 0; }
        var shape = mean / deviation * (mean / deviation);
        return LowerIncomplete(shape, value * shape / mean);
    }

    /// <summary>The value below which lies a share of the probability.</summary>
    /// <param name="share">Above 0 and below 1.</param>
    public static double Quantile(double share, double mean, double deviation)
    {
        Check(mean, deviation);
        if (share is not (> 0 and < 1)) { throw new ArgumentOutOfRangeException(nameof(share), share, "A share of the probability is above 0 and below 1."); }
        var (low, high) = (0.0, mean + deviation);
        while (Below(high, mean, deviation) < share) { (low, high) = (high, 2 * high); }
        for (var i = 0; i < Halvings && high - low > Enough * high; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Below(middle, mean, deviation) < share ? (middle, high) : (low, middle);
        }
        return (low + high) / 2;
    }

    private static void Check(double mean, double deviation)
    {
        if (!(mean > 0 && double.IsFinite(mean))) { throw new ArgumentOutOfRangeException(nameof(mean), mean, "A mean is more than 0."); }
        if (!(deviation > 0 && double.IsFinite(deviation))) { throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "A standard deviation is more than 0."); }
    }

    /// <summary>The regularised lower incomplete gamma function P(a, x): a power series below a + 1, Lentz' continued fraction above (NIST DLMF 8.11.4, 8.9.2).</summary>
    private static double LowerIncomplete(double a, double x)
    {
        var front = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        if (x < a + 1)
        {
            var (term, sum) = (1 / a, 1 / a);
            for (var n = 1; n < MostTerms && term > sum * Enough; n++)
            {
                term *= x / (a + n);
                sum += term;
            }
            return Math.Clamp(front * sum, 0, 1);
        }
        var b = x + 1 - a;
        var (c, d) = (1 / Smallest, 1 / b);
        var fraction = d;
        for (var n = 1; n < MostTerms; n++)
        {
            var step = -n * (n - a);
            b += 2;
            d = 1 / NotZero((step * d) + b);
            c = NotZero(b + (step / c));
            fraction *= c * d;
            if (Math.Abs((c * d) - 1) < Enough) { break; }
        }
        return Math.Clamp(1 - (front * fraction), 0, 1);
    }

    private static double NotZero(double value) => Math.Abs(value) < Smallest ? Smallest : value;

    /// <summary>ln of the gamma function: Stirling's series (NIST DLMF 5.11.1) from 10 on, reached by the recurrence.</summary>
    private static double LogGamma(double a)
    {
        var shift = 0.0;
        while (a < 10) { shift += Math.Log(a++); }
        var square = 1 / (a * a);
        var series = ((1.0 / 12) - (square * ((1.0 / 360) - (square * ((1.0 / 1260) - (square * ((1.0 / 1680) - (square / 1188)))))))) / a;
        return ((a - 0.5) * Math.Log(a)) - a + (0.5 * Math.Log(2 * Math.PI)) + series - shift;
    }
}
