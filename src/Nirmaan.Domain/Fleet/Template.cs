using System.Text.Json.Serialization;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Fleet;

/// <summary>
/// A versioned recipe of a miner: image, command, environment, needs and log rules (formats.md, template.yaml). Shared with the agent as
/// JSON, so the property names are the file's.
/// </summary>
/// <param name="Failover">Where another machine is taken; the control plane's business, not the agent's.</param>
/// <param name="IdleStopHours">A machine to which no work came for so long is given back; null = never. The control plane's business too.</param>
/// <param name="Upstream">Whose program it packs; null = nobody's releases are watched.</param>
public sealed record Template(
    string Name, int Version, string Network, string Workload, string Image, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Env,
    IReadOnlyList<string> SecretEnv, TemplateNeeds Needs, TemplatePayout Payout, TemplateLogs Logs, int ReadyWithinMinutes, int StopGraceSeconds,
    string Licence, TemplateSeason? Season, [property: JsonIgnore] Failover Failover = Failover.Elsewhere, [property: JsonIgnore] int? IdleStopHours = null, [property: JsonIgnore] TemplateUpstream? Upstream = null)
{
    /// <summary>The network that pays.</summary>
    public NetworkName NetworkName => new(Network);
    /// <summary>What the miner does.</summary>
    public WorkloadName WorkloadName => new(Workload);
}

/// <summary>Where another machine is taken in place of one that was lost. Both take what is left when nothing fits.</summary>
public enum Failover
{
    /// <summary>Anywhere but at the provider that lost it, the cheapest first.</summary>
    Elsewhere,
    /// <summary>At the same supplier first, though not at the same provider: what the miner keeps there, such as an image or weights, is near.</summary>
    SameSupplier,
}

/// <summary>What a machine must have. Memory and disk in GB, processors in virtual cores.</summary>
public sealed record TemplateNeeds(
    int MinVramGb, int Gpus, decimal Vcpu, int RamGb, int DiskGb, string? CudaMin, IReadOnlyList<int> InboundPorts, bool Vm, bool DockerSocket);

/// <summary>Where the network pays: the kind of address and the environment entry that carries it.</summary>
/// <param name="Kind"><c>evm-address</c>, <c>evm-hot-key</c>, <c>ss58</c> or <c>solana</c>.</param>
public sealed record TemplatePayout(string Kind, string Env);

/// <summary>Log files (globs, relative to the work folder; stdout and stderr are always read) and the rules that map lines to states.</summary>
public sealed record TemplateLogs(IReadOnlyList<string> Files, IReadOnlyList<TemplateLogRule> Rules);

/// <summary>A line that matches the regular expression means the state, for the reason. First match wins.</summary>
/// <param name="State">The heartbeat's words: installing, loading, serving, working, idle, failed, stopped.</param>
public sealed record TemplateLogRule(string Match, string State, string Reason);

/// <summary>When the network pays for this workload. An ended season makes every figure of it a replay, and pages say so.</summary>
public sealed record TemplateSeason(DateTimeOffset? From, DateTimeOffset? To);
