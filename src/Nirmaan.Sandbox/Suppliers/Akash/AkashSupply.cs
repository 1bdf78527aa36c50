using Nirmaan.Sandbox.Suppliers.Akash.Sdl;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Supply as the API prints it: providers, prices, models, groups. Bare answers, no envelope.</summary>
internal sealed class AkashSupply(AkashWorld world, Seed seed, SandboxAddress address)
{
    /// <summary>A provider's row; the single read adds stock and the last day's checks.</summary>
    public Dictionary<string, object?> Provider(AkashProvider p, bool single)
    {
        var leases = world.Deployments.SelectMany(d => d.LiveLeases).Count(l => l.Provider == p);
        var seen = p.IsOnline ? world.Now : p.LastOnline ?? world.Now.AddDays(-3);
        Dictionary<string, object?> row = new()
        {
            ["owner"] = p.Owner, ["name"] = p.Host, ["hostUri"] = HostUri(p), ["email"] = $"ops@{p.Slug}.example",
            ["createdHeight"] = 15_200_000 + seed.For($"akash:since:{p.Slug}").Next(4_000_000),
            ["website"] = $"https://{p.Slug}.example", ["lastCheckDate"] = Wire.Zoned(world.Now), ["deploymentCount"] = leases, ["leaseCount"] = leases,
            ["cosmosSdkVersion"] = "v0.53.4", ["akashVersion"] = p.IsValidVersion ? "0.10.5" : "0.6.9",
            ["ipRegion"] = p.City, ["ipRegionCode"] = p.City[..2].ToUpperInvariant(), ["ipCountry"] = p.Country, ["ipCountryCode"] = p.CountryCode,
            ["ipLat"] = null, ["ipLon"] = null,
            ["uptime1d"] = p.IsOnline ? Math.Min(1, p.Uptime7d + 0.0005) : 0, ["uptime7d"] = p.Uptime7d, ["uptime30d"] = Math.Round(p.Uptime7d - 0.001, 4),
            ["isValidVersion"] = p.IsValidVersion, ["isOnline"] = p.IsOnline,
            ["lastOnlineDate"] = Wire.Zoned(seen), ["isAudited"] = p.IsAudited,
            ["gpuModels"] = Models(p).Select(g => new { vendor = "nvidia", model = g.AkashModel, ram = $"{g.VramGb}Gi", @interface = g.Interface }),
            ["attributes"] = p.Attributes.Select(a => new { key = a.Key, value = a.Value, auditedBy = p.IsAudited ? s_auditors : [] }),
            ["host"] = "akash", ["organization"] = p.Organization, ["statusPage"] = null, ["locationRegion"] = p.Region, ["country"] = p.CountryCode,
            ["city"] = p.City, ["timezone"] = null, ["locationType"] = "datacenter",
            ["hostingProvider"] = p.Organization, ["hardwareCpu"] = "amd", ["hardwareCpuArch"] = "x86-64", ["hardwareGpuVendor"] = "nvidia",
            ["hardwareGpuModels"] = Models(p).Select(g => g.AkashModel), ["hardwareDisk"] = s_disks,
            ["featPersistentStorage"] = true, ["featPersistentStorageType"] = s_classes, ["hardwareMemory"] = "ddr4ecc", ["networkProvider"] = "transit",
            ["networkSpeedDown"] = 10000, ["networkSpeedUp"] = 10000, ["tier"] = "community",
            ["featEndpointCustomDomain"] = true, ["workloadSupportChia"] = false, ["workloadSupportChiaCapabilities"] = Array.Empty<string>(),
            ["featEndpointIp"] = false,
        };
        if (single)
        {
            var gpus = p.Stock.Keys.Sum(p.Free);
            row["stats"] = Stats(p.Stock.Values.Sum() - gpus, gpus);
            row["uptime"] = Enumerable.Range(0, 24).Select(i => world.Now.AddHours(-i))
                .Select(at => new { id = AkashWire.Hash($"{p.Slug}/{at:yyyyMMddHH}")[..32].ToLowerInvariant(), isOnline = p.IsOnline,
                checkDate = Wire.Zoned(at) });
        }
        return row;
    }

    /// <summary>Prices per model: what online, audited providers ask for one GPU with a little around it, USD per hour.</summary>
    public object GpuPrices()
    {
        var able = world.Providers.Where(p => p is { IsOnline: true, IsAudited: true }).ToList();
        var models = Gpu.All.Where(g => able.Exists(p => p.Stock.ContainsKey(g.Id))).Select(g =>
        {
            var sellers = able.Where(p => p.Stock.ContainsKey(g.Id)).ToList();
            var asks = sellers.Select(p => (Usd: p.UsdPerHour(g, world.MiddleOf(g), world.Now, seed), Count: p.Stock[g.Id])).OrderBy(a => a.Usd).ToList();
            var (total, free) = (asks.Sum(a => a.Count), sellers.Sum(p => p.Free(g.Id)));
            return new
            {
                vendor = "nvidia", model = g.AkashModel, ram = $"{g.VramGb}Gi", @interface = g.Interface, availability = new { total, available = free },
                providerAvailability = new { total = sellers.Count, available = sellers.Count(p => p.Free(g.Id) > 0) },
                price = new
                {
                    currency = "USD", min = asks[0].Usd, max = asks[^1].Usd, avg = Math.Round(asks.Average(a => a.Usd), 4),
                    weightedAverage = Math.Round(asks.Sum(a => a.Usd * a.Count) / total, 4),
                    med = (asks[(asks.Count - 1) / 2].Usd + asks[asks.Count / 2].Usd) / 2,
                },
            };
        }).ToList();
        return new { availability = new { total = models.Sum(m => m.availability.total), available = models.Sum(m => m.availability.available) }, models };
    }

    /// <summary>The models with the names an SDL takes.</summary>
    public static object GpuModels() => new[]
    {
        new { name = "nvidia", displayName = "Nvidia", models = Gpu.All.Select(g =>
            new { name = g.AkashModel, displayName = g.Label, memory = new[] { $"{g.VramGb}Gi" }, @interface = new[] { g.SdlInterface } }) },
    };

    /// <summary>How many GPUs there are and how many are taken.</summary>
    public object Gpus(string? provider, string? vendor, string? model, string? memory)
    {
        var rows = from p in world.Providers
                   where p.IsOnline && (provider is null || p.Owner == provider || p.Host == provider) && vendor is null or "nvidia"
                   from g in Models(p)
                   where (model is null || g.AkashModel == model) && (memory is null || $"{g.VramGb}Gi" == memory)
                   group (p, g) by g into sold
                   select new
                   {
                       model = sold.Key.AkashModel, ram = $"{sold.Key.VramGb}Gi", @interface = sold.Key.Interface,
                       allocatable = sold.Sum(s => s.p.Stock[s.g.Id]), allocated = sold.Sum(s => s.p.Stock[s.g.Id] - s.p.Free(s.g.Id)),
                   };
        var details = rows.ToList();
        return new { gpus = new { total = new { allocatable = details.Sum(d => d.allocatable), allocated = details.Sum(d => d.allocated) },
            details = new { nvidia = details } } };
    }

    /// <summary>What the whole network has.</summary>
    public object Capacity()
    {
        var online = world.Providers.Where(p => p.IsOnline).ToList();
        var (all, free) = (online.Sum(p => p.Stock.Values.Sum()), online.Sum(p => p.Stock.Keys.Sum(p.Free)));
        static object Four(decimal active, decimal available) => new { active, pending = 0, available, total = active + available };
        return new
        {
            activeProviderCount = online.Count,
            resources = new
            {
                cpu = Four((all - free) * 8000, free * 8000), gpu = Four(all - free, free), memory = Four((all - free) * 64e9m, free * 64e9m),
                storage = new { ephemeral = Four((all - free) * 500e9m, free * 500e9m), persistent = Four(0, free * 500e9m),
                    total = Four((all - free) * 500e9m, free * 1000e9m) },
            },
        };
    }

    /// <summary>The address of a provider's gateway; the sandbox plays them all.</summary>
    public string HostUri(AkashProvider p) => $"{address.Url}/akash/gateway/{p.Owner}";

    /// <summary>A group with its specification, as the chain stores it.</summary>
    public static object Group(AkashDeployment d, AkashGroup g) => new
    {
        id = new { owner = d.Account.Owner, dseq = d.Dseq, gseq = g.Gseq }, state = g.State, created_at = AkashBlocks.Text(d.CreatedHeight),
        group_spec = new
        {
            name = g.Spec.Name,
            requirements = new { signed_by = new { all_of = g.Spec.AllOf, any_of = g.Spec.AnyOf },
                attributes = g.Spec.Attributes.Select(a => new { key = a.Key, value = a.Value }) },
            resources = g.Spec.Units.Select(u => new
            {
                resource = new
                {
                    id = u.Id, cpu = new { units = new { val = SdlSizes.Plain(u.MilliCpu) }, attributes = Array.Empty<object>() },
                    memory = new { quantity = new { val = SdlSizes.Plain(u.MemoryBytes) }, attributes = Array.Empty<object>() },
                    storage = u.Storage.Select(v => new { name = v.Name, quantity = new { val = SdlSizes.Plain(v.Bytes) },
                        attributes = v.Attributes.Select(a => new { key = a.Key, value = a.Value }) }),
                    gpu = new { units = new { val = SdlSizes.Plain(u.Gpus) }, attributes = u.GpuKeys.Select(k => new { key = k, value = "true" }) },
                    endpoints = u.Endpoints.Select(e => new { kind = e.Kind switch { 0 => "SHARED_HTTP", 1 => "RANDOM_PORT", _ => "LEASED_IP" },
                        sequence_number = e.Sequence }),
                },
                count = u.Count, price = AkashWire.Coin(u.Price),
            }),
        },
    };

    private static readonly string[] s_auditors = [AkashSdl.Auditor];
    private static readonly string[] s_disks = ["nvme", "ssd"];
    private static readonly string[] s_classes = ["beta2", "beta3"];

    private static IEnumerable<Gpu> Models(AkashProvider p) => Gpu.All.Where(g => p.Stock.ContainsKey(g.Id));

    private static object Stats(int leased, int free)
    {
        static object Three(decimal active, decimal available) => new { active, available, pending = 0 };
        return new
        {
            cpu = Three(leased * 8000, free * 8000), gpu = Three(leased, free), memory = Three(leased * 64e9m, free * 64e9m),
            storage = new { ephemeral = Three(leased * 500e9m, free * 500e9m), persistent = Three(0, free * 500e9m) },
        };
    }
}
