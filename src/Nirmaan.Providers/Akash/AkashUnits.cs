using System.Globalization;

namespace Nirmaan.Providers.Akash;

/// <summary>
/// Between the chain's units and ours. 1 ACT = 1 USD = 1,000,000 uact (AEP-76); prices are uact per block, and the API counts 600 blocks of
/// 6 seconds to the hour. All exact in decimal.
/// </summary>
internal static class AkashUnits
{
    /// <summary>The only denomination in which a price is a price in dollars.</summary>
    public const string Denom = "uact";

    /// <summary>Highest price ceiling that the chain takes, uact per block.</summary>
    public const long MaxCeiling = 10_000_000;

    private const decimal UactPerUsd = 1_000_000m;
    private const int BlocksPerHour = 600;

    /// <summary>Time between blocks by the API's convention.</summary>
    public static readonly TimeSpan Block = TimeSpan.FromHours(1) / BlocksPerHour;

    /// <summary>USD of an amount in uact.</summary>
    public static decimal Usd(decimal uact) => uact / UactPerUsd;

    /// <summary>USD per hour of a price in uact per block.</summary>
    public static decimal UsdPerHour(decimal uactPerBlock) => uactPerBlock * BlocksPerHour / UactPerUsd;

    /// <summary>The highest whole price in uact per block that stays within USD per hour; 0 = the ceiling is below the smallest price.</summary>
    public static long Ceiling(decimal usdPerHour) => (long)decimal.Floor(decimal.Clamp(usdPerHour, 0, 1_000_000) * UactPerUsd) / BlocksPerHour;

    /// <summary>An amount of the chain (up to 18 decimals, may be negative); null = unreadable.</summary>
    public static decimal? Amount(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    /// <summary>A block height; null = unreadable or 0, which the chain writes for "not yet".</summary>
    public static long? Height(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var height) && height > 0 ? height : null;
}
