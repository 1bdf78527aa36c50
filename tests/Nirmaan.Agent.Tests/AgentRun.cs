using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Nirmaan.Agent.Http;

namespace Nirmaan.Agent.Tests;

/// <summary>The agent as a container would run it: a process with an environment and a folder of its own.</summary>
public sealed class AgentRun : IAsyncDisposable
{
    public const string AgentToken = "token-of-the-miner";

    private static readonly HttpMessageInvoker s_http = new(new SocketsHttpHandler());

    // The published agent is trimmed, so it is worth testing by itself: infra/test.sh does so.
    private static readonly string s_agent = Environment.GetEnvironmentVariable("NIRMAAN_TEST_AGENT") is { Length: > 0 } published
        ? published
        : Path.Combine(AppContext.BaseDirectory, "nirmaan-agent");

    private readonly Dictionary<string, string> _environment = [];
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    public AgentRun()
    {
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(Tools);
        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        Port = ((IPEndPoint)any.LocalEndpoint).Port;
        With("AGENT_PORT", $"{Port}").With("AGENT_HEARTBEAT_SECONDS", "0.2").With("AGENT_RESTART_MIN_SECONDS", "0.2").With("AGENT_RESTART_MAX_SECONDS", "0.8");
        // Only what the test puts there: a real nvidia-smi of the machine must not be found.
        foreach (var tool in new[] { "sh", "sleep", "touch", "cat", "grep" }) { File.CreateSymbolicLink(Path.Combine(Tools, tool), $"/bin/{tool}"); }
        With("PATH", Tools).With("TMPDIR", Folder).With("AGENT_TOKEN", AgentToken);
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"nirmaan-agent-test-{Guid.NewGuid():N}");

    public string Tools => Path.Combine(Folder, "tools");

    public int Port { get; }

    public IReadOnlyCollection<string> Output => _output;

    public int ProcessId => _process!.Id;

    public AgentRun With(string name, string value)
    {
        _environment[name] = value;
        return this;
    }

    public AgentRun With(ControlPlane plane) => With("AGENT_CONTROL_URL", plane.Url);

    /// <summary>A miner that is the shell script, executed as a file of its own.</summary>
    public AgentRun WithMiner(string script, object? logs = null, Dictionary<string, object>? more = null)
    {
        var path = Script(Path.Combine(Folder, "miner.sh"), script);
        var template = new Dictionary<string, object?> { ["name"] = "test", ["version"] = 3, ["workload"] = "heurist-sd", ["command"] = new[] { path } };
        if (logs is not null) { template["logs"] = logs; }
        foreach (var (key, value) in more ?? []) { template[key] = value; }
        return With("AGENT_TEMPLATE", JsonSerializer.Serialize(template));
    }

    /// <summary>A tool on the agent's PATH.</summary>
    public AgentRun WithTool(string name, string script)
    {
        Script(Path.Combine(Tools, name), script);
        return this;
    }

    /// <summary>A GPU as nvidia-smi tells it, and the CUDA version of its header.</summary>
    public AgentRun WithGpu(string csv, string cuda = "12.4") => WithTool("nvidia-smi", $"""
        case "$1" in
          --query-gpu=*) printf '%s\n' '{csv}' ;;
          *) echo '| NVIDIA-SMI 550.54.15    Driver Version: 550.54.15    CUDA Version: {cuda} |' ;;
        esac
        """);

    /// <summary>Starts the agent, inside another program if one is given.</summary>
    public AgentRun Start(params string[] within)
    {
        string[] command = [.. within, s_agent];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _environment) { start.Environment[name] = value; }
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => { if (e.Data is { } line) { _output.Enqueue(line); } };
        _process.ErrorDataReceived += (_, e) => { if (e.Data is { } line) { _output.Enqueue(line); } };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        return this;
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        kill.WaitForExit();
    }

    public async Task<int> EndAsync()
    {
        await _process!.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
        return _process.ExitCode;
    }

    public async Task<int> StopAsync()
    {
        Signal("TERM");
        return await EndAsync();
    }

    /// <summary>Asks with the agent's token, unless another header is given; an empty one is left out.</summary>
    public async Task<(int Status, string Body)> GetAsync(string path, HttpMethod? method = null, string authorization = $"Bearer {AgentToken}")
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri($"http://127.0.0.1:{Port}{path}"));
        if (authorization.Length > 0) { request.Headers.TryAddWithoutValidation("Authorization", authorization); }
        using var response = await s_http.SendAsync(request, Token);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    public async Task<StatusAnswer> StatusAsync() =>
        JsonSerializer.Deserialize<StatusAnswer>((await GetAsync("/status")).Body, JsonSerializerOptions.Web)!;

    /// <summary>Asks for the status until it is as expected; else fails with the last one.</summary>
    public async Task<StatusAnswer> UntilAsync(Func<StatusAnswer, bool> expected)
    {
        StatusAnswer? last = null;
        await UntilAsync(async () =>
        {
            try { last = await StatusAsync(); }
            catch (HttpRequestException) { return false; }
            return expected(last);
        }, () => $"last status: {JsonSerializer.Serialize(last, JsonSerializerOptions.Web)}\noutput: {string.Join('\n', _output)}");
        return last!;
    }

    public static Task UntilAsync(Func<bool> condition, Func<string>? story = null) => UntilAsync(() => Task.FromResult(condition()), story ?? (() => ""));

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> story)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var began = Stopwatch.StartNew();
        while (!await condition())
        {
            if (began.Elapsed > TimeSpan.FromSeconds(60)) { Assert.Fail($"it did not come to pass within 60 seconds; {story()}"); }
            await look.WaitForNextTickAsync(Token);
        }
    }

    public static bool Lives(int process)
    {
        try
        {
            // A zombie has an id and no life.
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException) { return false; }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Script(string path, string script)
    {
        File.WriteAllText(path, "#!/bin/sh\n" + script.ReplaceLineEndings("\n") + "\n");
        if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101); }
        return path;
    }
}
