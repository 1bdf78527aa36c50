using System.Collections.Concurrent;
using System.Globalization;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Akash;

/// <summary>
/// What is for rent. Akash knows no offer before a bid: ours is a pair of provider and GPU, priced at the median of the network's past bids.
/// Key: <c>{provider}/{gpu}</c>, for machines of several GPUs <c>{provider}/{gpu}x{n}</c>.
/// </summary>
internal sealed class AkashOffers(IAkashApi api, SupplierCalls calls, AkashOptions options)
{
    private const int ScreeningsAtOnce = 4;
    private const long Gi = 1024L * 1024 * 1024;

    private sealed record Pair(AkashProviderWire Provider, GpuModel Gpu, AkashCard Card, int Gpus);

    /// <summary>All pairs of usable providers and known GPUs.</summary>
    public async Task<IReadOnlyList<OfferQuote>> ListAsync(CancellationToken cancellationToken)
    {
        var providers = await calls.ReadAsync("providers", () => api.ListProvidersAsync(null, cancellationToken), cancellationToken);
        var prices = (await calls.ReadAsync("gpu-prices", () => api.ReadGpuPricesAsync(cancellationToken), cancellationToken)).Models ?? [];
        var pairs = providers.Where(IsUsable).SelectMany(Pairs).SelectMany(p => options.Sizes.Select(n => p with { Gpus = n })).ToList();
        var bidders = options.ScreenBids ? await ScreenAsync(pairs, cancellationToken) : [];
        return [.. pairs.Select(p => Quote(p, PriceOf(p.Card, prices), bidders.GetValueOrDefault((p.Gpu, p.Gpus)))).OrderBy(q => q.Key, StringComparer.Ordinal)];
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

    private static IEnumerable<Pair> Pairs(AkashProviderWire provider) =>
        (provider.GpuModels ?? []).Where(g => g.Vendor is null || g.Vendor.Equals("nvidia", StringComparison.OrdinalIgnoreCase))
            .Select(g => AkashGpus.Card(g.Model, g.Ram, g.Interface))
            .Where(card => card.Model.Length > 0)
            // A card that says too little to be one model, or an unheard-of one, is still for rent: under the network's own name.
            .Select(card => new Pair(provider, AkashGpus.ModelOf(card) ?? new GpuModel(card.Model), card, Gpus: 1))
            .DistinctBy(p => p.Gpu);

    private static OfferQuote Quote(Pair pair, AkashGpuPriceWire? price, Dictionary<string, int?>? bidders)
    {
        var (provider, free) = (pair.Provider, Whole(pair.Provider.Stats?.Gpu?.Available));
        // The provider's count is over all its models; the network's per model bounds it.
        var gpus = Math.Min(free ?? pair.Gpus, Whole(price?.Availability?.Available) ?? int.MaxValue);
        if (bidders is not null) { gpus = bidders.TryGetValue(provider.Owner!, out var said) ? said ?? Math.Max(gpus, pair.Gpus) : 0; }
        return new OfferQuote(
            $"{provider.Owner}/{pair.Gpu.Id}{(pair.Gpus == 1 ? "" : $"x{pair.Gpus}")}", provider.Owner!, Label(provider), pair.Gpu, pair.Gpus, AkashGpus.RamGb(pair.Card.Ram),
            price?.Price is { Med: > 0 and var median } && price.Price.Currency is null or "USD" ? median : null, PriceKind.Estimated,
            Region(provider), gpus / pair.Gpus, Uptime(provider));
    }

    /// <summary>The price row that says most of the card; a row of another size or form of it is no price of it.</summary>
    private static AkashGpuPriceWire? PriceOf(AkashCard card, List<AkashGpuPriceWire> prices)
    {
        var fitting = prices.Where(p => AkashGpus.Card(p.Model, p.Ram, p.Interface).Fits(card)).ToList();
        return fitting.Find(p => AkashGpus.Card(p.Model, p.Ram, p.Interface) == card) ?? (fitting.Count == 1 ? fitting[0] : null);
    }

    /// <summary>By model and size: who would bid, with how many GPUs free where that is said. A model whose screening fails is left out: then the statistics stand.</summary>
    private async Task<Dictionary<(GpuModel, int), Dictionary<string, int?>>> ScreenAsync(List<Pair> pairs, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<(GpuModel, int), Dictionary<string, int?>>();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = ScreeningsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(pairs.DistinctBy(p => (p.Gpu, p.Gpus)), limits, async (pair, token) =>
        {
            try
            {
                var answer = await calls.ReadAsync("bid-screening", () => api.ScreenBidsAsync(Screening(pair.Gpu, pair.Gpus), token), token);
                if (answer.Providers is not { } bidders) { return; }
                found[(pair.Gpu, pair.Gpus)] = bidders.Where(b => b.Owner is not null).DistinctBy(b => b.Owner).ToDictionary(b => b.Owner!, b => Whole(b.AvailableGpus), StringComparer.Ordinal);
            }
            catch (SupplierUnavailableException) { }
        });
        return new(found);
    }

    /// <summary>A miner of middling size at a price that nobody finds too low: only the GPU is asked about.</summary>
    private static AkashScreeningBody Screening(GpuModel gpu, int gpus)
    {
        static AkashValueBody Value(long value) => new(value.ToString(CultureInfo.InvariantCulture));
        var resource = new AkashResourceBody(1, new(Value(4000)), new(Value(16 * Gi)), new(Value(gpus), [new(AkashGpus.CardOf(gpu).ToKey(), "true")]), [new("default", Value(40 * Gi))]);
        return new AkashScreeningBody([new(resource, 1, new(AkashUnits.Denom, AkashUnits.MaxCeiling.ToString(CultureInfo.InvariantCulture)))], "UTC");
    }

    private static int? Whole(decimal? number) => number is { } n ? (int)decimal.Clamp(decimal.Floor(n), 0, int.MaxValue) : null;

    private static string? First(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (!string.IsNullOrWhiteSpace(text)) { return text; }
        }
        return null;
    }
}
