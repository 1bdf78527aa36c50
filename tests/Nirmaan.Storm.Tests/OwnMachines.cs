using Nirmaan.Providers.Ssh;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Suppliers.IoNet;

namespace Nirmaan.Storm.Tests;

/// <summary>Our own machines behind ssh: what the scripts do there, done on the sandbox's docker.</summary>
internal sealed class OwnMachines(ContainerYard yard, TimeProvider clock)
{
    private readonly Dictionary<string, VmDocker> _machines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Names of every operation whose container was ever made, once for each time.</summary>
    public List<string> Made { get; } = [];

    /// <summary>Ids of what stands there now, as the adapter names them.</summary>
    public IEnumerable<(string Id, string Name)> Standing => _machines.SelectMany(m => Names(m.Value).Select(n => ($"{m.Key}/{n}", _names.GetValueOrDefault(n, n)))).ToList();

    /// <summary>Runs one of the adapter's scripts.</summary>
    public SshAnswer Run(SshDoor door, string script, IReadOnlyList<string> words, IReadOnlyList<string>? env)
    {
        var docker = On(door.Label);
        var entries = (env ?? []).Select(e => e.Split('=', 2)).ToDictionary(e => e[0], e => e[1], StringComparer.Ordinal);
        VmAnswer Docker(params string[] say) => docker.Run(say, entries);
        SshAnswer Answer(VmAnswer said) => new(said.Exit, said.Output, said.Errors);
        bool IsThere(string name) => Docker("inspect", name).Exit == 0;
        switch (script)
        {
            case SshScripts.List:
                var ids = Ids(docker);
                return ids.Length == 0 ? new SshAnswer(0, "[]", "") : Answer(Docker(["inspect", .. ids]));
            case SshScripts.Logs:
                return IsThere(words[0]) ? Answer(Docker("logs", "--timestamps", "--tail", words[1], words[0])) : new SshAnswer(SshScripts.NoSuch, "", "");
            case SshScripts.Create:
                var used = Docker("ps", "--format", "").Output.Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries);
                if (IsThere(words[0])) { return new SshAnswer(SshScripts.Exists, "", ""); }
                if (words[1].Split(',').Any(used.Contains)) { return new SshAnswer(SshScripts.Taken, "", ""); }
                var made = Docker([.. words.Skip(2)]);
                if (made.Exit == 0) { Made.Add(words[0]); _names[words[0]] = words[0]; }
                return Answer(made);
            case SshScripts.Change:
                if (!IsThere(words[0])) { return new SshAnswer(SshScripts.NoSuch, "", ""); }
                Docker("rm", "-f", words[0]);
                return Answer(Docker([.. words.Skip(1)]));
            case SshScripts.Close:
                return IsThere(words[0]) ? Answer(Docker("rm", "-f", words[0])) : new SshAnswer(SshScripts.NoSuch, "", "");
            default: throw new ArgumentException("no script of the adapter's", nameof(script));
        }
    }

    /// <summary>One machine's containers die.</summary>
    public void Lose(string id)
    {
        var (machine, name) = (id.Split('/')[0], id.Split('/')[1]);
        On(machine).Run(["stop", name], new Dictionary<string, string>());
    }

    private VmDocker On(string machine) => _machines.TryGetValue(machine, out var docker) ? docker : _machines[machine] = new VmDocker(
        $"own/{machine}/", yard, clock, (image, env, command) => new ContainerSpec("own", machine, image, env, command, "rtx-a6000", 1, 48), $"own {machine}");

    private static string[] Ids(VmDocker docker) => docker.Run(["ps"], new Dictionary<string, string>()).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Names(VmDocker docker)
    {
        var ids = Ids(docker);
        if (ids.Length == 0) { return []; }
        using var told = System.Text.Json.JsonDocument.Parse(docker.Run(["inspect", .. ids], new Dictionary<string, string>()).Output);
        return [.. told.RootElement.EnumerateArray().Select(c => c.GetProperty("Name").GetString()!.TrimStart('/'))];
    }
}
