using System.Text.Json;

namespace Nirmaan.Providers.Tests.Akash;

/// <summary>The Console API in the small.</summary>
public sealed class AkashDouble : SupplierDouble
{
    public const long Height = 21_000_000;
    public const string Owner = "akash1ownerownerownerownerownerownerowner000";
    public const string Provider = "akash1providerproviderproviderproviderpro00";
    public const string Manifest = """[{"name":"akash"}]""";

    public bool ShowsNames { get; set; } = true;

    /// <summary>Leases of every deployment, as the wire has them.</summary>
    public object[] Leases { get; set; } = [];

    public object? Escrow { get; set; }

    public object[] Bids { get; set; } = [];

    public object[] Providers { get; set; } = [ProviderRow(Provider)];

    public object[] Prices { get; set; } = [];

    public Func<Seen, Said>? Screening { get; set; }

    /// <summary>Taken and all GPUs of every provider, by model.</summary>
    public object[] Stock { get; set; } = [new { model = "rtxa6000", ram = "48Gi", @interface = "PCIe", allocatable = 8, allocated = 2 }];

    public object? Balances { get; set; }

    public override string CreateCall => "POST /v1/deployments";

    public override string ListCall => "GET /v1/deployments";

    public override string FindCall(string id) => $"GET /v1/deployments/{id}";

    public override string CloseCall(string id) => $"DELETE /v1/deployments/{id}";

    public override Said Answer(Seen seen)
    {
        var id = seen.Path.Split('/') is [_, "v1", "deployments", var last] ? last : "";
        return seen.Call switch
        {
            "POST /v1/deployments" => Create(seen.Body),
            "GET /v1/deployments" => Json(new { data = new { deployments = Machines.Where(m => m.State != "closed").Skip(int.Parse(seen.Query["skip"])).Take(int.Parse(seen.Query["limit"])).Select(Full), pagination = Pagination(seen) } }),
            "GET /v1/blocks" => Json(new[] { new { height = Height, datetime = Rig.Start.ToString("yyyy-MM-ddTHH:mm:ss.fffZ") } }),
            "GET /v1/bids" => Json(new { data = Bids }),
            "GET /v1/providers" => Json(Providers),
            "GET /v1/gpu-prices" => Json(new { availability = new { total = 9, available = 9 }, models = Prices }),
            "GET /v1/gpu" => Json(new { gpus = new { total = new { allocatable = 8, allocated = 2 }, details = new { nvidia = Stock, amd = (object?)null } } }),
            "GET /v1/balances" => Json(new { data = Balances }),
            "POST /v1/bid-screening" => Screening?.Invoke(seen) ?? new Said(503, Error("ServiceUnavailableError", "No", "service_unavailable")),
            _ when Machines.Find(m => m.Id == id) is { } machine => seen.Method switch
            {
                "GET" or "PUT" => Json(new { data = Full(machine) }),
                _ => Close(machine),
            },
            _ => new Said(404, Error("NotFoundError", "Deployment not found", "not_found")),
        };
    }

    public static string Error(string name, string message, string code) => JsonSerializer.Serialize(new { error = name, message, code, type = "client_error", data = (object?)null });

    public static object Coin(string amount, string denom = "uact") => new { denom, amount };

    public static object Lease(string state = "active", string amount = "750.000000000000000000", string provider = Provider, object? status = null, object? reclamation = null, string? reason = "lease_closed_invalid") => new
    {
        id = new { owner = Owner, dseq = "1", gseq = 1, oseq = 1, provider, bseq = 1 }, state, price = Coin(amount), created_at = (Height - 600).Text(), closed_on = "0", reason, reclamation, status,
    };

    public static object Status(int available, int total, params string[]? uris) => new
    {
        services = new { miner = new { name = "miner", available, total, uris, observed_generation = 1, replicas = total } }, forwarded_ports = (object?)null, ips = (object?)null,
    };

    public static object Account(string funds, string transferred, long settledAt, string state = "open", string denom = "uact") => new
    {
        id = new { scope = "deployment", xid = "x" },
        state = new { owner = Owner, state, transferred = new[] { Coin(transferred, denom) }, settled_at = settledAt.Text(), funds = new[] { Coin(funds, denom) }, deposits = Array.Empty<object>() },
    };

    public static object ProviderRow(string owner, bool online = true, bool audited = true, bool valid = true, decimal? uptime = 0.995m, string country = "US", params object[] gpus) => new
    {
        owner, name = (string?)null, hostUri = "https://provider.example:8443", isOnline = online, isAudited = audited, isValidVersion = valid, uptime7d = uptime, ipRegion = "Virginia", ipCountryCode = country,
        gpuModels = gpus.Length > 0 ? gpus : [Gpu("rtxa6000", "48Gi")],
    };

    public static object Gpu(string model, string ram, string link = "PCIe") => new { vendor = "nvidia", model, ram, @interface = link };

    public static object Price(string model, string ram, decimal? median, string link = "PCIe", int available = 40) => new
    {
        vendor = "nvidia", model, ram, @interface = link, availability = new { total = 60, available }, price = median is null ? null : new { currency = "USD", min = 0.1, max = 2, avg = 1, weightedAverage = 1, med = median },
    };

    public static object Bid(string amount, string provider = Provider, string state = "open", string denom = "uact", string gpuKey = "vendor/nvidia/model/rtxa6000/ram/48Gi/interface/pcie", string units = "1", long? createdAt = null) => new
    {
        bid = new
        {
            id = new { owner = Owner, dseq = "1", gseq = 1, oseq = 1, provider, bseq = 1 }, state, price = Coin(amount, denom), created_at = (createdAt ?? Height - 5).Text(),
            resources_offer = new[] { new { resources = new { gpu = new { units = new { val = units }, attributes = new[] { new { key = gpuKey, value = "true" } } } }, count = 1 } },
        },
        escrow_account = new { },
    };

    private Said Create(string body)
    {
        using var sent = JsonDocument.Parse(body);
        var id = $"{17_000_000_00000 + Machines.Count}";
        Machines.Add(new Machine(id, sent.RootElement.GetProperty("data").GetProperty("name").GetString(), "active"));
        return Json(new { data = new { dseq = id, manifest = Manifest, signTx = new { code = 0, transactionHash = "AB", rawLog = "" } } }, 201);
    }

    private static Said Close(Machine machine)
    {
        machine.State = "closed";
        return Json(new { data = new { success = true } });
    }

    private object Pagination(Seen seen)
    {
        var (total, end) = (Machines.Count(m => m.State != "closed"), int.Parse(seen.Query["skip"]) + int.Parse(seen.Query["limit"]));
        return new { total, skip = int.Parse(seen.Query["skip"]), limit = int.Parse(seen.Query["limit"]), hasMore = end < total };
    }

    private object Full(Machine machine)
    {
        var deployment = new { id = new { owner = Owner, dseq = machine.Id }, state = machine.State, hash = "aGFzaA==", created_at = (Height - 600).Text() };
        var escrow = Escrow ?? Account("5000000.000000000000000000", "0.000000000000000000", Height - 600);
        return ShowsNames
            ? new { deployment, leases = Leases, escrow_account = escrow, name = machine.Name }
            : new { deployment, leases = Leases, escrow_account = escrow };
    }
}
