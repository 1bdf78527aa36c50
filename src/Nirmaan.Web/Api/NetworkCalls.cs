using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Web.Api;

/// <summary>One reward pool as last estimated. Work in <c>workUnit</c>; null = unknown.</summary>
/// <param name="Modelled">It rests on a scenario or a replay.</param>
internal sealed record PoolWire(
    string Pool, string Label, Bucket Bucket, RewardShape Reward, string Asset, decimal TokensPerHour, decimal? TokenUsd, DateTimeOffset? PriceAt, decimal? ValueUsdPerHour, decimal? OthersWorkPerHour, decimal? DemandWorkPerHour,
    string WorkUnit, bool Modelled, string Source, DateTimeOffset DataAt, long AgeSeconds);

/// <summary>Tokens received in the last seven days.</summary>
/// <param name="ValueUsd">At the prices of their times; null = unknown.</param>
internal sealed record ReceivedWire(AmountWire Total, decimal? ValueUsd, int Payments);

/// <summary>A network: pools, what it paid, what its machines cost.</summary>
/// <param name="Notice">What must stand beside its figures; null = nothing.</param>
internal sealed record NetworkWire(string Id, NoticeWire? Notice, IReadOnlyList<string> Workloads, int Miners, IReadOnlyList<PoolWire> Pools, IReadOnlyList<ReceivedWire> Received7d, decimal RentUsd7d, decimal? AcquisitionUsd, decimal? MarketUsd, DateTimeOffset? EstimatedAt);

/// <summary>
/// What one more GPU of a model would earn per hour in a pool now, rent not deducted, with a standard deviation from our own measurements' spread.
/// </summary>
internal sealed record YieldWire(
    string Pool, string Workload, string Gpu, decimal? UsdPerGpuHour, decimal? SdUsdPerGpuHour, decimal WorkPerGpuHour, decimal SdWorkPerGpuHour, string WorkUnit, decimal EvidenceHours, bool Measured, bool Modelled, string Source, DateTimeOffset DataAt, long AgeSeconds);

internal static class NetworkCalls
{
    private static readonly TimeSpan s_period = TimeSpan.FromDays(7);

    public static void Map(RouteGroupBuilder read)
    {
        read.MapGet("/networks", async (Reader reader, CancellationToken cancellationToken) => (await reader.ReadAsync(cancellationToken)).ToList(n => n)).WithName("listNetworks").WithSummary("Networks with totals, emission, price and what they cost us.");
        read.MapGet("/networks/{id}", async (string id, Reader reader, CancellationToken cancellationToken) =>
            (await reader.ReadAsync(cancellationToken)).FirstOrDefault(n => n.Id == id) is { } network ? Results.Ok(network) : Problems.NotFound("network", id))
            .WithName("getNetwork").Produces<NetworkWire>().ProducesProblem(404);
        read.MapGet("/networks/{id}/yields", async (string id, Reader reader, CancellationToken cancellationToken) =>
            await reader.ReadYieldsAsync(new NetworkName(id), cancellationToken) is { } yields ? Results.Ok(yields.ToList(y => y)) : Problems.NotFound("network", id))
            .WithName("getYields").WithSummary("Yield per GPU-hour by workload and GPU, with mean, spread, source and age.").Produces<ListWire<YieldWire>>().ProducesProblem(404);
    }

    /// <summary>What a GPU that does this work would add in a pool: the pool's rule, our own miners counted as others.</summary>
    internal static (decimal Usd, decimal Sd)? YieldOf(PoolEstimate pool, WorkEstimate work)
    {
        if (pool.ValueUsdPerHour is not { } value) { return null; }
        var (mean, deviation) = ((decimal)work.Mean, (decimal)work.StandardDeviation);
        if (pool.Shape == RewardShape.ProRata)
        {
            if (pool.OthersWorkPerHour is not { } others || others + mean == 0) { return null; }
            return (value * mean / (others + mean), value * others * deviation / ((others + mean) * (others + mean)));
        }
        if (pool.DemandWorkPerHour is not > 0) { return null; }
        var perUnit = value / pool.DemandWorkPerHour.Value;
        return (perUnit * Math.Min(mean, pool.DemandWorkPerHour.Value), mean < pool.DemandWorkPerHour ? perUnit * deviation : 0);
    }

    internal sealed class Reader(NetworkShelf networks, AllocationQueries allocation, RewardQueries rewards, FleetQueries fleet, TimeProvider clock)
    {
        public async Task<IReadOnlyList<NetworkWire>> ReadAsync(CancellationToken cancellationToken)
        {
            var now = clock.GetUtcNow();
            var estimate = await allocation.NewestEstimateAsync(cancellationToken);
            var paid = (await rewards.NetworksAsync(now - s_period, now, cancellationToken)).ToDictionary(n => n.Network);
            var miners = (await fleet.TableAsync(null, cancellationToken)).Select(i => i.Miner?.Network).OfType<NetworkName>().CountBy(n => n).ToDictionary();
            return [.. networks.All.OrderBy(n => n.Network.Value, StringComparer.Ordinal).Select(n =>
            {
                var sums = paid.GetValueOrDefault(n.Network);
                return new NetworkWire(n.Network.Value, n.NoticeAt(now).ToWire(), [.. n.Templates.Select(t => t.Workload)], miners.GetValueOrDefault(n.Network), [.. estimate?.Pools.Where(p => p.Network == n.Network).Select(p => Pool(p, now)) ?? []],
                    [.. sums?.Received.Select(r => new ReceivedWire(new TokenAmount(r.Units, r.Asset).ToWire(), r.ValueUsd, r.Count)) ?? []], sums?.RentUsd ?? 0, sums?.AcquisitionUsd, sums?.MarketUsd, estimate?.At);
            })];
        }

        public async Task<IReadOnlyList<YieldWire>?> ReadYieldsAsync(NetworkName network, CancellationToken cancellationToken)
        {
            if (networks.Find(network) is null) { return null; }
            var now = clock.GetUtcNow();
            var estimate = await allocation.NewestEstimateAsync(cancellationToken);
            return [.. estimate?.Pools.Where(p => p.Network == network).SelectMany(p => p.Work.Select(w =>
            {
                var usd = YieldOf(p, w);
                return new YieldWire(p.Pool.Value, w.Workload.Value, w.Gpu, usd?.Usd, usd?.Sd, (decimal)w.Mean, (decimal)w.StandardDeviation, p.WorkUnit, (decimal)w.EvidenceHours, w.Measured, p.Modelled, $"{p.Source}; work: {w.Source}", p.DataAt, Age(p.DataAt, now));
            })) ?? []];
        }

        private static PoolWire Pool(PoolEstimate p, DateTimeOffset now) => new(
            p.Pool.Value, p.Label, p.Bucket, p.Shape, p.AssetId, p.TokensPerHour, p.TokenUsd, p.PriceAt, p.ValueUsdPerHour, p.OthersWorkPerHour, p.DemandWorkPerHour, p.WorkUnit, p.Modelled, p.Source, p.DataAt, Age(p.DataAt, now));

        private static long Age(DateTimeOffset at, DateTimeOffset now) => (long)(now - at).TotalSeconds;
    }
}
