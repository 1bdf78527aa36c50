using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Uptime;

/// <summary>The agent's words for what its miner does. Earning is not among them: only the control plane says that.</summary>
public static class ReportedStates
{
    /// <summary>Every word, in the order of a miner's life.</summary>
    public static readonly IReadOnlyList<string> All = ["installing", "loading", "serving", "working", "idle", "failed", "stopped"];

    /// <summary>True for the words that mean the model is loaded and work is accepted.</summary>
    public static bool IsServing(string state) => state is "serving" or "working" or "idle";
}

/// <summary>One GPU as the agent read it. Null = not measured, never 0.</summary>
/// <param name="Utilisation">Percent.</param>
/// <param name="MemoryUsedMb">MiB.</param>
/// <param name="PowerW">Watts.</param>
public sealed record GpuReading(int Index, string Name, decimal? Utilisation, decimal? TemperatureC, int? MemoryUsedMb, decimal? PowerW);

/// <summary>
/// One report of an agent. Unique by (miner, boot, sequence): the first copy wins, and the order of arrival does no harm because every rule
/// goes by <see cref="SentAt"/>.
/// </summary>
public sealed record Heartbeat(
    MinerId MinerId, Guid BootId, long Sequence, DateTimeOffset SentAt, DateTimeOffset ReceivedAt, string State, IReadOnlyList<GpuReading> Gpus, int JobsDone, DateTimeOffset? LastJobAt);
