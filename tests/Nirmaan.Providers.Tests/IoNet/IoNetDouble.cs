using System.Text.Json;

namespace Nirmaan.Providers.Tests.IoNet;

/// <summary>io.net's containers as a service in the small.</summary>
public sealed class IoNetDouble : SupplierDouble
{
    private const string Prefix = "/enterprise/v1/io-cloud/caas";

    public Dictionary<string, object?> Details { get; } = new()
    {
        ["created_at"] = "2026-11-22T11:00:00.123456", ["started_at"] = null, ["amount_paid"] = 4.8m, ["total_gpus"] = 1, ["gpus_per_container"] = 1, ["total_containers"] = 1,
        ["hardware_name"] = "RTX A4000", ["hardware_id"] = 203, ["locations"] = new[] { new { id = 1, iso2 = "US", name = "United States" } }, ["brand_name"] = "NVIDIA",
        ["compute_minutes_served"] = 60, ["compute_minutes_remaining"] = 1380, ["completed_percent"] = 4.2,
        ["container_config"] = new { entrypoint = (object?)null, env_variables = new { NIRMAAN_OPERATION = Rig.Name }, traffic_port = 8080, image_url = "i:1", secret_env_keys = new[] { "AGENT_TOKEN", "OLD_SECRET" } },
    };

    public object?[] Workers { get; set; } = [];

    public string Catalogue { get; set; } = """{"data":{"hardware":[]}}""";

    public Dictionary<string, object> Replicas { get; } = [];

    public object MaxGpus { get; set; } = new { data = new { hardware = Array.Empty<object>(), total = 0 } };

    public object Price { get; set; } = Total(4.8m);

    public Func<Seen, Said>? Log { get; set; }

    public override string CreateCall => $"POST {Prefix}/deploy";

    public override string ListCall => $"GET {Prefix}/deployments";

    public override string FindCall(string id) => $"GET {Prefix}/deployment/{id}";

    public override string CloseCall(string id) => $"DELETE {Prefix}/deployment/{id}";

    public static object Total(decimal usdc, params int[] free) => new
    {
        data = new { replica_count = 1, gpus_per_container = 1, available_replica_count = free, discount = 0, ionet_fee = 0.1, ionet_fee_percent = 2, currency_conversion_fee = 0, currency_conversion_fee_percent = 0, total_cost_usdc = usdc },
    };

    public static object Worker(string status = "running", string? url = "https://c-1.example", object?[]? events = null) => new
    {
        device_id = "5d7c", container_id = "c-1", hardware = "RTX A4000", brand_name = "NVIDIA", created_at = "2026-11-22T11:00:05", uptime_percent = 99.7, gpus_per_container = 1, status, container_events = events, public_url = url,
    };

    public override Said Answer(Seen seen)
    {
        var parts = seen.Path.StartsWith(Prefix + "/deployment/", StringComparison.Ordinal) ? seen.Path[(Prefix.Length + "/deployment/".Length)..].Split('/') : [];
        var machine = parts.Length > 0 ? Machines.Find(m => m.Id == parts[0]) : null;
        return (seen.Method, parts) switch
        {
            ("GET", []) when seen.Path == "/v1/io-cloud/caas/hardware" => new Said(200, Catalogue),
            ("GET", []) when seen.Path == $"{Prefix}/hardware/max-gpus-per-container" => Json(MaxGpus),
            ("GET", []) when seen.Path == $"{Prefix}/available-replicas" => Json(new { data = Replicas.GetValueOrDefault($"{seen.Query["hardware_id"]}x{seen.Query["hardware_qty"]}", Array.Empty<object>()) }),
            ("GET", []) when seen.Path == $"{Prefix}/price" => Json(Price),
            ("GET", []) when seen.Path == $"{Prefix}/deployments" => List(int.Parse(seen.Query["page"]), int.Parse(seen.Query["page_size"])),
            ("POST", []) => Deploy(seen.Body),
            (_, not []) when machine is null => new Said(404, """{"detail":"Deployment not found"}"""),
            ("GET", [_]) => Json(new { data = new Dictionary<string, object?>(Details) { ["id"] = machine!.Id, ["status"] = machine.State } }),
            ("GET", [_, "containers"]) => Json(new { data = new { total = Workers.Length, workers = Workers } }),
            ("GET", [_, "log", _]) => Log?.Invoke(seen) ?? new Said(200, "", "text/event-stream"),
            ("POST", [_, "extend"]) => Json(new { data = new Dictionary<string, object?>(Details) { ["id"] = machine!.Id, ["status"] = machine.State } }),
            ("PATCH", [_]) => Json(new { status = "success", deployment_id = machine!.Id }),
            ("DELETE", [_]) => Destroy(machine!),
            _ => new Said(404, "\"no such path\""),
        };
    }

    private Said Deploy(string body)
    {
        using var sent = JsonDocument.Parse(body);
        var machine = new Machine(Guid.NewGuid().ToString(), sent.RootElement.GetProperty("resource_private_name").GetString(), "deployment requested");
        Machines.Add(machine);
        return Json(new { status = "success", deployment_id = machine.Id });
    }

    private static Said Destroy(Machine machine)
    {
        machine.State = "termination requested";
        return Json(new { status = "success", deployment_id = machine.Id });
    }

    private Said List(int page, int size) => Json(new
    {
        data = new
        {
            deployments = Machines.Skip(page * size).Take(size).Select(m => new
            {
                id = m.Id, status = m.State, name = m.Name, completed_percent = 4.2, hardware_quantity = 1, brand_name = "NVIDIA", hardware_name = "RTX A4000", compute_minutes_served = 60, compute_minutes_remaining = 1380,
            }),
            total = Machines.Count,
            statuses = Machines.Select(m => m.State).Distinct(),
        },
    });
}
