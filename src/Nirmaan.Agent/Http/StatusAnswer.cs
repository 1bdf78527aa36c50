using Nirmaan.Agent.Gpu;

namespace Nirmaan.Agent.Http;

/// <summary>GET /status. Unknown is null; times are UTC.</summary>
/// <param name="LastLines">The last 100 lines; null for who does not show the agent's token.</param>
public sealed record StatusAnswer(
    Guid BootId, DateTimeOffset Now, StatusAnswer.TemplateName? Template, string State, string? Reason, DateTimeOffset Since,
    long JobsDone, DateTimeOffset? LastJobAt, StatusAnswer.MinerLife Miner, StatusAnswer.MachineFacts Machine, StatusAnswer.HeartbeatFacts Heartbeats,
    IReadOnlyList<string> Warnings, IReadOnlyList<string>? LastLines)
{
    /// <summary>Which recipe runs.</summary>
    public sealed record TemplateName(string? Name, string? Version, string? Network, string? Workload);

    /// <summary>The miner's process, and when the next start is due while a pause runs.</summary>
    public sealed record MinerLife(int? ProcessId, DateTimeOffset? StartedAt, int Restarts, DateTimeOffset? NextStartAt, double? SecondsToNextStart);

    /// <summary>What the check before the start found: "matched", "mismatch" or "unknown".</summary>
    public sealed record MachineFacts(string Check, string? DriverVersion, string? CudaVersion, IReadOnlyList<GpuReading>? Gpus);

    /// <summary>How heartbeats fare.</summary>
    public sealed record HeartbeatFacts(
        long Made, long Unsent, long Dropped, long Rejected, DateTimeOffset? LastAcceptedAt, string? Problem, double EverySeconds);
}
