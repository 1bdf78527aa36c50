using System.Globalization;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Web.Components.Fleet;

/// <summary>What the launch form holds, as typed.</summary>
public sealed class LaunchForm
{
    /// <summary>One of the workloads.</summary>
    public string? Workload { get; set; }

    /// <summary>Miners.</summary>
    public string? Count { get; set; } = "1";

    /// <summary>Ceiling, USD per GPU and hour.</summary>
    public string? Max { get; set; }

    /// <summary>GPU id; null = any.</summary>
    public string? Gpu { get; set; }

    /// <summary>Supplier; null = any.</summary>
    public string? Supplier { get; set; }

    /// <summary>Region; null = any.</summary>
    public string? Region { get; set; }

    /// <summary>A named offer; null = the cheapest.</summary>
    public Guid? OfferId { get; set; }

    /// <summary>Bids are accepted by a person.</summary>
    public bool ByHand { get; set; }

    /// <summary>Why.</summary>
    public string Reason { get; set; } = "";

    /// <summary>What is wrong, by the field's name in formats.md; empty = it can be planned.</summary>
    public IReadOnlyDictionary<string, string> Faults()
    {
        var faults = new Dictionary<string, string>();
        if (string.IsNullOrEmpty(Workload)) { faults["workload"] = "Choose one."; }
        if (!int.TryParse(Count, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1) { faults["count"] = "A whole number, at least 1."; }
        if (Ceiling is not (> 0 and <= 1_000)) { faults["maxUsdPerGpuHour"] = "USD per GPU and hour, for example 0.55."; }
        return faults;
    }

    /// <summary>The request; only when there are no <see cref="Faults"/>.</summary>
    public LaunchRequest ToRequest() => new(
        new WorkloadName(Workload!), int.Parse(Count!, NumberStyles.None, CultureInfo.InvariantCulture), Ceiling!.Value, Gpu is null || OfferId is not null ? null : new GpuModel(Gpu),
        Supplier is null || OfferId is not null ? null : new SupplierName(Supplier), OfferId is null ? Region : null, OfferId is { } id ? new OfferId(id) : null, Reason.Trim(), ByHand);

    /// <summary>Takes a relaxed search over.</summary>
    public void Take(OfferFilter relaxed)
    {
        if (relaxed.OfferId is null) { OfferId = null; }
        (Gpu, Supplier, Region) = (relaxed.Gpu?.Id, relaxed.Supplier?.Value, relaxed.Region);
        if (relaxed.MaxUsdPerGpuHour is { } price && price > Ceiling) { Max = price.ToString(CultureInfo.InvariantCulture); }
    }

    private decimal? Ceiling => decimal.TryParse(Max, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) ? price : null;
}
