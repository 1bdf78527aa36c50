using System.Globalization;
using System.Text.RegularExpressions;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Ssh;

/// <summary>Where a container's ports are published on its machine.</summary>
internal enum SshPorts
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>At free ports of docker's choice: several containers share the machine.</summary>
    Any,

    /// <summary>Each at its own number: the machine is the container's alone.</summary>
    Same,
}

/// <summary>The words of a <c>docker run</c> for a request. Values of the environment travel apart from it, so that no list of processes shows them.</summary>
internal sealed partial record SshRun(IReadOnlyList<string> Words, IReadOnlyList<string> Env)
{
    /// <summary>Label with the agent's port.</summary>
    public const string AgentLabel = "nirmaan.port";

    // These would change what the shell and docker themselves do on the machine: they go as words.
    private static readonly string[] s_own = ["PATH", "HOME", "IFS", "ENV", "PS4", "SHELL", "USER", "TMPDIR", "BASH_ENV", "XDG_RUNTIME_DIR", "LC_ALL", "LANG", .. SshScripts.Variables];
    private static readonly string[] s_ownPrefixes = ["DOCKER_", "LD_", "BUILDKIT_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

    /// <summary>Words for a container of this name on these GPUs.</summary>
    /// <param name="container">Docker's name for it; a changed container keeps its own.</param>
    /// <exception cref="RentRefusedException">Something of the request cannot be said to docker.</exception>
    public static SshRun Of(RentRequest request, string machine, SshPorts ports, string container, IReadOnlyList<int> gpus, IReadOnlyList<string>? agentCommand)
    {
        if (!SshId.IsName(request.Name)) { throw new RentRefusedException($"name '{request.Name}'; expected letters, digits, dots and dashes"); }
        if (!Image().IsMatch(request.Template.Image)) { throw new RentRefusedException($"image '{request.Template.Image}'; expected an image's name"); }
        var agent = RentEnv.AgentPort(request);
        if (request.Template.Needs.InboundPorts.Count > 0 && ports == SshPorts.None) { throw new RentRefusedException($"inbound ports; machine '{machine}' has no public address"); }
        var list = string.Join(',', gpus.Select(g => g.ToString(CultureInfo.InvariantCulture)));
        List<string> words =
        [
            "run", "--detach", "--name", container, "--label", $"{SshInventory.NameLabel}={request.Name}", "--label", $"{SshInventory.GpusLabel}={list}", "--label", $"{AgentLabel}={agent.ToString(CultureInfo.InvariantCulture)}",
            // Docker reads this value as a line of CSV: the quotes keep the commas together.
            "--gpus", $"\"device={list}\"", "--restart", "unless-stopped", "--log-opt", "max-size=20m", "--log-opt", "max-file=3",
        ];
        if (ports == SshPorts.Same && request.Template.Needs.DockerSocket) { words.AddRange(["--volume", "/var/run/docker.sock:/var/run/docker.sock"]); }
        if (ports != SshPorts.None)
        {
            foreach (var published in request.Template.Needs.InboundPorts.Append(agent).Distinct())
            {
                words.Add("--publish");
                var port = published.ToString(CultureInfo.InvariantCulture);
                words.Add(ports == SshPorts.Same ? $"{port}:{port}" : port);
            }
        }
        var env = new List<string>();
        foreach (var (name, value) in RentEnv.Of(request))
        {
            if (!Name().IsMatch(name)) { throw new RentRefusedException($"env '{name}'; expected letters, digits and underscores"); }
            if (value.Contains('\0', StringComparison.Ordinal)) { throw new RentRefusedException($"env {name}: holds a zero character"); }
            var isOwn = s_own.Contains(name) || Array.Exists(s_ownPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
            words.Add("--env");
            words.Add(isOwn ? $"{name}={value}" : name);
            if (!isOwn) { env.Add($"{name}={value}"); }
        }
        if (agentCommand is { Count: > 0 })
        {
            words.Add("--entrypoint");
            words.Add(agentCommand[0]);
        }
        words.Add(request.Template.Image);
        words.AddRange(agentCommand?.Skip(1) ?? []);
        return new SshRun(words, env);
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$")]
    private static partial Regex Name();

    [GeneratedRegex("^[a-z0-9][A-Za-z0-9._:/@-]{0,400}$")]
    private static partial Regex Image();
}
