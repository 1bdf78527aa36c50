using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>Orders and bids: providers bid once per order, some seconds after it opens, and take their bids back when no lease follows.</summary>
internal sealed class AkashMarket(AkashWorld world, Agenda agenda, Seed seed)
{
    private const int BidsPerOrder = 20;
    private static readonly TimeSpan s_bidLife = TimeSpan.FromMinutes(5);

    /// <summary>Tells the providers of a new deployment's orders.</summary>
    public void Announce(AkashDeployment deployment)
    {
        foreach (var group in deployment.Groups)
        {
            foreach (var provider in world.Providers)
            {
                var draw = seed.For($"akash:bid:{deployment.Dseq}:{group.Gseq}:{provider.Slug}");
                var delay = provider.BidSeconds.Least + (provider.BidSeconds.Most - provider.BidSeconds.Least) * draw.NextDouble();
                var mood = (decimal)(0.98 + 0.05 * draw.NextDouble());
                agenda.At(world.Now.AddSeconds(delay), $"bid of {provider.Slug} on {deployment.Dseq}", _ =>
                {
                    Bid(deployment, group, provider, mood);
                    return Task.CompletedTask;
                });
            }
        }
    }

    /// <summary>What a provider asks for a placement, uact per block.</summary>
    public decimal Price(AkashProvider provider, AkashGroup group, IReadOnlyList<(Gpu Gpu, int Count)> gpus, decimal mood)
    {
        var cards = gpus.Sum(g => g.Count * provider.UsdPerHour(g.Gpu, world.MiddleOf(g.Gpu), world.Now, seed));
        // Cores, memory and disk are small change beside a card: 0.1 cent per core, 0.02 cent per GB of memory, 0.001 cent per GB of disk and hour.
        static decimal Small(Sdl.SdlUnit u) => u.MilliCpu * 0.000001m + u.MemoryBytes / 1e9m * 0.0002m + u.Storage.Sum(v => v.Bytes) / 1e9m * 0.00001m;
        var rest = group.Spec.Units.Sum(u => u.Count * Small(u)) * provider.PriceFactor;
        return Math.Round((cards + rest) * mood * AkashWorld.PerUsd / AkashBlocks.PerHour, 6);
    }

    /// <summary>Ends an open bid and frees what it held.</summary>
    public static void Withdraw(AkashBid bid, string state)
    {
        if (bid.State != "open") { return; }
        bid.State = state;
        bid.Provider.Release(bid.Gpus);
    }

    private void Bid(AkashDeployment deployment, AkashGroup group, AkashProvider provider, decimal mood)
    {
        lock (world.Gate)
        {
            if (!deployment.IsActive || group.OrderState != "open" || deployment.Bids.Count(b => b.Gseq == group.Gseq) >= BidsPerOrder
                || provider.Place(group.Spec) is not { } gpus)
            {
                return;
            }
            var price = Price(provider, group, gpus, mood);
            if (price > group.Spec.Ceiling || !provider.Take(gpus)) { return; }
            var bid = new AkashBid(provider, group.Gseq, price, world.Height, gpus);
            deployment.Bids.Add(bid);
            agenda.At(world.Now + s_bidLife, $"end of {provider.Slug}'s bid on {deployment.Dseq}", _ =>
            {
                lock (world.Gate) { Withdraw(bid, "closed"); }
                return Task.CompletedTask;
            });
        }
    }
}
