using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Suppliers.Akash.Sdl;

/// <summary>What the validator checks across an SDL's sections, once its structure is right.</summary>
internal sealed class SdlRelations(JsonObject sdl)
{
    // USDC on Akash's main network: the one ibc denomination the validator lets through.
    private const string Usdc = "ibc/170C677610AC31DF0904FFE09CD3B5C657492170E7E52372E48756B71E56F2F1";
    private readonly List<string> _wrong = [];
    private readonly HashSet<string> _endpoints = [];
    private readonly HashSet<string> _ports = [];

    /// <summary>What is wrong; empty when nothing is.</summary>
    public IReadOnlyList<string> Check()
    {
        foreach (var (name, service) in sdl["services"]!.AsObject())
        {
            if (sdl["deployment"]![name] is not JsonObject placements) { _wrong.Add($"service {name} stands in no deployment"); continue; }
            foreach (var (placement, target) in placements) { CheckPlacement(service!.AsObject(), placement, target!.AsObject()); }
            CheckAddresses(name, service!.AsObject());
        }
        foreach (var (placement, infrastructure) in sdl["profiles"]!["placement"]!.AsObject())
        {
            foreach (var (profile, price) in infrastructure!["pricing"]!.AsObject())
            {
                var denom = price!["denom"]!.GetValue<string>();
                if (denom.StartsWith("ibc/", StringComparison.Ordinal) && denom != Usdc)
                {
                    _wrong.Add($"/profiles/placement/{placement}/pricing/{profile}/denom is not known");
                }
            }
        }
        _wrong.AddRange((sdl["endpoints"] as JsonObject ?? []).Where(e => !_endpoints.Contains(e.Key))
            .Select(e => $"endpoint {e.Key} is declared and not used"));
        return _wrong;
    }

    private void CheckPlacement(JsonObject service, string placement, JsonObject target)
    {
        var profile = target["profile"]!.GetValue<string>();
        var (compute, infrastructure) = (sdl["profiles"]!["compute"]![profile], sdl["profiles"]!["placement"]![placement]);
        if (infrastructure is null) { _wrong.Add($"placement {placement} is not defined"); }
        else if (infrastructure["pricing"]![profile] is null) { _wrong.Add($"placement {placement} has no price for profile {profile}"); }
        if (compute is null) { _wrong.Add($"compute profile {profile} is not defined"); return; }
        var resources = compute["resources"]!.AsObject();
        CheckStorage(service["params"]?["storage"] as JsonObject ?? [], Volumes(resources));
        CheckGpu(resources["gpu"] as JsonObject, profile);
    }

    private void CheckStorage(JsonObject mounts, IReadOnlyList<JsonObject> volumes)
    {
        Dictionary<string, string> taken = [];
        foreach (var (name, mount) in mounts)
        {
            if (volumes.All(v => v["name"]?.ToString() != name)) { _wrong.Add($"volume {name} is not in the compute profile"); continue; }
            var path = mount!["mount"]?.ToString() ?? "";
            if (!taken.TryAdd(path, name)) { _wrong.Add(path.Length == 0 ? "two root volumes" : $"mount {path} is already taken by volume {taken[path]}"); }
        }
        foreach (var volume in volumes)
        {
            var name = volume["name"]?.ToString() ?? "";
            var persistent = volume["attributes"]?["persistent"] is { } flag && flag.ToString().ToLowerInvariant() is not ("false" or "no" or "0" or "");
            if (persistent && mounts[name]?["mount"] is null) { _wrong.Add($"persistent volume {(name.Length == 0 ? "default" : name)} needs a mount"); }
        }
    }

    private void CheckGpu(JsonObject? gpu, string profile)
    {
        if (gpu is null) { return; }
        // As in the original, the text "0" counts as units: only the number 0 is none.
        var units = !(SdlRules.IsNumber(gpu["units"], out var number) && number == 0);
        var attributes = gpu["attributes"] as JsonObject;
        if (!units && attributes is not null) { _wrong.Add($"compute profile {profile}: gpu attributes without units"); }
        if (units && attributes is null) { _wrong.Add($"compute profile {profile}: gpu units without attributes"); }
        if (units && attributes?["vendor"] is null) { _wrong.Add($"compute profile {profile}: gpu units without a vendor"); }
    }

    private void CheckAddresses(string name, JsonObject service)
    {
        foreach (var expose in service["expose"] as JsonArray ?? [])
        {
            foreach (var to in expose!["to"] as JsonArray ?? [])
            {
                if (to!["ip"]?.ToString() is not { Length: > 0 } ip) { continue; }
                if (sdl["endpoints"]?[ip] is null) { _wrong.Add($"service {name} names the unknown endpoint {ip}"); }
                _endpoints.Add(ip);
                var port = $"{ip}-{expose["as"] ?? expose["port"]}-{(expose["proto"]?.ToString() ?? "TCP").ToUpperInvariant()}";
                if (!_ports.Add(port)) { _wrong.Add($"endpoint {port} is taken twice"); }
            }
        }
    }

    /// <summary>The volumes of a compute profile, one or many.</summary>
    public static IReadOnlyList<JsonObject> Volumes(JsonObject resources) =>
        resources["storage"] is JsonArray list ? [.. list.Select(v => v!.AsObject())] : [resources["storage"]!.AsObject()];
}
