using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

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

/// <summary>A report as an agent sends it (formats.md, POST heartbeats).</summary>
/// <param name="BootId">One run of the agent.</param>
/// <param name="Sequence">Counts up within a boot, from 0.</param>
/// <param name="SentAt">When it was made, by the agent's clock; it may arrive much later.</param>
/// <param name="State">One of <see cref="ReportedStates.All"/>.</param>
/// <param name="JobsDone">Since the agent's boot.</param>
/// <param name="Payouts">Where the running miner is paid, as the agent read it; null = not read.</param>
public sealed record HeartbeatReport(
    Guid BootId, long Sequence, DateTimeOffset SentAt, string State, IReadOnlyList<GpuReading> Gpus, int JobsDone, DateTimeOffset? LastJobAt, IReadOnlyList<PayoutReading>? Payouts = null);

/// <summary>What is wrong with a field, in words that name what was expected.</summary>
public sealed record FieldError(string Field, string Message);

/// <summary>What a batch of reports must keep to. Readings are taken as they are: only what identity, order and storage rest on is checked.</summary>
public static class HeartbeatRules
{
    /// <summary>Reports in one batch.</summary>
    public const int MaxBatch = 500;
    /// <summary>GPUs in one report.</summary>
    public const int MaxGpus = 16;
    /// <summary>Characters of a GPU's name.</summary>
    public const int MaxGpuName = 100;
    /// <summary>How far an agent's clock may be ahead of ours.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);
    // Clocks that were never set count from 1970 or 2000.
    private static readonly DateTimeOffset s_earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The faults of a batch; empty = it may be stored. A single report is a batch of one.</summary>
    public static IReadOnlyList<FieldError> Check(IReadOnlyList<HeartbeatReport> batch, DateTimeOffset now)
    {
        if (batch.Count == 0) { return [new FieldError("batch", "is empty; expected 1 to 500 reports.")]; }
        if (batch.Count > MaxBatch) { return [new FieldError("batch", $"holds {batch.Count} reports; expected at most {MaxBatch}.")]; }
        return [.. batch.SelectMany((report, i) => Check(report, batch.Count == 1 ? "" : $"batch[{i}].", now))];
    }

    private static IEnumerable<FieldError> Check(HeartbeatReport report, string at, DateTimeOffset now)
    {
        if (report.BootId == Guid.Empty) { yield return new FieldError($"{at}bootId", "is missing; expected the UUID of the agent's run."); }
        if (report.Sequence < 0) { yield return new FieldError($"{at}sequence", $"is {report.Sequence}; expected 0 or more."); }
        if (report.SentAt > now + ClockSkew)
        {
            yield return new FieldError($"{at}sentAt", $"{report.SentAt:O} is in the future; expected at most {ClockSkew.TotalMinutes:0} minutes after {now:O}.");
        }
        if (report.SentAt < s_earliest) { yield return new FieldError($"{at}sentAt", $"{report.SentAt:O} is before {s_earliest:O}; expected the time at which it was made."); }
        if (!ReportedStates.All.Contains(report.State)) { yield return new FieldError($"{at}state", $"'{report.State}' is not one of {string.Join(", ", ReportedStates.All)}."); }
        if (report.JobsDone < 0) { yield return new FieldError($"{at}jobsDone", $"is {report.JobsDone}; expected 0 or more."); }
        if (report.LastJobAt > now + ClockSkew) { yield return new FieldError($"{at}lastJobAt", $"{report.LastJobAt:O} is in the future."); }
        if (report.Payouts is { } payouts && (payouts.Count > PayoutRules.MostReadings || payouts.Any(p => !IsStorable(p?.Source) || !IsStorable(p?.Value))))
        {
            yield return new FieldError($"{at}payouts", $"expected at most {PayoutRules.MostReadings}, each with source and value of at most {PayoutRules.MostCharacters} characters without control characters.");
        }
        if (report.Gpus is null) { yield return new FieldError($"{at}gpus", "is missing; expected a list, empty when nothing was read."); yield break; }
        if (report.Gpus.Count > MaxGpus) { yield return new FieldError($"{at}gpus", $"holds {report.Gpus.Count}; expected at most {MaxGpus}."); }
        for (var g = 0; g < report.Gpus.Count; g++)
        {
            // The database stores no NUL, and a name is shown as it is.
            if (report.Gpus[g]?.Name is not { Length: <= MaxGpuName } name || name.Any(char.IsControl))
            {
                yield return new FieldError($"{at}gpus[{g}].name", $"expected at most {MaxGpuName} characters without control characters.");
            }
        }
    }

    private static bool IsStorable(string? text) => text is { Length: > 0 and <= PayoutRules.MostCharacters } && !text.Any(char.IsControl);
}
