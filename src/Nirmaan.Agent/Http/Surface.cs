using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Nirmaan.Agent.Http;

/// <summary>
/// The agent's HTTP port: / for the supplier's health check, /status for people, /metrics for Prometheus, /logs for the control plane. / answers
/// 200 as long as the agent lives, whatever the miner does: a supplier that saw the miner's trouble there would take the machine away.
/// </summary>
/// <remarks>
/// One answer per connection over a plain socket. HttpListener would do, but on Linux it crashes the process when a health check connects
/// while it starts (.NET 10: its accept runs before its own fields are set).
/// </remarks>
internal sealed class Surface : IDisposable
{
    private const int MaxHeadBytes = 8 * 1024;
    private const int MaxConnections = 64;

    // The port is open to the world: a caller that says nothing must not hold a place.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Socket _listener;
    private readonly Func<StatusAnswer> _status;
    private readonly LogsPage _logs;
    private readonly SemaphoreSlim _places = new(MaxConnections);

    /// <exception cref="SocketException">The port cannot be had.</exception>
    internal Surface(int port, Func<StatusAnswer> status, LogsPage logs)
    {
        (_status, _logs) = (status, logs);
        _listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(_listener.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
        _listener.Listen();
    }

    /// <summary>Answers until disposed.</summary>
    internal async Task RunAsync()
    {
        while (true)
        {
            await _places.WaitAsync();
            try { _ = ServeAsync(await _listener.AcceptAsync()); }
            catch (ObjectDisposedException) { return; }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted) { return; }
            catch (SocketException) { _places.Release(); /* that caller has gone already */ }
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(Socket caller)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            using (caller)
            {
                var request = await ReadAsync(caller, patience.Token);
                var (code, type, body) = Answer(request);
                var text = Encoding.UTF8.GetBytes(body);
                var head = $"HTTP/1.1 {code}\r\nContent-Type: {type}\r\nContent-Length: {text.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
                var answer = Encoding.ASCII.GetBytes(head).Concat(request.Method == "HEAD" ? [] : text).ToArray();
                for (var sent = 0; sent < answer.Length;) { sent += await caller.SendAsync(answer.AsMemory(sent), patience.Token); }
                caller.Shutdown(SocketShutdown.Send);
                // Closing with something unread would reset the connection and lose the answer.
                while (await caller.ReceiveAsync(new byte[1024], patience.Token) > 0) { }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException) { /* the caller has gone or says nothing: there is nobody to tell */ }
        finally { _places.Release(); }
    }

    /// <summary>What is read of a request; method and path are empty when it is not HTTP.</summary>
    private sealed record Request(string Method, string Path, string Query, string? Authorization);

    private static async Task<Request> ReadAsync(Socket caller, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxHeadBytes);
        try
        {
            var length = 0;
            while (length < MaxHeadBytes && buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
            {
                var n = await caller.ReceiveAsync(buffer.AsMemory(length, MaxHeadBytes - length), cancellationToken);
                if (n == 0) { break; }
                length += n;
            }
            var lines = Encoding.ASCII.GetString(buffer, 0, length).Split("\r\n\r\n")[0].Split("\r\n");
            if (lines[0].Split(' ') is not [var method, ['/', ..] target, ['H', 'T', 'T', 'P', '/', '1', ..]]) { return new("", "", "", null); }
            var authorization = lines.Skip(1).FirstOrDefault(l => l.StartsWith("Authorization:", StringComparison.OrdinalIgnoreCase))?["Authorization:".Length..].Trim();
            var parts = target.Split('?', 2);
            return new(method, parts[0], parts is [_, var query] ? query : "", authorization);
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    private (string Code, string Type, string Body) Answer(Request request)
    {
        const string Plain = "text/plain; charset=utf-8";
        switch (request.Method, request.Path)
        {
            case ("", _): return ("400 Bad Request", Plain, "not HTTP\n");
            case ("GET" or "HEAD", "/"):
                var now = _status();
                return ("200 OK", Plain, $"nirmaan-agent {now.Template?.Workload ?? now.Template?.Name ?? "?"} {now.State}\n");
            case ("GET" or "HEAD", "/status"):
                var status = _logs.Admits(request.Authorization) ? _status() with { LastLines = _logs.Last() } : _status();
                return ("200 OK", "application/json", JsonSerializer.Serialize(status, Wire.Default.StatusAnswer));
            case ("GET" or "HEAD", "/metrics"): return ("200 OK", "text/plain; version=0.0.4; charset=utf-8", Metrics.Of(_status()));
            case ("GET" or "HEAD", "/logs") when !_logs.Admits(request.Authorization):
                return ("401 Unauthorized\r\nWWW-Authenticate: Bearer", Plain, "the agent's token is needed\n");
            case ("GET" or "HEAD", "/logs"):
                return _logs.Read(request.Query) is { } lines ? ("200 OK", Plain, lines) : ("400 Bad Request", Plain, "tail is a number of lines from 1\n");
            case ("GET" or "HEAD", _): return ("404 Not Found", Plain, "try /, /status, /metrics or /logs\n");
            default: return ("405 Method Not Allowed\r\nAllow: GET, HEAD", Plain, "only GET here\n");
        }
    }
}
