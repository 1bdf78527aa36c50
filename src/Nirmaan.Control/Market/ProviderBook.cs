using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Market;

/// <summary>What we know of providers from the machines that we had of them, for whoever compares offers or bids.</summary>
public sealed class ProviderBook(TimeProvider clock)
{
    /// <summary>Machines that billed within this time count, with their whole life.</summary>
    public static readonly TimeSpan LooksBack = TimeSpan.FromDays(30);

    // Scores move with whole hours of uptime; a block must bar at once, so blocks are read each time.
    private static readonly TimeSpan s_keepScores = TimeSpan.FromMinutes(10);

    private volatile Scores? _scores;

    private sealed record Scores(DateTimeOffset At, IReadOnlyDictionary<ProviderKey, ProviderScore> ByProvider);

    /// <summary>The standing of every provider that we know something of.</summary>
    public async Task<ProviderStandings> ReadAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_scores is not { } scores || now - scores.At is var age && (age < TimeSpan.Zero || age >= s_keepScores))
        {
            _scores = scores = new Scores(now, (await ScoresAsync(db, now, cancellationToken)).ToDictionary(s => s.Key));
        }
        var blocks = (await InForce(db, now).ToListAsync(cancellationToken)).GroupBy(b => b.Key).ToDictionary(g => g.Key, g => g.MaxBy(b => b.Until)!);
        return new ProviderStandings(scores.ByProvider.Keys.Union(blocks.Keys).ToDictionary(key => key, key => new ProviderStanding(
            scores.ByProvider.GetValueOrDefault(key)?.UsefulShare ?? ProviderScore.Expected,
            blocks.GetValueOrDefault(key) is { } block ? $"blocked until {block.Until:u} by {block.By}: {block.Why}" : null)));
    }

    /// <summary>Blocks that bar now.</summary>
    internal static IQueryable<ProviderBlock> InForce(NirmaanDbContext db, DateTimeOffset now) => db.ProviderBlocks.AsNoTracking().Where(b => b.LiftedAt == null && b.Until > now);

    /// <summary>The score of each provider whose machines billed, or who made a bid, lately.</summary>
    internal static async Task<List<ProviderScore>> ScoresAsync(NirmaanDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var from = now - LooksBack;
        var machines = await db.Instances.AsNoTracking()
            .Where(i => i.Provider != null && i.BilledFrom != null && (i.ClosedAt == null || i.ClosedAt > from))
            .Select(i => new { i.Id, i.Supplier, Provider = i.Provider!, i.GpuCount, i.UsdPerGpuHour, BilledFrom = i.BilledFrom!.Value, i.RunningAt, i.ClosedAt, i.State, i.Reason })
            .ToListAsync(cancellationToken);
        var up = await db.UptimeWindows.AsNoTracking()
            .Join(db.Miners, w => w.MinerId, m => m.Id, (w, m) => new { m.InstanceId, w.UpSeconds })
            .Join(db.Instances.Where(i => i.Provider != null && i.BilledFrom != null && (i.ClosedAt == null || i.ClosedAt > from)), w => w.InstanceId, i => i.Id, (w, i) => w)
            .GroupBy(w => w.InstanceId).Select(g => new { g.Key, Seconds = g.Sum(w => (long)w.UpSeconds) }).ToDictionaryAsync(g => g.Key, g => g.Seconds, cancellationToken);
        // Uptime is scored after each hour's end: what is billed and not scored yet is neither useful nor useless.
        var scoredTo = await db.UptimeWindows.MaxAsync(w => (DateTimeOffset?)w.StartsAt, cancellationToken) is { } last ? last + Domain.Uptime.UptimeWindow.Length : from;
        var bids = await db.Bids.AsNoTracking().Where(b => b.FirstSeenAt > from)
            .Join(db.Instances, b => b.InstanceId, i => i.Id, (b, i) => new { i.Supplier, b.Provider, b.Accepted })
            .GroupBy(b => new { b.Supplier, b.Provider }).Select(g => new { g.Key.Supplier, g.Key.Provider, Seen = g.Count(), Won = g.Count(b => b.Accepted) }).ToListAsync(cancellationToken);

        var named = await NamedAsync(db, cancellationToken);
        var byProvider = machines.ToLookup(m => ProviderKey.Of(m.Supplier, m.Provider, named.Contains));
        var bidsOf = bids.ToDictionary(b => new ProviderKey(b.Supplier, b.Provider));
        List<ProviderScore> scores = [];
        foreach (var key in byProvider.Select(g => g.Key).Union(bidsOf.Keys))
        {
            decimal billed = 0, useful = 0, usd = 0;
            foreach (var machine in byProvider[key])
            {
                var to = machine.ClosedAt is { } closed && closed < scoredTo ? closed : scoredTo;
                var hours = Math.Max(0, (decimal)(to - machine.BilledFrom).TotalHours) * machine.GpuCount;
                billed += hours;
                useful += Math.Min(hours, up.GetValueOrDefault(machine.Id) / 3600m * machine.GpuCount);
                usd += hours * (machine.UsdPerGpuHour ?? 0);
            }
            var mine = byProvider[key].ToList();
            scores.Add(new ProviderScore(
                key, bidsOf.GetValueOrDefault(key)?.Seen ?? 0, bidsOf.GetValueOrDefault(key)?.Won ?? 0, mine.Count, mine.Count(m => m.RunningAt is not null),
                mine.Count(m => m.State == InstanceState.Failed), Median([.. mine.Where(m => m.RunningAt is not null).Select(m => m.RunningAt!.Value - m.BilledFrom).Order()]), billed, useful, usd,
                [.. mine.Where(m => m.ClosedAt is not null || m.State == InstanceState.Failed).GroupBy(m => m.Reason ?? "no reason is recorded").Select(g => new EndReason(g.Key, g.Count())).OrderByDescending(r => r.Count).ThenBy(r => r.Why, StringComparer.Ordinal)]));
        }
        return [.. scores.OrderBy(s => s.Key.Supplier.Value, StringComparer.Ordinal).ThenBy(s => s.Key.Provider, StringComparer.Ordinal)];
    }

    /// <summary>Everybody whom an offer or a bid ever named.</summary>
    internal static async Task<HashSet<ProviderKey>> NamedAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var offering = await db.Offers.Select(o => new { o.Supplier, o.Provider }).Distinct().ToListAsync(cancellationToken);
        var bidding = await db.Bids.Join(db.Instances, b => b.InstanceId, i => i.Id, (b, i) => new { i.Supplier, b.Provider }).Distinct().ToListAsync(cancellationToken);
        return [.. offering.Concat(bidding).Select(p => new ProviderKey(p.Supplier, p.Provider))];
    }

    private static TimeSpan? Median(TimeSpan[] sorted) => sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
