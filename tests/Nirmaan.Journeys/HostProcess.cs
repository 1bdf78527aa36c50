using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Nirmaan.Journeys;

/// <summary>A built host, web or sandbox, started as its users start it, on a port of its own choice and in a folder of its own.</summary>
public sealed partial class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(180);

    private readonly StringBuilder _output = new();
    // Not a "temporary subdirectory", which only its owner may enter: PostgreSQL runs as another user when the tests run as root.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"nirmaan-host-{Guid.NewGuid():N}")).FullName;
    private readonly ProcessStartInfo _start;
    private Process? _process;

    private HostProcess(string project)
    {
        Url = new Uri($"http://127.0.0.1:{FreePort()}");
        _start = new ProcessStartInfo("dotnet", [Built(project)]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        _start.Environment["ASPNETCORE_URLS"] = Url.GetLeftPart(UriPartial.Authority);
        _start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        _start.Environment["Staff__KeysFolder"] = Path.Combine(_folder, "keys");
        _start.Environment["PrivateCluster__Folder"] = Path.Combine(_folder, "postgres");
    }

    /// <summary>Where it answers, also after it was started anew.</summary>
    public Uri Url { get; }

    /// <summary>Where its PostgreSQL lies, when it has one of its own.</summary>
    public string Cluster => _start.Environment["PrivateCluster__Folder"]!;

    /// <summary>What it has written so far.</summary>
    public string Output { get { lock (_output) { return _output.ToString(); } } }

    /// <summary>Starts the host and waits until it listens.</summary>
    /// <param name="project">Its name, such as <c>Nirmaan.Web</c>.</param>
    /// <param name="settings">Its environment beyond this process's own, by the address it will have.</param>
    public static async Task<HostProcess> StartAsync(string project, Func<Uri, IReadOnlyDictionary<string, string>> settings)
    {
        var host = new HostProcess(project);
        foreach (var (key, value) in settings(host.Url)) { host._start.Environment[key] = value; }
        await host.StartAsync();
        return host;
    }

    /// <summary>Starts it, or starts it anew on the same port, folder and data.</summary>
    public async Task StartAsync()
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = _start, EnableRaisingEvents = true };
        _process.OutputDataReceived += OnLine;
        _process.ErrorDataReceived += OnLine;
        _process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"{_start.ArgumentList[0]} ended before it listened:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await listening.Task.WaitAsync(s_patience);

        void OnLine(object sender, DataReceivedEventArgs e)
        {
            lock (_output) { _output.AppendLine(e.Data); }
            if (e.Data is not null && Listening().IsMatch(e.Data)) { listening.TrySetResult(); }
        }
    }

    /// <summary>Ends it as a power cut does (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        _process?.Dispose();
        // What a host said is the first thing one wants to read when a journey fails.
        var logs = Directory.CreateDirectory(Path.Combine(Root, "artifacts", "journeys"));
        await File.WriteAllTextAsync(Path.Combine(logs.FullName, $"{Path.GetFileNameWithoutExtension(_start.ArgumentList[0])}-{Url.Port}.log"), Output);
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    // Chosen before it starts, because others are told of it. Between choosing and taking it another program could take it: then the start fails and says so.
    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    /// <summary>A program built beside these tests: artifacts/bin/PROJECT/CONFIGURATION/NAME.dll.</summary>
    public static string Built(string project, string? name = null)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, $"{name ?? project}.dll");
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Nirmaan.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No Nirmaan.sln above the tests.");
        }
        return folder;
    }

    [GeneratedRegex(@"Now listening on: http://\S+")]
    private static partial Regex Listening();
}
