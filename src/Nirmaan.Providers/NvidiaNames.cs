using Nirmaan.Domain.Market;

namespace Nirmaan.Providers;

/// <summary>GPU names as shops write them (<c>RTX A6000</c>, <c>GeForce RTX 4090</c>, <c>H100</c> with interconnect <c>sxm5</c>) and the canonical ones.</summary>
internal static class NvidiaNames
{
    private static readonly string[] s_brands = ["nvidia", "geforce", "tesla", "quadro"];

    /// <summary>The canonical model of a name; null = it says too little to tell, or it is not known.</summary>
    public static GpuModel? ModelOf(string? name, int? vramGb = null, string? interconnect = null)
    {
        var text = GpuNames.Squeeze(name ?? "");
        foreach (var brand in s_brands) { text = text.Replace(brand, "", StringComparison.Ordinal); }
        if (text.Length == 0) { return null; }
        var isSxm = text.Contains("sxm", StringComparison.Ordinal) || interconnect?.StartsWith("sxm", StringComparison.OrdinalIgnoreCase) == true;
        var isPcie = text.Contains("pcie", StringComparison.Ordinal) || interconnect?.StartsWith("pcie", StringComparison.OrdinalIgnoreCase) == true;
        bool Has(int gb) => vramGb == gb || text.EndsWith($"{gb}gb", StringComparison.Ordinal);
        return text switch
        {
            _ when Is(text, "a100") => Has(80) ? new("a100-80gb") : Has(40) ? new("a100-40gb") : null,
            _ when Is(text, "v100") => Has(32) ? new("v100-32gb") : Has(16) ? new("v100-16gb") : null,
            _ when Is(text, "h100") => isSxm ? new("h100-sxm") : isPcie ? new("h100-pcie") : null,
            _ when Is(text, "h200") => new("h200-sxm"),
            "rtx6000adageneration" or "6000adageneration" or "6000ada" => new("rtx-6000-ada"),
            _ => GpuNames.Find(text) ?? GpuNames.Find("rtx" + text),
        };
    }

    /// <summary>An id for a machine whose model is not among the canonical ones: its name, so that it can still be seen.</summary>
    public static GpuModel Unheard(string name) => new(string.Join('-', name.ToLowerInvariant().Split([' ', '_', '/'], StringSplitOptions.RemoveEmptyEntries)));

    // "h100" and "h100sxm5", but not "gh1000".
    private static bool Is(string text, string model) => text.StartsWith(model, StringComparison.Ordinal)
        && (text.Length == model.Length || !char.IsAsciiDigit(text[model.Length]) || text.EndsWith("gb", StringComparison.Ordinal));
}
