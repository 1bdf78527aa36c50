using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Prices;

/// <summary>What the price feed quotes now, and what was done to it.</summary>
public sealed class PriceFeed(Seed seed, SandboxClock clock)
{
    private readonly Lock _gate = new();

    private readonly Dictionary<string, Asset> _assets = new()
    {
        ["morpheusai"] = new(new PriceWalk(seed, "morpheusai", 3.1m)),
        // 0.036 USD: the price of 2025-10-28, the last one known.
        ["heurist"] = new(new PriceWalk(seed, "heurist", 0.036m, 0.008)),
        ["akash-network"] = new(new PriceWalk(seed, "akash-network", 1.15m)),
        ["io"] = new(new PriceWalk(seed, "io", 0.42m, 0.007)),
        ["bittensor"] = new(new PriceWalk(seed, "bittensor", 310m, 0.005)),
        ["usd-coin"] = new(new PriceWalk(seed, "usd-coin", 1m, 0.00002)),
        ["ethereum"] = new(new PriceWalk(seed, "ethereum", 3100m, 0.004)),
        // No real feed knows this id, so that a price that was made up here is never taken for one of NRM.
        ["nirmaan-simulated"] = new(new PriceWalk(seed, "nirmaan-simulated", 0.06m, 0.008))
    };

    /// <summary>The quoted price and its time, null for an asset the feed does not have.</summary>
    public (decimal Usd, DateTimeOffset SeenAt)? Quote(string id)
    {
        lock (_gate)
        {
            if (!_assets.TryGetValue(id, out var asset)) { return null; }
            var time = asset.FrozenAt ?? clock.GetUtcNow();
            // The feed looks at the market once a minute.
            return (asset.Walk.At(time) * asset.Factor, new DateTimeOffset(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero));
        }
    }

    /// <summary>From now on the asset's price and its time stand still; false for an unknown asset.</summary>
    public bool Freeze(string id) => Change(id, asset => asset with { FrozenAt = clock.GetUtcNow() });

    /// <summary>From now on the asset is quoted at <paramref name="factor"/> times its price; false for an unknown asset.</summary>
    public bool Distort(string id, decimal factor) => Change(id, asset => asset with { Factor = factor });

    /// <summary>Ends what was done to the asset; false for an unknown asset.</summary>
    public bool Recover(string id) => Change(id, asset => new Asset(asset.Walk));

    private bool Change(string id, Func<Asset, Asset> change)
    {
        lock (_gate)
        {
            if (!_assets.TryGetValue(id, out var asset)) { return false; }
            _assets[id] = change(asset);
            return true;
        }
    }

    private sealed record Asset(PriceWalk Walk, DateTimeOffset? FrozenAt = null, decimal Factor = 1);
}
