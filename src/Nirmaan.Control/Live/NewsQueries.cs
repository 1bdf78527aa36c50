using System.Globalization;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Live;

/// <summary>What kind of thing happened.</summary>
public enum NewsKind
{
    /// <summary>Machines began to run.</summary>
    Rented,
    /// <summary>Machines were lost.</summary>
    Lost,
    /// <summary>Suppliers take machines back.</summary>
    Reclaimed,
    /// <summary>Machines were given back.</summary>
    Returned,
    /// <summary>Machines were set to another workload.</summary>
    Switched,
    /// <summary>Networks credited miners for the first time.</summary>
    FirstCredit,
    /// <summary>An allocation plan was approved.</summary>
    PlanApproved,
    /// <summary>An allocation plan was carried out.</summary>
    PlanDone,
    /// <summary>An epoch was paid.</summary>
    EpochClosed,
    /// <summary>Somebody staked.</summary>
    Staked,
    /// <summary>Somebody unstaked.</summary>
    Unstaked,
}

/// <summary>Something that happened, for everybody to read: no person's name, no reason typed by one.</summary>
/// <param name="Count">Alike things within the hour; machines, miners or stakers paid.</param>
/// <param name="Subject">Epoch number, account or plan; null where several are meant.</param>
/// <param name="Why">A supplier's or a rule's reason; null = none that is for everybody.</param>
public sealed record NewsItem(
    DateTimeOffset At, NewsKind Kind, int Count, string? Subject = null, SupplierName? Supplier = null, GpuModel? Gpu = null, int Gpus = 0, WorkloadName? Workload = null,
    TokenAmount? Amount = null, string? Why = null);

/// <summary>Reads of what happened lately, over all stages.</summary>
public sealed class NewsQueries(IDbContextFactory<NirmaanDbContext> contexts)
{
    // One launch makes many alike lines: more are read than are shown.
    private const int Depth = 20;

    /// <summary>What happened in [from, to), newest first; alike things of one hour are one item.</summary>
    public async Task<IReadOnlyList<NewsItem>> ReadAsync(DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellationToken)
    {
        var (first, end) = (from.ToUniversalTime(), to.ToUniversalTime());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var items = new List<NewsItem>();
        items.AddRange(await FleetAsync(db, first, end, limit * Depth, cancellationToken));
        items.AddRange(await PlansAsync(db, first, end, limit, cancellationToken));
        items.AddRange(await EpochsAsync(db, first, end, limit, cancellationToken));
        items.AddRange((await db.StakeEvents.AsNoTracking().Where(e => e.At >= first && e.At < end).OrderByDescending(e => e.At).Take(limit).ToListAsync(cancellationToken)).Select(e =>
            new NewsItem(e.At, e.Delta.Sign > 0 ? NewsKind.Staked : NewsKind.Unstaked, 1, e.Account.Value, Amount: new TokenAmount(BigInteger.Abs(e.Delta), Asset.Nrm))));
        return [.. items.OrderByDescending(i => i.At).Take(limit)];
    }

    private static async Task<IEnumerable<NewsItem>> FleetAsync(NirmaanDbContext db, DateTimeOffset from, DateTimeOffset to, int depth, CancellationToken cancellationToken)
    {
        var lines = await db.Timeline.AsNoTracking().Where(e => e.At >= from && e.At < to && (
                (e.Kind == "instance" && ((e.Before == nameof(InstanceState.Starting) && e.After == nameof(InstanceState.Running))
                    || e.After == nameof(InstanceState.Failed) || e.After == nameof(InstanceState.Reclaiming) || e.After == nameof(InstanceState.Closed) || e.What == "workload changed"))
                || (e.Kind == "miner" && e.What == "first credited work")))
            .OrderByDescending(e => e.At).ThenByDescending(e => e.Sequence).Take(depth).ToListAsync(cancellationToken);
        var credited = lines.Where(l => l.Kind == "miner").Select(l => new MinerId(Guid.Parse(l.Subject))).ToList();
        var named = lines.Where(l => l.Kind == "instance").Select(l => new InstanceId(Guid.Parse(l.Subject))).Distinct().ToList();
        var miners = await db.Miners.AsNoTracking().Where(m => credited.Contains(m.Id) || named.Contains(m.InstanceId)).OrderBy(m => m.CreatedAt)
            .Select(m => new Work(m.Id, m.InstanceId, m.Workload, m.CreatedAt)).ToListAsync(cancellationToken);
        var machineIds = named.Concat(miners.Select(m => m.Machine)).Distinct().ToList();
        var machines = await db.Instances.AsNoTracking().Where(i => machineIds.Contains(i.Id)).Select(i => new { i.Id, i.Supplier, i.Gpu, i.GpuCount, i.Workload })
            .ToDictionaryAsync(i => i.Id, cancellationToken);
        var (byMiner, byMachine) = (miners.ToDictionary(m => m.Miner.ToString()), miners.ToLookup(m => m.Machine));
        return lines
            .Select(line => (Line: line, Id: line.Kind == "miner" ? byMiner.GetValueOrDefault(line.Subject)?.Machine : new InstanceId(Guid.Parse(line.Subject))))
            .Where(l => l.Id is { } id && machines.ContainsKey(id))
            .Select(l =>
            {
                var machine = machines[l.Id!.Value];
                // A machine may have been set to other work since: what counts is its miner of the time.
                var work = l.Line.Kind == "miner" ? byMiner[l.Line.Subject] : byMachine[machine.Id].LastOrDefault(m => m.CreatedAt <= l.Line.At);
                return (l.Line.At, Kind: KindOf(l.Line), machine.Supplier, machine.Gpu, machine.GpuCount, Workload: work?.Workload ?? machine.Workload, l.Line.Why);
            })
            .GroupBy(l => (Hour: l.At.UtcTicks / TimeSpan.TicksPerHour, l.Kind, l.Supplier, l.Gpu, l.Workload))
            .Select(g => new NewsItem(
                g.Max(l => l.At), g.Key.Kind, g.Count(), Supplier: g.Key.Supplier, Gpu: g.Key.Gpu, Gpus: g.Sum(l => l.GpuCount), Workload: g.Key.Workload,
                Why: g.Key.Kind is NewsKind.Lost or NewsKind.Reclaimed ? g.First().Why : null));
    }

    private static NewsKind KindOf(TimelineEvent line) => line switch
    {
        { Kind: "miner" } => NewsKind.FirstCredit,
        { After: nameof(InstanceState.Running) } => NewsKind.Rented,
        { After: nameof(InstanceState.Failed) } => NewsKind.Lost,
        { After: nameof(InstanceState.Reclaiming) } => NewsKind.Reclaimed,
        { After: nameof(InstanceState.Closed) } => NewsKind.Returned,
        _ => NewsKind.Switched,
    };

    private static async Task<IEnumerable<NewsItem>> PlansAsync(NirmaanDbContext db, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellationToken)
    {
        var lines = await db.Timeline.AsNoTracking().Where(e => e.Kind == "plan" && (e.What == "approved" || e.What == "done") && e.At >= from && e.At < to)
            .OrderByDescending(e => e.Sequence).Take(limit).ToListAsync(cancellationToken);
        // What stands beside an approval is counted by the verb; what stands beside a cancellation is typed by a person and stays inside.
        return lines.Select(l => new NewsItem(l.At, l.What == "done" ? NewsKind.PlanDone : NewsKind.PlanApproved, 1, l.Subject, Why: l.Why));
    }

    private static async Task<IEnumerable<NewsItem>> EpochsAsync(NirmaanDbContext db, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken cancellationToken)
    {
        var closed = await db.Database.SqlQuery<Closed>($"""
            SELECT epoch AS "Epoch", asset_id AS "AssetId", pool AS "Pool", closed_at AS "ClosedAt",
                (SELECT count(*)::int FROM jsonb_array_elements(leaves) leaf WHERE leaf ->> 'amount' <> '0') AS "Paid"
            FROM distributions WHERE closed_at >= {from} AND closed_at < {to}
            """).OrderByDescending(d => d.Epoch).Take(limit).ToListAsync(cancellationToken);
        return closed.Select(d => new NewsItem(d.ClosedAt, NewsKind.EpochClosed, d.Paid, d.Epoch.ToString(CultureInfo.InvariantCulture), Amount: new TokenAmount(d.Pool, Asset.Of(d.AssetId))));
    }

    private sealed record Work(MinerId Miner, InstanceId Machine, WorkloadName Workload, DateTimeOffset CreatedAt);
    private sealed record Closed(int Epoch, string AssetId, BigInteger Pool, DateTimeOffset ClosedAt, int Paid);
}
