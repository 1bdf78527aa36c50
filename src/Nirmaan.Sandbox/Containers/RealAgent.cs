using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Containers;

/// <summary>
/// A container as a real process: the agent executable with the container's environment, its own work folder, and an <c>nvidia-smi</c> of the
/// leased card first on its PATH. The template's command is replaced by the stand-in miner, as no card and no model is here.
/// </summary>
internal sealed partial class RealAgent(Container container, SandboxOptions options, TimeProvider clock, IHttpClientFactory http, ILogger logger)
    : IContainerBody, IDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5), s_poll = TimeSpan.FromSeconds(2), s_longestPause = TimeSpan.FromMinutes(5);
    private readonly CancellationTokenSource _end = new();
    private readonly string _folder = Path.GetFullPath(Path.Combine(options.WorkFolder, "containers", container.Id.Replace('/', '_')));
    private readonly int _port = FreePort();
    private readonly int _modelPort = FreePort();
    private Process? _process;
    private Task _watching = Task.CompletedTask;
    private Task? _ending;

    /// <summary>Raised when health changed.</summary>
    public event Action<Container>? Changed;

    /// <inheritdoc />
    public string Kind => "process";

    /// <inheritdoc />
    public bool IsHealthy { get; private set; }

    /// <inheritdoc />
    public string State { get; private set; } = "installing";

    /// <inheritdoc />
    public string? Reason { get; private set; }

    /// <inheritdoc />
    public int JobsDone { get; private set; }

    /// <inheritdoc />
    public string? Url => $"http://127.0.0.1:{_port}/";

    private string Shims => Path.Combine(_folder, "bin");

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A new container has an empty disk: what an earlier one of this id left is not its own.
        if (Directory.Exists(_folder)) { Directory.Delete(_folder, recursive: true); }
        Directory.CreateDirectory(Path.Combine(_folder, "state"));
        NvidiaShim.Write(Shims, container.Gpu, container.Spec.GpuCount);
        Launch();
        _watching = WatchAsync(_end.Token);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task EndAsync(bool atOnce)
    {
        // Whoever asks second waits for the same end: a sandbox that stops must not be gone before it.
        lock (_end) { return _ending ??= EndOnceAsync(atOnce); }
    }

    private async Task EndOnceAsync(bool atOnce)
    {
        await _end.CancelAsync();
        await _watching;
        IsHealthy = false;
        State = atOnce ? State : "stopped";
        if (_process is { HasExited: false } process)
        {
            if (!atOnce)
            {
                // The agent stops its miner gracefully on SIGTERM, as it would when its container is stopped.
                _ = ProcessSignals.Terminate(process.Id);
                using var patience = new CancellationTokenSource(s_grace, TimeProvider.System);
                try { await process.WaitForExitAsync(patience.Token); }
                catch (OperationCanceledException) { LogImpatient(container.Id); }
            }
            process.Kill(entireProcessTree: true);
        }
        ProcessSignals.Forget(options.WorkFolder, container.Id);
        Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _end.Dispose();
        _process?.Dispose();
    }

    /// <inheritdoc />
    public async Task<string?> PromptAsync(string body, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await http.CreateClient(nameof(RealAgent))
                .PostAsync(new Uri($"http://127.0.0.1:{_modelPort}/v1/chat/completions"), content, cancellationToken);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(cancellationToken) : null;
        }
        catch (HttpRequestException) { return null; }
    }

    private void Launch()
    {
        var start = new ProcessStartInfo(Path.GetFullPath(options.AgentPath!)) { WorkingDirectory = _folder, RedirectStandardOutput = true,
            RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment.Clear();
        foreach (var (name, value) in container.Spec.Env) { start.Environment[name] = value; }
        start.Environment["PATH"] = $"{Shims}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _folder;
        start.Environment["AGENT_PORT"] = $"{_port}";
        start.Environment["AGENT_STATE_DIR"] = Path.Combine(_folder, "state");
        start.Environment["MODEL_PORT"] = $"{_modelPort}";
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } root) { start.Environment["DOTNET_ROOT"] = root; }
        if (container.Spec.Env.TryGetValue("AGENT_TEMPLATE", out var text) && AgentTemplate.Read(text) is { } template)
        {
            start.Environment["AGENT_TEMPLATE"] = WithStandIn(template);
        }
        _process = Process.Start(start)!;
        ProcessSignals.Remember(options.WorkFolder, container.Id, _process.Id);
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, e) => Print("stdout", e.Data);
        _process.ErrorDataReceived += (_, e) => Print("stderr", e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Asks the agent how it is, and starts it again when it has ended, ever more patiently, as the suppliers' machines do.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var client = http.CreateClient(nameof(RealAgent));
        var pause = s_poll;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(s_poll, TimeProvider.System, cancellationToken);
                if (_process is { HasExited: true } ended)
                {
                    SetHealth(false);
                    Print("events", $"container exited with code {ended.ExitCode}, back-off {pause.TotalSeconds:0} s");
                    await Task.Delay(pause, TimeProvider.System, cancellationToken);
                    pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
                    ended.Dispose();
                    Launch();
                    continue;
                }
                using var health = await client.GetAsync(new Uri(Url!), cancellationToken);
                SetHealth(health.IsSuccessStatusCode);
                if (health.IsSuccessStatusCode) { pause = s_poll; }
                ReadStatus(await client.GetStringAsync(new Uri($"{Url}status"), cancellationToken));
            }
            catch (HttpRequestException) { SetHealth(false); }
            catch (Exception e) when (e is JsonException or InvalidOperationException) { LogNoStatus(e, container.Id); }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { return; }
            catch (OperationCanceledException) { SetHealth(false); }
        }
    }

    private void ReadStatus(string text)
    {
        var status = JsonNode.Parse(text);
        State = status?["state"]?.ToString() ?? State;
        Reason = status?["reason"]?.ToString();
        JobsDone = status?["jobsDone"]?.GetValue<int>() ?? JobsDone;
        NvidiaShim.SetLoad(Shims, State switch { "working" => 93, "serving" or "idle" => 4, _ => 0 });
    }

    private void SetHealth(bool healthy)
    {
        if (IsHealthy == healthy) { return; }
        IsHealthy = healthy;
        Changed?.Invoke(container);
    }

    private string WithStandIn(AgentTemplate template)
    {
        var command = options.MinerPath?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? OwnCommand();
        var json = template.Json.DeepClone().AsObject();
        json["command"] = new JsonArray([.. command.Append(Miners.MinerWorkload.OfName(template.Workload) ?? template.Workload ?? "").Select(word => (JsonNode?)word)]);
        return json.ToJsonString();
    }

    private static string[] OwnCommand()
    {
        var dll = typeof(RealAgent).Assembly.Location;
        var host = Path.ChangeExtension(dll, null);
        return File.Exists(host) ? [host, "miner"] : ["dotnet", dll, "miner"];
    }

    private void Print(string stream, string? line)
    {
        if (line is not null) { container.Log.Add(clock.GetUtcNow(), stream, line); }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The agent of {Container} did not stop in time and is killed")]
    private partial void LogImpatient(string container);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The agent of {Container} answers a status that cannot be read")]
    private partial void LogNoStatus(Exception e, string container);
}
