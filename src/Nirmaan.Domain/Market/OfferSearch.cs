using System.Globalization;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Market;

/// <summary>What is searched for. Null = no such limit.</summary>
public sealed record OfferFilter(
    GpuModel? Gpu = null, int? MinVramGb = null, decimal? MaxUsdPerGpuHour = null, SupplierName? Supplier = null, string? Region = null,
    OfferId? OfferId = null, string? MinCuda = null, int GpusPerMiner = 1, bool NeedsVm = false, bool NeedsInboundPorts = false);

/// <summary>One step of the funnel: why offers dropped out, how many machines, and the cheapest relaxation that would bring some back.</summary>
/// <param name="Relaxed">The search with that relaxation made; null = no change of the search brings any back.</param>
public sealed record FunnelStep(string Reason, int Dropped, string? CheapestRelaxation, OfferFilter? Relaxed = null);

/// <summary>One offer with the verdict over it.</summary>
/// <param name="RejectedFor">Null = eligible; otherwise the funnel's reason.</param>
/// <param name="Standing">What we know of its provider.</param>
public sealed record OfferVerdict(Offer Offer, string? RejectedFor, ProviderStanding Standing);

/// <summary>What a search saw and why it kept what it kept.</summary>
public sealed record OfferSearchResult(IReadOnlyList<OfferVerdict> Verdicts, IReadOnlyList<FunnelStep> Funnel)
{
    /// <summary>Eligible offers, the cheapest per useful hour first; equal ones by price, reliability and key, so that the order is always the same.</summary>
    public IEnumerable<Offer> Eligible => Verdicts.Where(v => v.RejectedFor is null).Select(v => v.Offer);

    /// <summary>The same search with some of what was left dropped for one more reason.</summary>
    /// <param name="remedy">What would bring it back; null = nothing that the searcher can do.</param>
    public OfferSearchResult Without(Func<Offer, bool> drops, string reason, string? remedy = null)
    {
        var dropped = Eligible.Where(drops).Sum(o => Math.Max(o.Available, 1));
        return dropped == 0 ? this : new OfferSearchResult(
            [.. Verdicts.Select(v => v.RejectedFor is null && drops(v.Offer) ? v with { RejectedFor = reason } : v)], [.. Funnel, new FunnelStep(reason, dropped, remedy)]);
    }

    /// <summary>What is remembered of a search that found nothing. Machines of which the supplier names no number count as one.</summary>
    public NotHad NotHad(DateTimeOffset at) => new(at, Verdicts.Sum(v => Math.Max(v.Offer.Available, 1)), Funnel);
}

/// <summary>What a supplier can and may do for a template: capability, not price.</summary>
/// <param name="MiningPermission">Who confirmed, and when, that the supplier's terms allow a renter to mine; null = nobody did.</param>
public sealed record SupplierAbilities(bool OffersVms, bool OffersInboundPorts, int MaxGpusPerMachine, string? MiningPermission);

/// <summary>Filters offers and says of each why it was kept or dropped ("why not" is what every peer's users ask for).</summary>
public static class OfferSearch
{
    /// <summary>Reasons in the order in which they are tested: the first that applies is the offer's.</summary>
    public static readonly IReadOnlyList<string> Reasons =
        ["other offer", "supplier", "mining permission", "vm need", "ports", "gpu", "gpus per machine", "vram", "cuda", "region", "provider", "blocked", "price unknown", "price", "sold out"];

    /// <summary>Filters. <paramref name="abilities"/> lacks a supplier = nothing is known of it and its offers drop as "supplier".</summary>
    public static OfferSearchResult Run(
        IEnumerable<Offer> offers, OfferFilter filter, IReadOnlyDictionary<SupplierName, SupplierAbilities> abilities, ProviderStandings standings, decimal minReliability, bool requirePermission)
    {
        var verdicts = offers
            .Select(o => (Offer: o, Standing: standings.Of(new ProviderKey(o.Supplier, o.Provider))))
            .OrderBy(o => o.Offer.UsdPerGpuHour is { } usd ? o.Standing.PerUsefulHour(usd) : decimal.MaxValue)
            .ThenBy(o => o.Offer.UsdPerGpuHour ?? decimal.MaxValue).ThenByDescending(o => o.Offer.Reliability ?? 0).ThenBy(o => o.Offer.Key, StringComparer.Ordinal)
            .Select(o => new OfferVerdict(o.Offer, Reject(o.Offer, o.Standing, filter, abilities.GetValueOrDefault(o.Offer.Supplier), minReliability, requirePermission), o.Standing))
            .ToList();
        // What would be left if one reason were lifted: an offer that then fails another test is no relaxation.
        bool Fits(Offer offer, OfferFilter relaxed, decimal reliability) =>
            Reject(offer, standings.Of(new ProviderKey(offer.Supplier, offer.Provider)), relaxed, abilities.GetValueOrDefault(offer.Supplier), reliability, requirePermission) is null;
        var funnel = Reasons
            .Select(reason => (reason, dropped: verdicts.Where(v => v.RejectedFor == reason).Select(v => v.Offer).ToList()))
            .Where(step => step.dropped.Count > 0)
            .Select(step => Step(step.reason, step.dropped, filter, (relaxed, reliability) => [.. step.dropped.Where(o => Fits(o, relaxed, reliability ?? minReliability))]))
            .ToList();
        return new OfferSearchResult(verdicts, funnel);
    }

    private static string? Reject(Offer offer, ProviderStanding standing, OfferFilter filter, SupplierAbilities? supplier, decimal minReliability, bool requirePermission) => 0 switch
    {
        _ when filter.OfferId is { } id && offer.Id != id => "other offer",
        _ when supplier is null || (filter.Supplier is { } name && offer.Supplier != name) => "supplier",
        _ when requirePermission && supplier.MiningPermission is null => "mining permission",
        _ when filter.NeedsVm && !supplier.OffersVms => "vm need",
        _ when filter.NeedsInboundPorts && !supplier.OffersInboundPorts => "ports",
        _ when filter.Gpu is { } gpu && offer.Gpu != gpu => "gpu",
        _ when filter.GpusPerMiner > Math.Min(supplier.MaxGpusPerMachine, offer.GpuCount) => "gpus per machine",
        // Unknown memory is not 0: it cannot be trusted to hold the model either.
        _ when filter.MinVramGb is { } vram && (offer.VramGb ?? -1) < vram => "vram",
        _ when filter.MinCuda is { } cuda && offer.CudaMax is { } max && CudaVersion.Compare(max, cuda) < 0 => "cuda",
        _ when filter.Region is { Length: > 0 } region && !string.Equals(offer.Region, region, StringComparison.OrdinalIgnoreCase) => "region",
        _ when offer.Reliability is { } up && up < minReliability => "provider",
        _ when standing.Blocked is not null => "blocked",
        _ when offer.UsdPerGpuHour is null => "price unknown",
        _ when filter.MaxUsdPerGpuHour is { } ceiling && offer.UsdPerGpuHour > ceiling => "price",
        _ when offer.Available < 1 => "sold out",
        _ => null,
    };

    private static FunnelStep Step(string reason, List<Offer> dropped, OfferFilter filter, Func<OfferFilter, decimal?, List<Offer>> left)
    {
        var count = dropped.Sum(o => Math.Max(o.Available, 1));
        if (reason == "blocked") { return new FunnelStep(reason, count, "lift a block on /ops/providers, or wait for its end"); }
        if (reason == "mining permission") { return new FunnelStep(reason, count, "record who confirmed the supplier's mining terms, and when"); }
        var lifted = reason switch
        {
            "other offer" => filter with { OfferId = null },
            "supplier" => filter with { Supplier = null },
            "gpu" => filter with { Gpu = null },
            "vram" => filter with { MinVramGb = null },
            "region" => filter with { Region = null },
            "price" => filter with { MaxUsdPerGpuHour = null },
            "provider" => filter,
            _ => null,
        };
        var fits = lifted is null ? [] : left(lifted, reason == "provider" ? 0 : null);
        if (fits.MinBy(o => o.UsdPerGpuHour) is not { } cheapest) { return new FunnelStep(reason, count, null); }
        var price = cheapest.UsdPerGpuHour!.Value;
        int Machines(Func<Offer, bool> of) => fits.Where(of).Sum(o => o.Available);
        return reason switch
        {
            "other offer" => new FunnelStep(reason, count, Text($"any offer: {Machines(_ => true)} more from ${price:0.0000}/GPU-h"), lifted),
            "supplier" => new FunnelStep(reason, count, Text($"{cheapest.Supplier} at ${price:0.0000}/GPU-h gives {Machines(o => o.Supplier == cheapest.Supplier)} more"), filter with { Supplier = cheapest.Supplier }),
            "gpu" => new FunnelStep(reason, count, Text($"{GpuCatalogue.Name(cheapest.Gpu)} at ${price:0.0000}/GPU-h gives {Machines(o => o.Gpu == cheapest.Gpu)} more"), filter with { Gpu = cheapest.Gpu }),
            "vram" when fits.MaxBy(o => o.VramGb ?? 0)!.VramGb is { } most =>
                new FunnelStep(reason, count, Text($"{most} GB of VRAM at ${fits.Where(o => o.VramGb == most).Min(o => o.UsdPerGpuHour):0.0000}/GPU-h gives {Machines(o => o.VramGb == most)} more"), filter with { MinVramGb = most }),
            "region" => new FunnelStep(reason, count, Text($"region {cheapest.Region ?? "any"} at ${price:0.0000}/GPU-h gives {Machines(o => o.Region == cheapest.Region)} more"), filter with { Region = cheapest.Region }),
            "price" => new FunnelStep(reason, count, Text($"+${price - filter.MaxUsdPerGpuHour:0.0000}/GPU-h gives {Machines(o => o.UsdPerGpuHour <= price)} more at ${price:0.0000}"), filter with { MaxUsdPerGpuHour = price }),
            // The least uptime is a setting of the house, not of a search.
            "provider" => new FunnelStep(reason, count, Text($"uptime {fits.Max(o => o.Reliability):0.000} at ${price:0.0000}/GPU-h gives {Machines(_ => true)} more")),
            _ => new FunnelStep(reason, count, null),
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
