using Nirmaan.Control;
using Nirmaan.Control.Market;
using Nirmaan.Domain.Market;

namespace Nirmaan.Web.Api;

/// <summary>An offer. Prices are USD per GPU and hour; null = the supplier does not say.</summary>
/// <param name="Available">Machines claimed free.</param>
/// <param name="Why">Null = fits what was asked; else the funnel's reason.</param>
internal sealed record OfferWire(
    string Id, string Provider, string ProviderName, string Gpu, int GpuCount, int? VramGb, decimal? UsdPerGpuHour, PriceKind PriceKind, string? Region, int Available, decimal? Reliability, DateTimeOffset SeenAt,
    IReadOnlyList<string> EligibleFor, string? Why)
{
    public static OfferWire Of(OfferRow o) => new(
        o.Id.ToString(), o.Provider.Value, o.ProviderLabel, o.Gpu.Id, o.GpuCount, o.VramGb, o.UsdPerGpuHour, o.PriceKind, o.Region, o.Available, o.Reliability, o.SeenAt, [.. o.EligibleFor.Select(w => w.Value)], o.Why);
}

/// <summary>Why machines dropped out, how many, and the cheapest change that would bring some back.</summary>
internal sealed record FunnelWire(string Reason, int Dropped, string? CheapestRelaxation)
{
    public static FunnelWire Of(FunnelStep step) => new(step.Reason, step.Dropped, step.CheapestRelaxation);
}

/// <summary>Offers, cheapest first, with the funnel of the search.</summary>
internal sealed record OffersWire(IReadOnlyList<OfferWire> Items, string? Next, IReadOnlyList<FunnelWire> Funnel, DateTimeOffset? OldestSeenAt);

internal static class OfferCalls
{
    public static void Map(RouteGroupBuilder read) => read.MapGet("/offers", async (
        string? gpu, int? minVramGb, decimal? maxUsdPerHour, string? provider, string? workload, string? region, bool? all, int? limit, string? after, OfferQueries offers, CancellationToken cancellationToken) =>
    {
        var take = Paging.Limit(limit);
        var found = await offers.SearchAsync(Words.Gpu(gpu), minVramGb, maxUsdPerHour, Words.Supplier(provider), Words.Workload(workload), region, cancellationToken);
        var rows = found.Items.Where(o => all == true || o.Why is null).ToList();
        var start = after is null ? 0 : rows.FindIndex(o => o.Id.ToString() == after) is var at and >= 0 ? at + 1 : throw new InvalidInputException("after", after, "the next value of an earlier page");
        var page = Paging.Cut(rows[start..], take, o => o.Id.ToString());
        return new OffersWire([.. page.Items.Select(OfferWire.Of)], page.Next, [.. found.Funnel.Select(FunnelWire.Of)], found.OldestSeenAt);
    }).WithName("listOffers").WithSummary("Rentable machines, cheapest first; with all=true those that drop out too, each with its reason.").ProducesProblem(400);
}
