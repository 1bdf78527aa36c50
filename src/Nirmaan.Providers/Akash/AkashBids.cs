using System.Globalization;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.Akash;

/// <summary>What a lease call must name of a bid. Written as <c>{gseq}/{oseq}/{provider}</c>.</summary>
internal sealed record AkashBidRef(int Gseq, int Oseq, string Provider)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Gseq}/{Oseq}/{Provider}");

    /// <summary>Reads one; null = it is none.</summary>
    public static AkashBidRef? Parse(string text) =>
        text.Split('/') is [var g, var o, { Length: > 0 } provider] && int.TryParse(g, NumberStyles.None, CultureInfo.InvariantCulture, out var gseq)
        && int.TryParse(o, NumberStyles.None, CultureInfo.InvariantCulture, out var oseq) ? new AkashBidRef(gseq, oseq, provider) : null;
}

/// <summary>Reads the bids on an order and says of each why it may not be accepted.</summary>
internal sealed class AkashBids(IAkashApi api, SupplierCalls calls, AkashHeight height, AkashOptions options)
{
    // A provider withdraws a bid that nobody took after this time.
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);

    /// <summary>All bids, the cheapest first.</summary>
    public async Task<IReadOnlyList<Bid>> ListAsync(string dseq, InstanceWish wish, CancellationToken cancellationToken)
    {
        var entries = (await calls.ReadAsync($"bids of {dseq}", () => api.ListBidsAsync(dseq, cancellationToken), cancellationToken)).Data ?? [];
        var bids = entries.Select(e => e.Bid).OfType<AkashBidWire>()
            .Where(b => b.Id is { Provider.Length: > 0, Gseq: not null, Oseq: not null }).ToList();
        if (bids.Count == 0) { return []; }
        var addresses = string.Join(',', bids.Select(b => b.Id!.Provider).Distinct(StringComparer.Ordinal));
        var providers = (await calls.ReadAsync("providers", () => api.ListProvidersAsync(addresses, cancellationToken), cancellationToken))
            .Where(p => p.Owner is not null).DistinctBy(p => p.Owner).ToDictionary(p => p.Owner!, StringComparer.Ordinal);
        var now = await height.TryReadAsync(cancellationToken);
        return [.. bids.Select(b => Judge(b, wish, providers.GetValueOrDefault(b.Id!.Provider!), now))
            .OrderBy(b => b.UsdPerGpuHour).ThenBy(b => b.Ref, StringComparer.Ordinal)];
    }

    private Bid Judge(AkashBidWire bid, InstanceWish wish, AkashProviderWire? provider, AkashBlock? now)
    {
        var units = (bid.ResourcesOffer ?? []).Select(u => (Gpu: u.Resources?.Gpu, Count: u.Count ?? 1)).Where(u => u.Gpu is not null).ToList();
        var card = units.SelectMany(u => u.Gpu!.Attributes ?? []).Select(a => AkashGpus.OfKey(a.Key)).FirstOrDefault(c => c is not null);
        var gpus = units.Count == 0 ? (decimal?)null : units.Sum(u => (AkashUnits.Amount(u.Gpu!.Units?.Val) ?? 0) * u.Count);
        var price = AkashUnits.Amount(bid.Price?.Amount);
        var usd = AkashUnits.UsdPerHour(price ?? 0) / wish.GpuCount;
        var id = new AkashBidRef(bid.Id!.Gseq!.Value, bid.Id.Oseq!.Value, bid.Id.Provider!);
        var unsuitable = 0 switch
        {
            _ when bid.State != "open" => $"the bid is {bid.State ?? "in no known state"}",
            _ when bid.Price?.Denom != AkashUnits.Denom => $"priced in {bid.Price?.Denom ?? "nothing"}, not {AkashUnits.Denom}",
            _ when price is not > 0 => $"price '{bid.Price?.Amount}' is no price",
            _ when wish.Provider is { Length: > 0 } wanted && wanted != id.Provider => $"another provider than {wanted}",
            _ when card is not null && !card.Fits(AkashGpus.CardOf(wish.Gpu)) => $"offers {Name(card)} instead of {wish.Gpu}",
            _ when gpus < wish.GpuCount => FormattableString.Invariant($"offers {gpus:0} GPUs instead of {wish.GpuCount}"),
            _ when usd > wish.MaxUsdPerGpuHour =>
                FormattableString.Invariant($"{usd:0.####} USD per GPU-hour is above the ceiling of {wish.MaxUsdPerGpuHour:0.####}"),
            _ => provider is null ? "the provider is not listed" : Unsuitable(provider, wish),
        };
        var gpu = card is null ? null : card.Fits(AkashGpus.CardOf(wish.Gpu)) ? wish.Gpu : AkashGpus.ModelOf(card);
        return new Bid(
            id.ToString(), id.Provider, provider is null ? id.Provider : AkashOffers.Label(provider), gpu, usd,
            provider is null ? null : AkashOffers.Uptime(provider), provider is null ? null : AkashOffers.Region(provider), bid.State == "open", unsuitable,
            now?.TimeOf(AkashUnits.Height(bid.CreatedAt)) + s_life);
    }

    private string? Unsuitable(AkashProviderWire provider, InstanceWish wish) => 0 switch
    {
        _ when provider.IsOnline != true => "the provider is offline",
        _ when provider.IsAudited != true => "the provider is not audited",
        _ when provider.IsValidVersion == false => "the provider runs an outdated version",
        _ when AkashOffers.Uptime(provider) is { } uptime && uptime < options.MinUptime =>
            FormattableString.Invariant($"uptime {uptime:0.000} over 7 days is below {options.MinUptime:0.000}"),
        _ when wish.Region is { Length: > 0 } region && !region.Equals(AkashOffers.Region(provider), StringComparison.OrdinalIgnoreCase) =>
            $"in {AkashOffers.Region(provider) ?? "an unknown region"} instead of {region}",
        _ => null,
    };

    private static string Name(AkashCard card) =>
        AkashGpus.ModelOf(card)?.Id ?? string.Join(' ', new[] { card.Model, card.Ram, card.Interface }.OfType<string>());
}
