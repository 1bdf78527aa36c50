using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Web.Api;

/// <summary>The articles' steps, each with the time it was first seen; null = not yet.</summary>
internal sealed record StepsWire(DateTimeOffset? Rented, DateTimeOffset? GpuVerified, DateTimeOffset? FilesReady, DateTimeOffset? ModelLoaded, DateTimeOffset? Enrolled, DateTimeOffset? FirstCredit);

/// <summary>A workload on a machine.</summary>
internal sealed record MinerWire(
    string Id, string InstanceId, string Network, string Workload, MinerState State, string? Reason, DateTimeOffset StateSince, string? ReportedState, DateTimeOffset? LastHeartbeatAt, int JobsDone, DateTimeOffset? LastJobAt,
    DateTimeOffset? LastCreditAt, DateTimeOffset? EnrolledAt, string PayoutAddress, string NetworkKey, string Beneficiary, string Template, int TemplateVersion, StepsWire Steps, DateTimeOffset CreatedAt, DateTimeOffset? StoppedAt)
{
    public static MinerWire Of(MinerRow m) => new(
        m.Id.ToString(), m.InstanceId.ToString(), m.Network.Value, m.Workload.Value, m.State, m.Reason, m.StateSince, m.ReportedState, m.LastHeartbeatAt, m.JobsDone, m.LastJobAt, m.LastCreditAt, m.EnrolledAt, m.PayoutAddress,
        m.NetworkKey, m.Beneficiary, m.Template, m.TemplateVersion, new StepsWire(m.Steps.Rented, m.Steps.GpuVerified, m.Steps.FilesReady, m.Steps.ModelLoaded, m.Steps.Enrolled, m.Steps.FirstCredit), m.CreatedAt, m.StoppedAt);
}

/// <summary>Hours that ended. Up + starting + failed + unheard = counted.</summary>
/// <param name="UpShare">0 to 1; null = nothing was counted.</param>
internal sealed record UptimeWire(decimal? UpShare, long CountedSeconds, long UpSeconds, long StartingSeconds, long FailedSeconds, long UnheardSeconds);

/// <summary>Points of a kind: a network's promise, not money.</summary>
internal sealed record PointsWire(string Kind, decimal Points, NoticeWire? Notice);

/// <summary>A miner with its last seven days.</summary>
internal sealed record MinerDetailWire(MinerWire Miner, UptimeWire? Uptime7d, IReadOnlyList<PointsWire> Points7d);

/// <summary>One line of a log: text of someone else's making, cleaned, never markup.</summary>
/// <param name="At">When it was written, by the machine's clock; where the supplier gave it, when it was read.</param>
/// <param name="Source"><c>stdout</c>, <c>stderr</c>, <c>agent</c>, a log file's name, <c>supplier:stdout</c>, <c>supplier:stderr</c>; <c>:gap</c> = lines went by unread here.</param>
internal sealed record LogLineWire(DateTimeOffset At, string Source, string Text);

/// <summary>Lines of a miner's log, oldest first.</summary>
/// <param name="Source"><c>live</c> = read now; <c>kept</c> = as last read; <c>none</c> = nothing was ever read.</param>
/// <param name="Origin">Who gave them; null = nothing was ever read.</param>
/// <param name="ReadAt">When they were read; null = never.</param>
/// <param name="WhyNotLive">Why they could not be read now; null = they were.</param>
internal sealed record LogWire(string Source, LogOrigin? Origin, DateTimeOffset? ReadAt, string? WhyNotLive, IReadOnlyList<LogLineWire> Lines)
{
    public static LogWire Of(LogTail log) => new(
        log.IsLive ? "live" : log.ReadAt is null ? "none" : "kept", log.Origin, log.ReadAt, log.WhyNotLive, [.. log.Lines.Select(l => new LogLineWire(l.At, l.Source, l.Text))]);
}

internal static class MinerCalls
{
    private static readonly TimeSpan s_period = TimeSpan.FromDays(7);

    public static void Map(RouteGroupBuilder read)
    {
        read.MapGet("/miners", async (bool? all, int? limit, string? after, FleetQueries fleet, Figures figures, CancellationToken cancellationToken) =>
        {
            var page = await fleet.ListMinersAsync(all != true, limit, after, cancellationToken);
            var of = await figures.ReadAsync(cancellationToken);
            return page.ToWire(of);
        }).WithName("listMiners").WithSummary("Live miners, newest first, with uptime and points of seven days; with all=true ended ones too.").ProducesProblem(400);
        read.MapGet("/miners/{id:guid}", async (Guid id, FleetQueries fleet, Figures figures, CancellationToken cancellationToken) =>
            await fleet.FindMinerAsync(new MinerId(id), cancellationToken) is { } miner ? Results.Ok((await figures.ReadAsync(cancellationToken))(miner)) : Problems.NotFound("miner", id))
            .WithName("getMiner").WithSummary("One miner: state, uptime, points, payout address.").Produces<MinerDetailWire>().ProducesProblem(404);
        read.MapGet("/miners/{id:guid}/logs", async (Guid id, int? tail, LogQueries logs, CancellationToken cancellationToken) =>
            await logs.ReadTailAsync(new MinerId(id), tail, cancellationToken) is { } log ? Results.Ok(LogWire.Of(log)) : Problems.NotFound("miner", id))
            .WithName("getMinerLogs").WithSummary("The newest lines of its container's log, or the newest kept ones when the machine is gone; tail = 1 to 2000, 200 by itself.").Produces<LogWire>().ProducesProblem(400).ProducesProblem(404);
    }

    /// <summary>What each miner did in the last days, read once for all of a page.</summary>
    internal sealed class Figures(UptimeQueries uptime, PointsQueries points, NetworkShelf networks, TimeProvider clock)
    {
        public async Task<Func<MinerRow, MinerDetailWire>> ReadAsync(CancellationToken cancellationToken)
        {
            var now = clock.GetUtcNow();
            var up = (await uptime.MinersAsync(now - s_period, now, cancellationToken)).ToDictionary(m => m.MinerId, m => m.Sum);
            var earned = (await points.MinersAsync(now - s_period, now, null, cancellationToken)).ToLookup(p => p.MinerId);
            return miner => new MinerDetailWire(MinerWire.Of(miner),
                up.TryGetValue(miner.Id, out var sum) ? new UptimeWire(sum.UpShare, sum.CountedSeconds, sum.UpSeconds, sum.StartingSeconds, sum.FailedSeconds, sum.UnheardSeconds) : null,
                [.. earned[miner.Id].Select(p => new PointsWire(p.Kind, p.Points, networks.Find(p.Network)?.NoticeAt(now).ToWire()))]);
        }
    }
}
