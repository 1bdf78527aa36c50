using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Where a network may pay, and how many of our miners it pays there.</summary>
/// <param name="IsForNew">New miners get this one.</param>
/// <param name="Miners">Live miners that pay to it.</param>
public sealed record PayoutAddress(NetworkName Network, string Address, bool IsForNew, int Miners);

/// <summary>A miner that pays to an address which the policy does not have for its network.</summary>
public sealed record StrayMiner(MinerId MinerId, InstanceId InstanceId, NetworkName Network, WorkloadName Workload, string Address, MinerState State, string? Reason, DateTimeOffset StateSince);

/// <summary>The policy beside what is so.</summary>
/// <param name="Without">Networks that are switched on and have no address: nothing can be launched for them.</param>
/// <param name="Strays">Live ones first, then those stopped in the last 30 days.</param>
public sealed record PayoutReport(IReadOnlyList<PayoutAddress> Addresses, IReadOnlyList<NetworkName> Without, IReadOnlyList<StrayMiner> Strays, DateTimeOffset At);

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
            .Select(m => new StrayMiner(m.Id, m.InstanceId, m.Network, m.Workload, m.PayoutAddress, m.State, m.Reason, m.StateSince)).ToListAsync(cancellationToken);
        var names = networks.All.Select(n => n.Network).OrderBy(n => n.Value, StringComparer.Ordinal).ToList();
        return new PayoutReport(
            [.. names.SelectMany(n => policy.AddressesOf(n).Select((address, i) => new PayoutAddress(
                n, address, i == 0, miners.Count(m => m.State != MinerState.Stopped && m.Network == n && IsSame(m.Address, address)))))],
            [.. names.Where(n => policy.AddressesOf(n).Count == 0)],
            [.. miners.Where(m => !policy.AddressesOf(m.Network).Any(a => IsSame(a, m.Address))).OrderBy(m => m.State == MinerState.Stopped).ThenByDescending(m => m.StateSince)],
            now);
    }

    // Hexadecimal addresses differ in case only by their checksum; no other kind of address differs from another in case only.
    private static bool IsSame(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
