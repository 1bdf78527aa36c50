using System.Globalization;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Web.Components.Market;

/// <summary>A search for offers as the page's address holds it.</summary>
/// <param name="MaxUsd">USD per GPU and hour.</param>
public sealed record OfferAsk(WorkloadName? Workload, GpuModel? Gpu, int? MinVramGb, decimal? MaxUsd, SupplierName? Supplier, string? Region)
{
    /// <summary>Reads the address; what is no number is said per field and not searched by.</summary>
    public static (OfferAsk Ask, string? VramFault, string? MaxFault) Of(string? workload, string? gpu, string? vram, string? max, string? supplier, string? region)
    {
        var vramFault = Number(vram) is null or >= 0 && !IsBad(vram) ? null : "A whole number of GB.";
        var maxFault = !IsBad(max) && Number(max) is null or > 0 ? null : "USD per GPU and hour, for example 0.55.";
        return (new OfferAsk(
            Text(workload) is { } w ? new WorkloadName(w) : null, Text(gpu) is { } g ? new GpuModel(g) : null, vramFault is null && Number(vram) is { } gb ? (int)Math.Min(gb, 10_000) : null,
            maxFault is null ? Number(max) : null, Text(supplier) is { } s ? new SupplierName(s) : null, Text(region)), vramFault, maxFault);
    }

    /// <summary>The entries of the address that a changed search differs in.</summary>
    public IReadOnlyList<(string Name, string? Value)> ChangesTo(OfferFilter relaxed)
    {
        List<(string, string?)> changes = [];
        if (relaxed.Gpu != Gpu) { changes.Add(("gpu", relaxed.Gpu?.Id)); }
        // The template's own need is no entry of the address; only what a person asked for beyond it is.
        if (MinVramGb is { } asked && relaxed.MinVramGb is { } least && least < asked) { changes.Add(("vram", least.ToString(CultureInfo.InvariantCulture))); }
        if (relaxed.MaxUsdPerGpuHour is { } price && price > MaxUsd) { changes.Add(("max", price.ToString(CultureInfo.InvariantCulture))); }
        if (relaxed.Supplier != Supplier) { changes.Add(("supplier", relaxed.Supplier?.Value)); }
        if (relaxed.Region != Region) { changes.Add(("region", relaxed.Region)); }
        return changes;
    }

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static decimal? Number(string? text) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsBad(string? text) => Text(text) is { } given && Number(given) is null;
}
