using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>Who the MOR of a day is for.</summary>
public enum MorBucket
{
    /// <summary>Who lends stETH: 24 %.</summary>
    Capital,
    /// <summary>Who writes code: 24 %.</summary>
    Code,
    /// <summary>Who builds frontends and tools: 24 %.</summary>
    Community,
    /// <summary>Who serves models, as our miners do: 24 %.</summary>
    Compute,
    /// <summary>The fund for losses through bugs: 4 %.</summary>
    Protection,
}

/// <summary>
/// MOR's schedule, in wei: 14,400 MOR on the first day from 2024-02-08 12:00 UTC, 2.468994701 MOR less each day, nothing after day 5,833
/// (article "Morpheus Token Economics"; Distribution.pools of the Ethereum contract). The article has the reward reach 0 on day 5,833: that
/// day still emits 0.8229 MOR, and the first day without any is 5,834.
/// </summary>
public static class MorEmission
{
    private const long Day = 86_400, StartSecond = 1_707_393_600;

    // The contract holds one pool per bucket: 24 % and 4 % of the two figures, exactly.
    private static readonly LinearEmission s_share = new(Wei(3456), 592_558_728_240_000_000, StartSecond, Day);
    private static readonly LinearEmission s_protection = new(Wei(576), 98_759_788_040_000_000, StartSecond, Day);
    private static readonly MorBucket[] s_buckets = Enum.GetValues<MorBucket>();

    /// <summary>The last day that emits anything; the first is 1.</summary>
    public const int Days = 5833;

    /// <summary>When day 1 begins.</summary>
    public static DateTimeOffset Start { get; } = DateTimeOffset.FromUnixTimeSeconds(StartSecond);

    /// <summary>When the last day ends: 2040-01-28 12:00 UTC.</summary>
    public static DateTimeOffset End { get; } = Start.AddDays(Days);

    /// <summary>The most MOR that will ever exist, in wei; the schedule stays 0.0012 MOR below it.</summary>
    public static BigInteger MaxSupply { get; } = Wei(42_000_000);

    /// <summary>One bucket's schedule.</summary>
    public static LinearEmission Pool(MorBucket bucket) => bucket == MorBucket.Protection ? s_protection : s_share;

    /// <summary>The day that contains a time, 12:00 to 12:00 UTC; null before the first and after the last.</summary>
    public static int? DayAt(DateTimeOffset at) => at < Start || at >= End ? null : (int)((at.ToUnixTimeSeconds() - StartSecond) / Day) + 1;

    /// <summary>When a day begins.</summary>
    public static DateTimeOffset BeginOf(int day) => Start.AddDays(day - 1);

    /// <summary>What one bucket gets on a day.</summary>
    public static BigInteger OfDay(MorBucket bucket, int day) => Pool(bucket).Of(day);

    /// <summary>What is emitted on a day, over all buckets.</summary>
    public static BigInteger OfDay(int day) => Sum(b => OfDay(b, day));

    /// <summary>What one bucket has got by the end of a day.</summary>
    public static BigInteger UpToDay(MorBucket bucket, int day) => Between(bucket, Start, Start.AddDays(day));

    /// <summary>What has been emitted by the end of a day, over all buckets.</summary>
    public static BigInteger UpToDay(int day) => Sum(b => UpToDay(b, day));

    /// <summary>What one bucket gets in [from, to), by whole seconds: within a day it flows evenly.</summary>
    public static BigInteger Between(MorBucket bucket, DateTimeOffset from, DateTimeOffset to) => Pool(bucket).Between(from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());

    /// <summary>What all buckets but compute have got by a time.</summary>
    internal static BigInteger ExComputeUpTo(DateTimeOffset at) => Sum(b => b == MorBucket.Compute ? BigInteger.Zero : Between(b, Start, at));

    private static BigInteger Sum(Func<MorBucket, BigInteger> of) => s_buckets.Aggregate(BigInteger.Zero, (sum, b) => sum + of(b));

    private static BigInteger Wei(int mor) => mor * BigInteger.Pow(10, 18);
}
