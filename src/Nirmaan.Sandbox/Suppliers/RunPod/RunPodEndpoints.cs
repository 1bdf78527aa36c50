using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.RunPod;

/// <summary>The REST interface v2: catalogue, pods, logs and bills.</summary>
internal static class RunPodEndpoints
{
    private const string VersionForm = @"^\d+\.\d+$";
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);
    private static readonly string[] s_buckets = ["hour", "day", "week", "month", "year"];

    public static void Map(RouteGroupBuilder v2)
    {
        v2.MapGet("/catalog/gpus", Types).WithName("runpod.catalog-gpus");
        v2.MapGet("/pods", (HttpContext http, RunPodWorld world, RunPodWire wire) =>
        {
            var account = http.RunPodAccount();
            lock (world.Gate) { return Wire.Json(new { pods = world.Listed(account).Select(wire.Pod).ToList() }); }
        }).WithName("runpod.pods");
        v2.MapPost("/pods", CreateAsync).WithName("runpod.create-pod");
        v2.MapGet("/pods/{id}", (HttpContext http, string id, RunPodWorld world, RunPodWire wire) => With(http, id, world, pod => Wire.Json(wire.Pod(pod)))).WithName("runpod.pod");
        v2.MapPatch("/pods/{id}", PatchAsync).WithName("runpod.update-pod");
        v2.MapDelete("/pods/{id}", (HttpContext http, string id, RunPodWorld world) => With(http, id, world, pod =>
        {
            world.Terminate(pod);
            return Results.NoContent();
        })).WithName("runpod.delete-pod");
        v2.MapPost("/pods/{id}/action", ActAsync).WithName("runpod.pod-action");
        v2.MapGet("/pods/{id}/logs", LogAsync).WithName("runpod.pod-logs");
        v2.MapGet("/billing/pods", Bill).WithName("runpod.billing-pods");
    }

    private static IResult Types(HttpContext http, string? include, string? product, string? count, string? cloud, RunPodWorld world, RunPodWire wire)
    {
        http.RunPodAccount();
        if (include is null != product is null) { throw new RunPodProblemException(400, "include=AVAILABILITY and product must be sent together"); }
        if (include is null && (count is not null || cloud is not null)) { throw new RunPodProblemException(400, "count and cloud are valid only with include=AVAILABILITY"); }
        var gpus = 1;
        if ((include ?? "AVAILABILITY") != "AVAILABILITY" || (product ?? "POD") is not ("POD" or "CLUSTER" or "SERVERLESS") || (cloud ?? "SECURE") is not ("SECURE" or "COMMUNITY")
            || (count is not null && (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out gpus) || gpus < 1)))
        {
            throw new RunPodProblemException(422, "Request validation failed.", ["query: include, product, count or cloud is not one of the known values"]);
        }
        lock (world.Gate) { return Wire.Json(new { gpus = RunPodCatalogue.Types.Select(t => wire.Type(t, include is not null, gpus, cloud != "COMMUNITY")).ToList() }); }
    }

    private static async Task<IResult> CreateAsync(HttpContext http, RunPodWorld world, RunPodWire wire)
    {
        var account = http.RunPodAccount();
        var body = (await RunPodBody.ReadAsync(http.Request)).Only(
            "name", "image", "gpu", "cpu", "cloud", "disk", "env", "ports", "args", "registry", "dataCenterIds", "mounts", "startSsh", "startJupyter", "templateId", "globalNetworking");
        var config = new RunPodConfig(
            body.Text("name", required: true) ?? "", body.Text("image", required: true) ?? "", body.Text("args") ?? "", body.Whole("disk", min: 1) ?? 50,
            body.Map("env") ?? new Dictionary<string, string>(), body.Ports("ports") ?? []);
        var (cloud, places) = (body.Text("cloud") ?? "SECURE", body.Texts("dataCenterIds"));
        if (cloud is not ("SECURE" or "COMMUNITY")) { body.Complain("cloud", "must be SECURE or COMMUNITY"); }
        var gpu = body.Inner("gpu")?.Only("id", "count", "allowedCudaVersions", "minCudaVersion", "minRamPerGpu", "minVcpuCountPerGpu");
        var (typeId, count) = (gpu?.Text("id", required: true), gpu?.Whole("count", min: 1) ?? 1);
        var (least, allowed) = (gpu?.Text("minCudaVersion", pattern: VersionForm), gpu?.Texts("allowedCudaVersions"));
        body.Check();
        if (gpu is null == !body.Has("cpu")) { throw new RunPodProblemException(400, "exactly one of gpu or cpu must be set"); }
        if (gpu is null) { throw new RunPodProblemException(400, "There are no CPU instances in this sandbox."); }
        if (least is not null && allowed is { Count: > 0 }) { throw new RunPodProblemException(400, "minCudaVersion and allowedCudaVersions exclude each other"); }
        var type = RunPodCatalogue.Types.FirstOrDefault(t => t.Id == typeId) ?? throw new RunPodProblemException(400, $"unknown gpu id {typeId}");
        if (least is not null && !RunPodCatalogue.CudaVersions.Any(v => Version.Parse(v) >= Version.Parse(least)))
        {
            throw new RunPodProblemException(400, "There are no longer any instances available with the requested specifications.");
        }
        lock (world.Gate) { return Wire.Json(wire.Pod(world.Create(account, config, type, count, cloud == "SECURE", places)), 201); }
    }

    private static async Task<IResult> PatchAsync(HttpContext http, string id, RunPodWorld world, RunPodWire wire)
    {
        var account = http.RunPodAccount();
        var body = (await RunPodBody.ReadAsync(http.Request)).Only("name", "image", "args", "disk", "env", "ports", "registry", "mounts", "locked", "globalNetworking", "templateId");
        var (name, image, args, disk) = (body.Text("name"), body.Text("image"), body.Text("args"), body.Whole("disk", min: 1));
        var (env, ports) = (body.Map("env"), body.Ports("ports"));
        body.Check();
        lock (world.Gate)
        {
            var pod = world.Of(account, id);
            var old = pod.Config;
            world.Change(pod, new RunPodConfig(name ?? old.Name, image ?? old.Image, args ?? old.Args, disk ?? old.Disk, env ?? old.Env, ports ?? old.Ports));
            return Wire.Json(wire.Pod(pod));
        }
    }

    private static async Task<IResult> ActAsync(HttpContext http, string id, RunPodWorld world, RunPodWire wire)
    {
        var account = http.RunPodAccount();
        var body = (await RunPodBody.ReadAsync(http.Request)).Only("action");
        var action = body.Text("action", required: true);
        if (action is not (null or "start" or "stop" or "restart" or "terminate")) { body.Complain("action", "must be start, stop, restart or terminate"); }
        body.Check();
        lock (world.Gate)
        {
            var pod = world.Of(account, id);
            world.Act(pod, action!);
            return pod.IsLive ? Wire.Json(wire.Pod(pod)) : Results.NoContent();
        }
    }

    private static IResult Bill(HttpContext http, string? podId, string? startTime, string? bucketSize, RunPodWorld world, RunPodWire wire)
    {
        var account = http.RunPodAccount();
        var from = world.Now.AddDays(-30);
        if (!s_buckets.Contains(bucketSize ?? "day") || (startTime is not null && !DateTimeOffset.TryParse(startTime, CultureInfo.InvariantCulture, out from)))
        {
            throw new RunPodProblemException(422, "Request validation failed.", ["query: startTime or bucketSize"]);
        }
        // The window begins where its first bucket does.
        lock (world.Gate) { return Wire.Json(wire.Bill(account, podId, new DateTimeOffset(from.UtcDateTime.Date, TimeSpan.Zero), bucketSize ?? "day")); }
    }

    /// <summary>A pod's lines as server-sent events: the newest first as asked for, then what comes, until the reader leaves.</summary>
    private static async Task LogAsync(HttpContext http, string id, RunPodWorld world, Faults faults)
    {
        RunPodPod pod;
        string? source = http.Request.Query["source"];
        var tail = 100;
        DateTimeOffset? since = null;
        try
        {
            var account = http.RunPodAccount();
            lock (world.Gate) { pod = world.Of(account, id); }
            if (source is not (null or "container" or "system") || (http.Request.Query["tail"].FirstOrDefault() is { } text
                && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out tail) || tail > 5000)))
            {
                throw new RunPodProblemException(422, "Request validation failed.", ["query: source or tail"]);
            }
            if (http.Request.Query["since"].FirstOrDefault() is { } from)
            {
                since = DateTimeOffset.TryParse(from, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                    ? at : throw new RunPodProblemException(422, "Request validation failed.", ["query: since"]);
            }
        }
        catch (RunPodProblemException e) { await e.ToResult().ExecuteAsync(http); return; }
        http.Response.ContentType = "text/event-stream";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        string? resume = http.Request.Headers["Last-Event-ID"];
        bool IsWanted(LogLine line) => source is null || source == Source(line);
        var lines = (pod.Container?.Log.Last(int.MaxValue) ?? []).Where(IsWanted).ToList();
        // The header goes before since, and since before tail.
        var next = (resume, since) switch
        {
            ({ } after, _) => lines.Where(l => string.CompareOrdinal(EventId(l), after) > 0),
            (_, { } from) => lines.Where(l => l.At >= from),
            _ => lines.TakeLast(tail),
        };
        var sent = lines.Count > 0 && !next.Any() ? lines[^1].Number : 0L;
        try
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                var live = pod.IsLive;
                foreach (var line in next)
                {
                    sent = line.Number;
                    var data = JsonSerializer.Serialize(new { ts = Wire.Zoned(line.At), source = Source(line), line = line.Text }, Wire.Options);
                    if (await faults.BreaksOffAsync("runpod.pod-logs", http.Request.Path, http.RequestAborted)) { await http.CutAsync($"id: {EventId(line)}\ndata: {data[..(data.Length / 2)]}"); return; }
                    await http.Response.WriteAsync($"id: {EventId(line)}\ndata: {data}\n\n", http.RequestAborted);
                }
                await http.Response.Body.FlushAsync(http.RequestAborted);
                if (!live) { return; }
                await Task.Delay(s_look, TimeProvider.System, http.RequestAborted);
                next = (pod.Container?.Log.After(sent) ?? []).Where(IsWanted);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went away.
        }
    }

    private static string Source(LogLine line) => line.Stream == "events" ? "system" : "container";

    private static string EventId(LogLine line) => $"{Wire.Zoned(line.At)}/{line.Number:D12}";

    private static IResult With(HttpContext http, string id, RunPodWorld world, Func<RunPodPod, IResult> answer)
    {
        var account = http.RunPodAccount();
        lock (world.Gate) { return answer(world.Of(account, id)); }
    }

    /// <summary>Whose key it is.</summary>
    private static RunPodAccount RunPodAccount(this HttpContext http) => http.RequestServices.GetRequiredService<RunPodWorld>().AccountOf(http.Request.Headers.Authorization);
}
