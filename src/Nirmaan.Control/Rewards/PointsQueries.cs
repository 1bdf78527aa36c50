using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>Points of one kind over a period. Points are a network's promise: they are never summed with tokens nor shown as dollars.</summary>
/// <param name="Earned">What the counters added; may be negative after a correction.</param>
/// <param name="Awarded">The part that miners of ours worked for.</param>
/// <param name="Samples">Readings of the counters.</param>
/// <param name="Workload">The first one that earns this kind.</param>
/// <param name="RentUsd">Rent of the machines whose workloads earn this kind.</param>
/// <param name="RentUsdPerThousand">What a thousand points cost in rent; null = none were earned or the kind has no workload.</param>
/// <param name="Notice">What must stand beside the figures; null = nothing.</param>
public sealed record PointsSum(
    NetworkName Network, string Kind, WorkloadName? Workload, decimal Earned, decimal Awarded, int Samples, int Irregularities, DateTimeOffset SampledAt, decimal RentUsd,
    decimal? RentUsdPerThousand, NetworkNotice? Notice);

/// <summary>Points of one kind on one UTC day.</summary>
public sealed record PointsDay(DateOnly Day, NetworkName Network, string Kind, decimal Earned);

/// <summary>One miner's points of one kind.</summary>
public sealed record MinerPoints(MinerId MinerId, NetworkName Network, WorkloadName Workload, string Kind, decimal Points);

/// <summary>Reads of points. Periods are [from, to).</summary>
public sealed class PointsQueries(IDbContextFactory<NirmaanDbContext> contexts, NetworkShelf networks, TimeProvider clock)
{
    /// <summary>Each network and kind.</summary>
    public async Task<IReadOnlyList<PointsSum>> SumsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var sums = await Samples(db, from, to).GroupBy(s => new { s.Network, s.Kind }).OrderBy(g => g.Key.Network).ThenBy(g => g.Key.Kind)
            .Select(g => new { g.Key.Network, g.Key.Kind, Earned = g.Sum(s => s.Earned), Samples = g.Count(), Irregular = g.Count(s => s.Irregularity != null), At = g.Max(s => s.At) })
            .ToListAsync(cancellationToken);
        var awarded = (await MinersAsync(from, to, null, cancellationToken)).GroupBy(p => (p.Network, p.Kind)).ToDictionary(g => g.Key, g => g.Sum(p => p.Points));
        var rent = (await RentReader.ReadAsync(db, from, to, cancellationToken)).GroupBy(r => r.Workload).ToDictionary(g => g.Key, g => g.Sum(r => r.Usd));
        var now = clock.GetUtcNow();
        return [.. sums.Select(s =>
        {
            var workload = networks.Find(s.Network)?.WorkloadOf(s.Kind);
            var usd = networks.Find(s.Network)?.WorkloadsOf(s.Kind, now).Keys.Sum(w => rent.GetValueOrDefault(w)) ?? 0;
            return new PointsSum(s.Network, s.Kind, workload, s.Earned, awarded.GetValueOrDefault((s.Network, s.Kind)), s.Samples, s.Irregular, s.At,
                usd, s.Earned > 0 && workload is not null ? decimal.Round(usd / s.Earned * 1000, 8) : null, networks.Find(s.Network)?.NoticeAt(now));
        })];
    }

    /// <summary>What was earned day by day.</summary>
    public async Task<IReadOnlyList<PointsDay>> DaysAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (first, end) = (from.ToUniversalTime(), to.ToUniversalTime());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Database.SqlQuery<DayRow>($"""
            SELECT (at AT TIME ZONE 'UTC')::date AS "Day", network AS "Network", kind AS "Kind", sum(earned) AS "Earned"
            FROM points_samples WHERE at >= {first} AND at < {end} GROUP BY "Day", network, kind ORDER BY "Day", network, kind
            """).ToListAsync(cancellationToken);
        return [.. rows.Select(r => new PointsDay(r.Day, new NetworkName(r.Network), r.Kind, r.Earned))];
    }

    /// <summary>Miners' parts, of one network or all.</summary>
    public async Task<IReadOnlyList<MinerPoints>> MinersAsync(DateTimeOffset from, DateTimeOffset to, NetworkName? network, CancellationToken cancellationToken)
    {
        var (first, end) = (from.ToUniversalTime(), to.ToUniversalTime());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var awards = await db.PointsAwards.AsNoTracking().Where(a => a.At >= first && a.At < end).GroupBy(a => new { a.MinerId, a.Kind })
            .Select(g => new { g.Key.MinerId, g.Key.Kind, Points = g.Sum(a => a.Points) })
            .Join(db.Miners, a => a.MinerId, m => m.Id, (a, m) => new { a.MinerId, a.Kind, a.Points, m.Network, m.Workload }).ToListAsync(cancellationToken);
        return [.. awards.Where(a => network is null || a.Network == network).OrderByDescending(a => a.Points).ThenBy(a => a.MinerId.Value)
            .Select(a => new MinerPoints(a.MinerId, a.Network, a.Workload, a.Kind, a.Points))];
    }

    /// <summary>Readings, newest first: the evidence behind the sums, irregular ones with their reason.</summary>
    public async Task<Page<PointsSample>> SamplesAsync(NetworkName network, string kind, string account, int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var samples = db.PointsSamples.AsNoTracking().Where(s => s.Network == network && s.Kind == kind && s.Account == account);
        if (after is not null)
        {
            samples = DateTimeOffset.TryParseExact(after, "O", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var mark)
                ? samples.Where(s => s.At < mark)
                : throw new InvalidInputException("after", after, "the next value of an earlier page");
        }
        return Paging.Cut(await samples.OrderByDescending(s => s.At).Take(take + 1).ToListAsync(cancellationToken), take, s => s.At.ToString("O", CultureInfo.InvariantCulture));
    }

    /// <summary>Readings of every account, newest first; only those that went otherwise than expected, when asked.</summary>
    public async Task<IReadOnlyList<PointsSample>> NewestSamplesAsync(bool onlyIrregular, int? limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var samples = db.PointsSamples.AsNoTracking();
        if (onlyIrregular) { samples = samples.Where(s => s.Irregularity != null); }
        return await samples.OrderByDescending(s => s.At).ThenBy(s => s.Network).ThenBy(s => s.Kind).Take(Paging.Limit(limit)).ToListAsync(cancellationToken);
    }

    private static IQueryable<PointsSample> Samples(NirmaanDbContext db, DateTimeOffset from, DateTimeOffset to)
    {
        var (first, end) = (from.ToUniversalTime(), to.ToUniversalTime());
        return db.PointsSamples.AsNoTracking().Where(s => s.At >= first && s.At < end);
    }

    private sealed record DayRow(DateOnly Day, string Network, string Kind, decimal Earned);
}
