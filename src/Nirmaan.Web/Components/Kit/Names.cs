using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Web.Components.Kit;

/// <summary>Names as people write them, and ids short enough for a table.</summary>
public static class Names
{
    /// <summary>Akash, io.net.</summary>
    public static string Of(SupplierName supplier) => supplier.Value switch
    {
        "akash" => "Akash",
        "ionet" => "io.net",
        "ionet-vm" => "io.net VMs",
        "runpod" => "RunPod",
        "own" => "Own machines",
        var other => Capital(other),
    };

    /// <summary>Heurist, Morpheus.</summary>
    public static string Of(NetworkName network) => Capital(network.Value);

    /// <summary>RTX A6000; with a count above one, 8 × RTX A4000.</summary>
    public static string Of(GpuModel gpu, int count = 1) => count == 1 ? GpuCatalogue.Name(gpu) : $"{Format.Count(count)} × {GpuCatalogue.Name(gpu)}";

    /// <summary>A kind of points: waifu is Waifu.</summary>
    public static string OfKind(string kind) => Capital(kind);

    /// <summary>The last eight digits of an id: the first ones are only its time.</summary>
    public static string Brief(Guid id) => id.ToString("N")[^8..];

    /// <summary>A long outside id or address as its two ends.</summary>
    public static string Brief(string text, int most = 18) => text.Length <= most ? text : $"{text[..(most - 7)]}…{text[^6..]}";

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
