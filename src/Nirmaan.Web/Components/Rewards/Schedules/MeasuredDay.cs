using System.Numerics;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Web.Components.Rewards.Schedules;

/// <summary>Our points of one kind on a day beside those of all others.</summary>
/// <param name="Others">Of the whole day at the rate that was estimated last; null = unknown.</param>
public sealed record PointsPart(string Kind, decimal Ours, decimal? Others)
{
    /// <summary>Ours of all; null = unknown, or there were none at all.</summary>
    public decimal? Share => Others is { } others && Ours >= 0 && Ours + others > 0 ? Ours / (Ours + others) : null;
}

/// <summary>What the house measured of its own part on the last whole day (UTC).</summary>
/// <param name="Mor">Wei of MOR received; null = payments are not read to the day's end.</param>
/// <param name="Points">Kinds whose counters were read in the day.</param>
public sealed record MeasuredDay(DateTimeOffset From, BigInteger? Mor, IReadOnlyList<PointsPart> Points)
{
    /// <summary>The day before the one that contains a time.</summary>
    public static DateTimeOffset Before(DateTimeOffset now) => new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(-1);

    /// <summary>Our MOR of what the contract could pay at most on that day; null = unknown, or it could pay nothing.</summary>
    public decimal? MorShare => Mor is { } ours && MorComputeState.Of(From, 0).TodaysBudget is { IsZero: false } most
        ? new TokenAmount(ours, Asset.Mor).ToDecimal() / new TokenAmount(most, Asset.Mor).ToDecimal()
        : null;

    /// <summary>Puts a day's readings together.</summary>
    /// <param name="received">Of the day.</param>
    /// <param name="readTo">Up to when each network's payments are read.</param>
    /// <param name="points">Of the day.</param>
    /// <param name="estimate">The newest; null = none.</param>
    public static MeasuredDay Of(
        DateTimeOffset from, IEnumerable<NetworkRewards> received, IReadOnlyDictionary<NetworkName, DateTimeOffset> readTo, IEnumerable<PointsSum> points, YieldEstimate? estimate) => new(
            from,
            readTo.TryGetValue(NetworkName.Morpheus, out var read) && read >= from.AddDays(1)
                ? received.Where(n => n.Network == NetworkName.Morpheus).SelectMany(n => n.Received).Where(r => r.Asset == Asset.Mor).Aggregate(BigInteger.Zero, (sum, r) => sum + r.Units)
                : null,
            [.. points.Where(p => p.Network == NetworkName.Heurist).Select(p => new PointsPart(
                p.Kind, p.Earned, estimate?.Pools.FirstOrDefault(pool => pool.Pool.Value == $"{NetworkName.Heurist}-{p.Kind}")?.OthersWorkPerHour * 24))]);
}
