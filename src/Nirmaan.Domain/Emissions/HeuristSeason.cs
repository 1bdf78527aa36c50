namespace Nirmaan.Domain.Emissions;

/// <summary>A time in which Heurist paid for mining, [from, to).</summary>
/// <param name="Heu">The pool, in whole HEU; null = not published.</param>
/// <param name="Source">Where dates and pool are from.</param>
public sealed record HeuristSeason(string Name, DateTimeOffset From, DateTimeOffset To, decimal? Heu, string Source)
{
    /// <summary>5 % of the 1,000,000,000 HEU that will ever exist, set aside for the testnet's miners (article "Heurist").</summary>
    public const decimal TestnetPool = 50_000_000m;

    /// <summary>The seasons that have been. There has been no mining since.</summary>
    public static IReadOnlyList<HeuristSeason> Known { get; } =
    [
        new("season 1", Utc(2024, 4, 1), Utc(2024, 7, 19), TestnetPool, "start and 5 % of supply: article \"Heurist\"; end: heurist-network/token-airdrop, note.md"),
        new("season 2", Utc(2024, 7, 19), Utc(2025, 1, 17), 10_000_000m, "dates: heurist-network/token-airdrop, note.md; pool: quoted from Heurist's documents by others, the drafted payout was 6.2 million"),
    ];

    /// <summary>True while it pays.</summary>
    public bool IsOpenAt(DateTimeOffset now) => now >= From && now < To;

    /// <summary>Its whole days.</summary>
    public int Days => (int)(To - From).TotalDays;

    private static DateTimeOffset Utc(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}

/// <summary>
/// What points of one kind became in tokens: so much for each, and so much once for an address that has any. Nobody knows it before a season
/// is paid out, so a conversion is always some season's, named, and never a price.
/// </summary>
/// <param name="Scenario">The season's name, to be shown beside every figure made with it.</param>
/// <param name="HeuPerPoint">HEU for each point.</param>
/// <param name="HeuPerAddress">HEU for having any.</param>
public sealed record PointsConversion(string Scenario, decimal HeuPerPoint, decimal HeuPerAddress)
{
    /// <summary>Llama Points in season 1: recovered from all 9,206 rows that were paid, to a billionth of a HEU (s1_results.csv of heurist-network/token-airdrop).</summary>
    public static PointsConversion Season1Llama { get; } = new("season 1", 0.1033426640960869m, 64.0091028040028m);

    /// <summary>Waifu Points in season 1: the same for all 6,595 rows.</summary>
    public static PointsConversion Season1Waifu { get; } = new("season 1", 0.02905404748916996m, 0m);

    /// <summary>
    /// HEU that one address gets before bonuses. Sums are by address: two addresses get <see cref="HeuPerAddress"/> twice, two GPUs on one
    /// address once.
    /// </summary>
    public decimal ToHeu(decimal points) => points > 0 ? HeuPerAddress + (points * HeuPerPoint) : 0m;

    /// <summary>
    /// The same when the network cuts the address down. Of 999 addresses that season 2's review listed by number of GPUs, 22 were cut, 19 of them
    /// to exactly a tenth (they had 65 to 2,577 GPUs each): the risk of running many GPUs on one address.
    /// </summary>
    /// <param name="kept">What is left, 0 to 1.</param>
    public decimal ToHeu(decimal points, decimal kept) => kept is >= 0 and <= 1 ? ToHeu(points) * kept : throw new ArgumentOutOfRangeException(nameof(kept), kept, "From 0 to 1.");

    /// <summary>What was left to most addresses that season 2's review cut.</summary>
    public const decimal ReviewKept = 0.1m;
}

/// <summary>What work counts in points (articles and Heurist's mining page). Multipliers are the network's and changed over time; they are the caller's to know.</summary>
public static class HeuristPoints
{
    private const int TokensPerLlama = 1000, PixelsPerWaifu = 512 * 512, StepsPerWaifu = 20;

    /// <summary>Llama Points: one for 1,000 input and output tokens of Mixtral 8x7b (multiplier 1).</summary>
    public static decimal Llama(long tokens, decimal multiplier) => tokens * multiplier / TokensPerLlama;

    /// <summary>
    /// Waifu Points: one for an image of 512 x 512 in 20 steps, more in proportion to pixels and steps. At first Stable Diffusion 1.5 had
    /// multiplier 1; by the later table, which names no unit, SD 1.5 has 0.3 and SDXL 1.
    /// </summary>
    public static decimal Waifu(int width, int height, int steps, decimal multiplier) => (decimal)width * height * steps * multiplier / ((decimal)PixelsPerWaifu * StepsPerWaifu);
}
