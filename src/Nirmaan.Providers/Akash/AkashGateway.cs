using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Http;
using Nirmaan.Providers.Logs;

namespace Nirmaan.Providers.Akash;

/// <summary>A provider's own gateway: the log of a lease and a shell in it, over websockets. The Console API gives the token and the address.</summary>
internal sealed class AkashGateway(IAkashApi api, SupplierCalls calls, TimeProvider clock)
{
    // Codes by which a gateway closes a stream, and the first byte of a shell's frames.
    private const int NoPods = 4000, NoLease = 4001;
    private const byte Output = 100, Errors = 101, Result = 102, Failure = 103;
    private const int TokenSeconds = 300, LongestFrame = 64 * 1024;

    // A gateway pings every ten seconds; one that does not answer ours is gone.
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(15), s_dial = TimeSpan.FromSeconds(20);

    private sealed record Door(Uri Base, string Provider);

    /// <summary>The lease's newest lines and then those that are written. Nothing times them.</summary>
    public async IAsyncEnumerable<WireLine> OpenLogAsync(string dseq, LogAsk ask, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var door = await FindAsync(dseq, cancellationToken) ?? throw new NoLogException();
        using var socket = await DialAsync(dseq, door, "logs", string.Create(CultureInfo.InvariantCulture, $"logs?follow=true&tail={ask.Tail}&service={AkashSdl.Service}"), cancellationToken)
            ?? throw new NoLogException();
        await foreach (var frame in FramesAsync(socket, cancellationToken))
        {
            var (pod, message) = Read(frame);
            // One frame is one line; a line's own end may be in it.
            yield return new WireLine(pod, new LogLine(clock.GetUtcNow(), LogLine.SupplierOutput, message.TrimEnd('\r', '\n')));
        }
        switch ((int?)socket.CloseStatus)
        {
            case NoLease: throw new NoLogException();
            case NoPods: throw Unavailable(dseq, "logs", "no container runs now");
            case >= NoPods: throw Unavailable(dseq, "logs", socket.CloseStatusDescription ?? "closed");
        }
    }

    /// <summary>Runs one line of a shell in the lease's container.</summary>
    public async IAsyncEnumerable<ShellPart> RunCommandAsync(string dseq, string command, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var door = await FindAsync(dseq, cancellationToken) ?? throw Unavailable(dseq, "shell", "it has no lease");
        var query = $"shell?stdin=0&tty=0&podIndex=0&cmd0=sh&cmd1=-c&cmd2={Uri.EscapeDataString(command)}&service={AkashSdl.Service}";
        using var socket = await DialAsync(dseq, door, "shell", query, cancellationToken) ?? throw Unavailable(dseq, "shell", "the provider knows no such lease");
        // A character may lie over two frames of its output.
        var (output, errors) = (Encoding.UTF8.GetDecoder(), Encoding.UTF8.GetDecoder());
        await foreach (var frame in FramesAsync(socket, cancellationToken))
        {
            if (frame.Length == 0) { continue; }
            var rest = frame.AsSpan(1);
            switch (frame[0])
            {
                case Output: yield return new ShellPart.Said(IsErrors: false, Text(output, rest)); break;
                case Errors: yield return new ShellPart.Said(IsErrors: true, Text(errors, rest)); break;
                case Result when JsonSerializer.Deserialize(rest, AkashJson.Default.AkashShellResultWire) is { } result:
                    if (result is { ExitCode: null } or { ExitCode: 0, Message.Length: > 0 }) { throw Unavailable(dseq, "shell", result.Message ?? "it ended without an exit code"); }
                    yield return new ShellPart.Ended(result.ExitCode.Value);
                    yield break;
                case Failure: throw Unavailable(dseq, "shell", "the provider could not run it");
            }
        }
        throw Unavailable(dseq, "shell", $"the connection ended before the command did: {socket.CloseStatusDescription}");
    }

    private async Task<Door?> FindAsync(string dseq, CancellationToken cancellationToken)
    {
        var found = await calls.FindAsync($"deployment {dseq}", () => api.GetDeploymentAsync(dseq, cancellationToken), cancellationToken);
        if (found?.Data?.Leases?.FirstOrDefault(l => l.State is "active" or "reclaiming")?.Id is not { Provider: { Length: > 0 } owner } lease) { return null; }
        var provider = (await calls.ReadAsync("providers", () => api.ListProvidersAsync(owner, cancellationToken), cancellationToken)).FirstOrDefault(p => p.Owner == owner);
        if (!Uri.TryCreate(provider?.HostUri, UriKind.Absolute, out var host) || host.Scheme is not ("https" or "http") || host.UserInfo.Length > 0)
        {
            throw Unavailable(dseq, "gateway", $"hostUri '{provider?.HostUri}' of provider {owner}; expected an absolute https address");
        }
        // The token would travel in the open.
        if (host.Scheme == "http" && !host.IsLoopback) { throw Unavailable(dseq, "gateway", $"hostUri '{host}' of provider {owner} must be https"); }
        FormattableString path = $"{(host.Scheme == "https" ? "wss" : "ws")}://{host.Authority}{host.AbsolutePath.TrimEnd('/')}/lease/{Uri.EscapeDataString(dseq)}/{lease.Gseq ?? 1}/{lease.Oseq ?? 1}/";
        return new Door(new Uri(path.ToString(CultureInfo.InvariantCulture)), owner);
    }

    /// <summary>A connection with a token for this alone; null = the gateway knows no such lease.</summary>
    private async Task<ClientWebSocket?> DialAsync(string dseq, Door door, string scope, string query, CancellationToken cancellationToken)
    {
        var body = new AkashData<AkashTokenBody>(new AkashTokenBody(TokenSeconds, new AkashTokenLeasesBody("granular", [new AkashTokenPermissionBody(door.Provider, "scoped", [scope])])));
        var token = (await calls.ReadAsync("gateway token", () => api.CreateTokenAsync(body, cancellationToken), cancellationToken)).Data?.Token;
        if (token is not { Length: > 0 }) { throw Unavailable(dseq, scope, "no token was given"); }
        var socket = new ClientWebSocket();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_dial);
        try
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
            socket.Options.CollectHttpResponseDetails = true;
            (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (s_keepAlive, s_keepAlive);
            // The machine's clock, not the world's: certificates are real.
            socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, errors) => AkashCertificate.IsGood(certificate, errors, door.Provider, TimeProvider.System.GetUtcNow());
            await socket.ConnectAsync(new Uri(door.Base, query), limit.Token);
            return socket;
        }
        catch (Exception e)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            if (cancellationToken.IsCancellationRequested) { throw; }
            if (status == HttpStatusCode.NotFound) { return null; }
            if (e is not (WebSocketException or OperationCanceledException)) { throw; }
            throw Unavailable(dseq, scope, status == 0 ? e.InnerException?.Message ?? e.Message : $"the gateway answered {((int)status).ToString(CultureInfo.InvariantCulture)}");
        }
    }

    /// <summary>Whole frames to the end of the connection; one that breaks off is none.</summary>
    private static async IAsyncEnumerable<byte[]> FramesAsync(ClientWebSocket socket, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
        var frame = new MemoryStream();
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult read;
                try { read = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken); }
                catch (WebSocketException e) { throw new SupplierUnavailableException("akash", $"gateway: {e.Message}", e); }
                if (read.MessageType == WebSocketMessageType.Close) { yield break; }
                if (frame.Length < LongestFrame) { frame.Write(buffer, 0, read.Count); }
                if (!read.EndOfMessage) { continue; }
                yield return frame.ToArray();
                frame.SetLength(0);
            }
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    private static (string Pod, string Message) Read(byte[] frame)
    {
        try
        {
            if (JsonSerializer.Deserialize(frame, AkashJson.Default.AkashLogFrameWire) is { Message: { } message } line) { return (line.Name ?? "", message); }
        }
        catch (JsonException) { }
        return ("", Encoding.UTF8.GetString(frame));
    }

    private static string Text(Decoder decoder, ReadOnlySpan<byte> bytes)
    {
        Span<char> characters = new char[Encoding.UTF8.GetMaxCharCount(bytes.Length)];
        return new string(characters[..decoder.GetChars(bytes, characters, flush: false)]);
    }

    private static SupplierUnavailableException Unavailable(string dseq, string what, string why) => new("akash", $"{what} of {dseq}: {why}");
}
