using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Rewards;

/// <summary>A received reward and where anyone can check it.</summary>
/// <param name="ValueUsd">At the price of its time; null = no price is known.</param>
public sealed record RewardRow(
    NetworkName Network, string ExternalId, Asset Asset, BigInteger Units, decimal? ValueUsd, DateTimeOffset At, string PaidTo, string Evidence, MinerId? MinerId,
    string Beneficiary, int? Epoch);

/// <summary>What was received of one asset.</summary>
/// <param name="ValueUsd">At the prices of its times; null = one of them is unknown.</param>
public sealed record Received(Asset Asset, BigInteger Units, decimal? ValueUsd, int Count);

/// <summary>What was received on one UTC day.</summary>
public sealed record RewardDay(DateOnly Day, NetworkName Network, Received Received);

/// <summary>A network over a period: what it paid and what the machines that worked for it cost.</summary>
/// <param name="AcquisitionUsd">Rent of its miners' machines per token received; null = none was received, or several assets were.</param>
/// <param name="MarketUsd">Mean price of the tokens at their times; null = unknown.</param>
/// <param name="CostShare">Acquisition over market, 0.6 = mined at 60 % of the market price; null = either is unknown.</param>
/// <param name="Notice">What must stand beside the figures; null = nothing.</param>
public sealed record NetworkRewards(
    NetworkName Network, IReadOnlyList<Received> Received, decimal RentUsd, decimal? AcquisitionUsd, decimal? MarketUsd, decimal? CostShare, NetworkNotice? Notice);

/// <summary>A miner over a period.</summary>
public sealed record MinerRewards(MinerId MinerId, NetworkName Network, WorkloadName Workload, IReadOnlyList<Received> Received, decimal RentUsd);

/// <summary>Reads of rewards. Periods are [from, to) by the chain's time of payment.</summary>
public sealed class RewardQueries(IDbContextFactory<NirmaanDbContext> contexts, PriceBook prices, NetworkShelf networks, TimeProvider clock)
{
    /// <summary>Name of the method behind <see cref="NetworkRewards.AcquisitionUsd"/>; another method gets another name.</summary>
    public const string AcquisitionMethod = "rent-per-token-1";

    /// <summary>Rewards, newest first; of one network or miner, or all.</summary>
    public async Task<Page<RewardRow>> ListAsync(NetworkName? network, MinerId? miner, int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rewards = db.Rewards.AsNoTracking();
        if (network is { } name) { rewards = rewards.Where(r => r.Network == name); }
        if (miner is { } id) { rewards = rewards.Where(r => r.MinerId == id); }
        if (after is not null)
        {
            var mark = await db.Rewards.AsNoTracking().Where(r => r.ExternalId == after).Select(r => new { r.At, r.ExternalId }).FirstOrDefaultAsync(cancellationToken)
                ?? throw new InvalidInputException("after", after, "the next value of an earlier page");
            rewards = rewards.Where(r => r.At < mark.At || (r.At == mark.At && string.Compare(r.ExternalId, mark.ExternalId) < 0));
        }
        var rows = await rewards.OrderByDescending(r => r.At).ThenByDescending(r => r.ExternalId).Take(take + 1).ToListAsync(cancellationToken);
        var series = rows.Count == 0 ? null : await prices.LoadAsync([.. rows.Select(r => r.AssetId).Distinct()], rows[^1].At, rows[0].At, cancellationToken);
        return Paging.Cut([.. rows.Select(r => Row(r, series!))], take, r => r.ExternalId);
    }

    /// <summary>The rewards that an epoch shares out, oldest first.</summary>
    public async Task<IReadOnlyList<RewardRow>> OfEpochAsync(int epoch, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rewards = await db.Rewards.AsNoTracking().Where(r => r.Epoch == epoch).OrderBy(r => r.At).ThenBy(r => r.ExternalId).ToListAsync(cancellationToken);
        if (rewards.Count == 0) { return []; }
        var series = await prices.LoadAsync([.. rewards.Select(r => r.AssetId).Distinct()], rewards[0].At, rewards[^1].At, cancellationToken);
        return [.. rewards.Select(r => Row(r, series))];
    }

    /// <summary>What must stand beside each network's figures now; a network without a notice is not in it.</summary>
    public IReadOnlyDictionary<NetworkName, NetworkNotice> Notices() => BoardQueries.NoticesAt(networks, clock.GetUtcNow());

    /// <summary>Up to when each network's rewards are read; a network that is missing was never read to the end.</summary>
    public async Task<IReadOnlyDictionary<NetworkName, DateTimeOffset>> ReadToAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.RewardCursors.AsNoTracking().Where(c => c.ReadTo != null).ToDictionaryAsync(c => c.Network, c => c.ReadTo!.Value, cancellationToken);
    }

    /// <summary>What was received day by day.</summary>
    public async Task<IReadOnlyList<RewardDay>> DaysAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        [.. (await LoadAsync(from, to, cancellationToken)).GroupBy(r => (Day: DateOnly.FromDateTime(r.At.UtcDateTime), r.Network, r.Asset))
            .OrderBy(g => g.Key.Day).ThenBy(g => g.Key.Network.Value, StringComparer.Ordinal).ThenBy(g => g.Key.Asset.Id, StringComparer.Ordinal)
            .Select(g => new RewardDay(g.Key.Day, g.Key.Network, Sum(g)))];

    /// <summary>Every network that paid or for which machines were rented.</summary>
    public async Task<IReadOnlyList<NetworkRewards>> NetworksAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var rewards = (await LoadAsync(from, to, cancellationToken)).ToLookup(r => r.Network);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rent = (await RentReader.ReadAsync(db, from, to, cancellationToken)).GroupBy(r => r.Network).ToDictionary(g => g.Key, g => g.Sum(r => r.Usd));
        return [.. rewards.Select(g => g.Key).Union(rent.Keys).OrderBy(n => n.Value, StringComparer.Ordinal).Select(n => Network(n, ByAsset(rewards[n]), rent.GetValueOrDefault(n)))];
    }

    /// <summary>Every miner that was paid or whose machine cost something, by value.</summary>
    public async Task<IReadOnlyList<MinerRewards>> MinersAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var rewards = (await LoadAsync(from, to, cancellationToken)).Where(r => r.MinerId is not null).ToLookup(r => r.MinerId!.Value);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rent = (await RentReader.ReadAsync(db, from, to, cancellationToken)).GroupBy(r => r.MinerId).ToDictionary(g => g.Key, g => g.Sum(r => r.Usd));
        var ids = rewards.Select(g => g.Key).Union(rent.Keys).ToList();
        var miners = await db.Miners.AsNoTracking().Where(m => ids.Contains(m.Id)).Select(m => new { m.Id, m.Network, m.Workload }).ToListAsync(cancellationToken);
        return [.. miners.Select(m => new MinerRewards(m.Id, m.Network, m.Workload, ByAsset(rewards[m.Id]), rent.GetValueOrDefault(m.Id)))
            .OrderByDescending(m => m.Received.Sum(r => r.ValueUsd ?? 0)).ThenBy(m => m.MinerId.Value)];
    }

    private NetworkRewards Network(NetworkName network, IReadOnlyList<Received> received, decimal rentUsd)
    {
        // Rent cannot be divided between assets without saying how: with several there is no price per token.
        var only = received.Count == 1 ? received[0] : null;
        var tokens = only is null ? 0 : new TokenAmount(only.Units, only.Asset).ToDecimal();
        decimal? acquisition = tokens > 0 ? decimal.Round(rentUsd / tokens, 8) : null;
        decimal? market = tokens > 0 && only!.ValueUsd is { } value ? decimal.Round(value / tokens, 8) : null;
        decimal? share = acquisition is { } a && market is { } m and > 0 ? decimal.Round(a / m, 6) : null;
        return new NetworkRewards(network, received, rentUsd, acquisition, market, share, networks.Find(network)?.NoticeAt(clock.GetUtcNow()));
    }

    private async Task<IReadOnlyList<RewardRow>> LoadAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (first, end) = (from.ToUniversalTime(), to.ToUniversalTime());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rewards = await db.Rewards.AsNoTracking().Where(r => r.At >= first && r.At < end).ToListAsync(cancellationToken);
        var series = await prices.LoadAsync([.. rewards.Select(r => r.AssetId).Distinct()], first, end, cancellationToken);
        return [.. rewards.Select(r => Row(r, series))];
    }

    private static RewardRow Row(Reward r, PriceSeries series)
    {
        var asset = Asset.Of(r.AssetId);
        return new RewardRow(r.Network, r.ExternalId, asset, r.Units, series.ValueOf(new TokenAmount(r.Units, asset), r.At), r.At, r.PaidTo, r.Evidence, r.MinerId, r.Beneficiary, r.Epoch);
    }

    private static IReadOnlyList<Received> ByAsset(IEnumerable<RewardRow> rewards) => [.. rewards.GroupBy(r => r.Asset).OrderBy(g => g.Key.Id, StringComparer.Ordinal).Select(Sum)];

    private static Received Sum(IEnumerable<RewardRow> rewards)
    {
        var rows = rewards.ToList();
        return new Received(rows[0].Asset, rows.Aggregate(BigInteger.Zero, (sum, r) => sum + r.Units), rows.Any(r => r.ValueUsd is null) ? null : rows.Sum(r => r.ValueUsd), rows.Count);
    }
}
