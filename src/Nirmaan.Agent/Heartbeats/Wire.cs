using System.Text.Json.Serialization;

namespace Nirmaan.Agent;

/// <summary>What the agent tells the control plane: POST api/v1/heartbeats. Unknown is null.</summary>
/// <param name="BootId">One start of the agent.</param>
/// <param name="Sequence">From 1 within the boot; with the boot it makes a heartbeat unique, so a copy does no harm.</param>
/// <param name="SentAt">When it was made, not when it got through.</param>
/// <param name="State">One of <see cref="MinerState"/>.</param>
/// <param name="Gpus">Null when unknown.</param>
/// <param name="JobsDone">Since the boot.</param>
/// <param name="LastJobAt">When the last of them ended.</param>
/// <param name="Payouts">Where the running miner is paid, as read from it; null when none runs or it cannot be read.</param>
public sealed record Heartbeat(
    Guid BootId, long Sequence, DateTimeOffset SentAt, string State, IReadOnlyList<Heartbeat.GpuState>? Gpus, long JobsDone, DateTimeOffset? LastJobAt,
    IReadOnlyList<Heartbeat.Payout>? Payouts = null)
{
    /// <summary>A value of the payout variable, and where it stood: <c>environment MINER_ID_0</c>, <c>.env MINER_ID_0</c>.</summary>
    public sealed record Payout(string Source, string Value);

    /// <summary>One GPU: percent, degrees Celsius, MiB, watts.</summary>
    public sealed record GpuState(int Index, string Name, double? Utilisation, double? TemperatureC, double? MemoryUsedMb, double? PowerW);
}

/// <summary>The control plane's answer.</summary>
/// <param name="Accepted">How many it took, copies included.</param>
/// <param name="NextInSeconds">When it wants to hear again.</param>
public sealed record HeartbeatAnswer(int? Accepted, double? NextInSeconds);

/// <summary>Every JSON shape of the agent, generated at build so that trimming keeps nothing else.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Template))]
[JsonSerializable(typeof(Heartbeat))]
[JsonSerializable(typeof(HeartbeatAnswer))]
[JsonSerializable(typeof(Http.StatusAnswer))]
internal sealed partial class Wire : JsonSerializerContext;
