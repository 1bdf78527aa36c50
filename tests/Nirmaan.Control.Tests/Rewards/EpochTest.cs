using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Rewards;

/// <summary>A small economy: one network that pays MOR, a chain of stakes, prices, and days that pass. Day 0 begins at midnight before noon.</summary>
public abstract class EpochTest(ControlPostgres postgres) : ControlTest(postgres)
{
    protected static readonly DateTimeOffset Midnight = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    protected static readonly BigInteger Token18 = BigInteger.Pow(10, 18);
    private int _paid;

    protected FakeMiningNetwork Network { get; } = new(NetworkName.Morpheus);
    protected FakeStakeChain Chain { get; } = new(Midnight);
    protected Action<RewardsOptions>? Options { get; set; }

    protected void Stake(DateTimeOffset at, int account, BigInteger delta) => Chain.Mine(at, (Wallet(account), delta));

    protected void Pay(DateTimeOffset at, BigInteger units, Asset? asset = null, string? key = "model-1") =>
        Network.Rewards.Add(new RewardReading(NetworkName.Morpheus, $"0xpay{++_paid:d6}:0", asset ?? Asset.Mor, units, at, Wallet(99).Value, key, $"0xpay{_paid:d6}"));

    /// <summary>Moves the clock and reads chain and rewards, so that everything before is known.</summary>
    protected async Task ReachAsync(DateTimeOffset at)
    {
        Clock.MoveTo(at);
        Chain.Mine(at);
        await SyncAsync();
        await IngestAsync();
    }

    protected Task SyncAsync() => new SyncStakes(Contexts, Chain, Events, Clock, Log<SyncStakes>()).RunAsync(Token);
    protected Task IngestAsync() => new IngestRewards(Contexts, new NetworkShelf([Network]), Events, Clock, Log<IngestRewards>()).RunAsync(Token);
    protected Task<string> CloseAsync() => Closer.RunAsync(Token);
    protected AnnounceFeePolicy Policies => new(Contexts, Events, Settings, Clock);
    protected CloseEpoch Closer => new(
        Contexts, new NetworkShelf([Network]), new MeterRent(Contexts, new SupplierShelf([]), Events, Clock, Settings, Log<MeterRent>()), Policies, new Consenters(Gone), Events, Clock, Settings, Log<CloseEpoch>());
    /// <summary>Persons who may not consent any more.</summary>
    protected HashSet<string> Gone { get; } = [];
    protected RecordSale Seller => new(Contexts, new PriceBook(Contexts, Clock, Settings), Events, Settings, Clock);
    // Without sign-offs, but where a test wants them.
    private IOptions<RewardsOptions> Settings => With<RewardsOptions>(o => { o.SignOffs = 0; Options?.Invoke(o); });
    protected Task<string> CheckAsync() => new CheckInvariants(Contexts, Events, Clock, Log<CheckInvariants>()).RunAsync(Token);

    protected Task<List<Distribution>> ClosedAsync() => ReadAsync(db => db.Distributions.AsNoTracking().OrderBy(d => d.AssetId).ThenBy(d => d.Epoch).ToListAsync(Token));
    protected async Task<BigInteger> BalanceAsync(string account, Asset? asset = null) => (await ReadAsync(db =>
        db.Ledger.AsNoTracking().Where(e => e.Account == account && e.AssetId == (asset ?? Asset.Mor).Id).Select(e => e.Units).ToListAsync(Token))).Aggregate(BigInteger.Zero, (sum, u) => sum + u);

    private sealed class Consenters(HashSet<string> gone) : IConsenters
    {
        public bool May(string who) => !gone.Contains(who);
    }
}
