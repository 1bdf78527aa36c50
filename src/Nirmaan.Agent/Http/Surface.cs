using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Nirmaan.Agent.Http;

/// <summary>
/// The agent's HTTP port: / for the supplier's health check, /status for people, /metrics for Prometheus. / answers 200 as long as the agent
/// lives, whatever the miner does: a supplier that saw the miner's trouble there would take the machine away.
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
    private readonly SemaphoreSlim _places = new(MaxConnections);

    /// <exception cref="SocketException">The port cannot be had.</exception>
    internal Surface(int port, Func<StatusAnswer> status)
    {
        _status = status;
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
                var (method, path) = await ReadAsync(caller, patience.Token);
                var (code, type, body) = Answer(method, path);
                var text = Encoding.UTF8.GetBytes(body);
                var head = $"HTTP/1.1 {code}\r\nContent-Type: {type}\r\nContent-Length: {text.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
                var answer = Encoding.ASCII.GetBytes(head).Concat(method == "HEAD" ? [] : text).ToArray();
                for (var sent = 0; sent < answer.Length;) { sent += await caller.SendAsync(answer.AsMemory(sent), patience.Token); }
                caller.Shutdown(SocketShutdown.Send);
                // Closing with something unread would reset the connection and lose the answer.
                while (await caller.ReceiveAsync(new byte[1024], patience.Token) > 0) { }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException) { /* the caller has gone or says nothing: there is nobody to tell */ }
        finally { _places.Release(); }
    }

    /// <summary>Method and path of the request; empty ones when it is not HTTP.</summary>
    private static async Task<(string Method, string Path)> ReadAsync(Socket caller, CancellationToken cancellationToken)
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
            var line = Encoding.ASCII.GetString(buffer, 0, length).Split("\r\n")[0];
            return line.Split(' ') is [var method, ['/', ..] target, ['H', 'T', 'T', 'P', '/', '1', ..]] ? (method, target.Split('?')[0]) : ("", "");
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    private (string Code, string Type, string Body) Answer(string method, string path)
    {
        const string Plain = "text/plain; charset=utf-8";
        switch (method, path)
        {
            case ("", _): return ("400 Bad Request", Plain, "not HTTP\n");
            case ("GET" or "HEAD", "/"):
                var now = _status();
                return ("200 OK", Plain, $"nirmaan-agent {now.Template?.Workload ?? now.Template?.Name ?? "?"} {now.State}\n");
            case ("GET" or "HEAD", "/status"): return ("200 OK", "application/json", JsonSerializer.Serialize(_status(), Wire.Default.StatusAnswer));
            case ("GET" or "HEAD", "/metrics"): return ("200 OK", "text/plain; version=0.0.4; charset=utf-8", Metrics.Of(_status()));
            case ("GET" or "HEAD", _): return ("404 Not Found", Plain, "try /, /status or /metrics\n");
            default: return ("405 Method Not Allowed\r\nAllow: GET, HEAD", Plain, "only GET here\n");
        }
    }
}
