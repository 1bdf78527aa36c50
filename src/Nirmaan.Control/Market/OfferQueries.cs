using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Market;

/// <summary>An offer as pages and programs see it.</summary>
/// <param name="Why">Null = fits what was asked; otherwise the funnel's reason.</param>
/// <param name="EligibleFor">Workloads it could run.</param>
/// <param name="Standing">What we know of its provider.</param>
public sealed record OfferRow(
    OfferId Id, SupplierName Provider, string ProviderKey, string ProviderLabel, GpuModel Gpu, int GpuCount, int? VramGb, decimal? UsdPerGpuHour, PriceKind PriceKind, string? Region,
    int Available, decimal? Reliability, DateTimeOffset SeenAt, IReadOnlyList<WorkloadName> EligibleFor, string? Why, ProviderStanding Standing);

/// <summary>A search with its funnel.</summary>
public sealed record OfferList(IReadOnlyList<OfferRow> Items, IReadOnlyList<FunnelStep> Funnel, DateTimeOffset? OldestSeenAt);

/// <summary>Reads of the market.</summary>
public sealed class OfferQueries(IDbContextFactory<NirmaanDbContext> contexts, SupplierShelf suppliers, NetworkShelf networks, ProviderBook providers, IOptions<FleetOptions> options)
{
    /// <summary>All offers still listed, with the verdict over each. A workload adds its template's needs.</summary>
    public async Task<OfferList> SearchAsync(GpuModel? gpu, int? minVramGb, decimal? maxUsdPerHour, SupplierName? supplier, WorkloadName? workload, string? region, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var offers = await db.Offers.AsNoTracking().Where(o => o.GoneAt == null).ToListAsync(cancellationToken);
        var filter = workload is { } name
            ? Placement.FilterOf(new LaunchRequest(name, 1, maxUsdPerHour ?? decimal.MaxValue, gpu, supplier, region), networks.TemplateOf(name))
            : new OfferFilter(gpu, minVramGb, maxUsdPerHour, supplier, region);
        if (minVramGb > (filter.MinVramGb ?? 0)) { filter = filter with { MinVramGb = minVramGb }; }
        var standings = await providers.ReadAsync(db, cancellationToken);
        var result = Run(offers, filter, standings);
        var eligible = networks.Templates.ToDictionary(
            t => t.WorkloadName, t => Run(offers, Placement.FilterOf(new LaunchRequest(t.WorkloadName, 1, decimal.MaxValue), t), standings).Eligible.Select(o => o.Id).ToHashSet());
        return new OfferList(
            [.. result.Verdicts.Select(v => new OfferRow(
                v.Offer.Id, v.Offer.Supplier, v.Offer.Provider, v.Offer.ProviderLabel, v.Offer.Gpu, v.Offer.GpuCount, v.Offer.VramGb, v.Offer.UsdPerGpuHour, v.Offer.PriceKind, v.Offer.Region,
                v.Offer.Available, v.Offer.Reliability, v.Offer.SeenAt, [.. eligible.Where(e => e.Value.Contains(v.Offer.Id)).Select(e => e.Key).OrderBy(w => w.Value, StringComparer.Ordinal)], v.RejectedFor, v.Standing))],
            result.Funnel, offers.Count == 0 ? null : offers.Min(o => o.SeenAt));
    }

    private OfferSearchResult Run(List<Offer> offers, OfferFilter filter, ProviderStandings standings) =>
        OfferSearch.Run(offers, filter, suppliers.Abilities, standings, options.Value.MinReliability, options.Value.RequirePermission);
}
