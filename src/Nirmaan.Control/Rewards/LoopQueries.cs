using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>Machines that bill now, of one supplier, GPU model and network.</summary>
/// <param name="Network">That of the machine's workload; null = it is of no network that is switched on.</param>
/// <param name="EarningGpus">GPUs of machines whose miner the network credits.</param>
/// <param name="UsdPerHour">Null = the price of one of them is unknown.</param>
public sealed record LoopRent(SupplierName Supplier, GpuModel Gpu, NetworkName? Network, int Gpus, int EarningGpus, decimal? UsdPerHour);

/// <summary>Rent as a mean rate over the same time as what came in, so that the two compare also after GPUs were moved.</summary>
/// <param name="UsdPerHour">Null = the price of a machine is unknown.</param>
public sealed record LoopRentMean(SupplierName Supplier, GpuModel Gpu, NetworkName? Network, decimal? UsdPerHour);

/// <summary>What a network paid of one asset, as a mean rate.</summary>
/// <param name="UsdPerHour">At the prices of the payments' times; null = one of them is unknown.</param>
/// <param name="Payments">How many the mean is of.</param>
public sealed record LoopValue(NetworkName Network, Asset Asset, decimal TokensPerHour, decimal? UsdPerHour, int Payments);

/// <summary>Points of one kind as a mean rate. They are no money; what they would be worth stands in the scenario, under its name.</summary>
/// <param name="RentUsdPerThousand">What a thousand points cost in rent; null = unknown.</param>
public sealed record LoopPoints(
    NetworkName Network, string Kind, decimal PerHour, int Samples, DateTimeOffset SampledAt, decimal? RentUsdPerThousand, NetworkNotice? Notice, PointsScenario? Scenario);

/// <summary>What points would bring if the pool paid as a scenario says.</summary>
/// <param name="Name">What must be said with each figure.</param>
/// <param name="Source">What the scenario rests on.</param>
/// <param name="TokensPerHour">Our part of the pool; null = others' work is unknown.</param>
/// <param name="UsdPerHour">At the token's price; null = unknown.</param>
/// <param name="CostUsdPerToken">Rent over tokens; null = unknown.</param>
/// <param name="TokenUsd">The token's price; null = unknown.</param>
public sealed record PointsScenario(
    string Name, string Source, Asset Asset, decimal? TokensPerHour, decimal? UsdPerHour, decimal? CostUsdPerToken, decimal? TokenUsd, DateTimeOffset At);

/// <summary>What a network's tokens cost, with how far its payments are read.</summary>
public sealed record LoopCost(NetworkRewards Figures, DateTimeOffset From, DateTimeOffset? ReadTo);

/// <summary>The whole loop at one moment: what is rented, for which networks, what comes in and how it is cut.</summary>
/// <param name="Rent">What bills at this moment.</param>
/// <param name="MeasuredFrom">Start of the time over which rates are means; null = nothing was rented for long enough to have one.</param>
/// <param name="RentMeans">Rent over that time; empty = it is not measured.</param>
public sealed record LoopPicture(
    DateTimeOffset At, DateTimeOffset? MeasuredFrom, IReadOnlyList<LoopRent> Rent, IReadOnlyList<LoopValue> Values, IReadOnlyList<LoopPoints> Points,
    IReadOnlyList<LoopCost> Costs, FeePolicy Policy, IReadOnlyList<LoopRentMean> RentMeans);

/// <summary>Reads of the loop as one picture.</summary>
public sealed class LoopQueries(
    IDbContextFactory<NirmaanDbContext> contexts, RewardQueries rewards, PointsQueries points, AllocationQueries allocation, NetworkShelf networks,
    AnnounceFeePolicy policies, TimeProvider clock)
{
    /// <summary>Rates are means over this time, or since the first machine where that is later.</summary>
    public static readonly TimeSpan RateWindow = TimeSpan.FromHours(24);

    /// <summary>Costs per token are means over this time.</summary>
    public static readonly TimeSpan CostWindow = TimeSpan.FromDays(7);

    // Payments come in lumps: a rate over less than this says nothing.
    private static readonly TimeSpan s_least = TimeSpan.FromHours(1);

    /// <summary>The picture now.</summary>
    public async Task<LoopPicture> ReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rent = await RentAsync(db, cancellationToken);
        var from = await db.Instances.MinAsync(i => i.BilledFrom, cancellationToken) is { } began && began > now - RateWindow ? began : now - RateWindow;
        var isMeasured = now - from >= s_least && await db.Instances.AnyAsync(i => i.BilledFrom != null, cancellationToken);
        var readTo = await rewards.ReadToAsync(cancellationToken);
        var costsFrom = now - CostWindow;
        var costs = (await rewards.NetworksAsync(costsFrom, now, cancellationToken)).Select(n => new LoopCost(n, costsFrom, readTo.TryGetValue(n.Network, out var to) ? to : null)).ToList();
        var policy = await policies.AtAsync(now, cancellationToken);
        if (!isMeasured) { return new LoopPicture(now, null, rent, [], [], costs, policy, []); }

        var hours = (decimal)(now - from).TotalHours;
        var values = (await rewards.NetworksAsync(from, now, cancellationToken)).SelectMany(n => n.Received.Select(r => new LoopValue(
            n.Network, r.Asset, decimal.Round(new TokenAmount(r.Units, r.Asset).ToDecimal() / hours, 12), r.ValueUsd is { } usd ? decimal.Round(usd / hours, 8) : null, r.Count)));
        var estimate = await allocation.NewestEstimateAsync(cancellationToken);
        var promised = (await points.SumsAsync(from, now, cancellationToken)).Select(p => new LoopPoints(
            p.Network, p.Kind, decimal.Round(p.Earned / hours, 6), p.Samples, p.SampledAt, p.RentUsdPerThousand, p.Notice, ScenarioOf(p, hours, estimate)));
        return new LoopPicture(now, from, rent, [.. values], [.. promised], costs, policy, await RentMeansAsync(db, from, now, cancellationToken));
    }

    // By the clock and not by the ledger, whose entries come in steps of an hour. A machine set to other work counts for each network while its miner was there.
    private async Task<IReadOnlyList<LoopRentMean>> RentMeansAsync(NirmaanDbContext db, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var machines = await db.Instances.AsNoTracking().Where(i => i.BilledFrom != null && i.BilledFrom < to && (i.ClosedAt == null || i.ClosedAt > from))
            .Select(i => new { i.Id, i.Supplier, i.Gpu, i.GpuCount, i.UsdPerGpuHour, i.Workload, i.BilledFrom, i.ClosedAt }).ToListAsync(cancellationToken);
        var ids = machines.Select(m => m.Id).ToList();
        var miners = (await db.Miners.AsNoTracking().Where(m => ids.Contains(m.InstanceId)).Select(m => new { m.InstanceId, m.Network, m.CreatedAt }).ToListAsync(cancellationToken)).ToLookup(m => m.InstanceId);
        var owners = networks.Templates.ToDictionary(t => t.WorkloadName, t => t.NetworkName);
        return [.. machines.SelectMany(machine =>
            {
                var (begin, end) = (machine.BilledFrom > from ? machine.BilledFrom.Value : from, machine.ClosedAt < to ? machine.ClosedAt.Value : to);
                var turns = miners[machine.Id].OrderBy(m => m.CreatedAt).Select(m => (Network: (NetworkName?)m.Network, m.CreatedAt)).ToList();
                if (turns.Count == 0) { turns.Add((owners.TryGetValue(machine.Workload, out var owner) ? owner : null, begin)); }
                return turns.Select((turn, i) => (machine.Supplier, machine.Gpu, turn.Network, machine.UsdPerGpuHour, machine.GpuCount,
                    Hours: Hours(i == 0 || turn.CreatedAt < begin ? begin : turn.CreatedAt, i + 1 < turns.Count && turns[i + 1].CreatedAt < end ? turns[i + 1].CreatedAt : end)));
            })
            .Where(r => r.Hours > 0).GroupBy(r => (r.Supplier, r.Gpu, r.Network))
            .OrderBy(g => g.Key.Supplier.Value, StringComparer.Ordinal).ThenBy(g => g.Key.Gpu.Id, StringComparer.Ordinal).ThenBy(g => g.Key.Network?.Value, StringComparer.Ordinal)
            .Select(g => new LoopRentMean(g.Key.Supplier, g.Key.Gpu, g.Key.Network, g.Any(r => r.UsdPerGpuHour is null) ? null : Rounded(g.Sum(r => r.UsdPerGpuHour * r.GpuCount * r.Hours) / Hours(from, to))))];
    }

    private static decimal Hours(DateTimeOffset from, DateTimeOffset to) => to <= from ? 0 : (decimal)(to - from).Ticks / TimeSpan.TicksPerHour;

    private async Task<IReadOnlyList<LoopRent>> RentAsync(NirmaanDbContext db, CancellationToken cancellationToken)
    {
        var machines = await db.Instances.AsNoTracking().Where(i => i.BilledFrom != null && i.ClosedAt == null)
            .Select(i => new { i.Id, i.Supplier, i.Gpu, i.GpuCount, i.UsdPerGpuHour, i.Workload }).ToListAsync(cancellationToken);
        var earning = (await db.Miners.AsNoTracking().Where(m => m.State == MinerState.Earning).Select(m => m.InstanceId).ToListAsync(cancellationToken)).ToHashSet();
        var owners = networks.Templates.ToDictionary(t => t.WorkloadName, t => t.NetworkName);
        return [.. machines
            .GroupBy(m => (m.Supplier, m.Gpu, Network: owners.TryGetValue(m.Workload, out var network) ? network : (NetworkName?)null))
            .OrderBy(g => g.Key.Supplier.Value, StringComparer.Ordinal).ThenBy(g => g.Key.Gpu.Id, StringComparer.Ordinal).ThenBy(g => g.Key.Network?.Value, StringComparer.Ordinal)
            .Select(g => new LoopRent(
                g.Key.Supplier, g.Key.Gpu, g.Key.Network, g.Sum(m => m.GpuCount), g.Where(m => earning.Contains(m.Id)).Sum(m => m.GpuCount),
                g.Any(m => m.UsdPerGpuHour is null) ? null : g.Sum(m => m.UsdPerGpuHour * m.GpuCount)))];
    }

    /// <summary>Our part of the pool that the kind's workload works in, when that pool is a modelled one.</summary>
    private static PointsScenario? ScenarioOf(PointsSum sum, decimal hours, YieldEstimate? estimate)
    {
        var pool = estimate?.Pools.FirstOrDefault(p => p.Modelled && p.Network == sum.Network && p.Work.Any(w => w.Workload == sum.Workload));
        if (pool is null || sum.Earned <= 0) { return null; }
        var ours = sum.Earned / hours;
        var tokens = pool.TokensPerHour * ours / (ours + pool.OthersWorkPerHour);
        return new PointsScenario(
            sum.Notice?.Label ?? "modelled", pool.Source, Asset.Of(pool.AssetId), Rounded(tokens), Rounded(tokens * pool.TokenUsd),
            tokens > 0 ? Rounded(sum.RentUsd / hours / tokens) : null, pool.TokenUsd, estimate!.At);
    }

    private static decimal? Rounded(decimal? value) => value is { } known ? decimal.Round(known, 8) : null;
}
