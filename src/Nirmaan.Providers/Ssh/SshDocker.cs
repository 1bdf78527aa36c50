using System.ComponentModel;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Logs;

namespace Nirmaan.Providers.Ssh;

/// <summary>Docker on a machine behind ssh, whoever's the machine is.</summary>
internal sealed class SshDocker(SupplierName supplier, ISshShell shell, TimeSpan readTimeout, TimeSpan writeTimeout, TimeProvider clock)
{
    private const int MostLines = 5000;
    private static readonly TimeSpan s_whenBusy = TimeSpan.FromSeconds(10);
    private static readonly string[] s_noImage = ["manifest unknown", "pull access denied", "not found", "invalid reference"];

    /// <summary>Containers of ours on a machine.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable.</exception>
    public async Task<IReadOnlyList<DockerContainerWire>> ReadAsync(SshDoor door, CancellationToken cancellationToken)
    {
        // A container that goes between the two looks of the script fails it once.
        var answer = await ReadOnceAsync(door, cancellationToken) is { Exit: 0 } first ? first : await ReadOnceAsync(door, cancellationToken);
        if (answer.Exit != 0) { throw Unavailable($"{door.Label}: {(answer.Exit == SshScripts.NoDocker ? "docker does not answer" : answer.Why)}"); }
        try
        {
            return JsonSerializer.Deserialize(answer.Output, DockerJson.Default.ListDockerContainerWire) is { } all && all.TrueForAll(c => NameOf(c).Length > 0)
                ? all : throw Unavailable($"{door.Label}: a container without a name");
        }
        catch (JsonException e) { throw Unavailable($"{door.Label}: docker inspect did not print JSON", e); }
    }

    /// <summary>Runs a new container on GPUs that no other of ours has.</summary>
    public Task<SshAnswer> CreateAsync(SshDoor door, string name, IReadOnlyList<int> gpus, SshRun run, CancellationToken cancellationToken) =>
        shell.RunAsync(door, SshScripts.Create, [name, string.Join(',', gpus), .. run.Words], writeTimeout, cancellationToken, run.Env);

    /// <summary>Runs other work in the place of a container of ours.</summary>
    public Task<SshAnswer> ChangeAsync(SshDoor door, string name, SshRun run, CancellationToken cancellationToken) =>
        shell.RunAsync(door, SshScripts.Change, [name, .. run.Words], writeTimeout, cancellationToken, run.Env);

    /// <summary>Ends and removes a container of ours.</summary>
    public Task<SshAnswer> CloseAsync(SshDoor door, string name, CancellationToken cancellationToken) =>
        shell.RunAsync(door, SshScripts.Close, [name], writeTimeout, cancellationToken);

    /// <summary>A container's newest lines, output before errors; null = there is none of that name, or it wrote nothing.</summary>
    /// <exception cref="SupplierUnavailableException">Not readable.</exception>
    public async Task<IReadOnlyList<LogLine>?> ReadTailAsync(SshDoor door, string name, int lines, CancellationToken cancellationToken)
    {
        var wanted = Math.Clamp(lines, 1, MostLines);
        SshAnswer answer;
        try { answer = await shell.RunAsync(door, SshScripts.Logs, [name, wanted.ToString(CultureInfo.InvariantCulture)], readTimeout, cancellationToken); }
        catch (Exception e) when (IsFailure(e)) { throw Unavailable($"log of {door.Label}/{name}: {e.Message}", e); }
        if (answer.Exit == SshScripts.NoSuch) { return null; }
        if (answer.Exit != 0) { throw Unavailable($"log of {door.Label}/{name}: {answer.Why}"); }
        var read = Lines(answer.Output, LogLine.SupplierOutput).Concat(Lines(answer.Errors, LogLine.SupplierErrors)).TakeLast(wanted).ToList();
        return read.Count > 0 ? read : null;
    }

    /// <summary>A container's lines as it writes them, each of its two outputs a stream of its own; docker times every line.</summary>
    /// <param name="find">The way in and the container; null = there is none (any more).</param>
    public LogSource FollowSource(Func<CancellationToken, Task<(SshDoor Door, string Name)?>> find) => new((ask, token) => FollowAsync(find, ask, token), IsTimed: true);

    /// <summary>Runs one line of a shell in a container.</summary>
    /// <exception cref="SupplierUnavailableException">It could not be run, or the connection was lost under it.</exception>
    public async IAsyncEnumerable<ShellPart> RunCommandAsync(SshDoor door, string name, string command, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var part in StreamAsync(door, SshScripts.Exec, [name, command], cancellationToken))
        {
            switch (part)
            {
                case SshPart.Line line: yield return new ShellPart.Said(line.IsErrors, line.IsWhole ? line.Text + "\n" : line.Text); break;
                case SshPart.Over { Answer: { IsLost: false } answer } when answer.Exit is not (SshScripts.CutOff or SshScripts.NoSuch or SshScripts.NoDocker): yield return new ShellPart.Ended(answer.Exit); break;
                case SshPart.Over { Answer: var answer }: throw Unavailable($"shell of {door.Label}/{name}: {Why(answer)}");
            }
        }
    }

    private async IAsyncEnumerable<WireLine> FollowAsync(Func<CancellationToken, Task<(SshDoor Door, string Name)?>> find, LogAsk ask, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (door, name) = await find(cancellationToken) ?? throw new NoLogException();
        // Docker counts nanoseconds and we ten times less: a second early, what is repeated is known.
        var since = ask.Since?.AddSeconds(-1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) ?? "";
        var tail = Math.Min(ask.Tail, MostLines).ToString(CultureInfo.InvariantCulture);
        await foreach (var part in StreamAsync(door, SshScripts.Follow, [name, tail, since], cancellationToken))
        {
            switch (part)
            {
                // What bears no time is not the container's, but ssh's or docker's own word.
                case SshPart.Line { IsWhole: true } line when TimedLine(line.Text, line.IsErrors ? LogLine.SupplierErrors : LogLine.SupplierOutput) is { } read:
                    yield return new WireLine(line.IsErrors ? "stderr" : "stdout", read);
                    break;
                case SshPart.Over { Answer.Exit: SshScripts.NoSuch }: throw new NoLogException();
                case SshPart.Over { Answer: { Exit: not 0 } answer }: throw Unavailable($"log of {door.Label}/{name}: {Why(answer)}");
            }
        }
    }

    private async IAsyncEnumerable<SshPart> StreamAsync(SshDoor door, string script, IReadOnlyList<string> words, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var parts = shell.StreamAsync(door, script, words, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try { if (!await parts.MoveNextAsync()) { yield break; } }
            catch (Exception e) when (IsFailure(e)) { throw Unavailable($"{door.Label}: {e.Message}", e); }
            yield return parts.Current;
        }
    }

    private static string Why(SshAnswer answer) => answer.Exit switch
    {
        SshScripts.NoDocker => "docker does not answer",
        SshScripts.NoSuch => "there is no such container",
        _ => answer.Why,
    };

    /// <summary>Changes something over ssh, with every way in which that goes wrong turned into the words of the port.</summary>
    public static async Task<Effect> ActAsync(Func<Task<Effect>> act, CancellationToken cancellationToken)
    {
        try { return await act(); }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { throw; }
        catch (TimeoutException e) { return new Effect.Uncertain("timeout", e.Message); }
        catch (RentRefusedException e) { return new Effect.Refused("bad-request", e.Message, RetryElsewhere: false); }
        // What had to be read first was not: the change itself never left. And a program that does not start does nothing.
        catch (Exception e) when (e is SupplierUnavailableException or Win32Exception) { return new Effect.NotSent(e.Message); }
        catch (IOException e) { return new Effect.Uncertain("connection-lost", e.Message); }
    }

    /// <summary>What a failed script means; each exit code of ours says that nothing was done.</summary>
    public static Effect Judge(SshAnswer answer) => answer switch
    {
        { Exit: SshScripts.Taken } => new Effect.Refused("no-capacity", "another container has the GPUs", RetryElsewhere: true),
        { Exit: SshScripts.Busy } => new Effect.NotSent("somebody else changes something on the machine", s_whenBusy),
        { Exit: SshScripts.CutOff } => new Effect.NotSent("the connection broke off before anything was done"),
        { Exit: SshScripts.NoDocker } => new Effect.NotSent("docker does not answer on the machine"),
        { IsShut: true } => new Effect.Refused("unauthorized", answer.Why, RetryElsewhere: true),
        { NeverThere: true } => new Effect.NotSent(answer.Why),
        { IsLost: true } => new Effect.Uncertain("connection-lost", answer.Why),
        _ when answer.Says("could not select device driver") => new Effect.Refused("no-gpu-runtime", answer.Why, RetryElsewhere: true),
        _ when Array.Exists(s_noImage, answer.Says) => new Effect.Refused("bad-request", answer.Why, RetryElsewhere: false),
        // 125 is docker's word for its own refusal of a run, and the script has put away what was half made.
        { Exit: 125 } => new Effect.Refused("bad-request", answer.Why, RetryElsewhere: true),
        _ => new Effect.Uncertain($"exit-{answer.Exit.ToString(CultureInfo.InvariantCulture)}", answer.Why),
    };

    /// <summary>A container's name, without docker's slash; empty = it has none.</summary>
    public static string NameOf(DockerContainerWire container) => container.Name?.TrimStart('/') ?? "";

    /// <summary>Docker's states. A container that ended still has its GPUs until it is removed.</summary>
    public static SupplierStatus StatusOf(DockerStateWire? state) => state?.Status?.ToLowerInvariant() switch
    {
        "created" or "restarting" => SupplierStatus.Starting,
        "running" when state.Health?.Status is "starting" => SupplierStatus.Starting,
        "running" => SupplierStatus.Running,
        "exited" or "dead" or "paused" => SupplierStatus.Lost,
        "removing" => SupplierStatus.Closing,
        _ => SupplierStatus.Unrecognised,
    };

    /// <summary>Docker's own words for a state.</summary>
    public static string Raw(DockerStateWire? state) => state?.Status switch
    {
        null => "(none)",
        "exited" => string.Create(CultureInfo.InvariantCulture, $"exited with {state.ExitCode}"),
        var word => word,
    };

    private async Task<SshAnswer> ReadOnceAsync(SshDoor door, CancellationToken cancellationToken)
    {
        try { return await shell.RunAsync(door, SshScripts.List, [], readTimeout, cancellationToken); }
        catch (Exception e) when (IsFailure(e)) { throw Unavailable(e.Message, e); }
    }

    private static bool IsFailure(Exception e) => e is TimeoutException or IOException or Win32Exception;

    private SupplierUnavailableException Unavailable(string why, Exception? inner = null) => new(supplier.Value, why, inner);

    /// <summary>Docker's lines, each with the time at which it was written.</summary>
    private IEnumerable<LogLine> Lines(string text, string source) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => TimedLine(line, source) ?? new LogLine(clock.GetUtcNow(), source, line));

    private static LogLine? TimedLine(string line, string source) => line.TrimEnd('\r').Split(' ', 2) is [var time, var words]
        && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? new LogLine(at, source, words) : null;
}
