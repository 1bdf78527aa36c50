using System.ComponentModel;
using System.Diagnostics;

namespace Nirmaan.Agent.Miner;

/// <summary>A running miner: a process with a process group of its own.</summary>
internal sealed class MinerProcess : IDisposable
{
    /// <summary>The agent's argument that turns it into the program that follows.</summary>
    internal const string BecomeArgument = "--become";

    private readonly Process _process;
    private readonly Task _output;

    private MinerProcess(Process process, Action<string, string> onLine)
    {
        _process = process;
        Ended = process.WaitForExitAsync();
        _output = Task.WhenAll(
            ReadAsync(process.StandardOutput.BaseStream, line => onLine(Line.Output, line)),
            ReadAsync(process.StandardError.BaseStream, line => onLine(Line.Errors, line)));
    }

    internal int Id => _process.Id;

    /// <summary>Starts the program; lines of its output and errors come in on pool threads.</summary>
    /// <param name="agent">The agent's own executable, which becomes the miner.</param>
    /// <param name="onLine">Takes <see cref="Line.Output"/> or <see cref="Line.Errors"/>, and a line.</param>
    /// <exception cref="IOException">The system starts no process.</exception>
    internal static async Task<MinerProcess> StartAsync(
        string agent, IReadOnlyList<string> command, string workFolder, IReadOnlyDictionary<string, string?> environment, Action<string, string> onLine)
    {
        var start = new ProcessStartInfo(agent, [BecomeArgument, $"{Environment.ProcessId}", .. command])
        {
            WorkingDirectory = workFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) { start.Environment[name] = value; }
        // The runtime's debugging socket would be left behind in /tmp when the process becomes the miner.
        start.Environment[Posix.NoDiagnostics] = "0";
        try
        {
            var process = await LastingThread.RunAsync(() => Process.Start(start)!);
            process.StandardInput.Close();
            return new MinerProcess(process, onLine);
        }
        catch (Win32Exception e) { throw new IOException(e.Message, e); }
    }

    /// <summary>Ends with the miner's first process; others of its group may live on.</summary>
    internal Task Ended { get; }

    /// <summary>After the end: sweeps what is left of the group, waits for the last lines and gives the exit code (128 + n for a signal).</summary>
    internal async Task<int> SweepAsync()
    {
        Posix.Signal(-Id, Posix.SigKill);
        // A process that left the group may hold the pipe open for ever.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System));
        return _process.ExitCode;
    }

    /// <summary>Asks the miner to end, then what is left of its group, and kills the group when the grace is over.</summary>
    internal async Task StopAsync(TimeSpan grace)
    {
        using var patience = new CancellationTokenSource(grace);
        Posix.Signal(Id, Posix.SigTerm);
        try
        {
            await Ended.WaitAsync(patience.Token);
            // The grace is also for children: a shell ends at once and leaves them saving their work.
            if (Posix.GroupLives(Id)) { Posix.Signal(-Id, Posix.SigTerm); }
            while (Posix.GroupLives(Id)) { await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token); }
        }
        catch (OperationCanceledException)
        {
            Posix.Signal(-Id, Posix.SigKill);
            await Ended;
        }
    }

    public void Dispose() => _process.Dispose();

    private static async Task ReadAsync(Stream stream, Action<string> onLine)
    {
        var lines = new LineBuffer(onLine);
        var buffer = new byte[16 * 1024];
        try
        {
            for (int n; (n = await stream.ReadAsync(buffer)) > 0;) { lines.Add(buffer.AsSpan(0, n)); }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException) { /* the pipe is gone with its writer */ }
        lines.End();
    }
}
