using System.Globalization;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
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

    /// <summary>Virtual cores of a machine; null = as the template says.</summary>
    public string? Vcpu { get; set; }

    /// <summary>Memory, GB; null = as the template says.</summary>
    public string? Ram { get; set; }

    /// <summary>Disk, GB; null = as the template says.</summary>
    public string? Disk { get; set; }

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
        if (Vcpu is not null && !decimal.TryParse(Vcpu, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _)) { faults["vcpu"] = "A number of cores, for example 8."; }
        if (Ram is not null && Whole(Ram) is null) { faults["ramGb"] = "A whole number of GB."; }
        if (Disk is not null && Whole(Disk) is null) { faults["diskGb"] = "A whole number of GB."; }
        return faults;
    }

    /// <summary>Takes over what machines shall have; null = as the template says.</summary>
    public void Take(MachineResources? resources) => (Vcpu, Ram, Disk) = (resources?.Vcpu?.ToString(CultureInfo.InvariantCulture), resources?.RamGb?.ToString(CultureInfo.InvariantCulture), resources?.DiskGb?.ToString(CultureInfo.InvariantCulture));

    /// <summary>The request; only when there are no <see cref="Faults"/>.</summary>
    public LaunchRequest ToRequest() => new(
        new WorkloadName(Workload!), int.Parse(Count!, NumberStyles.None, CultureInfo.InvariantCulture), Ceiling!.Value, Gpu is null || OfferId is not null ? null : new GpuModel(Gpu),
        Supplier is null || OfferId is not null ? null : new SupplierName(Supplier), OfferId is null ? Region : null, OfferId is { } id ? new OfferId(id) : null, Reason.Trim(), ByHand, Resources);

    /// <summary>Takes a relaxed search over.</summary>
    public void Take(OfferFilter relaxed)
    {
        if (relaxed.OfferId is null) { OfferId = null; }
        (Gpu, Supplier, Region) = (relaxed.Gpu?.Id, relaxed.Supplier?.Value, relaxed.Region);
        if (relaxed.MaxUsdPerGpuHour is { } price && price > Ceiling) { Max = price.ToString(CultureInfo.InvariantCulture); }
    }

    /// <summary>What machines shall have in place of the template's; null = as the template says. Only when there are no <see cref="Faults"/>.</summary>
    public MachineResources? Resources => (Vcpu, Ram, Disk) is (null, null, null) ? null
        : new MachineResources(Vcpu is null ? null : decimal.Parse(Vcpu, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture), Whole(Ram), Whole(Disk));

    private static int? Whole(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private decimal? Ceiling => decimal.TryParse(Max, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) ? price : null;
}
