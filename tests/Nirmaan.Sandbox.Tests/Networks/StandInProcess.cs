using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Nirmaan.Sandbox.Tests.Networks;

/// <summary>A stand-in miner as a real process in a folder of its own, with a driver's tool of our making first on its PATH.</summary>
internal sealed class StandInProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private StandInProcess(Process process, string folder) => (_process, Folder) = (process, folder);

    /// <summary>Its working directory.</summary>
    public string Folder { get; }

    /// <summary>What it printed so far.</summary>
    public IReadOnlyList<string> Printed => [.. _lines];

    /// <summary>Resident memory, in MiB.</summary>
    public long MemoryMb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    /// <summary>Starts a miner; <paramref name="gpu"/> is "name, MiB" as nvidia-smi prints it, null = no such tool.</summary>
    public static StandInProcess Start(string workload, string? gpu, params (string Name, string Value)[] env)
    {
        var folder = Directory.CreateTempSubdirectory("stand-in-").FullName;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Nirmaan.Sandbox.dll"), "miner", workload])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        if (gpu is not null)
        {
            var tool = Path.Combine(folder, "nvidia-smi");
            File.WriteAllText(tool, $"#!/bin/sh\necho '0, {gpu.Replace(", ", ", 550.90.07, ", StringComparison.Ordinal)}, 0, 34, 3, 20.00'\n");
            if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute); }
            start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        }
        foreach (var (name, value) in env.Append(("MINER_GB_PER_SECOND", "1000")).Append(("MINER_LOAD_SECONDS_PER_GB", "0.001")))
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        var miner = new StandInProcess(process, folder);
        process.OutputDataReceived += (_, line) => miner.Add(line.Data);
        process.ErrorDataReceived += (_, line) => miner.Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return miner;
    }

    /// <summary>Waits until something is so.</summary>
    public async Task UntilAsync(Func<bool> so)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var began = TimeProvider.System.GetTimestamp(); !so(); await poll.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            if (TimeProvider.System.GetElapsedTime(began) > s_patience) { throw new TimeoutException("Printed so far:\n" + string.Join('\n', Printed)); }
        }
    }

    /// <summary>The text of its log file of the name, empty while there is none.</summary>
    public string Log(string name)
    {
        var path = Path.Combine(Folder, name);
        if (!File.Exists(path)) { return ""; }
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>Sends SIGTERM and waits for its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        return await ExitAsync();
    }

    /// <summary>Waits for its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) { _process.Kill(entireProcessTree: true); }
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private void Add(string? line)
    {
        if (line is not null) { _lines.Enqueue(line); }
    }
}
