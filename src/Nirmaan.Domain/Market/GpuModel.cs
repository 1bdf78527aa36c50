using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Market;

/// <summary>A GPU model by its canonical lower-case id: <c>rtx-a6000</c>, <c>h100-sxm</c>. Each supplier has one alias table of its own.</summary>
public readonly record struct GpuModel(string Id)
{
    /// <inheritdoc />
    public override string ToString() => Id;
}

/// <summary>What is known of a GPU model: name to show and memory per card in GB.</summary>
public sealed record GpuFacts(GpuModel Model, string DisplayName, int VramGb);

/// <summary>The GPU models that Nirmaan knows. Memory is the maker's data-sheet figure; models sold in two sizes are two entries.</summary>
public static class GpuCatalogue
{
    private static readonly Dictionary<GpuModel, GpuFacts> s_models = new GpuFacts[]
    {
        Fact("rtx-3060", "RTX 3060", 12), Fact("rtx-3070", "RTX 3070", 8), Fact("rtx-3080", "RTX 3080", 10), Fact("rtx-3090", "RTX 3090", 24),
        Fact("rtx-4060-ti", "RTX 4060 Ti", 16), Fact("rtx-4070", "RTX 4070", 12), Fact("rtx-4080", "RTX 4080", 16), Fact("rtx-4090", "RTX 4090", 24),
        Fact("rtx-5090", "RTX 5090", 32), Fact("rtx-a4000", "RTX A4000", 16), Fact("rtx-a4500", "RTX A4500", 20), Fact("rtx-a5000", "RTX A5000", 24),
        Fact("rtx-a6000", "RTX A6000", 48), Fact("rtx-6000-ada", "RTX 6000 Ada", 48), Fact("t4", "T4", 16), Fact("l4", "L4", 24),
        Fact("l40", "L40", 48), Fact("l40s", "L40S", 48), Fact("a10", "A10", 24), Fact("a16", "A16", 16), Fact("a30", "A30", 24), Fact("a40", "A40", 48),
        Fact("v100-16gb", "V100 16 GB", 16), Fact("v100-32gb", "V100 32 GB", 32), Fact("a100-40gb", "A100 40 GB", 40), Fact("a100-80gb", "A100 80 GB", 80),
        Fact("h100-pcie", "H100 PCIe", 80), Fact("h100-sxm", "H100 SXM", 80), Fact("h200-sxm", "H200 SXM", 141), Fact("b200", "B200", 180),
    }.ToDictionary(f => f.Model);

    private static GpuFacts Fact(string id, string name, int vramGb) => new(new GpuModel(id), name, vramGb);

    /// <summary>All known models.</summary>
    public static IReadOnlyCollection<GpuFacts> All => s_models.Values;

    /// <summary>The facts of a model; null when it is not known (its memory is then unknown, never 0).</summary>
    public static GpuFacts? Find(GpuModel model) => s_models.GetValueOrDefault(model);

    /// <summary>The name to show.</summary>
    public static string Name(GpuModel model) => Find(model)?.DisplayName ?? model.Id;
}
