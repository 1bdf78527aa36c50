using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Uptime;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Uptime;

/// <summary>The fleet's uptime for everybody: sums, no machine by name.</summary>
public sealed partial class UptimePage
{
    private const int DaysShown = 7;
    private const double Hour = 3600;

    [Inject] public required UptimeQueries Uptimes { get; init; }

    [Inject] public required RewardQueries Rewards { get; init; }

    protected override IReadOnlyList<Topic> Topics => [Topic.Uptime];

    protected override async Task<View> FindAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        var from = UptimeWindow.StartOf(now).AddDays(-DaysShown);
        var hours = await Uptimes.HoursAsync(from, now, null, cancellationToken);
        var miners = await Uptimes.MinersAsync(from, now, cancellationToken);
        var notices = Rewards.Notices();
        return new View(
            SumOf(hours.Where(h => h.StartsAt >= UptimeWindow.StartOf(now).AddDays(-1)).Select(h => h.Sum)), SumOf(hours.Select(h => h.Sum)), hours.Count == 0 ? null : hours[^1].StartsAt + UptimeWindow.Length,
            [.. hours.GroupBy(h => DateOnly.FromDateTime(h.StartsAt.UtcDateTime)).Select(g => (g.Key, SumOf(g.Select(h => h.Sum))))], hours,
            [.. miners.GroupBy(m => (m.Network, m.Workload)).OrderBy(g => g.Key.Workload.Value, StringComparer.Ordinal)
                .Select(g => new WorkloadUptime(g.Key.Workload, g.Key.Network, g.Count(), SumOf(g.Select(m => m.Sum)), notices.GetValueOrDefault(g.Key.Network)))]);
    }

    private static UptimeSum SumOf(IEnumerable<UptimeSum> parts) => parts.Aggregate(
        new UptimeSum(0, 0, 0, 0, 0, 0),
        (sum, p) => new UptimeSum(
            sum.CountedSeconds + p.CountedSeconds, sum.UpSeconds + p.UpSeconds, sum.StartingSeconds + p.StartingSeconds, sum.FailedSeconds + p.FailedSeconds, sum.UnheardSeconds + p.UnheardSeconds,
            sum.Jobs + p.Jobs));

    private static IReadOnlyList<BarSeries> SeriesOf(IReadOnlyList<(DateOnly Day, UptimeSum Sum)> days)
    {
        BarSeries Of(string name, Func<UptimeSum, long> seconds) => new(name, [.. days.Select(d => (double?)(seconds(d.Sum) / Hour))]);
        return [Of("Up", s => s.UpSeconds), Of("Starting", s => s.StartingSeconds), Of("Failed", s => s.FailedSeconds), Of("Not heard", s => s.UnheardSeconds)];
    }

    // An hour in which no miner lived is a gap, not a zero.
    private static IReadOnlyList<ChartSeries> LinesOf(IReadOnlyList<FleetHour> hours)
    {
        var known = hours.ToDictionary(h => h.StartsAt, h => (double?)h.Sum.UpShare);
        List<ChartPoint> points = [];
        for (var at = hours[0].StartsAt; at <= hours[^1].StartsAt; at += UptimeWindow.Length) { points.Add(new ChartPoint(at, known.GetValueOrDefault(at))); }
        return [new ChartSeries("Up", points, IsFilled: true)];
    }

    private static string Hours(long seconds) => seconds is > 0 and < 3600 ? $"{Format.Brief(seconds / 60.0)} min" : $"{Format.Brief(seconds / Hour)} h";

    /// <summary>What is shown.</summary>
    /// <param name="ScoredTo">End of the newest scored hour; null = none is scored.</param>
    public sealed record View(
        UptimeSum Day, UptimeSum Week, DateTimeOffset? ScoredTo, IReadOnlyList<(DateOnly Day, UptimeSum Sum)> Days, IReadOnlyList<FleetHour> Hours, IReadOnlyList<WorkloadUptime> Workloads);

    /// <summary>All miners of a workload.</summary>
    /// <param name="Notice">What must stand beside the figures; null = nothing.</param>
    public sealed record WorkloadUptime(WorkloadName Workload, NetworkName Network, int Miners, UptimeSum Sum, NetworkNotice? Notice);
}
