using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>
/// An emission that falls by the same amount every interval and runs evenly within one, until nothing is left. Integers only, divided where
/// Morpheus' LinearDistributionIntervalDecrease library divides, so that results are the contracts' to the last wei.
/// </summary>
/// <param name="Initial">Base units of the first interval.</param>
/// <param name="Decrease">Base units by which each interval pays less than the one before; above zero.</param>
/// <param name="Start">Unix seconds at which the first interval begins.</param>
/// <param name="Interval">Seconds of an interval; above zero.</param>
public sealed record LinearEmission(BigInteger Initial, BigInteger Decrease, long Start, long Interval)
{
    /// <summary>How many intervals pay anything; the last one less than a whole decrease.</summary>
    public long Intervals => (long)((Initial + Decrease - 1) / Decrease);

    /// <summary>Unix seconds from which nothing is paid any more.</summary>
    public long End => Start + (Intervals * Interval);

    /// <summary>Base units of one interval, the first being 1; zero outside the schedule.</summary>
    public BigInteger Of(long number) => number < 1 || number > Intervals ? BigInteger.Zero : Initial - ((number - 1) * Decrease);

    /// <summary>Base units emitted in [from, to), Unix seconds. What lies outside the schedule adds nothing.</summary>
    public BigInteger Between(long from, long to)
    {
        (from, to) = (Math.Max(from, Start), Math.Min(to, End));
        if (from >= to) { return BigInteger.Zero; }
        var (first, into) = Math.DivRem(from - Start, Interval);
        var (last, reached) = Math.DivRem(to - Start, Interval);
        if (first == last) { return Of(first + 1) * (to - from) / Interval; }
        var begun = into == 0 ? BigInteger.Zero : Of(first + 1) * (Interval - into) / Interval;
        return begun + Whole(into == 0 ? first : first + 1, last) + (Of(last + 1) * reached / Interval);
    }

    /// <summary>All of the intervals that follow <paramref name="after"/> ones, to the one numbered <paramref name="last"/>.</summary>
    private BigInteger Whole(long after, long last)
    {
        BigInteger count = last - after;
        return (count * Of(after + 1)) - (Decrease * count * (count - 1) / 2);
    }
}
