using System.Numerics;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>
/// MOR's emission schedule, in wei: pools that start on 2024-02-08T12:00Z and pay less each day by a fixed step
/// (SmartContracts, LinearDistributionIntervalDecrease; budget and supply as in Lumerin's SessionRouter).
/// </summary>
public static class MorEmission
{
    private const long PayoutStart = 1707393600;
    private const long Day = 86400;
    private static readonly (BigInteger Initial, BigInteger Decrease) s_bucket = (BigInteger.Parse("3456000000000000000000", null), 592558728240000000);
    private static readonly (BigInteger Initial, BigInteger Decrease) s_protection = (BigInteger.Parse("576000000000000000000", null), 98759788040000000);

    /// <summary>What the compute bucket has emitted up to the UTC midnight before <paramref name="at"/>, less what providers were paid.</summary>
    public static BigInteger ComputeBalance(DateTimeOffset at, BigInteger claimed) => Emitted(s_bucket, StartOfDay(at)) - claimed;

    /// <summary>What all providers together may be paid on the day: one percent of the compute balance.</summary>
    public static BigInteger TodaysBudget(DateTimeOffset at, BigInteger claimed) => ComputeBalance(at, claimed) / 100;

    /// <summary>The emission of the other buckets plus what providers were paid; unclaimed compute is left out.</summary>
    public static BigInteger SupplyExCompute(DateTimeOffset at, BigInteger claimed) =>
        3 * Emitted(s_bucket, StartOfDay(at)) + Emitted(s_protection, StartOfDay(at)) + claimed;

    /// <summary>The stake a user must lock so that <paramref name="stipend"/> may be spent on the day.</summary>
    public static BigInteger StipendToStake(BigInteger stipend, DateTimeOffset at, BigInteger claimed)
    {
        var balance = ComputeBalance(at, claimed);
        return balance <= 0 ? 0 : stipend * SupplyExCompute(at, claimed) * 100 / balance;
    }

    private static long StartOfDay(DateTimeOffset at) => at.ToUnixTimeSeconds() / Day * Day;

    private static BigInteger Emitted((BigInteger Initial, BigInteger Decrease) pool, long at)
    {
        // The last paying day pays whole what little is left for it.
        var payingDays = (long)((pool.Initial + pool.Decrease - 1) / pool.Decrease);
        var elapsed = Math.Clamp(at - PayoutStart, 0, payingDays * Day);
        var (days, seconds) = Math.DivRem(elapsed, Day);
        var whole = days * pool.Initial - pool.Decrease * days * (days - 1) / 2;
        return seconds == 0 ? whole : whole + (pool.Initial - days * pool.Decrease) * seconds / Day;
    }
}
