using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Market;

/// <summary>Where an offer's price comes from.</summary>
public enum PriceKind
{
    /// <summary>The supplier names it and will honour it.</summary>
    Quoted,
    /// <summary>A median of past deals or bids: the real price is known when a bid is accepted.</summary>
    Estimated,
}

/// <summary>An offer as a supplier's adapter reads it. Prices are USD per GPU and hour; null = the supplier does not say.</summary>
/// <param name="Key">The supplier's own key, stable between reads, with all that a create call needs.</param>
/// <param name="Provider">Who stands behind the offer on a market (Akash provider address); the supplier itself elsewhere.</param>
/// <param name="GpuCount">GPUs per machine.</param>
/// <param name="Available">Machines that can be rented now, as claimed: a hint, never a promise.</param>
/// <param name="Reliability">Share of time up, 0 to 1.</param>
public sealed record OfferQuote(
    string Key, string Provider, string ProviderLabel, GpuModel Gpu, int GpuCount, int? VramGb, decimal? UsdPerGpuHour, PriceKind PriceKind,
    string? Region, int Available, decimal? Reliability, string? CudaMax = null, int? VcpuPerGpu = null, int? RamGbPerGpu = null);

/// <summary>A rentable machine at a price, as last seen. A price belongs to its moment: SeenAt says which.</summary>
public sealed class Offer
{
    private Offer() { }

    /// <summary>A newly seen offer.</summary>
    public Offer(OfferId id, SupplierName supplier, OfferQuote quote, DateTimeOffset seenAt)
    {
        (Id, Supplier, Key, Provider, FirstSeenAt) = (id, supplier, quote.Key, quote.Provider, seenAt);
        See(quote, seenAt);
    }

    /// <summary>Our id.</summary>
    public OfferId Id { get; private set; }
    /// <summary>Who rents it out.</summary>
    public SupplierName Supplier { get; private set; }
    /// <summary>The supplier's own key; unique per supplier.</summary>
    public string Key { get; private set; } = "";
    /// <summary>The provider behind it.</summary>
    public string Provider { get; private set; } = "";
    /// <summary>A name of the provider that people know.</summary>
    public string ProviderLabel { get; private set; } = "";
    /// <summary>GPU model.</summary>
    public GpuModel Gpu { get; private set; }
    /// <summary>GPUs per machine.</summary>
    public int GpuCount { get; private set; }
    /// <summary>Memory per GPU in GB; null = unknown.</summary>
    public int? VramGb { get; private set; }
    /// <summary>USD per GPU and hour; null = unknown, never 0.</summary>
    public decimal? UsdPerGpuHour { get; private set; }
    /// <summary>Quoted or estimated.</summary>
    public PriceKind PriceKind { get; private set; }
    /// <summary>Country or region as the supplier names it.</summary>
    public string? Region { get; private set; }
    /// <summary>Machines claimed free.</summary>
    public int Available { get; private set; }
    /// <summary>Share of time up, 0 to 1; null = unknown.</summary>
    public decimal? Reliability { get; private set; }
    /// <summary>Newest CUDA the driver supports, such as <c>12.4</c>; null = unknown.</summary>
    public string? CudaMax { get; private set; }
    /// <summary>When it was first seen.</summary>
    public DateTimeOffset FirstSeenAt { get; private set; }
    /// <summary>When price and availability were last read.</summary>
    public DateTimeOffset SeenAt { get; private set; }
    /// <summary>When a read no longer contained it; null = still offered.</summary>
    public DateTimeOffset? GoneAt { get; private set; }

    /// <summary>Takes over a newer reading.</summary>
    public void See(OfferQuote quote, DateTimeOffset at)
    {
        (ProviderLabel, Gpu, GpuCount, VramGb) = (quote.ProviderLabel, quote.Gpu, quote.GpuCount, quote.VramGb ?? GpuCatalogue.Find(quote.Gpu)?.VramGb);
        (UsdPerGpuHour, PriceKind, Region, Available) = (quote.UsdPerGpuHour, quote.PriceKind, quote.Region, quote.Available);
        (Reliability, CudaMax, SeenAt, GoneAt) = (quote.Reliability, quote.CudaMax, at, null);
    }

    /// <summary>A read did not contain it.</summary>
    public void MarkGone(DateTimeOffset at) => GoneAt ??= at;
}
