using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>
/// Shadow mode: the medians of a live Console API's <c>GET /v1/gpu-prices</c> (public, USD per hour of one GPU) become this market's middle prices. They are read once, before the first
/// call is answered, so that a run keeps to its seed; rents stay simulated.
/// </summary>
internal sealed partial class PublicPrices(IOptions<AkashOptions> options, AkashWorld world, IHttpClientFactory http, ILogger<PublicPrices> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.PricesFrom is not { } from) { return; }
        var address = new Uri(from.ToString().TrimEnd('/') + "/v1/gpu-prices");
        JsonNode? answer;
        using var client = http.CreateClient();
        try { answer = await client.GetFromJsonAsync<JsonNode>(address, cancellationToken); }
        catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException) { throw new InvalidOperationException($"Sandbox:Akash:PricesFrom: {address} could not be read: {e.Message}", e); }
        var models = answer?["models"]?.AsArray() ?? throw new InvalidOperationException($"Sandbox:Akash:PricesFrom: {address} names no models.");
        var prices = Gpu.All.Select(g => (g.Id, Usd: Median(models, g))).Where(p => p.Usd > 0).ToDictionary(p => p.Id, p => p.Usd!.Value);
        if (prices.Count == 0) { throw new InvalidOperationException($"Sandbox:Akash:PricesFrom: {address} has a price for none of the GPUs that are played here."); }
        world.Follow(prices);
        if (!logger.IsEnabled(LogLevel.Information)) { return; }
        var (priced, without) = (string.Join(", ", prices.Select(p => FormattableString.Invariant($"{p.Key} {p.Value}"))), string.Join(", ", Gpu.All.Select(g => g.Id).Except(prices.Keys)));
        LogRead(logger, address, priced, without);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A model has a row per memory size and interface; of several that fit, the median of their medians would mix markets, so the first counts.
    private static decimal? Median(JsonArray models, Gpu gpu) => models
        .FirstOrDefault(m => (string?)m?["vendor"] == "nvidia" && (string?)m["model"] == gpu.AkashModel && (string?)m["ram"] == $"{gpu.VramGb}Gi"
            && ((string?)m["interface"])?.StartsWith(gpu.SdlInterface, StringComparison.OrdinalIgnoreCase) == true)?["price"]?["med"]?.GetValue<decimal>();

    [LoggerMessage(Level = LogLevel.Information, Message = "Prices of {Address}, USD per GPU and hour: {Prices}; without a price there, and not offered: {Without}. Rents are simulated")]
    private static partial void LogRead(ILogger logger, Uri address, string prices, string without);
}
