using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nirmaan.Sandbox.Containers;

namespace Nirmaan.Sandbox.Suppliers.IoNet;

/// <summary>What a command wrote, and how it ended.</summary>
internal sealed record VmAnswer(int Exit, string Output, string Errors)
{
    public static VmAnswer Fine(string output = "") => new(0, output, "");

    public static VmAnswer Wrong(string why, int exit = 1) => new(exit, "", why + "\n");
}

/// <summary>Docker on one VM, as far as somebody who rents VMs for single containers needs it; containers stand in the sandbox's yard.</summary>
/// <param name="prefix">Begin of its containers' ids in the yard.</param>
/// <param name="make">What a container of this image, environment and command is on this VM.</param>
/// <param name="site">Where the VM stands.</param>
internal sealed class VmDocker(
    string prefix, ContainerYard yard, TimeProvider clock, Func<string, IReadOnlyDictionary<string, string>, IReadOnlyList<string>, ContainerSpec> make, string site)
{
    private const string Alphabet = "0123456789abcdef";
    private static readonly HashSet<string> s_valued =
        ["--name", "--label", "--env", "--publish", "--gpus", "--restart", "--log-opt", "--entrypoint", "--volume"];

    private readonly Dictionary<string, Box> _boxes = new(StringComparer.Ordinal);
    private int _made;

    /// <summary>A container under docker's name for it.</summary>
    private sealed record Box(string Id, string YardId, ContainerSpec Spec, IReadOnlyList<string> Labels, IReadOnlyList<string> Ports, DateTimeOffset CreatedAt)
    {
        public string? Label(string name) => Labels.Select(l => l.Split('=', 2)).Where(l => l[0] == name).Select(l => l.Length == 2 ? l[1] : "").FirstOrDefault();
    }

    /// <summary>Ids in the yard of all that was ever made here.</summary>
    public IEnumerable<string> YardIds => _boxes.Values.Select(b => b.YardId);

    /// <summary>Runs a command.</summary>
    public VmAnswer Run(string[] words, IReadOnlyDictionary<string, string> env) => words switch
    {
        ["version", ..] => VmAnswer.Fine("27.5.1\n"),
        ["run", .. var rest] => Create(rest, env),
        ["ps", .. var rest] => VmAnswer.Fine(string.Concat(_boxes.Values.Select(b => (rest.Contains("--format") ? b.Label("nirmaan.gpus") : b.Id) + "\n"))),
        ["inspect", "--format", _, var name] => Find(name) is { } box ? VmAnswer.Fine(box.Value.Label("nirmaan.name") + "\n") : None(name),
        ["inspect", .. var names] => names.FirstOrDefault(n => Find(n) is null) is { } missing ? None(missing)
            : VmAnswer.Fine(JsonSerializer.Serialize(names.Select(n => Describe(Find(n)!.Value)))),
        ["logs", "--timestamps", "--tail", var tail, var name] => Find(name) is { } box ? Logs(box.Value, int.Parse(tail, CultureInfo.InvariantCulture)) : None(name),
        ["stop", .., var name] => On(name, box => yard.Stop(box.YardId)),
        ["start", var name] => On(name, box => yard.Start(box.YardId, box.Spec, site)),
        ["rename", var old, var name] when Find(name) is null => On(old, box =>
        {
            _boxes.Remove(old);
            _boxes[name] = box;
        }),
        ["rm", "-f", var name] => On(name, box =>
        {
            yard.Stop(box.YardId);
            _boxes.Remove(name);
        }),
        _ => VmAnswer.Wrong($"docker: '{string.Join(' ', words)}' is not a docker command"),
    };

    /// <summary>The container whose log is followed, or in which something is run; null = the words ask for neither, or there is none.</summary>
    public Container? ContainerOf(string[] words) => words switch
    {
        ["logs", "--timestamps", "--follow", "--since" or "--tail", _, var name] when Find(name) is { } box => yard.Find(box.Value.YardId),
        ["exec", var name, "sh", "-c", _] when Find(name) is { } box => yard.Find(box.Value.YardId),
        _ => null,
    };

    /// <summary>Runs a line of a shell in a container.</summary>
    public static async Task<VmAnswer> ExecAsync(Container container, string[] words, CancellationToken cancellationToken)
    {
        var (output, errors) = (new StringBuilder(), new StringBuilder());
        var exit = await ContainerShell.RunAsync(container, words[^1], (isErrors, text) =>
        {
            (isErrors ? errors : output).Append(text);
            return Task.CompletedTask;
        }, cancellationToken);
        return new VmAnswer(exit, output.ToString(), errors.ToString());
    }

    private VmAnswer Create(string[] words, IReadOnlyDictionary<string, string> env)
    {
        var (options, i) = (new List<(string Option, string Value)>(), 0);
        for (; i < words.Length && words[i].StartsWith("--", StringComparison.Ordinal); i++)
        {
            if (words[i] == "--detach") { continue; }
            if (!s_valued.Contains(words[i]) || i + 1 == words.Length) { return VmAnswer.Wrong($"unknown flag: {words[i]}", 125); }
            options.Add((words[i], words[++i]));
        }
        if (i == words.Length) { return VmAnswer.Wrong("\"docker run\" requires at least 1 argument.", 125); }
        List<string> All(string option) => [.. options.Where(o => o.Option == option).Select(o => o.Value)];
        var (name, image) = (All("--name").LastOrDefault() ?? $"box-{_made}", words[i]);
        if (Find(name) is not null) { return VmAnswer.Wrong($"docker: Error response from daemon: Conflict. The container name \"/{name}\" is already in use.", 125); }
        if (!ImageName.CanPull(image)) { return VmAnswer.Wrong($"docker: Error response from daemon: manifest for {image} not found: manifest unknown.", 125); }
        var own = All("--env").Select(e => e.Split('=', 2)).ToDictionary(e => e[0], e => e.Length == 2 ? e[1] : env.GetValueOrDefault(e[0], ""), StringComparer.Ordinal);
        var yardId = $"{prefix}{++_made}";
        // What it takes over from its image here is only the command.
        var box = new Box(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(yardId))), yardId, make(image, own, [.. All("--entrypoint"), .. words.Skip(i + 1)]),
            All("--label"), All("--publish"), clock.GetUtcNow());
        _boxes[name] = box;
        yard.Start(yardId, box.Spec, site);
        return VmAnswer.Fine(box.Id + "\n");
    }

    private VmAnswer On(string name, Action<Box> act)
    {
        if (Find(name) is not { } box) { return None(name); }
        act(box.Value);
        return VmAnswer.Fine(name + "\n");
    }

    private KeyValuePair<string, Box>? Find(string text)
    {
        foreach (var pair in _boxes)
        {
            if (pair.Key == text || (text.Length >= 12 && text.All(Alphabet.Contains) && pair.Value.Id.StartsWith(text, StringComparison.Ordinal))) { return pair; }
        }
        return null;
    }

    private object Describe(KeyValuePair<string, Box> pair)
    {
        var box = pair.Value;
        var status = yard.Find(box.YardId)?.Phase switch
        {
            ContainerPhase.Pulling => "created",
            ContainerPhase.Running => "running",
            _ => "exited",
        };
        return new
        {
            box.Id, Name = "/" + pair.Key, Created = box.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture),
            State = new { Status = status, ExitCode = status == "exited" ? 137 : 0, Error = "" },
            Config = new { box.Spec.Image, Labels = box.Labels.Select(l => l.Split('=', 2)).ToDictionary(l => l[0], l => l.Length == 2 ? l[1] : "") },
            NetworkSettings = new
            {
                Ports = box.Ports.Select(p => p.Split(':')).ToDictionary(p => $"{p[^1]}/tcp", p => new[] { new { HostIp = "0.0.0.0", HostPort = p[0] } }),
            },
        };
    }

    private VmAnswer Logs(Box box, int tail)
    {
        var lines = yard.Find(box.YardId)?.Log.Last(int.MaxValue).Where(l => l.Stream is "stdout" or "stderr").TakeLast(tail).ToList() ?? [];
        string Of(string stream) => string.Concat(lines.Where(l => l.Stream == stream)
            .Select(l => $"{l.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture)} {l.Text.ReplaceLineEndings(" ")}\n"));
        return new VmAnswer(0, Of("stdout"), Of("stderr"));
    }

    private static VmAnswer None(string name) => VmAnswer.Wrong($"Error response from daemon: No such container: {name}");
}
