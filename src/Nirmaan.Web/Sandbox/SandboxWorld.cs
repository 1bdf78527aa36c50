using System.Text.Json;

namespace Nirmaan.Web.Sandbox;

/// <summary>What truly is in the sandbox, as far as the panel shows it.</summary>
/// <param name="Rented">Things on suppliers' accounts that live.</param>
/// <param name="Providers">Of the Akash market.</param>
public sealed record SandboxWorld(IReadOnlyList<RentedThing> Rented, IReadOnlyList<SandboxContainer> Containers, IReadOnlyList<SandboxProvider> Providers)
{
    /// <summary>Reads the world's parts; one that is absent is empty.</summary>
    public static SandboxWorld Of(JsonElement world) => new(
        [.. Items(world, "akash", "deployments").Where(d => Text(d, "state") == "active").Select(Deployment), .. Items(world, "ionet", "deployments").Where(d => !s_ended.Contains(Text(d, "status") ?? "")).Select(d => Machine("ionet", d)),
            .. Items(world, "ionet-vm", "deployments").Where(d => !s_ended.Contains(Text(d, "status") ?? "")).Select(d => Machine("ionet-vm", d)),
            .. Items(world, "runpod", "pods").Where(p => Text(p, "status") != "TERMINATED").Select(p => Machine("runpod", p))],
        [.. Items(world, "containers").Where(c => Text(c, "phase") is "pulling" or "running").Select(c => new SandboxContainer(
            Text(c, "id") ?? "", Text(c, "supplier") ?? "", Text(c, "phase") ?? "", Text(c, "kind"), Text(c, "state"), Text(c, "gpu") ?? "", Number(c, "gpuCount") ?? 1, Number(c, "jobsDone") ?? 0, Text(c, "operation"),
            Items(c, "lines").LastOrDefault() is { ValueKind: JsonValueKind.String } line ? line.GetString() : null))],
        [.. Items(world, "akash", "providers").Select(p => new SandboxProvider(
            Text(p, "name") ?? "", p.TryGetProperty("online", out var online) && online.ValueKind == JsonValueKind.True, Items(p, "gpus").Sum(g => Number(g, "total") ?? 0), Items(p, "gpus").Sum(g => Number(g, "free") ?? 0)))]);

    private static readonly HashSet<string> s_ended = ["completed", "terminated", "failed", "destroyed", "termination requested"];

    private static RentedThing Deployment(JsonElement d)
    {
        var lease = Items(d, "leases").FirstOrDefault(l => Text(l, "state") == "active");
        var isLeased = lease.ValueKind == JsonValueKind.Object;
        return new RentedThing(
            "akash", Text(d, "dseq") ?? "", isLeased ? "leased" : "auction", isLeased ? Text(lease, "id") : null, isLeased ? Text(lease, "provider") : null, isLeased ? Gpus(lease) : "", Text(d, "operation"));
    }

    private static RentedThing Machine(string supplier, JsonElement d) => new(
        supplier, Text(d, "id") ?? "", Text(d, "status") ?? "", Text(d, "id"), Text(d, "location"), $"{Number(d, "gpus")} × {Text(d, "gpu")}", Text(d, "operation"));

    private static string Gpus(JsonElement lease) => string.Join(", ", Items(lease, "gpus").Select(g => $"{Number(g, "count")} × {Text(g, "gpu")}"));

    private static IEnumerable<JsonElement> Items(JsonElement of, params string[] path)
    {
        foreach (var name in path)
        {
            if (of.ValueKind != JsonValueKind.Object || !of.TryGetProperty(name, out of)) { yield break; }
        }
        if (of.ValueKind != JsonValueKind.Array) { yield break; }
        foreach (var item in of.EnumerateArray()) { yield return item; }
    }

    private static string? Text(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value)
        ? value.ValueKind switch { JsonValueKind.String => value.GetString(), JsonValueKind.Number => value.GetRawText(), _ => null }
        : null;

    private static int? Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.TryGetInt32(out var number) ? number : null;
}

/// <summary>A deployment that lives at a supplier.</summary>
/// <param name="ExternalId">The supplier's id of it, as our books keep it.</param>
/// <param name="StrikeId">What to name when something is to befall it; null = there is no machine yet.</param>
public sealed record RentedThing(string Supplier, string ExternalId, string State, string? StrikeId, string? Where, string Gpus, string? Operation);

/// <summary>A container that lives. Kind says whether it is a real process or played.</summary>
public sealed record SandboxContainer(string Id, string Supplier, string Phase, string? Kind, string? State, string Gpu, int GpuCount, int JobsDone, string? Operation, string? LastLine);

/// <summary>A provider of the Akash market with its GPUs.</summary>
public sealed record SandboxProvider(string Name, bool IsOnline, int Gpus, int Free);
