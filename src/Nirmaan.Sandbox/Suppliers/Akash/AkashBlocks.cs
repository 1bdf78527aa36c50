using System.Globalization;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>The chain's height at a time. Blocks of exactly 6 seconds: the convention in which the API itself turns block prices into hourly ones.</summary>
internal static class AkashBlocks
{
    /// <summary>Seconds per block.</summary>
    public const int Seconds = 6;

    /// <summary>Blocks per hour.</summary>
    public const int PerHour = 3600 / Seconds;

    private const long FirstHeight = 19_500_000;
    private static readonly DateTimeOffset s_first = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Height of the newest block at a time.</summary>
    public static long HeightAt(DateTimeOffset time) => FirstHeight + (long)Math.Floor((time - s_first).TotalSeconds / Seconds);

    /// <summary>Time of a block.</summary>
    public static DateTimeOffset TimeAt(long height) => s_first.AddSeconds((height - FirstHeight) * (double)Seconds);

    /// <summary>A height as the API gives it: text.</summary>
    public static string Text(long? height) => (height ?? 0).ToString(CultureInfo.InvariantCulture);

    /// <summary>An amount as the chain gives it: 18 decimals, negative where an account is overdrawn.</summary>
    public static string Amount(decimal amount) => amount.ToString("0.000000000000000000", CultureInfo.InvariantCulture);
}
