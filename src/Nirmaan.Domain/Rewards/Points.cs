using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>A counter as a network shows it: cumulative points of one kind on one account. Points are a promise, never money.</summary>
public sealed record PointsReading(NetworkName Network, string Kind, string Account, decimal Counter, DateTimeOffset At, string Source);

/// <summary>A stored reading with what it adds to the one before.</summary>
public sealed record PointsSample(
    NetworkName Network, string Kind, string Account, DateTimeOffset At, decimal Counter, decimal Earned, string? Irregularity, string Source);

/// <summary>What a miner's share of a sample is, by the work it reported in the same time.</summary>
public sealed record PointsAward(MinerId MinerId, string Kind, DateTimeOffset At, decimal Points);

/// <summary>Differences of cumulative counters that may reset or fall.</summary>
public static class PointsCounter
{
    /// <summary>Name of the method, shown beside what it computed; another method gets another name.</summary>
    public const string MethodVersion = "counter-difference-1";

    /// <summary>A counter that falls below its last value divided by this was reset; a smaller fall is a correction.</summary>
    public const int ResetBelow = 10;

    /// <summary>
    /// What a reading adds. A first reading adds nothing (what was before is not ours to claim); a fall to less than a tenth is a
    /// reset and adds the new count; any other fall is a correction by the network and is negative, so that sums follow the network.
    /// </summary>
    public static (decimal Earned, string? Irregularity) Difference(decimal? before, decimal now) => before switch
    {
        null => (0m, null),
        { } last when now >= last => (now - last, null),
        { } last when now < last / ResetBelow => (now, $"counter reset from {last} to {now}"),
        { } last => (now - last, $"counter fell from {last} to {now}"),
    };

    /// <summary>
    /// Shares points out by work, to 0.000001. Without any reported work they are shared equally; the parts add up exactly and none has
    /// another sign than the whole.
    /// </summary>
    public static IReadOnlyList<(MinerId Miner, decimal Points)> ShareOut(decimal points, IReadOnlyList<(MinerId Miner, decimal Work)> miners)
    {
        if (miners.Count == 0 || points == 0) { return []; }
        var total = miners.Sum(m => m.Work);
        // Cut off, not rounded: what is left over then has the sign of the whole, and the largest part takes it.
        var parts = miners.Select(m => (m.Miner, Points: CutOff(total > 0 ? points * (m.Work / total) : points / miners.Count))).ToList();
        var largest = Enumerable.Range(0, parts.Count).MaxBy(i => Math.Abs(parts[i].Points));
        parts[largest] = (parts[largest].Miner, parts[largest].Points + points - parts.Sum(p => p.Points));
        return parts;
    }

    private static decimal CutOff(decimal points) => Math.Truncate(points * 1_000_000m) / 1_000_000m;
}
