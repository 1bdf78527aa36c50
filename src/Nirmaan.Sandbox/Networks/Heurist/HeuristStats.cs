using System.Globalization;
using System.Text.Json.Serialization;

namespace Nirmaan.Sandbox.Networks.Heurist;

/// <summary>
/// The stats service's answer for one address (shape: heurist-network/token-airdrop, miner_data_fetch.py). The real values of
/// <c>status</c> and the scale of availability are not known; here they are online or offline, and percent.
/// The rows are named s2 as on the wire; the pool behind them is season 1's, which is what is replayed.
/// </summary>
public sealed record HeuristStats(
    [property: JsonPropertyName("hardware")] string Hardware,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("totalImageCount")] long TotalImageCount,
    [property: JsonPropertyName("totalTextCount")] long TotalTextCount,
    [property: JsonPropertyName("last24HrsImageCount")] long Last24HrsImageCount,
    [property: JsonPropertyName("last24HrsTextCount")] long Last24HrsTextCount,
    [property: JsonPropertyName("last24HrsAvailability")] decimal Last24HrsAvailability,
    [property: JsonPropertyName("totalLlamaPoints")] decimal TotalLlamaPoints,
    [property: JsonPropertyName("totalWaifuPoints")] decimal TotalWaifuPoints,
    [property: JsonPropertyName("s2CurrentEpochLlamaPoints")] decimal EpochLlamaPoints,
    [property: JsonPropertyName("s2CurrentEpochWaifuPoints")] decimal EpochWaifuPoints,
    [property: JsonPropertyName("s2CurrentEpochLlamaRewards")] decimal EpochLlamaRewards,
    [property: JsonPropertyName("s2CurrentEpochWaifuRewards")] decimal EpochWaifuRewards,
    [property: JsonPropertyName("s2Rewards")] IReadOnlyList<HeuristDay> Rewards)
{
    internal static HeuristStats Of(AccountEntry account, OtherOperators network, HeuristOptions options, DateTimeOffset at)
    {
        var today = DateOnly.FromDateTime(at.UtcDateTime);
        var (images, texts, availability) = account.LastDay(at);
        var now = account.Days.GetValueOrDefault(today);
        // The day's pool falls due evenly, so the running epoch has earned its share of the part of the day that is over.
        var elapsed = (decimal)at.UtcDateTime.TimeOfDay.TotalDays;
        var days = account.Days.Where(d => d.Key < today).Select(d => Row(d.Key, d.Value, network, options, 1)).ToArray();
        var epoch = Row(today, now, network, options, elapsed);
        return new HeuristStats(account.Hardware, account.SeenAt > at.AddMinutes(-5) ? "online" : "offline", account.Images, account.Texts, images, texts,
            availability, Round(account.Llama), Round(account.Waifu), Round(now.Llama), Round(now.Waifu), epoch.LlamaTokens, epoch.WaifuTokens, days);
    }

    private static HeuristDay Row(DateOnly day, (decimal Llama, decimal Waifu) points, OtherOperators network, HeuristOptions options, decimal part)
    {
        var (llama, waifu) = network.Day(day);
        return new HeuristDay(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Round(points.Llama), Round(points.Waifu),
            llama == 0 ? 0 : Round(options.LlamaHeuPerDay * part * points.Llama / llama),
            waifu == 0 ? 0 : Round(options.WaifuHeuPerDay * part * points.Waifu / waifu));
    }

    private static decimal Round(decimal value) => decimal.Round(value, 8);
}

/// <summary>One finished UTC day of an address: points, and HEU of that day's pool.</summary>
public sealed record HeuristDay(
    [property: JsonPropertyName("daily_date")] string Date,
    [property: JsonPropertyName("llama_points")] decimal LlamaPoints,
    [property: JsonPropertyName("waifu_points")] decimal WaifuPoints,
    [property: JsonPropertyName("llama_reward_tokens")] decimal LlamaTokens,
    [property: JsonPropertyName("waifu_reward_tokens")] decimal WaifuTokens);
