using System.Globalization;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.Http;

namespace Nirmaan.Providers.RunPod;

/// <summary>
/// What a create must name of an offer. Written as <c>{type}@{cloud}@{data centre}x{gpus}</c>, such as <c>NVIDIA RTX A4000@SECURE@US-KS-2x2</c>;
/// an empty data centre leaves the place to RunPod.
/// </summary>
internal sealed record RunPodOfferKey(string Type, string Cloud, string Place, int Gpus)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Type}@{Cloud}@{Place}x{Gpus}");

    /// <summary>Reads one; null = it is none.</summary>
    public static RunPodOfferKey? Parse(string text)
    {
        var times = text.LastIndexOf('x');
        return times > 0 && int.TryParse(text.AsSpan(times + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var gpus) && gpus > 0
            && text[..times].Split('@') is [{ Length: > 0 } type, RunPodOptions.Secure or RunPodOptions.Community, _] parts
            ? new RunPodOfferKey(type, parts[1], parts[2], gpus) : null;
    }
}

/// <summary>
/// What is for rent: the catalogue's list price of one GPU is the quote, and per data centre a word tells how many machines there are. The
/// community's machines stand in no data centre: they are one offer without a place.
/// </summary>
internal sealed class RunPodOffers(IRunPodApi api, SupplierCalls calls, RunPodOptions options)
{
    /// <summary>All offers, of every size and cloud wanted.</summary>
    public async Task<IReadOnlyList<OfferQuote>> ListAsync(CancellationToken cancellationToken)
    {
        var quotes = new List<OfferQuote>();
        foreach (var cloud in options.CloudsUsed)
        {
            foreach (var gpus in options.Sizes) { quotes.AddRange(await ListAsync(cloud, gpus, cancellationToken)); }
        }
        return [.. quotes.DistinctBy(q => q.Key).OrderBy(q => q.Key, StringComparer.Ordinal)];
    }

    /// <summary>The offer of a key as it is now; null = RunPod has no such type there, or names no price.</summary>
    public async Task<OfferQuote?> FindAsync(RunPodOfferKey key, CancellationToken cancellationToken) =>
        (await ListAsync(key.Cloud, key.Gpus, cancellationToken)).FirstOrDefault(q => q.Key == key.ToString());

    private async Task<IEnumerable<OfferQuote>> ListAsync(string cloud, int gpus, CancellationToken cancellationToken)
    {
        var answer = await calls.ReadAsync("catalog", () => api.ListTypesAsync(gpus, cloud, cancellationToken), cancellationToken);
        if (answer.Gpus is not { } types) { throw calls.Unavailable("catalog: the answer lacks the list"); }
        return from type in types
               where type.Id is { Length: > 0 } && type.Price?.Of(cloud) > 0 && type.MaxCount?.Of(cloud) >= gpus
               where (cloud == RunPodOptions.Secure ? type.Secure : type.Community) != false
               from place in PlacesOf(type)
               select Quote(type, cloud, place, gpus);
    }

    private static IEnumerable<RunPodPlaceWire> PlacesOf(RunPodTypeWire type) =>
        type.DataCenters is { Count: > 0 } places ? places.Where(p => !string.IsNullOrEmpty(p.Id)) : [new RunPodPlaceWire("", type.Availability)];

    private static OfferQuote Quote(RunPodTypeWire type, string cloud, RunPodPlaceWire place, int gpus) => new(
        new RunPodOfferKey(type.Id!, cloud, place.Id!, gpus).ToString(), SupplierName.RunPod.Value, cloud == RunPodOptions.Secure ? "RunPod" : "RunPod community",
        RunPodGpus.ModelOf(type.Id, type.Memory) ?? NvidiaNames.Unheard(type.Id!), gpus, type.Memory > 0 ? type.Memory : null, type.Price!.Of(cloud), PriceKind.Quoted,
        place.Id!.Length > 0 ? place.Id : null, Machines(place.Availability), Reliability: null, CudaMax(type));

    /// <summary>The least number of machines that a word promises; RunPod tells no numbers.</summary>
    private static int Machines(string? availability) => availability?.ToUpperInvariant() switch { "LOW" => 1, "MEDIUM" => 4, "HIGH" => 12, _ => 0 };

    private static string? CudaMax(RunPodTypeWire type) => type.CudaVersions?.Where(c => c.Available == true && Version.TryParse(c.Version, out _))
        .MaxBy(c => Version.Parse(c.Version!))?.Version;
}

/// <summary>RunPod's GPU ids (<c>NVIDIA GeForce RTX 4090</c>, <c>NVIDIA H100 80GB HBM3</c>) and the canonical ones.</summary>
internal static class RunPodGpus
{
    /// <summary>The canonical model; null = not known.</summary>
    public static GpuModel? ModelOf(string? id, int? memoryGb = null) => id switch
    {
        "NVIDIA H100 80GB HBM3" => new("h100-sxm"),
        "NVIDIA H200" => new("h200-sxm"),
        "NVIDIA A100-SXM4-80GB" or "NVIDIA A100 80GB PCIe" => new("a100-80gb"),
        "NVIDIA RTX 6000 Ada Generation" => new("rtx-6000-ada"),
        _ => NvidiaNames.ModelOf(id, memoryGb),
    };
}
