using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>The shell of a provider's gateway: binary frames whose first byte tells what follows (100 output, 101 errors, 102 the result, 103 a failure).</summary>
internal static class AkashShellEndpoint
{
    private const byte Output = 100, Errors = 101, Result = 102;

    public static void Map(RouteGroupBuilder gateway) => gateway.MapGet("/lease/{dseq}/{gseq:int}/{oseq:int}/shell", RunAsync).WithName("akash.gateway.shell");

    private static async Task RunAsync(HttpContext http, string provider, string dseq, int gseq, AkashWorld world, AkashLeasing leasing, AkashTokens tokens)
    {
        AkashLease? lease;
        IResult? refusal;
        lock (world.Gate) { (lease, refusal) = AkashGatewayEndpoints.Find(http, provider, dseq, gseq, world, tokens, "shell"); }
        var query = http.Request.Query;
        List<string> words = [];
        while (query[$"cmd{words.Count.ToString(CultureInfo.InvariantCulture)}"].FirstOrDefault() is { } word) { words.Add(word); }
        if (refusal is null && (words.Count == 0 || query["service"].Count == 0)) { refusal = Wire.Json(new { message = "cmd0 and service are required" }, 400); }
        if (refusal is null && !http.WebSockets.IsWebSocketRequest) { refusal = Wire.Json(new { message = "websocket expected" }, 400); }
        if (refusal is not null) { await refusal.ExecuteAsync(http); return; }
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        Container? container;
        lock (world.Gate)
        {
            var ids = lease!.Containers.GetValueOrDefault(query["service"]!) ?? [];
            container = leasing.ContainersOf(lease).FirstOrDefault(c => ids.Contains(c.Id) && c.Phase == ContainerPhase.Running);
        }
        Task SendAsync(byte code, byte[] rest) => socket.SendAsync((byte[])[code, .. rest], WebSocketMessageType.Binary, endOfMessage: true, http.RequestAborted);
        try
        {
            if (container is null) { await SendAsync(Result, JsonSerializer.SerializeToUtf8Bytes(new { message = "no such service exists with that name" }, Wire.Options)); }
            else
            {
                // Only a shell's line is played: sh -c, with what follows as its text.
                var exit = words is ["sh", "-c", var line]
                    ? await ContainerShell.RunAsync(container, line, (isErrors, text) => SendAsync(isErrors ? Errors : Output, Encoding.UTF8.GetBytes(text)), http.RequestAborted) : 126;
                await SendAsync(Result, JsonSerializer.SerializeToUtf8Bytes(new { exit_code = exit }, Wire.Options));
            }
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", http.RequestAborted);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The reader went away, and the command with it.
        }
    }
}
