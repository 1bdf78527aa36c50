using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Akash;

/// <summary>One card of one provider, in machines of so many GPUs.</summary>
internal sealed record AkashPair(AkashProviderWire Provider, GpuModel Gpu, AkashCard Card, int Gpus);

/// <summary>
/// What is for rent. Akash knows no offer before a bid: ours is a pair of provider and GPU, priced at the median of the network's past bids.
/// Key: <c>{provider}/{gpu}</c>, for machines of several GPUs <c>{provider}/{gpu}x{n}</c>.
/// </summary>
internal sealed class AkashOffers(IAkashApi api, SupplierCalls calls, AkashOptions options)
{
    private readonly AkashAvailability _availability = new(api, calls, options.StockCallsAtOnce);

    /// <summary>All pairs of usable providers and known GPUs.</summary>
    public async Task<IReadOnlyList<OfferQuote>> ListAsync(CancellationToken cancellationToken)
    {
        var providers = await calls.ReadAsync("providers", () => api.ListProvidersAsync(null, cancellationToken), cancellationToken);
        var prices = (await calls.ReadAsync("gpu-prices", () => api.ReadGpuPricesAsync(cancellationToken), cancellationToken)).Models ?? [];
        var pairs = providers.Where(IsUsable).SelectMany(Pairs).SelectMany(p => options.Sizes.Select(n => p with { Gpus = n })).ToList();
        var free = await _availability.ReadAsync(pairs, options.ScreenBids, cancellationToken);
        return [.. pairs.Select(p => Quote(p, PriceOf(p.Card, prices)?.Price, free[p])).OrderBy(q => q.Key, StringComparer.Ordinal)];
    }

    /// <summary>True for a provider that a managed wallet can rent from now.</summary>
    public static bool IsUsable(AkashProviderWire provider) =>
        provider is { Owner.Length: > 0, IsOnline: true, IsAudited: true } && provider.IsValidVersion != false;

    /// <summary>A name of the provider that people know.</summary>
    public static string Label(AkashProviderWire provider) =>
        First(provider.Name, provider.Organization, Uri.TryCreate(provider.HostUri, UriKind.Absolute, out var host) ? host.Host : null) ?? provider.Owner ?? "";

    /// <summary>Country code, else the region in the provider's words.</summary>
    public static string? Region(AkashProviderWire provider) => First(provider.IpCountryCode, provider.IpRegion);

    /// <summary>Share of the last 7 days up; null = not measured.</summary>
    public static decimal? Uptime(AkashProviderWire provider) => provider.Uptime7d is >= 0 and <= 1 ? provider.Uptime7d : null;

    private static IEnumerable<AkashPair> Pairs(AkashProviderWire provider) =>
        (provider.GpuModels ?? []).Where(g => g.Vendor is null || g.Vendor.Equals("nvidia", StringComparison.OrdinalIgnoreCase))
            .Select(g => AkashGpus.Card(g.Model, g.Ram, g.Interface))
            .Where(card => card.Model.Length > 0)
            // A card that says too little to be one model, or an unheard-of one, is still for rent: under the network's own name.
            .Select(card => new AkashPair(provider, AkashGpus.ModelOf(card) ?? new GpuModel(card.Model), card, Gpus: 1))
            .DistinctBy(p => p.Gpu);

    private static OfferQuote Quote(AkashPair pair, AkashPriceWire? price, int freeGpus)
    {
        var (provider, gpu, gpus) = (pair.Provider, pair.Gpu, pair.Gpus);
        var median = price is { Med: > 0, Currency: null or "USD" } ? price.Med : null;
        return new OfferQuote(
            $"{provider.Owner}/{gpu.Id}{(gpus == 1 ? "" : $"x{gpus}")}", provider.Owner!, Label(provider), gpu, gpus, AkashGpus.RamGb(pair.Card.Ram), median,
            PriceKind.Estimated, Region(provider), freeGpus / gpus, Uptime(provider));
    }

    /// <summary>The price row that says most of the card; a row of another size or form of it is no price of it.</summary>
    private static AkashGpuPriceWire? PriceOf(AkashCard card, List<AkashGpuPriceWire> prices)
    {
        var fitting = prices.Where(p => AkashGpus.Card(p.Model, p.Ram, p.Interface).Fits(card)).ToList();
        return fitting.Find(p => AkashGpus.Card(p.Model, p.Ram, p.Interface) == card) ?? (fitting.Count == 1 ? fitting[0] : null);
    }

    private static string? First(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (!string.IsNullOrWhiteSpace(text)) { return text; }
        }
        return null;
    }
}
