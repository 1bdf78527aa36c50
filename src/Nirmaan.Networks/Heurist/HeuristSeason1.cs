using Nirmaan.Domain.Emissions;

namespace Nirmaan.Networks.Heurist;

/// <summary>
/// What season 1 (2024-04-01 to 2024-07-19, 109 days) paid, computed from Heurist's own result list of 10,938 addresses
/// (heurist-network/token-airdrop, s1_results.csv): base tokens without the bonus tiers, and the points they were paid for.
/// </summary>
internal static class HeuristSeason1
{
    /// <summary>Hours of the season.</summary>
    public static readonly decimal Hours = HeuristSeason.Known[0].Days * 24;

    /// <summary>Base HEU for all Llama Points.</summary>
    public const decimal LlamaTokens = 27_400_000m;

    /// <summary>Base HEU for all Waifu Points.</summary>
    public const decimal WaifuTokens = 22_460_000m;

    /// <summary>All Llama Points.</summary>
    public const decimal LlamaPoints = 265_460_000m;

    /// <summary>All Waifu Points.</summary>
    public const decimal WaifuPoints = 772_960_000m;
}
