using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;

namespace Nirmaan.Providers.Ssh;

/// <summary>What a machine answered.</summary>
/// <param name="Exit">Exit code of the script; 255 = ssh's own failure.</param>
internal sealed record SshAnswer(int Exit, string Output, string Errors)
{
    // What ssh says before there is a session. A connection may also time out within one: those words alone say nothing.
    private static readonly string[] s_neverThere = ["ssh: connect to host", "Could not resolve hostname", "kex_exchange_identification", "banner exchange"];

    /// <summary>True when ssh itself failed: the script may or may not have run.</summary>
    public bool IsLost => Exit == 255;

    /// <summary>True when ssh failed before there was a session: nothing ran.</summary>
    public bool NeverThere => IsLost && Array.Exists(s_neverThere, Says);

    /// <summary>True when the machine does not let us in, or is not the one it should be: nothing ran.</summary>
    public bool IsShut => IsLost && (Says("Permission denied") || Says("Host key verification failed") || Says("host key is known") || Says("IDENTIFICATION HAS CHANGED"));

    /// <summary>What went wrong in one line.</summary>
    public string Why => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault(l => !l.StartsWith('@')) is { } line
        ? (line.Length <= 300 ? line : line[..299] + "…") : $"exit {Exit.ToString(CultureInfo.InvariantCulture)}";

    public bool Says(string text) => Errors.Contains(text, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What a machine says while a script runs.</summary>
internal abstract record SshPart
{
    private SshPart() { }

    /// <summary>A line without its end; the last one may have had none.</summary>
    /// <param name="IsWhole">False = the output ended in the middle of it.</param>
    public sealed record Line(bool IsErrors, string Text, bool IsWhole) : SshPart;

    /// <summary>It is over; the last part. Outputs are not repeated in the answer, but for the last of what went to errors.</summary>
    public sealed record Over(SshAnswer Answer) : SshPart;
}

/// <summary>Runs one of <see cref="SshScripts"/> on a machine.</summary>
internal interface ISshShell
{
    /// <summary>Runs it.</summary>
    /// <param name="env">Entries for the environment of docker, which a container takes over by name.</param>
    /// <exception cref="TimeoutException">No end within the time allowed; the script may have run.</exception>
    Task<SshAnswer> RunAsync(SshDoor door, string script, IReadOnlyList<string> words, TimeSpan timeout, CancellationToken cancellationToken, IReadOnlyList<string>? env = null);

    /// <summary>Runs it and gives both outputs as they come, to its end.</summary>
    /// <exception cref="IOException">It does not start.</exception>
    IAsyncEnumerable<SshPart> StreamAsync(SshDoor door, string script, IReadOnlyList<string> words, CancellationToken cancellationToken);
}

/// <summary>The same with the system's ssh: no password is asked for, and a host is trusted by its key only.</summary>
internal sealed class SshShell(string program, TimeSpan connectTimeout) : ISshShell
{
    private const int MaxOutput = 8 * 1024 * 1024, MaxLine = 64 * 1024;

    /// <inheritdoc />
    public async Task<SshAnswer> RunAsync(
        SshDoor door, string script, IReadOnlyList<string> words, TimeSpan timeout, CancellationToken cancellationToken, IReadOnlyList<string>? env = null)
    {
        // Real seconds: the machine is real, whatever clock the control plane runs on.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        cancellationToken.ThrowIfCancellationRequested();
        using var process = Start(door, script);
        try
        {
            var (output, errors) = (ReadAsync(process.StandardOutput, limit.Token), ReadAsync(process.StandardError, limit.Token));
            try
            {
                await process.StandardInput.WriteAsync(Input(words, env ?? []).AsMemory(), limit.Token);
                process.StandardInput.Close();
            }
            catch (IOException) { /* It ended before it had read all; its exit code says why. */ }
            await process.WaitForExitAsync(limit.Token);
            return new SshAnswer(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{door.Label}: no answer within {timeout}");
        }
        finally
        {
            if (!process.HasExited) { process.Kill(entireProcessTree: true); }
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<SshPart> StreamAsync(SshDoor door, string script, IReadOnlyList<string> words, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = Start(door, script);
        // Bounded: who reads slowly holds the machine back, and not this process' memory.
        var parts = Channel.CreateBounded<SshPart.Line>(256);
        try
        {
            var reading = ReadBothAsync(process, parts.Writer, cancellationToken);
            try
            {
                await process.StandardInput.WriteAsync(Input(words, []).AsMemory(), cancellationToken);
                process.StandardInput.Close();
            }
            catch (IOException) { /* It ended before it had read all; its exit code says why. */ }
            var said = "";
            await foreach (var part in parts.Reader.ReadAllAsync(cancellationToken))
            {
                if (part.IsErrors) { said = part.Text; }
                yield return part;
            }
            await reading;
            await process.WaitForExitAsync(cancellationToken);
            yield return new SshPart.Over(new SshAnswer(process.ExitCode, "", said));
        }
        finally
        {
            if (!process.HasExited) { process.Kill(entireProcessTree: true); }
        }
    }

    private static async Task ReadBothAsync(Process process, ChannelWriter<SshPart.Line> parts, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(ReadLinesAsync(process.StandardOutput, isErrors: false, parts, cancellationToken), ReadLinesAsync(process.StandardError, isErrors: true, parts, cancellationToken));
            parts.Complete();
        }
        catch (Exception e) { parts.Complete(e); }
    }

    private static async Task ReadLinesAsync(StreamReader reader, bool isErrors, ChannelWriter<SshPart.Line> parts, CancellationToken cancellationToken)
    {
        var (buffer, line) = (new char[4096], new StringBuilder());
        while (await reader.ReadAsync(buffer.AsMemory(), cancellationToken) is > 0 and var read)
        {
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] != '\n') { line.Append(buffer[i]); }
                if (buffer[i] != '\n' && line.Length < MaxLine) { continue; }
                await parts.WriteAsync(new SshPart.Line(isErrors, line.ToString(), IsWhole: true), cancellationToken);
                line.Clear();
            }
        }
        if (line.Length > 0) { await parts.WriteAsync(new SshPart.Line(isErrors, line.ToString(), IsWhole: false), cancellationToken); }
    }

    private Process Start(SshDoor door, string script)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in Arguments(door, script)) { start.ArgumentList.Add(argument); }
        return Process.Start(start) ?? throw new IOException($"{program} does not start");
    }

    private IEnumerable<string> Arguments(SshDoor door, string script)
    {
        string[] settings =
        [
            "BatchMode=yes", $"StrictHostKeyChecking={(door.TakesFirstKey ? "accept-new" : "yes")}", $"UserKnownHostsFile=\"{door.KnownHostsFile}\"", "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no",
            string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={(int)Math.Ceiling(connectTimeout.TotalSeconds)}"), "ConnectionAttempts=1",
            "ServerAliveInterval=5", "ServerAliveCountMax=3", "ClearAllForwardings=yes", "ForwardAgent=no", "PermitLocalCommand=no", "ControlMaster=no", "ControlPath=none", "LogLevel=ERROR",
        ];
        yield return "-F";
        yield return "none";
        yield return "-T";
        foreach (var setting in settings)
        {
            yield return "-o";
            yield return setting;
        }
        if (door.Alias is { } alias)
        {
            yield return "-o";
            yield return $"HostKeyAlias={alias}";
        }
        if (door.IdentityFile is { } key)
        {
            yield return "-o";
            yield return "IdentitiesOnly=yes";
            yield return "-i";
            yield return key;
        }
        yield return "-p";
        yield return door.Port.ToString(CultureInfo.InvariantCulture);
        yield return "-l";
        yield return door.User;
        yield return "--";
        yield return door.Host;
        yield return $"exec sh -c '{script}'";
    }

    private static string Input(IEnumerable<string> words, IEnumerable<string> env)
    {
        static string Line(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) + "\n";
        // An empty word would be an empty line, which ends the environment: only words may be empty, and they come after it.
        return string.Concat(env.Select(Line)) + "\n" + string.Concat(words.Select(Line)) + ".\n";
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var (text, buffer) = (new StringBuilder(), new char[8192]);
        while (await reader.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            // The rest is read and let go, so that the other side does not wait.
            if (text.Length < MaxOutput) { text.Append(buffer, 0, read); }
        }
        return text.ToString();
    }
}
