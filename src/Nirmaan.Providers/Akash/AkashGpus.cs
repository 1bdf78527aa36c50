using System.Globalization;
using Nirmaan.Domain.Market;

namespace Nirmaan.Providers.Akash;

/// <summary>A GPU as an SDL names it. Null = not said: any will do.</summary>
/// <param name="Model">Lower-case, without separators: <c>rtxa6000</c>.</param>
/// <param name="Ram">Memory such as <c>80Gi</c>.</param>
/// <param name="Interface"><c>pcie</c> or <c>sxm</c>.</param>
internal sealed record AkashCard(string Model, string? Ram = null, string? Interface = null)
{
    /// <summary>True when a card that says this much may be the wanted one.</summary>
    public bool Fits(AkashCard wanted) => Model == wanted.Model && Agree(Ram, wanted.Ram) && Agree(Interface, wanted.Interface);

    /// <summary>The attribute key of an order, for example <c>vendor/nvidia/model/a100/ram/80Gi</c>.</summary>
    public string ToKey() => $"vendor/nvidia/model/{Model}{(Ram is null ? "" : "/ram/" + Ram)}{(Interface is null ? "" : "/interface/" + Interface)}";

    private static bool Agree(string? left, string? right) => left is null || right is null || string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Akash's GPU names and the canonical ones. Source: names of <c>/v1/gpu-models</c>; models sold in two sizes or forms need the second word.
/// </summary>
internal static class AkashGpus
{
    private static readonly (GpuModel Gpu, AkashCard Card)[] s_special =
    [
        (new("a100-40gb"), new("a100", "40Gi")), (new("a100-80gb"), new("a100", "80Gi")), (new("h100-sxm"), new("h100", null, "sxm")),
        (new("h100-pcie"), new("h100", null, "pcie")), (new("h200-sxm"), new("h200")), (new("v100-16gb"), new("v100", "16Gi")),
        (new("v100-32gb"), new("v100", "32Gi")),
    ];

    // On the network and without a canonical id yet; an SDL may name them.
    private static readonly string[] s_furtherModels =
    [
        "b300", "gh200", "gtx1070", "gtx1070ti", "gtx1080", "gtx1080ti", "p40", "p100", "pro6000se", "pro6000we", "rtx2080ti", "rtx3060ti",
        "rtx3080ti", "rtx3090ti", "rtx4070ti", "rtx5070", "rtx5080",
    ];

    /// <summary>Every model name that an SDL may hold.</summary>
    public static IReadOnlySet<string> Models { get; } =
        GpuCatalogue.All.Select(g => CardOf(g.Model).Model).Concat(s_furtherModels).ToHashSet(StringComparer.Ordinal);

    /// <summary>How an SDL asks for a model.</summary>
    public static AkashCard CardOf(GpuModel gpu) =>
        Array.Find(s_special, s => s.Gpu == gpu).Card ?? new AkashCard(GpuNames.Squeeze(gpu.Id));

    /// <summary>The canonical model of a card; null = the card says too little to tell, or it is not known.</summary>
    public static GpuModel? ModelOf(AkashCard card)
    {
        var fitting = s_special.Where(s => s.Card.Model == card.Model).ToList();
        if (fitting.Count == 0) { return GpuNames.Find(card.Model); }
        fitting = [.. fitting.Where(s => s.Card.Fits(card))];
        return fitting.Count == 1 ? fitting[0].Gpu : null;
    }

    /// <summary>A card as the supply pages spell it (<c>SXM5</c>, <c>PCIe</c>).</summary>
    public static AkashCard Card(string? model, string? ram, string? link) =>
        new(GpuNames.Squeeze(model ?? ""), string.IsNullOrEmpty(ram) ? null : ram, Link(link));

    /// <summary>The card of an attribute key such as <c>vendor/nvidia/model/a100/ram/80Gi/interface/sxm</c>; null = it names none.</summary>
    public static AkashCard? OfKey(string? key)
    {
        var words = key?.Split('/') ?? [];
        string? After(string word) => Array.IndexOf(words, word) is >= 0 and var at && at + 1 < words.Length ? words[at + 1] : null;
        return After("model") is { Length: > 0 } model and not "*" ? Card(model, After("ram"), After("interface")) : null;
    }

    /// <summary>GB of a text such as <c>24Gi</c>; null = not said.</summary>
    public static int? RamGb(string? ram) => ram is [.. var digits, 'G', 'i']
        && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var gb) ? gb : null;

    private static string? Link(string? text) => text?.ToLowerInvariant() switch
    {
        null or "" => null,
        var link when link.StartsWith("sxm", StringComparison.Ordinal) => "sxm",
        var link => link,
    };
}
