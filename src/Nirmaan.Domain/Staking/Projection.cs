namespace Nirmaan.Domain.Staking;

/// <summary>What a number of days may bring. Four times in five the sum lies between Low and High, if days go on as they went.</summary>
/// <param name="Days">How many days ahead.</param>
/// <param name="Seen">How many days it is drawn from.</param>
public sealed record ProjectedSum(int Days, int Seen, decimal Low, decimal Middle, decimal High);

/// <summary>
/// A band for the sum of days to come, method <see cref="MethodVersion"/>: the prediction interval of a sum of independent days that vary as
/// those seen did (Student's t, 80 %). It knows nothing of prices to come, of stake that comes or goes, or of a network's end.
/// </summary>
public static class Projection
{
    /// <summary>Name of the method, shown beside what it computed; another method gets another name.</summary>
    public const string MethodVersion = "t-band-80-1";
    /// <summary>Fewer days say nothing about how days vary.</summary>
    public const int LeastDays = 3;
    /// <summary>Older days are not drawn from.</summary>
    public const int MostDays = 30;

    // Student's t, 90 % one-sided, by degrees of freedom 1 to 29 (any table of the distribution).
    private static readonly double[] s_t90 =
    [
        3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.350, 1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325,
        1.323, 1.321, 1.319, 1.318, 1.316, 1.315, 1.314, 1.313, 1.311,
    ];

    /// <summary>The band of the sum of the next <paramref name="days"/>; null = too few days were seen, or one of them is unknown.</summary>
    /// <param name="perDay">What each day brought, in any one unit; the newest last. Null = unknown.</param>
    public static ProjectedSum? Of(IReadOnlyList<decimal?> perDay, int days)
    {
        var seen = perDay.TakeLast(MostDays).OfType<decimal>().ToList();
        if (days <= 0 || seen.Count < LeastDays || seen.Count < Math.Min(perDay.Count, MostDays)) { return null; }
        var mean = seen.Average();
        var variance = seen.Sum(d => (double)(d - mean) * (double)(d - mean)) / (seen.Count - 1);
        var half = (decimal)(s_t90[seen.Count - 2] * Math.Sqrt(variance * days * (1 + (double)days / seen.Count)));
        // Nothing is ever taken back of what was paid, so no sum is below 0.
        return new ProjectedSum(days, seen.Count, Math.Max(0, mean * days - half), mean * days, mean * days + half);
    }
}
