using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nirmaan.Sandbox.Tests.Shared;

/// <summary>Prism between a client and the sandbox: it checks both sides' messages against a contract that nobody here wrote.</summary>
internal sealed class Prism : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private Prism(Process process, int port) => (_process, Url) = (process, $"http://127.0.0.1:{port}");

    public string Url { get; }

    /// <summary>Starts a proxy that answers an error wherever a request or an answer violates the contract.</summary>
    public static async Task<Prism> StartAsync(string contract, string upstream)
    {
        var cli = Path.Combine(Tools.Infra(), "node_modules/.bin/prism");
        var spec = Path.Combine(Tools.SharedFolder(), "contracts", contract);
        if (!File.Exists(cli) || !File.Exists(spec)) { Assert.Skip($"{cli} or {spec} is absent."); }
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo("node",
            [cli, "proxy", "-h", "127.0.0.1", "-p", $"{port}", "--errors", spec, upstream]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var prism = new Prism(process, port);
        var ready = new TaskCompletionSource();
        void Hear(string? line)
        {
            if (line is null) { return; }
            lock (prism._said) { prism._said.AppendLine(line); }
            if (line.Contains("is listening", StringComparison.Ordinal)) { ready.TrySetResult(); }
        }
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try { await ready.Task.WaitAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken); }
        catch (TimeoutException)
        {
            await prism.DisposeAsync();
            Assert.Fail($"Prism did not start:\n{prism._said}");
        }
        return prism;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) { _process.Kill(entireProcessTree: true); }
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
