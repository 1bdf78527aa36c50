using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.RunPod;

/// <summary>A place where RunPod has machines. The community's machines stand outside of them.</summary>
internal sealed record RunPodPlace(string Id, string Name)
{
    public static RunPodPlace Community { get; } = new("", "Community");
}

/// <summary>A GPU type at RunPod.</summary>
/// <param name="Id">The identifier of a create, for example <c>NVIDIA RTX A6000</c>.</param>
/// <param name="MaxSecure">GPUs of the largest machine on the secure cloud; 0 = not there.</param>
/// <param name="MaxCommunity">The same on the community cloud.</param>
/// <param name="Stock">GPUs by data centre; the community's under an empty name.</param>
internal sealed record RunPodType(string Id, Gpu Gpu, int MaxSecure, int MaxCommunity, IReadOnlyDictionary<string, int> Stock)
{
    /// <summary>List price of one GPU on the secure cloud, USD per hour: a fifth above the market's middle.</summary>
    public decimal Secure => Math.Round(Gpu.UsdPerHour * 1.20m, 2);

    /// <summary>List price of one GPU on the community cloud, USD per hour.</summary>
    public decimal Community => Math.Round(Gpu.UsdPerHour * 1.05m, 2);

    public decimal Price(bool secure) => secure ? Secure : Community;

    public int Max(bool secure) => secure ? MaxSecure : MaxCommunity;
}

/// <summary>What RunPod has, and what of it is free: other tenants hold a share that changes by the hour.</summary>
internal sealed class RunPodCatalogue(Seed seed, SandboxClock clock)
{
    private readonly Dictionary<(string Type, string Place), int> _taken = [];

    public static IReadOnlyList<string> CudaVersions { get; } = ["12.4", "12.8"];

    public static IReadOnlyList<RunPodPlace> Places { get; } =
        [new("US-KS-2", "US Kansas 2"), new("US-TX-3", "US Texas 3"), new("EU-RO-1", "EU Romania 1"), new("CA-MTL-1", "Canada Montreal 1")];

    public static IReadOnlyList<RunPodType> Types { get; } =
    [
        Type("NVIDIA RTX A4000", "rtx-a4000", 8, 4, ("US-KS-2", 16), ("EU-RO-1", 12), ("", 24)),
        Type("NVIDIA RTX A5000", "rtx-a5000", 8, 4, ("US-KS-2", 16), ("EU-RO-1", 24), ("", 24)),
        Type("NVIDIA RTX A6000", "rtx-a6000", 8, 4, ("US-KS-2", 24), ("US-TX-3", 16), ("CA-MTL-1", 16), ("", 16)),
        Type("NVIDIA GeForce RTX 3090", "rtx-3090", 8, 4, ("EU-RO-1", 16), ("", 48)),
        Type("NVIDIA GeForce RTX 4090", "rtx-4090", 8, 4, ("US-TX-3", 32), ("EU-RO-1", 32), ("", 64)),
        Type("NVIDIA L40S", "l40s", 8, 0, ("US-KS-2", 16), ("CA-MTL-1", 8)),
        Type("NVIDIA A100-SXM4-80GB", "a100-80gb", 8, 0, ("US-KS-2", 16), ("EU-RO-1", 8)),
        Type("NVIDIA H100 80GB HBM3", "h100-sxm", 8, 0, ("US-TX-3", 24), ("CA-MTL-1", 16)),
    ];

    /// <summary>GPUs free now in a place.</summary>
    public int Free(RunPodType type, string place)
    {
        var total = type.Stock.GetValueOrDefault(place);
        var others = (int)(total * 0.35 * seed.For($"runpod:others:{type.Id}:{place}:{clock.GetUtcNow().UtcDateTime:yyyyMMddHH}").NextDouble());
        return Math.Max(0, total - others - _taken.GetValueOrDefault((type.Id, place)));
    }

    /// <summary>Machines of so many GPUs that fit in a place now.</summary>
    public int Machines(RunPodType type, string place, int gpus) => gpus > type.Max(place.Length > 0) ? 0 : Free(type, place) / gpus;

    /// <summary>The word for a number of machines.</summary>
    public static string Level(int machines) => machines switch { <= 0 => "NONE", < 4 => "LOW", < 12 => "MEDIUM", _ => "HIGH" };

    /// <summary>Takes GPUs, or gives them back when the count is negative.</summary>
    public void Take(RunPodType type, string place, int count) => _taken[(type.Id, place)] = _taken.GetValueOrDefault((type.Id, place)) + count;

    /// <summary>Places of a cloud that have the type at all.</summary>
    public static IEnumerable<string> PlacesOf(RunPodType type, bool secure) => type.Stock.Keys.Where(place => place.Length > 0 == secure);

    private static RunPodType Type(string id, string gpu, int secure, int community, params (string Place, int Gpus)[] stock) =>
        new(id, Gpu.Of(gpu), secure, community, stock.ToDictionary(s => s.Place, s => s.Gpus));
}
