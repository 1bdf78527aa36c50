using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Where a network may pay, and how many of our miners it pays there.</summary>
/// <param name="IsForNew">New miners get this one.</param>
/// <param name="Miners">Live miners that pay to it.</param>
public sealed record PayoutAddress(NetworkName Network, string Address, bool IsForNew, int Miners);

/// <summary>A miner that was launched with an address which the policy does not have for its network, or that is paid elsewhere than it was launched for.</summary>
public sealed record StrayMiner(MinerId MinerId, InstanceId InstanceId, NetworkName Network, WorkloadName Workload, string Address, MinerState State, string? Reason, DateTimeOffset StateSince)
{
    /// <summary>What its agent read that names another address; empty = nothing does.</summary>
    public IReadOnlyList<PayoutReading> Differing { get; init; } = [];
}

/// <summary>How far the live miners of a network were read back.</summary>
/// <param name="Miners">Live ones.</param>
/// <param name="Read">Of them, those whose agent told what stands in the running miner.</param>
/// <param name="OldestAt">The oldest of those readings; null = none.</param>
public sealed record PayoutReach(NetworkName Network, int Miners, int Read, DateTimeOffset? OldestAt);

/// <summary>A miner that was stopped because it was paid elsewhere.</summary>
/// <param name="Why">Both addresses, and where the other one stood.</param>
public sealed record StoppedForPayout(InstanceId InstanceId, WorkloadName Workload, DateTimeOffset At, string Why);

/// <summary>The policy beside what is so.</summary>
/// <param name="Without">Networks that are switched on and have no address: nothing can be launched for them.</param>
/// <param name="Strays">Live ones first, then those stopped in the last 30 days.</param>
public sealed record PayoutReport(IReadOnlyList<PayoutAddress> Addresses, IReadOnlyList<NetworkName> Without, IReadOnlyList<StrayMiner> Strays, IReadOnlyList<PayoutReach> Reach, PayoutSigning Signing, DateTimeOffset At);

/// <summary>Reads of where networks pay.</summary>
public sealed class PayoutQueries(IDbContextFactory<NirmaanDbContext> contexts, PayoutPolicy policy, NetworkShelf networks, TimeProvider clock)
{
    private static readonly TimeSpan s_stoppedFor = TimeSpan.FromDays(30);

    /// <summary>The policy, and who keeps to it.</summary>
    public async Task<PayoutReport> ReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var since = now - s_stoppedFor;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var miners = await db.Miners.AsNoTracking().Where(m => m.State != MinerState.Stopped || m.StateSince >= since)
            .Select(m => new { m.Id, m.InstanceId, m.Network, m.Workload, Address = m.PayoutAddress, m.State, m.Reason, m.StateSince, m.Payouts, m.PayoutsAt }).ToListAsync(cancellationToken);
        // Where the network told of the other address, the agent's readings do not show it.
        var stopped = (await StoppedSinceAsync(db, since, cancellationToken)).Select(s => s.Subject).ToHashSet();
        var names = networks.All.Select(n => n.Network).OrderBy(n => n.Value, StringComparer.Ordinal).ToList();
        return new PayoutReport(
            [.. names.SelectMany(n => policy.AddressesOf(n).Select((address, i) => new PayoutAddress(
                n, address, i == 0, miners.Count(m => m.State != MinerState.Stopped && m.Network == n && IsSame(m.Address, address)))))],
            [.. names.Where(n => policy.AddressesOf(n).Count == 0)],
            [.. miners.Select(m => new StrayMiner(m.Id, m.InstanceId, m.Network, m.Workload, m.Address, m.State, m.Reason, m.StateSince) { Differing = PayoutRules.Differing(m.Address, m.Payouts ?? []) })
                .Where(m => m.Differing.Count > 0 || stopped.Contains(m.MinerId.ToString()) || !policy.AddressesOf(m.Network).Any(a => IsSame(a, m.Address))).OrderBy(m => m.State == MinerState.Stopped).ThenByDescending(m => m.StateSince)],
            [.. miners.Where(m => m.State != MinerState.Stopped).GroupBy(m => m.Network).OrderBy(g => g.Key.Value, StringComparer.Ordinal)
                .Select(g => new PayoutReach(g.Key, g.Count(), g.Count(m => m.Payouts is { Count: > 0 }), g.Where(m => m.Payouts is { Count: > 0 }).Min(m => m.PayoutsAt)))],
            policy.Signing, now);
    }

    /// <summary>Miners that were stopped in the last day because they were paid elsewhere, newest first.</summary>
    public async Task<IReadOnlyList<StoppedForPayout>> StoppedTodayAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var stopped = await StoppedSinceAsync(db, clock.GetUtcNow().AddDays(-1), cancellationToken);
        var ids = stopped.ConvertAll(e => new MinerId(Guid.Parse(e.Subject)));
        var miners = await db.Miners.AsNoTracking().Where(m => ids.Contains(m.Id)).ToDictionaryAsync(m => m.Id, m => (m.InstanceId, m.Workload), cancellationToken);
        return [.. stopped.Zip(ids, (e, id) => new StoppedForPayout(miners[id].InstanceId, miners[id].Workload, e.At, e.Why))];
    }

    private static Task<List<TimelineEvent>> StoppedSinceAsync(NirmaanDbContext db, DateTimeOffset since, CancellationToken cancellationToken) => db.Timeline.AsNoTracking()
        .Where(e => e.At >= since && e.Kind == "miner" && e.Actor == nameof(CheckPayouts)).OrderByDescending(e => e.Sequence).ToListAsync(cancellationToken);

    // Hexadecimal addresses differ in case only by their checksum; no other kind of address differs from another in case only.
    private static bool IsSame(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
