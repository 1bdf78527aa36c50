using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Networks.Http;

namespace Nirmaan.Networks.Prices;

/// <summary>Prices in USD from one feed. What has no price, no time, or an old one is left out, and said so in the log.</summary>
internal sealed partial class TokenPriceFeed(IPricesApi api, IOptions<PricesOptions> options, TimeProvider clock, ILogger<TokenPriceFeed> logger) : IPriceFeed
{
    private readonly NetworkCalls _calls = new(options.Value.BaseUrl!.Host);

    /// <inheritdoc />
    public async Task<IReadOnlyList<PriceQuote>> ReadAsync(IReadOnlyCollection<Asset> assets, CancellationToken cancellationToken)
    {
        var ids = assets.Select(a => (Asset: a.Id, Id: options.Value.Ids.GetValueOrDefault(a.Id, ""))).Where(a => a.Id.Length > 0).ToList();
        if (ids.Count == 0) { return []; }
        var entries = await _calls.ReadAsync("prices", () => api.ReadAsync(string.Join(',', ids.Select(i => i.Id).Distinct()), "usd", "true", cancellationToken), cancellationToken);
        List<PriceQuote> quotes = [];
        foreach (var (asset, id) in ids)
        {
            if (!entries.TryGetValue(id, out var entry)) { LogLeftOut(asset, "the feed does not have it"); }
            else if (Quote(asset, entry) is not { } quote) { LogLeftOut(asset, "without a price above 0 and a time"); }
            else if (clock.GetUtcNow() - quote.At > options.Value.MaxAge) { LogLeftOut(asset, string.Create(CultureInfo.InvariantCulture, $"stale, of {quote.At:u}")); }
            else { quotes.Add(quote); }
        }
        return quotes;
    }

    private PriceQuote? Quote(string asset, JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && Number(entry, "usd") is { } usd and > 0 && Number(entry, "last_updated_at") is { } seconds and > 0 and < 1e11m
            ? new PriceQuote(asset, usd, DateTimeOffset.FromUnixTimeSeconds((long)seconds), options.Value.Name is { Length: > 0 } name ? name : options.Value.BaseUrl!.Host) : null;

    private static decimal? Number(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "No price of {Asset}: {Why}")]
    private partial void LogLeftOut(string asset, string why);
}
