using Microsoft.AspNetCore.Http.Features;
using System.Text.Json;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>Container-as-a-service over REST.</summary>
internal static class IoNetEndpoints
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    public static void Map(RouteGroupBuilder caas)
    {
        caas.MapGet("/hardware/max-gpus-per-container", (HttpContext http, IoNetWorld world, IoNetWire wire) =>
        {
            http.IoNetAccount();
            lock (world.Gate) { return Wire.Json(wire.MaxGpus()); }
        }).WithName("ionet.max-gpus");
        caas.MapGet("/hardware", (HttpContext http, IoNetWorld world, IoNetWire wire) =>
        {
            http.IoNetAccount();
            lock (world.Gate) { return Wire.Json(wire.Catalogue()); }
        }).WithName("ionet.hardware");
        caas.MapGet("/available-replicas", Replicas).WithName("ionet.available-replicas");
        caas.MapGet("/price", Price).WithName("ionet.price");
        caas.MapGet("/node-pools", (HttpContext http) =>
        {
            http.IoNetAccount();
            return Wire.Json(new { data = Array.Empty<object>() });
        }).WithName("ionet.node-pools");
        caas.MapPost("/deploy", DeployAsync).WithName("ionet.deploy");
        caas.MapGet("/deployments", List).WithName("ionet.deployments");
        caas.MapGet("/deployment/{id}", (HttpContext http, string id, IoNetWorld world, IoNetWire wire) =>
            With(http, id, world, d => Wire.Json(new { data = wire.Details(d) }))).WithName("ionet.deployment");
        caas.MapGet("/deployment/{id}/containers", (HttpContext http, string id, IoNetWorld world, IoNetWire wire) =>
            With(http, id, world, d => Page(http, 20, d.Workers.Select(w => wire.Worker(d, w)))))
            .WithName("ionet.containers");
        caas.MapGet("/deployment/{id}/containers-jobs/{container}", (HttpContext http, string id, string container, IoNetWorld world, IoNetWire wire) =>
            With(http, id, world, d => Page(http, 20, wire.Jobs(d, Worker(d, container))))).WithName("ionet.container-jobs");
        caas.MapGet("/deployment/{id}/log/{container}", LogAsync).WithName("ionet.log");
        caas.MapPatch("/deployment/{id}", PatchAsync).WithName("ionet.update");
        caas.MapPost("/deployment/{id}/extend", ExtendAsync).WithName("ionet.extend");
        caas.MapDelete("/deployment/{id}", (HttpContext http, string id, IoNetWorld world) => With(http, id, world, d =>
        {
            world.Terminate(d);
            return Done(d);
        })).WithName("ionet.destroy");
    }

    internal static IResult Replicas(HttpContext http, IoNetWorld world, IoNetHardware hardware)
    {
        http.IoNetAccount();
        var query = IoNetBody.Of(http.Request.Query);
        var (id, count) = (query.Id("hardware_id", true, world.Options.Ids == IoNetIds.Text), query.Whole("hardware_qty", true, min: 1));
        query.Check();
        lock (world.Gate)
        {
            var card = Card(id!);
            return Wire.Json(new { data = IoNetHardware.Locations.Where(l => card.Stock.ContainsKey(l.Iso2))
                .Select(l => new { id = l.Id, iso2 = l.Iso2, name = l.Name, available_replicas = hardware.Replicas(card, l.Iso2, count!.Value) }) });
        }
    }

    private static IResult Price(HttpContext http, IoNetWorld world, IoNetHardware hardware)
    {
        http.IoNetAccount();
        var query = IoNetBody.Of(http.Request.Query);
        var (places, id) = (query.Text("location_ids", true), query.Id("hardware_id", true, world.Options.Ids == IoNetIds.Text));
        var (hours, perContainer, replicas) = (query.Whole("duration_hours", true, min: 1), query.Whole("gpus_per_container", true, min: 1),
            query.Whole("replica_count", true, min: 1));
        query.Check();
        lock (world.Gate)
        {
            var (card, location) = (Card(id!), IoNetHardware.Place(places!.Trim('[', ']', ' ').Split(',')[0].Trim('"', ' '))
                ?? throw new IoNetProblemException(400, "Unknown location"));
            var quote = world.Quote(card, location, perContainer!.Value, replicas!.Value, hours!.Value);
            return Wire.Json(new
            {
                data = new
                {
                    replica_count = replicas, gpus_per_container = perContainer,
                    available_replica_count = new[] { hardware.Replicas(card, location.Iso2, perContainer.Value) }, discount = 0, ionet_fee = quote.Fee,
                    ionet_fee_percent = IoNetQuote.FeePercent, currency_conversion_fee = quote.ConversionFee,
                    currency_conversion_fee_percent = IoNetQuote.ConversionPercent, total_cost_usdc = quote.Total,
                },
            });
        }
    }

    private static async Task<IResult> DeployAsync(HttpContext http, IoNetWorld world)
    {
        var account = http.IoNetAccount();
        var textIds = world.Options.Ids == IoNetIds.Text;
        var body = (await IoNetBody.ReadAsync(http.Request)).Only("resource_private_name", "node_pool_id", "duration_hours", "gpus_per_container",
            "hardware_id", "location_ids", "container_config", "registry_config");
        var (name, hours, perContainer) = (body.Text("resource_private_name", true), body.Whole("duration_hours", min: 1),
            body.Whole("gpus_per_container", true, min: 1, max: 8));
        var (hardwareId, places) = (body.Id("hardware_id", true, textIds), body.Ids("location_ids", textIds));
        if (places is { Count: > 1 }) { body.Complain("location_ids", "List should have at most 1 item after validation, not " + places.Count, "too_long"); }
        if (body.Has("node_pool_id") && places is not null)
        {
            body.Complain("node_pool_id", "Value error, node_pool_id and location_ids are mutually exclusive", "value_error");
        }
        var container = body.Inner("container_config").Only("replica_count", "env_variables", "secret_env_variables", "entrypoint", "traffic_port", "args",
            "command");
        var (replicas, port) = (container.Whole("replica_count", true, min: 1), container.Whole("traffic_port", true, min: 1, max: 65535));
        var (env, secrets, entrypoint) = (container.Map("env_variables"), container.Map("secret_env_variables"), container.Texts("entrypoint"));
        // Taken and checked, then dropped, as was seen: only the entrypoint reaches the container.
        container.Texts("args");
        container.Text("command");
        var registry = body.Inner("registry_config").Only("image_url", "registry_username", "registry_secret");
        var image = registry.Text("image_url", true);
        registry.Text("registry_username");
        registry.Text("registry_secret");
        body.Check();
        lock (world.Gate)
        {
            var card = Card(hardwareId!, perContainer!.Value);
            var location = places is null ? null : IoNetHardware.Place(places[0]) ?? throw new IoNetProblemException(400, "Unknown location");
            var deployment = world.Deploy(account, name!, card, location, perContainer.Value, replicas!.Value, hours ?? 1,
                new IoNetConfig(image!, port!.Value, Filled(env), Filled(secrets), entrypoint));
            return Done(deployment);
        }
    }

    private static IResult List(HttpContext http, IoNetWorld world, IoNetWire wire) => ListOf(http, world, wire, vms: false);

    internal static IResult ListOf(HttpContext http, IoNetWorld world, IoNetWire wire, bool vms)
    {
        var account = http.IoNetAccount();
        string? status = http.Request.Query["status"];
        if (status is not null && !IoNetStatus.All.Contains(status))
        {
            throw IoNetProblemException.Invalid("query", "status", $"Input should be {string.Join(", ", IoNetStatus.All.Select(s => $"'{s}'"))}", "enum");
        }
        lock (world.Gate)
        {
            var (page, size) = Paging(http, 10);
            // Newest first; pages count from zero.
            var all = account.Deployments.AsEnumerable().Reverse().Where(d => d.Vms is not null == vms && (status is null || d.Status == status)).ToList();
            return Wire.Json(new { data = new { deployments = all.Skip(page * size).Take(size).Select(wire.Row), total = all.Count,
                statuses = IoNetStatus.All } });
        }
    }

    private static async Task<IResult> PatchAsync(HttpContext http, string id, IoNetWorld world)
    {
        var account = http.IoNetAccount();
        var guid = DeploymentId(id);
        var body = (await IoNetBody.ReadAsync(http.Request)).Only("env_variables", "secret_env_variables", "entrypoint", "traffic_port", "image_url",
            "registry_username", "registry_secret", "args", "command");
        var (env, secrets, entrypoint) = (body.Map("env_variables"), body.Map("secret_env_variables", nulls: true), body.Texts("entrypoint"));
        var (port, image) = (body.Whole("traffic_port", min: 1, max: 65535), body.Text("image_url"));
        body.Check();
        lock (world.Gate)
        {
            var deployment = world.Of(account, guid);
            var (old, merged) = (deployment.Config, new Dictionary<string, string>(deployment.Config.SecretEnv, StringComparer.Ordinal));
            foreach (var (key, value) in secrets ?? new Dictionary<string, string?>())
            {
                if (value is null) { merged.Remove(key); } else { merged[key] = value; }
            }
            // The plain list replaces the old one whole, secrets are changed one by one.
            world.Change(deployment, new IoNetConfig(image ?? old.Image, port ?? old.TrafficPort, env is null ? old.Env : Filled(env), merged, entrypoint
                ?? old.Entrypoint));
            return Done(deployment);
        }
    }

    private static Task<IResult> ExtendAsync(HttpContext http, string id, IoNetWorld world, IoNetWire wire) => ExtendOfAsync(http, id, world, wire.Details, vms: false);

    internal static async Task<IResult> ExtendOfAsync(HttpContext http, string id, IoNetWorld world, Func<IoNetDeployment, object> details, bool vms)
    {
        var account = http.IoNetAccount();
        var guid = DeploymentId(id);
        var body = await IoNetBody.ReadAsync(http.Request);
        var hours = body.Whole("duration_hours", true, min: 0, above: true);
        body.Check();
        lock (world.Gate)
        {
            var deployment = world.Of(account, guid, vms);
            world.Extend(deployment, hours!.Value);
            return Wire.Json(new { data = details(deployment) });
        }
    }

    /// <summary>A container's output as server-sent events, going on until the deployment ends or the reader leaves.</summary>
    private static async Task LogAsync(HttpContext http, string id, string container, IoNetWorld world, Faults faults)
    {
        IoNetDeployment deployment;
        IoNetWorker worker;
        var stream = http.Request.Query["stream"].FirstOrDefault() ?? "stdout";
        try
        {
            var account = http.IoNetAccount();
            lock (world.Gate)
            {
                deployment = world.Of(account, DeploymentId(id));
                worker = Worker(deployment, container);
            }
            if (stream is not ("stdout" or "stderr"))
            {
                throw IoNetProblemException.Invalid("query", "stream", "Input should be 'stdout' or 'stderr'", "enum");
            }
        }
        catch (IoNetProblemException e) { await e.ToResult().ExecuteAsync(http); return; }
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var sent = 0L;
        try
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                var live = deployment.IsLive;
                foreach (var line in worker.Container?.Log.After(sent) ?? [])
                {
                    sent = line.Number;
                    if (line.Stream != stream) { continue; }
                    if (await faults.BreaksOffAsync("ionet.log", http.Request.Path, http.RequestAborted)) { await http.CutAsync($"data: {line.Text[..(line.Text.Length / 2)]}"); return; }
                    await http.Response.WriteAsync($"data: {line.Text}\n\n", http.RequestAborted);
                }
                await http.Response.Body.FlushAsync(http.RequestAborted);
                if (!live) { return; }
                await Task.Delay(s_look, TimeProvider.System, http.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went away.
        }
    }

    internal static IResult With(HttpContext http, string id, IoNetWorld world, Func<IoNetDeployment, IResult> answer, bool vms = false)
    {
        var account = http.IoNetAccount();
        lock (world.Gate) { return answer(world.Of(account, DeploymentId(id), vms)); }
    }

    internal static IResult Page(HttpContext http, int standard, IEnumerable<object> workers)
    {
        var (page, size) = Paging(http, standard);
        var all = workers.ToList();
        return Wire.Json(new { data = new { total = all.Count, workers = all.Skip(page * size).Take(size) } });
    }

    private static (int Page, int Size) Paging(HttpContext http, int standard)
    {
        var query = IoNetBody.Of(http.Request.Query);
        var (page, size) = (query.Whole("page", min: 0), query.Whole("page_size", min: 1, max: 100));
        query.Check();
        return (page ?? 0, size ?? standard);
    }

    private static IoNetWorker Worker(IoNetDeployment deployment, string container) =>
        deployment.Workers.Find(w => w.ContainerId == container) ?? throw new IoNetProblemException(404, "Container not found");

    internal static IoNetCard Card(string id, int? cards = null, string field = "gpus_per_container")
    {
        var (card, fixedCards) = IoNetHardware.Find(id);
        if (card is null) { throw new IoNetProblemException(400, $"Hardware {id} not found"); }
        if (cards > card.MaxPerContainer || (fixedCards is not null && cards is not null && cards != fixedCards))
        {
            throw new IoNetProblemException(400, $"{field} {cards} is not offered for hardware {id}");
        }
        return card;
    }

    private static Guid DeploymentId(string text) => Guid.TryParse(text, out var id)
        ? id
        : throw IoNetProblemException.Invalid("path", "deployment_id", "Input should be a valid UUID, invalid character", "uuid_parsing");

    private static IResult Done(IoNetDeployment deployment) => Wire.Json(new { status = deployment.Status, deployment_id = deployment.Id });

    private static Dictionary<string, string> Filled(IReadOnlyDictionary<string, string?>? map) =>
        (map ?? new Dictionary<string, string?>()).ToDictionary(p => p.Key, p => p.Value ?? "", StringComparer.Ordinal);

    /// <summary>Whose key it is.</summary>
    internal static IoNetAccount IoNetAccount(this HttpContext http) => http.RequestServices.GetRequiredService<IoNetWorld>()
        .AccountOf(http.Request.Headers["X-API-KEY"]);
}
