using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Nirmaan.Journeys;

/// <summary>The built web host, started as its users start it, on a port of its own choice.</summary>
internal sealed partial class WebProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _keys = Directory.CreateTempSubdirectory("nirmaan-keys").FullName;

    private WebProcess(IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Built("Nirmaan.Web")]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _keys };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["Staff__KeysFolder"] = _keys;
        foreach (var (key, value) in settings) { start.Environment[key] = value; }
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += OnLine;
        _process.ErrorDataReceived += OnLine;
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"The web host ended before it listened:\n{Output}"));
    }

    /// <summary>Where it answers.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>What it has written so far.</summary>
    public string Output { get { lock (_output) { return _output.ToString(); } } }

    /// <summary>Starts the host and waits until it listens.</summary>
    public static async Task<WebProcess> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var web = new WebProcess(settings);
        web._process.Start();
        web._process.BeginOutputReadLine();
        web._process.BeginErrorReadLine();
        web.Url = await web._listening.Task.WaitAsync(s_patience);
        return web;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        Directory.Delete(_keys, recursive: true);
    }

    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    // Side by side in artifacts/bin/<project>/<configuration>.
    private static string Built(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, $"{project}.dll");
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

    private void OnLine(object sender, DataReceivedEventArgs e)
    {
        lock (_output) { _output.AppendLine(e.Data); }
        if (e.Data is not null && Listening().Match(e.Data) is { Success: true } match) { _listening.TrySetResult(new Uri(match.Groups[1].Value)); }
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
