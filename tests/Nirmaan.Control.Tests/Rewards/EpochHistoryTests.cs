using System.Numerics;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Rewards;

/// <summary>Histories drawn from a seed: stakes that come, go and are taken back by the chain, payments of two assets that vanish before they are final, changing policies, sales.</summary>
public sealed class EpochHistoryTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private const int Days = 9, Stakers = 4;
    private static readonly Asset[] s_assets = [Asset.Mor, Asset.Heu];
    private readonly Dictionary<int, BigInteger> _held = [];
    private int _sold;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Distributed_fees_sold_and_held_are_what_was_received_whatever_happens(int seed)
    {
        var random = new Random(seed);
        await MineAsync(Morpheus, key: "model-1", on: await RentAsync(usdPerGpuHour: 0.5m, at: Midnight), at: Midnight);
        await Policies.ListAsync(Token);
        for (var day = 0; day < Days; day++)
        {
            var from = Midnight.AddDays(day);
            if (random.Next(3) == 0) { await ChangePolicyAsync(random, from); }
            for (var hour = 1; hour < 24; hour += random.Next(1, 5)) { await HourAsync(random, from.AddHours(hour)); }
            await ReachAsync(from.AddDays(1));
            await CloseWithSalesAsync(random);
            await ShouldAddUpAsync();
        }
        (await ClosedAsync()).Count.ShouldBeGreaterThan(Days / 2);
    }

    private async Task HourAsync(Random random, DateTimeOffset at)
    {
        if (random.Next(4) > 0) { Pay(at, Token18 * random.Next(1, 40) / 7 + random.Next(), s_assets[random.Next(2)]); }
        // In a block that the chain replaces before it is final, at the day's end: it was never there, or comes again as it was.
        if (random.Next(6) == 0 && Network.Rewards is [.., var lost] && lost.At.Date == at.Date)
        {
            Network.Rewards.Remove(lost);
            if (random.Next(2) == 0) { Network.Rewards.Add(lost with { At = at }); }
        }
        var (who, before) = (random.Next(1, Stakers + 1), new Dictionary<int, BigInteger>(_held));
        var held = _held.GetValueOrDefault(who);
        var delta = held.Sign > 0 && random.Next(2) == 0 ? -held / random.Next(1, 4) : Token18 * random.Next(1, 100);
        if (delta.IsZero) { return; }
        _held[who] = held + delta;
        Stake(at, who, delta);
        if (random.Next(5) > 0) { return; }
        Clock.MoveTo(at);
        await SyncAsync();
        Chain.Reorganise(1);
        Chain.Mine(at);
        _held.Clear();
        foreach (var (account, units) in before) { _held[account] = units; }
    }

    private Task ChangePolicyAsync(Random random, DateTimeOffset from) => WriteAsync(db => db.FeePolicies.Add(new FeePolicy(from, random.Next(0, 3000), random.Next(2) == 0)
    {
        Version = db.FeePolicies.Max(p => p.Version) + 1, Rents = random.Next(2) == 0 ? [] : [new RentRule(s_assets[random.Next(2)].Id, null, random.Next(2) == 0)],
    }));

    /// <summary>Closes what can be closed; where rent waits for a sale something is sold, sometimes more than once, and sometimes the first record was wrong.</summary>
    private async Task CloseWithSalesAsync(Random random)
    {
        await CloseAsync();
        foreach (var next in await Closer.PreviewAsync(Token))
        {
            if (next.Rent is not { NeedsSale: true } || next.Sales.Count > 0) { continue; }
            for (var i = random.Next(1, 3); i > 0; i--)
            {
                var request = new SaleRequest($"order-{++_sold}", next.Asset, Token18 / random.Next(1, 20), random.Next(1, 500) / 100m, 0.01m, next.To, "a market", SaleSource.Rewards, next.Epoch);
                var outcome = await Seller.RunAsync(request, "admin", Token);
                if (outcome is SaleOutcome.Recorded(var sale) && i > 1) { (await Seller.TakeBackAsync(sale.Id, "admin", "recorded wrongly", Token)).ShouldBeTrue(); }
            }
        }
        await CloseAsync();
    }

    private async Task ShouldAddUpAsync()
    {
        (await CheckAsync()).ShouldEndWith(" rules hold.");
        var closed = await ClosedAsync();
        foreach (var asset in s_assets)
        {
            var received = Sum((await ReadAsync(db => Task.FromResult(db.Rewards.Where(r => r.AssetId == asset.Id).Select(r => r.Units).ToList()))));
            var stakers = Sum(await Task.WhenAll(Enumerable.Range(1, Stakers).Select(i => BalanceAsync(LedgerAccounts.Staker(Wallet(i)), asset))));
            (stakers + await BalanceAsync("fees", asset) + await BalanceAsync("sold", asset) + await BalanceAsync("pool", asset)).ShouldBe(received);
            var mine = closed.Where(d => d.AssetId == asset.Id).ToList();
            Sum(mine.Select(d => d.Pool)).ShouldBe(stakers);
            Sum(mine.Select(d => d.Gross - d.CarriedIn)).ShouldBe(Sum(mine.Select(d => d.Cost + d.Fee + d.Pool)) + (mine.LastOrDefault()?.CarriedOut ?? 0));
        }
    }

    private static BigInteger Sum(IEnumerable<BigInteger> units) => units.Aggregate(BigInteger.Zero, (sum, u) => sum + u);
}
