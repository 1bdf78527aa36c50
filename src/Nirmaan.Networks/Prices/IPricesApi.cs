using System.Text.Json;
using System.Text.Json.Serialization;
using Refit;

namespace Nirmaan.Networks.Prices;

/// <summary>The one call of the feed. The shape is CoinGecko's as commonly described; it was not checked against the live service.</summary>
internal interface IPricesApi
{
    /// <summary>Prices by the feed's ids; an unknown id is left out without a word.</summary>
    /// <param name="withTime">The word <c>true</c>: asks for each price's time.</param>
    [Get("/api/v3/simple/price")]
    Task<Dictionary<string, JsonElement>?> ReadAsync(
        [AliasAs("ids")] string commaSeparatedIds, [AliasAs("vs_currencies")] string currency, [AliasAs("include_last_updated_at")] string withTime, CancellationToken cancellationToken);
}

/// <summary>How the feed's bodies are read: entry by entry, so that one bad entry does not cost the others.</summary>
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class PricesJson : JsonSerializerContext
{
    /// <summary>Settings of the declared interface.</summary>
    public static RefitSettings Settings() => new(new SystemTextJsonContentSerializer(new JsonSerializerOptions(Default.Options)));
}
