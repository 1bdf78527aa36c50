using System.Globalization;
using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Suppliers.Akash.Sdl;

/// <summary>From a checked SDL to the manifest that a provider gets and the groups that providers bid on, as chain-sdk derives them.</summary>
internal static class SdlResolution
{
    private const int SharedHttp = 0;
    private const int RandomPort = 1;
    private const int LeasedIp = 2;

    public static (JsonArray Manifest, IReadOnlyList<SdlGroup> Groups) Resolve(JsonObject sdl)
    {
        var deployment = sdl["deployment"]!.AsObject();
        foreach (var (service, _) in deployment)
        {
            // The real library reads the missing service's fields and breaks.
            if (sdl["services"]![service] is null) { throw new SdlCrashedException($"Cannot read properties of undefined (service {service})"); }
        }
        var placements = deployment.SelectMany(d => d.Value!.AsObject().Select(p => p.Key)).Distinct().Order(StringComparer.Ordinal);
        List<SdlGroup> groups = [];
        JsonArray manifest = [];
        foreach (var placement in placements)
        {
            var members = deployment.Where(d => d.Value![placement] is not null).OrderBy(d => d.Key, StringComparer.Ordinal)
                .Select(d => (Name: d.Key, Service: sdl["services"]![d.Key]!.AsObject(), Target: d.Value![placement]!.AsObject())).ToList();
            groups.Add(Group(sdl, placement, members));
            manifest.Add(new JsonObject
            {
                ["name"] = placement,
                ["services"] = new JsonArray([.. members.Select(m => Manifest(sdl, m.Name, m.Service, m.Target, groups[^1]))]),
            });
        }
        return (manifest, groups);
    }

    private static SdlGroup Group(JsonObject sdl, string placement, List<(string Name, JsonObject Service, JsonObject Target)> members)
    {
        var infrastructure = sdl["profiles"]!["placement"]![placement]!.AsObject();
        List<SdlUnit> units = [];
        List<SdlService> services = [];
        Dictionary<string, int> unitOf = [];
        foreach (var (name, service, target) in members)
        {
            var (profile, count) = (target["profile"]!.GetValue<string>(), (int)target["count"]!.GetValue<decimal>());
            var endpoints = Endpoints(sdl, service);
            if (unitOf.TryGetValue(profile, out var id))
            {
                var unit = units[id - 1];
                units[id - 1] = unit with { Count = unit.Count + count, Endpoints = [.. unit.Endpoints.Concat(endpoints).Order()] };
            }
            else
            {
                unitOf[profile] = id = units.Count + 1;
                var price = infrastructure["pricing"]![profile]!["amount"]!;
                var amount = SdlRules.IsNumber(price, out var number) ? SdlSizes.Plain(number) : price.GetValue<string>();
                units.Add(Unit(id, sdl, profile) with
                {
                    Endpoints = [.. endpoints.Order()], Count = count, PriceText = amount, Price = decimal.Parse(amount, CultureInfo.InvariantCulture),
                });
            }
            services.Add(new SdlService(name, service["image"]!.GetValue<string>(), Texts(service["command"]), Texts(service["args"]), Texts(service["env"]),
                id, count, Exposes(service)));
        }
        var signed = infrastructure["signedBy"];
        return new SdlGroup(placement,
            (infrastructure["attributes"] as JsonObject ?? []).OrderBy(a => a.Key, StringComparer.Ordinal)
                .ToDictionary(a => a.Key, a => a.Value?.ToString() ?? ""),
            Texts(signed?["allOf"]), [.. Texts(signed?["anyOf"]).Append(AkashSdl.Auditor).Distinct()], units, services);
    }

    private static SdlUnit Unit(int id, JsonObject sdl, string profile)
    {
        var resources = sdl["profiles"]!["compute"]![profile]!["resources"]!.AsObject();
        var gpu = resources["gpu"];
        return new SdlUnit(id, SdlSizes.MilliCpu(resources["cpu"]!["units"]!), SdlSizes.Bytes(resources["memory"]!["size"]!.GetValue<string>()),
            [.. SdlRelations.Volumes(resources).Select(Volume)], SdlSizes.Gpus(gpu?["units"]), GpuKeys(gpu?["attributes"]?["vendor"] as JsonObject ?? []), [],
                0, "", 0);
    }

    private static SdlVolume Volume(JsonObject volume)
    {
        var attributes = (volume["attributes"] as JsonObject ?? []).Select(a => KeyValuePair.Create(a.Key, a.Value?.ToString() ?? "")).ToList();
        if (attributes.Contains(KeyValuePair.Create("class", "ram")) && attributes.All(a => a.Key != "persistent"))
        {
            attributes.Add(KeyValuePair.Create("persistent", "false"));
        }
        var name = volume["name"]?.ToString();
        return new SdlVolume(string.IsNullOrEmpty(name) ? "default" : name, SdlSizes.Bytes(volume["size"]!.GetValue<string>()),
            [.. attributes.OrderBy(a => a.Key, StringComparer.Ordinal)]);
    }

    private static IReadOnlyList<string> GpuKeys(JsonObject vendors) =>
    [
        .. vendors.SelectMany(vendor => vendor.Value is not JsonArray models ? [$"vendor/{vendor.Key}/model/*"] : models.Select(model =>
            $"vendor/{vendor.Key}/model/{model!["model"]?.ToString() ?? "undefined"}"
            + (model["ram"] is { } ram ? $"/ram/{ram}" : "") + (model["interface"] is { } link ? $"/interface/{link}" : ""))),
    ];

    private static IReadOnlyList<SdlExpose> Exposes(JsonObject service) =>
    [
        .. (service["expose"] as JsonArray ?? []).SelectMany(expose => (expose!["to"] as JsonArray ?? []).Select(to => new SdlExpose(
            (int)expose["port"]!.GetValue<decimal>(), (int)(expose["as"]?.GetValue<decimal>() ?? 0), (expose["proto"]?.ToString() ?? "TCP").ToUpperInvariant(),
            to!["global"]?.GetValue<bool>() ?? false, to["service"]?.ToString() ?? "", to["ip"]?.ToString() ?? ""))),
    ];

    private static JsonObject Manifest(JsonObject sdl, string name, JsonObject service, JsonObject target, SdlGroup group)
    {
        var unit = group.Units[group.Services.First(s => s.Name == name).UnitId - 1];
        var own = Endpoints(sdl, service).Select(e => new JsonObject { ["sequence_number"] = e.Sequence }.With("kind", e.Kind == SharedHttp ? null : e.Kind));
        return new JsonObject
        {
            ["name"] = name,
            ["image"] = service["image"]!.GetValue<string>(),
            ["command"] = TextsOrNull(service["command"]),
            ["args"] = TextsOrNull(service["args"]),
            ["env"] = TextsOrNull(service["env"]),
            ["count"] = (int)target["count"]!.GetValue<decimal>(),
            ["credentials"] = service["credentials"] is not JsonObject c ? null : new JsonObject
            {
                ["host"] = c["host"]!.ToString(), ["email"] = c["email"]?.ToString() ?? "", ["username"] = c["username"]!.ToString(),
                ["password"] = c["password"]!.ToString(),
            },
            ["resources"] = new JsonObject
            {
                ["id"] = unit.Id,
                ["cpu"] = new JsonObject { ["units"] = Value(unit.MilliCpu) }.With("attributes",
                    Pairs(sdl["profiles"]!["compute"]![target["profile"]!.GetValue<string>()]!["resources"]!["cpu"]!["attributes"] as JsonObject)),
                ["memory"] = new JsonObject { ["size"] = Value(unit.MemoryBytes) },
                ["storage"] = new JsonArray([.. unit.Storage.Select(v => new JsonObject { ["name"] = v.Name, ["size"] = Value(v.Bytes) }
                    .With("attributes", v.Attributes.Count == 0 ? null : new JsonArray([.. v.Attributes.Select(a => Pair(a.Key, a.Value))])))]),
                ["gpu"] = new JsonObject { ["units"] = Value(unit.Gpus) }.With("attributes", unit.GpuKeys.Count == 0 ? null
                    : new JsonArray([.. unit.GpuKeys.Select(k => Pair(k, "true"))])),
                ["endpoints"] = new JsonArray([.. own]),
            },
            ["expose"] = new JsonArray([.. ManifestExposes(sdl, service)]),
        }.With("params", Params(service["params"] as JsonObject));
    }

    /// <summary>The endpoints a service asks of its provider; a leased address comes on top of the ordinary one.</summary>
    private static List<(int Kind, int Sequence)> Endpoints(JsonObject sdl, JsonObject service) =>
    [
        .. Exposes(service).Where(e => e.Global).SelectMany(e => e.Ip.Length == 0
            ? new[] { (e.IsIngress ? SharedHttp : RandomPort, 0) }
            : [(e.IsIngress ? SharedHttp : RandomPort, 0), (LeasedIp, Sequence(sdl, e.Ip))]),
    ];

    /// <summary>Number of a leased address: its place among all that the services name, from 1; 0 for none.</summary>
    private static int Sequence(JsonObject sdl, string ip) => ip.Length == 0 ? 0 : 1 + sdl["services"]!.AsObject()
        .SelectMany(s => Exposes(s.Value!.AsObject())).Where(e => e is { Global: true, Ip.Length: > 0 }).Select(e => e.Ip).Order(StringComparer.Ordinal)
            .ToList().LastIndexOf(ip);

    private static IEnumerable<JsonNode> ManifestExposes(JsonObject sdl, JsonObject service) =>
        from expose in (service["expose"] as JsonArray ?? []).Select(e => e!.AsObject())
        from to in expose["to"] as JsonArray ?? []
        let proto = (expose["proto"]?.ToString() ?? "TCP").ToUpperInvariant()
        let other = to!["service"]?.ToString() ?? ""
        let isGlobal = to["global"]?.GetValue<bool>() ?? false
        let ip = to["ip"]?.ToString() ?? ""
        orderby other, expose["port"]!.GetValue<decimal>(), proto, isGlobal descending
        select new JsonObject
        {
            ["port"] = (int)expose["port"]!.GetValue<decimal>(),
            ["externalPort"] = (int)(expose["as"]?.GetValue<decimal>() ?? 0),
            ["proto"] = proto,
            ["service"] = other,
            ["global"] = isGlobal,
            ["hosts"] = TextsOrNull(expose["accept"]),
            ["ip"] = ip,
            ["endpointSequenceNumber"] = Sequence(sdl, ip),
            ["httpOptions"] = Http(expose["http_options"]),
        };

    private static JsonObject Http(JsonNode? options) => new()
    {
        ["maxBodySize"] = options?["max_body_size"]?.DeepClone() ?? 1048576,
        ["readTimeout"] = options?["read_timeout"]?.DeepClone() ?? 60000,
        ["sendTimeout"] = options?["send_timeout"]?.DeepClone() ?? 60000,
        ["nextTries"] = options?["next_tries"]?.DeepClone() ?? 3,
        ["nextTimeout"] = options?["next_timeout"]?.DeepClone() ?? 0,
        ["nextCases"] = options?["next_cases"]?.DeepClone() ?? new JsonArray("error", "timeout"),
    };

    private static JsonObject? Params(JsonObject? parameters) => parameters is null ? null : new JsonObject
    {
        ["storage"] = new JsonArray([.. (parameters["storage"] as JsonObject ?? []).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new JsonObject
        {
            ["name"] = v.Key, ["mount"] = v.Value!["mount"]?.ToString() ?? "", ["readOnly"] = v.Value["readOnly"]?.GetValue<bool>() ?? false,
        })]),
    }.With("permissions", parameters["permissions"]?.DeepClone());

    private static JsonArray? Pairs(JsonObject? attributes) =>
        attributes is not { Count: > 0 } ? null : new JsonArray([.. attributes.OrderBy(a => a.Key, StringComparer.Ordinal)
            .Select(a => Pair(a.Key, a.Value?.ToString() ?? ""))]);

    private static JsonObject Pair(string key, string value) => new() { ["key"] = key, ["value"] = value };

    private static JsonObject Value(decimal value) => new() { ["val"] = SdlSizes.Plain(value) };

    private static IReadOnlyList<string> Texts(JsonNode? list) => list is JsonArray texts ? [.. texts.Select(t => t!.GetValue<string>())] : [];

    private static JsonArray? TextsOrNull(JsonNode? list) => list is JsonArray { Count: > 0 } texts ? texts.DeepClone().AsArray() : null;

    /// <summary>The object with one more name, unless the value is null: the library leaves those names out.</summary>
    private static JsonObject With(this JsonObject map, string name, JsonNode? value)
    {
        if (value is not null) { map[name] = value; }
        return map;
    }
}
