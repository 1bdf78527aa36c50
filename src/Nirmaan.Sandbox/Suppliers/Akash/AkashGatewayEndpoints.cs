using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>The providers' own gateways, under <c>/akash/gateway/{provider}</c>: status, logs and events of a lease.</summary>
internal static class AkashGatewayEndpoints
{
    // Codes by which a gateway closes a stream.
    private const int NoPods = 4000, NoLease = 4001;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/akash/v1/create-jwt-token", TokenAsync).AddEndpointFilter(AkashRoutes.AnswerProblemsAsync).WithName("akash.create-token");
        var gateway = routes.MapGroup("/akash/gateway/{provider}");
        gateway.MapGet("/version", () => Wire.Json(new { akash = new { version = "v0.10.5" }, kube = new { gitVersion = "v1.31.4" } }))
            .WithName("akash.gateway.version");
        gateway.MapGet("/status", (string provider, AkashWorld world) =>
            world.ProviderAt(provider) is { IsOnline: true } p ? Wire.Json(new { cluster = new { leases = Leases(world, p) }, address = p.Owner }) : Down())
                .WithName("akash.gateway.status");
        gateway.MapGet("/lease/{dseq}/{gseq:int}/{oseq:int}/status", LeaseStatus).WithName("akash.gateway.lease-status");
        gateway.MapGet("/lease/{dseq}/{gseq:int}/{oseq:int}/logs",
            (HttpContext http, string provider, string dseq, int gseq, AkashWorld world, AkashLeasing leasing, AkashTokens tokens, Faults faults) =>
            StreamAsync(http, provider, dseq, gseq, world, leasing, tokens, faults, "logs", line => line.Stream is "stdout" or "stderr",
                (container, line) => new { name = Pod(container), message = line.Text })).WithName("akash.gateway.logs");
        gateway.MapGet("/lease/{dseq}/{gseq:int}/{oseq:int}/kubeevents",
            (HttpContext http, string provider, string dseq, int gseq, AkashWorld world, AkashLeasing leasing, AkashTokens tokens, Faults faults) =>
            StreamAsync(http, provider, dseq, gseq, world, leasing, tokens, faults, "events", line => line.Stream == "events",
                (container, line) => new
                {
                    type = line.Text.StartsWith("Failed", StringComparison.Ordinal) ? "Warning" : "Normal", reason = line.Text.Split(' ')[0], note = line.Text,
                    @object = new { kind = "Pod", @namespace = AkashWire.Hash(container.Spec.LeaseId)[..45].ToLowerInvariant(), name = Pod(container) },
                    reportingController = "kubelet", reportingInstance = "node1",
                })).WithName("akash.gateway.events");
        AkashShellEndpoint.Map(gateway);
    }

    private static async Task<IResult> TokenAsync(HttpContext http, AkashTokens tokens)
    {
        var account = http.Account();
        var body = await AkashBody.ReadAsync(http.Request);
        var data = body.Inner("data");
        var ttl = data.Number("ttl", required: true, min: 1, max: int.MaxValue, whole: true);
        if (data.Raw("leases") is null) { data.Complain("invalid_type", "leases", "Invalid input: expected object, received undefined"); }
        body.Check();
        var (token, wrong) = tokens.Issue(account, (int)ttl!.Value, data.Raw("leases"));
        return token is null ? throw AkashProblemException.BadRequest(string.Join("; ", wrong)) : Wire.Json(new { data = new { token } }, 201);
    }

    private static IResult LeaseStatus(HttpContext http, string provider, string dseq, int gseq, AkashWorld world, AkashTokens tokens, AkashWire wire)
    {
        lock (world.Gate)
        {
            var (lease, refusal) = Find(http, provider, dseq, gseq, world, tokens, "status");
            return refusal ?? (wire.Status(lease!) is { } status ? Wire.Json(status) : Wire.Json(new { message = "lease not found" }, 404));
        }
    }

    private static async Task StreamAsync(HttpContext http, string provider, string dseq, int gseq, AkashWorld world, AkashLeasing leasing, AkashTokens tokens,
        Faults faults, string scope,
        Func<LogLine, bool> wanted, Func<Container, LogLine, object> frame)
    {
        AkashLease? lease;
        IResult? refusal;
        lock (world.Gate) { (lease, refusal) = Find(http, provider, dseq, gseq, world, tokens, scope); }
        if (refusal is not null) { await refusal.ExecuteAsync(http); return; }
        if (!http.WebSockets.IsWebSocketRequest) { await Wire.Json(new { message = "websocket expected" }, 400).ExecuteAsync(http); return; }
        var (follow, service) = (http.Request.Query["follow"] == "true", http.Request.Query["service"].FirstOrDefault());
        var tail = int.TryParse(http.Request.Query["tail"], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var asked) && asked >= 0
            ? asked
            : int.MaxValue;
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        List<Container> containers;
        lock (world.Gate)
        {
            var ids = string.IsNullOrEmpty(service) ? null : lease!.Containers.GetValueOrDefault(service) ?? [];
            containers = [.. leasing.ContainersOf(lease!).Where(c => ids is null || ids.Contains(c.Id))];
        }
        if (containers.Count == 0) { await socket.CloseAsync((WebSocketCloseStatus)NoPods, "no running pods", http.RequestAborted); return; }
        var sent = containers.ToDictionary(c => c.Id, c => c.Log.Last(500).Where(wanted).TakeLast(Math.Min(tail, 500)).FirstOrDefault()?.Number - 1
            ?? (tail == 0 ? long.MaxValue : 0));
        try
        {
            do
            {
                foreach (var container in containers)
                {
                    foreach (var line in container.Log.After(sent[container.Id]))
                    {
                        sent[container.Id] = line.Number;
                        if (wanted(line))
                        {
                            var bytes = JsonSerializer.SerializeToUtf8Bytes(frame(container, line), Wire.Options);
                            if (await faults.BreaksOffAsync($"akash.gateway.{scope}", http.Request.Path, http.RequestAborted))
                            {
                                await socket.SendAsync(bytes.AsMemory(0, bytes.Length / 2), WebSocketMessageType.Text, endOfMessage: false, http.RequestAborted);
                                http.Abort();
                                return;
                            }
                            await socket.SendAsync(bytes, WebSocketMessageType.Text, true, http.RequestAborted);
                        }
                    }
                }
                if (!follow) { break; }
                await Task.Delay(s_look, TimeProvider.System, http.RequestAborted);
            }
            while (lease!.IsLive && socket.State == WebSocketState.Open);
            if (socket.State == WebSocketState.Open)
            {
                var (status, why) = lease!.IsLive ? (WebSocketCloseStatus.NormalClosure, "") : ((WebSocketCloseStatus)NoLease, "lease not found");
                await socket.CloseAsync(status, why, http.RequestAborted);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The reader went away.
        }
    }

    internal static (AkashLease? Lease, IResult? Refusal) Find(HttpContext http, string provider, string dseq, int gseq, AkashWorld world, AkashTokens tokens,
        string scope)
    {
        if (world.ProviderAt(provider) is not { IsOnline: true }) { return (null, Down()); }
        var (owner, status, why) = tokens.Read(http.Request.Headers.Authorization, scope);
        if (owner is null) { return (null, Wire.Json(new { message = why }, status)); }
        var lease = world.Find(dseq)?.Leases.Find(l => l.IsLive && l.Group.Gseq == gseq && l.Provider.Owner == provider && l.Deployment.Account.Owner == owner);
        return lease is null ? (null, Wire.Json(new { message = "lease not found" }, 404)) : (lease, null);
    }

    private static int Leases(AkashWorld world, AkashProvider provider)
    {
        lock (world.Gate) { return world.Deployments.SelectMany(d => d.LiveLeases).Count(l => l.Provider == provider); }
    }

    private static IResult Down() => Results.Text("", statusCode: 503);

    private static string Pod(Container container) => $"{container.Id.Split('/')[^1]}-{AkashWire.Hash(container.Id)[..10].ToLowerInvariant()}";
}
