using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Uptime;

/// <summary>Seconds of some time by what they were; up + starting + failed + unheard = counted.</summary>
public sealed record UptimeSum(long CountedSeconds, long UpSeconds, long StartingSeconds, long FailedSeconds, long UnheardSeconds, long Jobs)
{
    /// <summary>Share of the counted time that was up, 0 to 1; null = nothing was counted.</summary>
    public decimal? UpShare => CountedSeconds == 0 ? null : (decimal)UpSeconds / CountedSeconds;
}

/// <summary>One hour of the fleet.</summary>
public sealed record FleetHour(DateTimeOffset StartsAt, int Miners, UptimeSum Sum);

/// <summary>One miner over a period.</summary>
public sealed record MinerUptime(MinerId MinerId, NetworkName Network, WorkloadName Workload, UptimeSum Sum);

/// <summary>A report as the instance page shows it.</summary>
public sealed record HeartbeatRow(
    Guid BootId, long Sequence, DateTimeOffset SentAt, DateTimeOffset ReceivedAt, string State, IReadOnlyList<GpuReading> Gpus, int JobsDone, DateTimeOffset? LastJobAt);

/// <summary>Reads of uptime. Periods are [from, to) and count the hours that begin in them; only hours that ended are scored.</summary>
public sealed class UptimeQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    /// <summary>The fleet hour by hour, of one network or all; hours in which no miner lived are left out.</summary>
    public async Task<IReadOnlyList<FleetHour>> HoursAsync(DateTimeOffset from, DateTimeOffset to, NetworkName? network, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var windows = Windows(db, from, to);
        if (network is { } name) { windows = windows.Where(w => db.Miners.Any(m => m.Id == w.MinerId && m.Network == name)); }
        var hours = await windows.GroupBy(w => w.StartsAt).OrderBy(g => g.Key).Select(g => new
        {
            g.Key,
            Miners = g.Count(),
            Counted = g.Sum(w => (long)w.CountedSeconds),
            Up = g.Sum(w => (long)w.UpSeconds),
            Starting = g.Sum(w => (long)w.StartingSeconds),
            Failed = g.Sum(w => (long)w.FailedSeconds),
            Unheard = g.Sum(w => (long)w.UnheardSeconds),
            Jobs = g.Sum(w => (long)w.Jobs),
        }).ToListAsync(cancellationToken);
        return [.. hours.Select(h => new FleetHour(h.Key, h.Miners, new UptimeSum(h.Counted, h.Up, h.Starting, h.Failed, h.Unheard, h.Jobs)))];
    }

    /// <summary>Every miner with a scored hour in the period, by miner id; the sums are its own.</summary>
    public async Task<IReadOnlyList<MinerUptime>> MinersAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var sums = await Windows(db, from, to).GroupBy(w => w.MinerId).Select(g => new
        {
            g.Key,
            Counted = g.Sum(w => (long)w.CountedSeconds),
            Up = g.Sum(w => (long)w.UpSeconds),
            Starting = g.Sum(w => (long)w.StartingSeconds),
            Failed = g.Sum(w => (long)w.FailedSeconds),
            Unheard = g.Sum(w => (long)w.UnheardSeconds),
            Jobs = g.Sum(w => (long)w.Jobs),
        }).Join(db.Miners, s => s.Key, m => m.Id, (s, m) => new { s, m.Network, m.Workload }).OrderBy(x => x.s.Key).ToListAsync(cancellationToken);
        return [.. sums.Select(x => new MinerUptime(x.s.Key, x.Network, x.Workload, new UptimeSum(x.s.Counted, x.s.Up, x.s.Starting, x.s.Failed, x.s.Unheard, x.s.Jobs)))];
    }

    /// <summary>The scored hours of one miner.</summary>
    public async Task<IReadOnlyList<UptimeWindow>> WindowsAsync(MinerId miner, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await Windows(db, from, to).Where(w => w.MinerId == miner).OrderBy(w => w.StartsAt).ToListAsync(cancellationToken);
    }

    /// <summary>The whole fleet over a period.</summary>
    public async Task<UptimeSum> SumAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var hours = await HoursAsync(from, to, null, cancellationToken);
        return new UptimeSum(hours.Sum(h => h.Sum.CountedSeconds), hours.Sum(h => h.Sum.UpSeconds), hours.Sum(h => h.Sum.StartingSeconds),
            hours.Sum(h => h.Sum.FailedSeconds), hours.Sum(h => h.Sum.UnheardSeconds), hours.Sum(h => h.Sum.Jobs));
    }

    /// <summary>A miner's newest reports, the newest first.</summary>
    public async Task<IReadOnlyList<HeartbeatRow>> HeartbeatsAsync(MinerId miner, int? limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Heartbeats.AsNoTracking().Where(h => h.MinerId == miner).OrderByDescending(h => h.SentAt).ThenByDescending(h => h.Sequence).Take(Paging.Limit(limit))
            .Select(h => new HeartbeatRow(h.BootId, h.Sequence, h.SentAt, h.ReceivedAt, h.State, h.Gpus, h.JobsDone, h.LastJobAt)).ToListAsync(cancellationToken);
    }

    private static IQueryable<UptimeWindow> Windows(NirmaanDbContext db, DateTimeOffset from, DateTimeOffset to)
    {
        var (first, end) = (from.ToUniversalTime(), to.ToUniversalTime());
        return db.UptimeWindows.AsNoTracking().Where(w => w.StartsAt >= first && w.StartsAt < end);
    }
}
