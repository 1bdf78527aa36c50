using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Fleet;

/// <summary>A miner beside its machine.</summary>
public sealed record MinerRow(
    MinerId Id, InstanceId InstanceId, NetworkName Network, WorkloadName Workload, MinerState State, string? Reason, DateTimeOffset StateSince, string? ReportedState,
    DateTimeOffset? LastHeartbeatAt, int JobsDone, DateTimeOffset? LastJobAt, DateTimeOffset? LastCreditAt, DateTimeOffset? EnrolledAt, string PayoutAddress, string NetworkKey, MinerSteps Steps, string Template,
    int TemplateVersion, DateTimeOffset CreatedAt, DateTimeOffset? StoppedAt, string Beneficiary)
{
    /// <summary>Where it is paid, as the agent last read it from the running miner; null = never read.</summary>
    public IReadOnlyList<PayoutReading>? Payouts { get; init; }
    /// <summary>When that was read.</summary>
    public DateTimeOffset? PayoutsAt { get; init; }
}

/// <summary>A machine as pages and programs see it.</summary>
/// <param name="CostUsd">Rent entered so far, USD.</param>
/// <param name="MeteredTo">How far <paramref name="CostUsd"/> reaches; null = nothing is entered.</param>
/// <param name="RunwayHours">Hours until what is paid for runs out; null = no such end is known.</param>
public sealed record InstanceRow(
    InstanceId Id, SupplierName Supplier, WorkloadName Workload, GpuModel Gpu, int GpuCount, InstanceState State, string? Reason, DateTimeOffset StateSince, decimal? UsdPerGpuHour, decimal? UsdPerHour,
    string? Provider, string? Region, string? ExternalId, string? SupplierState, DateTimeOffset CreatedAt, DateTimeOffset? BilledFrom, DateTimeOffset? RunningAt, DateTimeOffset? ClosedAt, DateTimeOffset? PaidUntil,
    DateTimeOffset? ReclaimDeadline, decimal? SupplierSaysUsd, DateTimeOffset? ObservedAt, InstanceId? Replaces, int Attempts, string LaunchKey, string? Endpoint, decimal CostUsd, decimal? RunwayHours, MinerRow? Miner, DateTimeOffset? MeteredTo = null)
{
    /// <summary>What it waits for before it is given back, in words; null = it does not drain, or waits for nothing.</summary>
    public string? WaitsFor { get; init; }
    /// <summary>It waits no longer than this.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }
    /// <summary>Why neither it nor another in its place was to be had; null = one was, or none was looked for.</summary>
    public NotHad? NotHad { get; init; }
    /// <summary>Why it goes once another earns in its place; null = it stays.</summary>
    public string? LeavesWhy { get; init; }
    /// <summary>A person keeps what acts by itself away from it; null = nobody does.</summary>
    public Cordon? Cordon { get; init; }
    /// <summary>What its loss spends of the budgets of replacements; null = it was not lost, or nobody has looked yet.</summary>
    public Recovery? Recovery { get; init; }
    /// <summary>True while another is to take its place.</summary>
    public bool WantsReplacement { get; init; }
    /// <summary>Another is asked for no earlier than this; null = as soon as somebody looks.</summary>
    public DateTimeOffset? ReplaceAt { get; init; }
}

/// <summary>Everything about one machine.</summary>
/// <param name="Recovery">What it cost in rewards that it had to take another's place; null = it took nobody's.</param>
public sealed record InstanceDetail(InstanceRow Instance, IReadOnlyList<MinerRow> Miners, IReadOnlyList<OperationRow> Operations, IReadOnlyList<SeenBid> Bids, IReadOnlyList<TimelineEvent> Timeline, InstanceId? ReplacedBy, RecoveryCost? Recovery = null);

/// <summary>Counts for the top of the fleet page.</summary>
public sealed record FleetSummary(
    IReadOnlyDictionary<InstanceState, int> Instances, IReadOnlyDictionary<MinerState, int> Miners, decimal UsdPerHour, int GpusEarning, int GpusLive, int UnknownOperations, decimal? UsdAtRisk);

/// <summary>GPUs of one kind at one supplier that work for one network.</summary>
/// <param name="Network">Null = no miner is set up.</param>
/// <param name="Gpus">Ours and billing.</param>
/// <param name="UsdPerHour">Null = the price of one of them is unknown.</param>
public sealed record FleetShare(SupplierName Supplier, NetworkName? Network, WorkloadName Workload, GpuModel Gpu, int Machines, int Gpus, int GpusEarning, decimal? UsdPerHour);

/// <summary>Reads of the fleet.</summary>
public sealed class FleetQueries(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock)
{
    /// <summary>Live instances, or all of them, newest first.</summary>
    public async Task<Page<InstanceRow>> ListAsync(bool liveOnly, int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var query = db.Instances.AsNoTracking();
        if (liveOnly) { query = query.Where(i => i.State != InstanceState.Closed && i.State != InstanceState.Failed); }
        if (after is not null)
        {
            var cursor = new InstanceId(Paging.Cursor(after));
            var at = await db.Instances.AsNoTracking().Where(i => i.Id == cursor).Select(i => (DateTimeOffset?)i.CreatedAt).SingleOrDefaultAsync(cancellationToken) ?? throw Paging.NoSuchPage(after);
            query = query.Where(i => EF.Functions.LessThan(ValueTuple.Create(i.CreatedAt, i.Id), ValueTuple.Create(at, cursor)));
        }
        var instances = await query.OrderByDescending(i => i.CreatedAt).ThenByDescending(i => i.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Paging.Cut(await RowsAsync(db, instances, cancellationToken), take, r => r.Id.ToString());
    }

    /// <summary>Every live instance and, when asked, those that ended since a time: for the fleet table, which filters in the page.</summary>
    public async Task<IReadOnlyList<InstanceRow>> TableAsync(DateTimeOffset? endedSince, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instances = await db.Instances.AsNoTracking()
            .Where(i => (i.State != InstanceState.Closed && i.State != InstanceState.Failed) || (endedSince != null && i.StateSince >= endedSince))
            .OrderByDescending(i => i.CreatedAt).ToListAsync(cancellationToken);
        return await RowsAsync(db, instances, cancellationToken);
    }

    /// <summary>One machine with everything about it; null = there is none.</summary>
    public async Task<InstanceDetail?> FindAsync(InstanceId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instance = await db.Instances.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, cancellationToken);
        if (instance is null) { return null; }
        var row = (await RowsAsync(db, [instance], cancellationToken))[0];
        var miners = await db.Miners.AsNoTracking().Where(m => m.InstanceId == id).OrderByDescending(m => m.CreatedAt).ToListAsync(cancellationToken);
        var operations = await db.Operations.AsNoTracking().Where(o => o.InstanceId == id).OrderBy(o => o.CreatedAt).ToListAsync(cancellationToken);
        var bids = await db.Bids.AsNoTracking().Where(b => b.InstanceId == id).OrderBy(b => b.UsdPerGpuHour).ToListAsync(cancellationToken);
        var subjects = miners.Select(m => m.Id.ToString()).Append(id.ToString()).ToList();
        var timeline = await db.Timeline.AsNoTracking().Where(e => (e.Kind == "instance" || e.Kind == "miner") && subjects.Contains(e.Subject)).OrderByDescending(e => e.Sequence).Take(500).ToListAsync(cancellationToken);
        timeline.Reverse();
        var replacedBy = await db.Instances.AsNoTracking().Where(i => i.Replaces == id).Select(i => (InstanceId?)i.Id).FirstOrDefaultAsync(cancellationToken);
        var now = clock.GetUtcNow();
        return new InstanceDetail(row, [.. miners.Select(Row)], [.. operations.Select(o => OperationQueries.Row(o, now))], bids, timeline, replacedBy, await RecoveryAsync(db, instance, miners, now, cancellationToken));
    }

    private static async Task<RecoveryCost?> RecoveryAsync(NirmaanDbContext db, Instance instance, List<Miner> miners, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (instance.Replaces is not { } replaced) { return null; }
        var lost = await db.Instances.AsNoTracking().SingleAsync(i => i.Id == replaced, cancellationToken);
        var heard = await db.Miners.Where(m => m.InstanceId == replaced).MaxAsync(m => m.LastHeartbeatAt, cancellationToken);
        // One that goes on until this one earns costs nothing; one that failed was gone when it was last heard of.
        var from = lost.IsLive ? now : lost.State == InstanceState.Failed && heard < lost.StateSince ? heard.Value : lost.ClosedAt ?? lost.StateSince;
        var credited = miners.Min(m => m.Steps.FirstCredit);
        var to = credited ?? (instance.IsLive ? now : instance.StateSince);
        var estimate = await db.Estimates.AsNoTracking().Where(e => e.At <= from).OrderByDescending(e => e.At).FirstOrDefaultAsync(cancellationToken)
            ?? await db.Estimates.AsNoTracking().OrderBy(e => e.At).FirstOrDefaultAsync(cancellationToken);
        return RecoveryCost.Of(from, to, credited is not null || !instance.IsLive, estimate, lost.Workload, lost.Gpu, lost.GpuCount);
    }

    /// <summary>One miner; null = there is none.</summary>
    public async Task<MinerRow?> FindMinerAsync(MinerId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Miners.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, cancellationToken) is { } miner ? Row(miner) : null;
    }

    /// <summary>Miners, newest first.</summary>
    public async Task<Page<MinerRow>> ListMinersAsync(bool liveOnly, int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var query = db.Miners.AsNoTracking().Where(m => !liveOnly || m.State != MinerState.Stopped);
        if (after is not null)
        {
            var cursor = new MinerId(Paging.Cursor(after));
            var at = await db.Miners.AsNoTracking().Where(m => m.Id == cursor).Select(m => (DateTimeOffset?)m.CreatedAt).SingleOrDefaultAsync(cancellationToken) ?? throw Paging.NoSuchPage(after);
            query = query.Where(m => EF.Functions.LessThan(ValueTuple.Create(m.CreatedAt, m.Id), ValueTuple.Create(at, cursor)));
        }
        var miners = await query.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id).Take(take + 1).ToListAsync(cancellationToken);
        return Paging.Cut([.. miners.Select(Row)], take, r => r.Id.ToString());
    }

    /// <summary>Counts, rent per hour, and what is at risk.</summary>
    public async Task<FleetSummary> SummariseAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instances = await db.Instances.AsNoTracking().Where(i => i.State != InstanceState.Closed && i.State != InstanceState.Failed)
            .Select(i => new { i.Id, i.State, i.UsdPerGpuHour, i.GpuCount, i.BilledFrom }).ToListAsync(cancellationToken);
        var miners = await db.Miners.AsNoTracking().Where(m => m.State != MinerState.Stopped).Select(m => new { m.InstanceId, m.State }).ToListAsync(cancellationToken);
        var earning = miners.Where(m => m.State == MinerState.Earning).Select(m => m.InstanceId).ToHashSet();
        var unknown = await db.Operations.AsNoTracking().Where(o => o.State == OperationState.Unknown || o.State == OperationState.Closing).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var risks = unknown.Select(o => o.UsdAtRisk(now)).ToList();
        return new FleetSummary(
            instances.GroupBy(i => i.State).ToDictionary(g => g.Key, g => g.Count()), miners.GroupBy(m => m.State).ToDictionary(g => g.Key, g => g.Count()),
            instances.Where(i => i.BilledFrom is not null).Sum(i => (i.UsdPerGpuHour ?? 0) * i.GpuCount), instances.Where(i => earning.Contains(i.Id)).Sum(i => i.GpuCount),
            instances.Where(i => i.BilledFrom is not null).Sum(i => i.GpuCount), unknown.Count, risks.Contains(null) ? null : risks.Sum());
    }

    /// <summary>What is ours and billing, by supplier, network, workload and GPU.</summary>
    public async Task<IReadOnlyList<FleetShare>> SharesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var instances = await db.Instances.AsNoTracking().Where(i => i.BilledFrom != null && i.State != InstanceState.Closed && i.State != InstanceState.Failed)
            .Select(i => new { i.Id, i.Supplier, i.Workload, i.Gpu, i.GpuCount, i.UsdPerGpuHour }).ToListAsync(cancellationToken);
        var miners = (await db.Miners.AsNoTracking().Where(m => m.State != MinerState.Stopped).Select(m => new { m.InstanceId, m.Network, m.State, m.CreatedAt }).ToListAsync(cancellationToken))
            .GroupBy(m => m.InstanceId).ToDictionary(g => g.Key, g => g.MaxBy(m => m.CreatedAt)!);
        return [.. instances.GroupBy(i => (i.Supplier, miners.GetValueOrDefault(i.Id)?.Network, i.Workload, i.Gpu))
            .Select(g => new FleetShare(
                g.Key.Supplier, g.Key.Network, g.Key.Workload, g.Key.Gpu, g.Count(), g.Sum(i => i.GpuCount), g.Where(i => miners.GetValueOrDefault(i.Id)?.State == MinerState.Earning).Sum(i => i.GpuCount),
                g.Any(i => i.UsdPerGpuHour is null) ? null : g.Sum(i => i.UsdPerGpuHour * i.GpuCount)))
            .OrderBy(s => s.Supplier.Value, StringComparer.Ordinal).ThenBy(s => s.Workload.Value, StringComparer.Ordinal).ThenBy(s => s.Gpu.Id, StringComparer.Ordinal)];
    }

    internal async Task<List<InstanceRow>> RowsAsync(NirmaanDbContext db, List<Instance> instances, CancellationToken cancellationToken)
    {
        var ids = instances.Select(i => i.Id).ToList();
        var subjects = ids.Select(i => i.ToString()).ToList();
        var miners = (await db.Miners.AsNoTracking().Where(m => ids.Contains(m.InstanceId)).OrderByDescending(m => m.CreatedAt).ToListAsync(cancellationToken)).ToLookup(m => m.InstanceId);
        var costs = await db.Ledger.AsNoTracking()
            .Where(e => subjects.Contains(e.Subject) && e.AssetId == Asset.Usd.Id && e.Account.StartsWith("rent:"))
            .GroupBy(e => e.Subject).Select(g => new { g.Key, Sum = g.Select(e => (decimal)e.Units).Sum() }).ToDictionaryAsync(g => g.Key, g => g.Sum, cancellationToken);
        var now = clock.GetUtcNow();
        return [.. instances.Select(i => new InstanceRow(
            i.Id, i.Supplier, i.Workload, i.Gpu, i.GpuCount, i.State, i.Reason, i.StateSince, i.UsdPerGpuHour, i.UsdPerHour, i.Provider, i.Region, i.ExternalId, i.SupplierState, i.CreatedAt, i.BilledFrom,
            i.RunningAt, i.ClosedAt, i.PaidUntil, i.ReclaimDeadline, i.SupplierSaysUsd, i.ObservedAt, i.Replaces, i.Attempts, i.LaunchKey, i.Endpoint,
            costs.GetValueOrDefault(i.Id.ToString()) / 100_000_000m, i.PaidUntil is { } until && i.IsLive ? (decimal)Math.Round((until - now).TotalHours, 2) : null,
            miners[i.Id].OrderBy(m => m.IsLive ? 0 : 1).Select(Row).FirstOrDefault(), i.MeteredTo) { WaitsFor = i.WaitsFor, WaitsUntil = i.WaitsUntil, NotHad = i.NotHad, LeavesWhy = i.LeavesWhy, Cordon = i.Cordon, Recovery = i.Recovery, WantsReplacement = i.WantsReplacement, ReplaceAt = i.ReplaceAt })];
    }

    internal static MinerRow Row(Miner m) => new(
        m.Id, m.InstanceId, m.Network, m.Workload, m.State, m.Reason, m.StateSince, m.ReportedState, m.LastHeartbeatAt, m.JobsDone, m.LastJobAt, m.LastCreditAt, m.EnrolledAt, m.PayoutAddress, m.NetworkKey,
        m.Steps, m.TemplateName, m.TemplateVersion, m.CreatedAt, m.StoppedAt, m.Beneficiary) { Payouts = m.Payouts, PayoutsAt = m.PayoutsAt };
}
