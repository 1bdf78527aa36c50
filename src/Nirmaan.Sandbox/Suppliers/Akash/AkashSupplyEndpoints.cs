using System.Globalization;
using Nirmaan.Sandbox.Suppliers.Akash.Sdl;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>The public part: supply, prices, screening, chain.</summary>
internal static class AkashSupplyEndpoints
{
    public static void Map(RouteGroupBuilder v1)
    {
        v1.MapGet("/providers", Providers).WithName("akash.providers");
        v1.MapGet("/providers/{address}", (string address, AkashWorld world, AkashSupply supply) =>
        {
            lock (world.Gate)
            {
                return world.ProviderAt(address) is { } provider ? Wire.Json(supply.Provider(provider, single: true))
                    : throw AkashProblemException.NotFound("Provider not found");
            }
        }).WithName("akash.provider");
        v1.MapGet("/gpu-prices", (AkashWorld world, AkashSupply supply) => { lock (world.Gate) { return Wire.Json(supply.GpuPrices()); } })
            .WithName("akash.gpu-prices");
        v1.MapGet("/gpu-models", () => Wire.Json(AkashSupply.GpuModels())).WithName("akash.gpu-models");
        v1.MapGet("/gpu", (string? provider, string? vendor, string? model, string? memory_size, AkashWorld world, AkashSupply supply) =>
        {
            lock (world.Gate) { return Wire.Json(supply.Gpus(provider, vendor, model, memory_size)); }
        }).WithName("akash.gpu");
        v1.MapGet("/network-capacity", (AkashWorld world, AkashSupply supply) => { lock (world.Gate) { return Wire.Json(supply.Capacity()); } })
            .WithName("akash.network-capacity");
        v1.MapGet("/auditors", () => Wire.Json(new[] { new { id = "overclock", name = "Sandbox auditor", address = AkashSdl.Auditor,
            website = "https://auditor.example" } })).WithName("akash.auditors");
        v1.MapGet("/blockchain-status", () => Wire.Json(new { isBlockchainReachable = true })).WithName("akash.blockchain-status");
        v1.MapGet("/blocks", Blocks).WithName("akash.blocks");
        v1.MapGet("/market-data/{coin}", MarketData).WithName("akash.market-data");
        v1.MapPost("/bid-screening", ScreenAsync).WithName("akash.bid-screening");
    }

    private static IResult Providers(HttpRequest request, AkashWorld world, AkashSupply supply)
    {
        var addresses = request.Query["addresses"].FirstOrDefault()?.Split(',', StringSplitOptions.RemoveEmptyEntries);
        lock (world.Gate)
        {
            return Wire.Json(world.Providers.Where(p => addresses is null || addresses.Contains(p.Owner)).Select(p => supply.Provider(p, single: false)));
        }
    }

    private static IResult Blocks(HttpRequest request, AkashWorld world)
    {
        var limit = AkashRoutes.Whole(request, "limit", 1, 100) ?? 20;
        var top = world.Height;
        return Wire.Json(Enumerable.Range(0, limit).Select(i => top - i).Select(height =>
        {
            var proposer = world.Providers[(int)(height % world.Providers.Count)];
            return new
            {
                height, proposer = new { address = AkashWire.Hash(proposer.Slug)[..40],
                    operatorAddress = Bech32.Encode("akashvaloper", Convert.FromHexString(AkashWire.Hash(proposer.Slug)[..40])),
                    moniker = proposer.Organization, avatarUrl = (string?)null },
                transactionCount = (int)(height % 7), totalTransactionCount = height * 3, datetime = Wire.Zoned(AkashBlocks.TimeAt(height)),
            };
        }));
    }

    private static IResult MarketData(string coin, AkashWorld world, Seed seed)
    {
        if (coin is not ("akt" or "akash-network"))
        {
            throw AkashBody.Invalid([AkashBody.Issue("invalid_value", ["coin"], "Invalid option: expected one of \"akash-network\"|\"akt\"")]);
        }
        decimal Price(DateTimeOffset day) =>
            Math.Round(1.05m + (decimal)(0.2 * (seed.For($"akash:akt:{day.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}")
            .NextDouble() - 0.5)), 4);
        var (now, before) = (Price(world.Now), Price(world.Now.AddDays(-1)));
        return Wire.Json(new { price = now, volume = 6_200_000, marketCap = Math.Round(now * 265_000_000m), marketCapRank = 190, priceChange24h = now - before,
            priceChangePercentage24 = Math.Round((now - before) / before * 100, 4) });
    }

    /// <summary>Who would bid, without a deployment: a free look ahead.</summary>
    private static async Task<IResult> ScreenAsync(HttpContext http, AkashWorld world, AkashMarket market, AkashSupply supply)
    {
        if (http.Request.ContentLength > 64 * 1024) { throw new AkashProblemException(413, "unknown_error", "Payload too large"); }
        var body = await AkashBody.ReadAsync(http.Request);
        body.Text("timezone", required: true);
        List<SdlUnit> units = [];
        foreach (var item in body.List("resources"))
        {
            var (resource, price) = (item.Inner("resource"), item.Inner("price"));
            var count = (int)(item.Number("count", required: true, min: 1, whole: true) ?? 1);
            price.Text("denom", required: true);
            var (cpu, memory, gpu) = (Amount(resource.Inner("cpu").Inner("units")), Amount(resource.Inner("memory").Inner("quantity")), resource.Inner("gpu"));
            var keys = gpu.Raw("attributes") is null ? [] : gpu.List("attributes").Select(a => a.Text("key", required: true) ?? "").ToList();
            var storage = resource.List("storage").Select(v => new SdlVolume(v.Text("name", required: true) ?? "", Amount(v.Inner("quantity")),
                v.Raw("attributes") is null ? [] : [.. v.List("attributes")
                    .Select(a => KeyValuePair.Create(a.Text("key", true) ?? "", a.Text("value", true) ?? ""))])).ToList();
            var ceiling = price.Text("amount", required: true, pattern: AkashBody.Digits());
            var ask = decimal.TryParse(ceiling, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
            units.Add(new SdlUnit(units.Count + 1, cpu, memory, storage, (int)Amount(gpu.Inner("units")), keys, [], count, ceiling ?? "", ask));
        }
        var requirements = body.Raw("requirements") is null ? null : body.Inner("requirements");
        var attributes = requirements?.Raw("attributes") is null ? [] : requirements.List("attributes")
            .ToDictionary(a => a.Text("key", required: true) ?? "", a => a.Text("value", required: true) ?? "");
        body.Check();
        var group = new SdlGroup("screening", attributes, [], [AkashSdl.Auditor], units, []);
        lock (world.Gate)
        {
            var bidders = world.Providers.Where(p => p.Place(group) is { } gpus && market.Price(p, new AkashGroup(1, group), gpus, 1m) <= group.Ceiling);
            return Wire.Json(new
            {
                providers = bidders.Select(p =>
                {
                    Dictionary<string, object?> row = new()
                    {
                        ["owner"] = p.Owner, ["hostUri"] = supply.HostUri(p), ["isAudited"] = p.IsAudited, ["createdAt"] = "2024-06-01T00:00:00.000Z",
                        ["location"] = p.Region, ["organization"] = p.Organization, ["incidents"] = Array.Empty<object>(),
                    };
                    if (world.Options.IsNext)
                    {
                        row["availableGpus"] = units.Where(u => u.Gpus > 0)
                            .Select(u => p.Stock.Keys.Where(id => u.GpuKeys.Any(k => AkashProvider.Matches(k, Gpu.Of(id)))).Sum(p.Free)).DefaultIfEmpty(0)
                            .Min();
                    }
                    return row;
                }),
            });
        }
    }

    private static decimal Amount(AkashBody quantity) => decimal.TryParse(quantity.Text("val", required: true, max: 80), CultureInfo.InvariantCulture,
        out var value) ? value : 0;
}
