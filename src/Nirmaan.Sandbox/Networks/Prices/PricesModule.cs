using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Prices;

/// <summary>
/// The price feed, in the shape of CoinGecko's simple price call. Events, POST /sandbox/networks/prices/{event}:
/// <c>stale {"id"}</c> the asset's price and time stand still; <c>disagree {"id","factor"}</c> it is quoted that many times too high;
/// <c>recover {"id"}</c> ends both.
/// </summary>
public sealed class PricesModule : ISandboxModule
{
    /// <inheritdoc />
    public void AddTo(IServiceCollection services, IConfiguration configuration) => services.TryAddSingleton<PriceFeed>();

    /// <inheritdoc />
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/prices/api/v3/simple/price", (HttpRequest request, PriceFeed feed) => Quote(request, feed)).WithName("prices.feed");
        routes.MapPost("/sandbox/networks/prices/stale", (PriceEvent e, PriceFeed feed) => Done(feed.Freeze(e.Id))).WithName("sandbox.prices.stale");
        routes.MapPost("/sandbox/networks/prices/disagree", (PriceEvent e, PriceFeed feed) => Done(feed.Distort(e.Id, e.Factor ?? 2))).WithName("sandbox.prices.disagree");
        routes.MapPost("/sandbox/networks/prices/recover", (PriceEvent e, PriceFeed feed) => Done(feed.Recover(e.Id))).WithName("sandbox.prices.recover");
    }

    private static IResult Quote(HttpRequest request, PriceFeed feed)
    {
        var ids = List(request, "ids");
        var currencies = List(request, "vs_currencies");
        if (currencies.Length == 0)
        {
            return Results.Json(new { error = "Missing parameter vs_currencies" }, statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        var withTime = string.Equals(request.Query["include_last_updated_at"], "true", StringComparison.OrdinalIgnoreCase);
        var answer = new JsonObject();
        foreach (var id in ids)
        {
            // An unknown id is left out without a word, and so is an unknown currency, as the real feed does.
            if (feed.Quote(id) is not { } quote) { continue; }
            var entry = new JsonObject();
            if (currencies.Contains("usd")) { entry["usd"] = quote.Usd; }
            if (withTime) { entry["last_updated_at"] = quote.SeenAt.ToUnixTimeSeconds(); }
            answer[id] = entry;
        }
        return Results.Text(answer.ToJsonString(JsonSerializerOptions.Default), "application/json");
    }

    private static string[] List(HttpRequest request, string name) =>
        request.Query[name].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IResult Done(bool known) => known ? Results.Ok(new { ok = true }) : Results.NotFound(new { error = "no such asset in the feed" });

    internal sealed record PriceEvent(string Id, decimal? Factor);
}
