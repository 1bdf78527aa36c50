using Nirmaan.Networks.Http;

namespace Nirmaan.Networks.Prices;

/// <summary>Section <c>Prices</c>: a feed of token prices in the shape of CoinGecko's simple price call.</summary>
public sealed class PricesOptions : EndpointOptions
{
    /// <summary>Section name.</summary>
    public const string Section = "Prices";

    /// <summary>Starts with CoinGecko's public address and ten seconds per call.</summary>
    public PricesOptions() => (BaseUrl, ReadTimeout) = (new Uri("https://api.coingecko.com"), TimeSpan.FromSeconds(10));

    /// <summary>How the feed is named beside its prices. Empty = by its host.</summary>
    public string Name { get; set; } = "";

    /// <summary>A key, sent as <see cref="ApiKeyHeader"/>. Empty = none. Never logged.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Name of the key's header.</summary>
    public string ApiKeyHeader { get; set; } = "x-cg-demo-api-key";

    /// <summary>The feed's ids by our asset ids. An asset that is not in it, or has an empty id, has no price here.</summary>
    public Dictionary<string, string> Ids { get; } = new() { ["MOR"] = "morpheusai", ["HEU"] = "heurist" };

    /// <summary>Quotes older than this are left out: a price that stands still is no price.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(1);
}

/// <summary>Checks the section.</summary>
internal sealed class PricesOptionsCheck() : EndpointOptionsCheck<PricesOptions>(PricesOptions.Section)
{
    protected override IEnumerable<string> Own(PricesOptions options)
    {
        if (options.MaxAge <= TimeSpan.Zero) { yield return $"MaxAge {options.MaxAge} must be greater than zero."; }
        if (options.ApiKey.Any(c => c is <= ' ' or > '~')) { yield return "ApiKey holds a character that no key has (blank, line break or beyond ASCII)."; }
        if (options.ApiKey.Length > 0 && options.BaseUrl is { IsAbsoluteUri: true, Scheme: "http" } address && !Addresses.IsNear(address))
        {
            yield return $"BaseUrl '{address}' must be https: the key would travel in the open.";
        }
        // It stands in files of commas and lines.
        if (options.Name.Length > 64 || options.Name.Any(c => c is ',' or '"' || char.IsControl(c))) { yield return $"Name '{options.Name}' must have at most 64 characters and no comma, quote or line break."; }
        foreach (var (asset, id) in options.Ids.Where(i => i.Value.Any(c => c == ',' || char.IsWhiteSpace(c)))) { yield return $"Ids:{asset} '{id}' must be one id of the feed."; }
    }
}
