using Nirmaan.Sandbox.Suppliers.Akash.Sdl;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>A provider on the market: where it is, how good it is, what it has and what it asks.</summary>
internal sealed class AkashProvider
{
    private readonly Dictionary<string, int> _taken = [];

    public required string Slug { get; init; }

    public required string Organization { get; init; }

    public required string Region { get; init; }

    public required string Country { get; init; }

    public required string CountryCode { get; init; }

    public required string City { get; init; }

    /// <summary>Share of the last 7 days it was online.</summary>
    public required double Uptime7d { get; init; }

    /// <summary>What it asks, as a multiple of the market's middle price.</summary>
    public required decimal PriceFactor { get; init; }

    /// <summary>Seconds from order to bid, at least and at most.</summary>
    public (int Least, int Most) BidSeconds { get; init; } = (5, 25);

    public bool IsAudited { get; init; } = true;

    public bool IsValidVersion { get; init; } = true;

    /// <summary>The notice it promises before it takes a machine back, seconds; null = none.</summary>
    public int? ReclamationSeconds { get; init; }

    /// <summary>GPUs by canonical id.</summary>
    public required IReadOnlyDictionary<string, int> Stock { get; set; }

    /// <summary>False while it is offline.</summary>
    public bool IsOnline { get; set; } = true;

    public DateTimeOffset? LastOnline { get; set; }

    /// <summary>Its address on chain.</summary>
    public string Owner => _owner ??= Bech32.AkashAddress($"sandbox-provider:{Slug}");

    private string? _owner;

    /// <summary>Host name under which it is known.</summary>
    public string Host => $"provider.{Slug}.example";

    /// <summary>GPUs of a model that are neither leased nor held for a bid.</summary>
    public int Free(string gpu) => Stock.GetValueOrDefault(gpu) - _taken.GetValueOrDefault(gpu);

    /// <summary>Holds GPUs for a bid or a lease; false when there are not enough.</summary>
    public bool Take(IReadOnlyList<(Gpu Gpu, int Count)> gpus)
    {
        var wanted = gpus.GroupBy(g => g.Gpu.Id).Select(g => (Id: g.Key, Count: g.Sum(x => x.Count))).ToList();
        if (wanted.Exists(w => Free(w.Id) < w.Count)) { return false; }
        foreach (var (id, count) in wanted) { _taken[id] = _taken.GetValueOrDefault(id) + count; }
        return true;
    }

    /// <summary>Gives held GPUs back.</summary>
    public void Release(IReadOnlyList<(Gpu Gpu, int Count)> gpus)
    {
        foreach (var (gpu, count) in gpus) { _taken[gpu.Id] -= count; }
    }

    /// <summary>What it asks for one GPU at a time, USD per hour: its factor on the middle price, drifting a few percent from day to day.</summary>
    /// <param name="middle">The market's middle price of the card, USD per hour.</param>
    public decimal UsdPerHour(Gpu gpu, decimal middle, DateTimeOffset at, Seed seed)
    {
        var day = seed.For($"akash:price:{Slug}:{gpu.Id}:{at.UtcDateTime:yyyyMMdd}");
        return Math.Round(middle * PriceFactor * (decimal)(0.95 + 0.1 * day.NextDouble()), 4);
    }

    /// <summary>The GPUs it would place an order's units on, in the units' order; null when it cannot or will not serve the order.</summary>
    public IReadOnlyList<(Gpu Gpu, int Count)>? Place(SdlGroup group)
    {
        if (!IsOnline || !Signed(group) || group.Attributes.Any(a => !Attributes.Contains(a))) { return null; }
        List<(Gpu Gpu, int Count)> placed = [];
        foreach (var unit in group.Units)
        {
            // One replica must fit on one machine: 8 GPUs, 128 cores, 1 TiB of memory.
            if (unit.Gpus > 8 || unit.MilliCpu > 128_000 || unit.MemoryBytes > 1m * 1024 * 1024 * 1024 * 1024 || !unit.Storage.All(Stores)) { return null; }
            if (unit.Gpus == 0) { continue; }
            var count = unit.Gpus * unit.Count;
            // Of several that fit, the cheapest card: a wildcard gets the weakest.
            var gpu = Gpu.All.Where(g => unit.GpuKeys.Any(key => Matches(key, g)) && Free(g.Id) >= count + placed.Where(p => p.Gpu == g).Sum(p => p.Count))
                .MinBy(g => g.UsdPerHour);
            if (gpu is null) { return null; }
            placed.Add((gpu, count));
        }
        return placed;
    }

    /// <summary>Its attributes, as an order may demand them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Attributes =>
    [
        new("host", "akash"), new("tier", "community"), new("organization", Organization), new("region", Region), new("country", CountryCode),
        new("city", City),
        .. Stock.Keys.Order(StringComparer.Ordinal).Select(id => KeyValuePair.Create($"capabilities/gpu/vendor/nvidia/model/{Gpu.Of(id).AkashModel}", "true")),
        new("capabilities/storage/2/class", "beta3"), new("capabilities/storage/2/persistent", "true"),
    ];

    /// <summary>True when a GPU key of an SDL, for example <c>vendor/nvidia/model/rtx4090/ram/24Gi</c>, takes a card.</summary>
    public static bool Matches(string key, Gpu gpu)
    {
        var words = key.Split('/');
        if (words.Length < 4 || words[1] != "nvidia" || (words[3] != "*" && words[3] != gpu.AkashModel)) { return false; }
        for (var i = 4; i + 1 < words.Length; i += 2)
        {
            if (words[i] == "ram" && words[i + 1] != $"{gpu.VramGb}Gi") { return false; }
            if (words[i] == "interface" && words[i + 1] != gpu.SdlInterface) { return false; }
        }
        return true;
    }

    private bool Signed(SdlGroup group) => (group.AnyOf.Count == 0 && group.AllOf.Count == 0)
        || (IsAudited && group.AnyOf.Contains(AkashSdl.Auditor) && group.AllOf.All(a => a == AkashSdl.Auditor));

    private static bool Stores(SdlVolume volume)
    {
        string? Attribute(string name) => volume.Attributes.FirstOrDefault(a => a.Key == name).Value;
        var (kind, persistent) = (Attribute("class"), Attribute("persistent"));
        return kind switch
        {
            null => persistent is null or "false",
            "ram" => persistent != "true",
            "default" or "beta2" or "beta3" => persistent == "true",
            _ => false,
        };
    }
}
