using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class RewardQueriesTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private RewardQueries Queries() => new(Contexts, new PriceBook(Contexts, Clock, With(Options)), new NetworkShelf([Network]), Clock);
    private Task<string> MeterAsync() => new MeterRent(Contexts, new SupplierShelf([]), Events, Clock, With(Options), Log<MeterRent>()).RunAsync(Token);
    private Task QuoteAsync(decimal usd, DateTimeOffset at) => WriteAsync(db => db.Prices.Add(new PriceQuote("MOR", usd, at, "feed")));

    [Fact]
    public async Task A_token_costs_the_rent_of_the_networks_machines_over_the_tokens_received()
    {
        var machine = await RentAsync(usdPerGpuHour: 1m, at: Midnight);
        await MineAsync(Morpheus, key: "model-1", on: machine, at: Midnight);
        var other = await RentAsync(usdPerGpuHour: 5m, at: Midnight);
        await MineAsync(Heurist, on: other, at: Midnight);
        Pay(Noon, 20 * Token18);
        await QuoteAsync(2m, Noon);
        await ReachAsync(Midnight.AddDays(1));
        await MeterAsync();
        var networks = await Queries().NetworksAsync(Midnight, Midnight.AddDays(1), Token);
        var morpheus = networks.Single(n => n.Network == Morpheus);
        (morpheus.RentUsd, morpheus.AcquisitionUsd, morpheus.MarketUsd, morpheus.CostShare).ShouldBe((24m, 1.2m, 2m, 0.6m));
        networks.Single(n => n.Network == Heurist).ShouldSatisfyAllConditions(h => h.RentUsd.ShouldBe(120m), h => h.Received.ShouldBeEmpty(), h => h.AcquisitionUsd.ShouldBeNull());
    }

    [Fact]
    public async Task Without_a_price_the_market_is_unknown()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Pay(Noon, Token18);
        await ReachAsync(Midnight.AddDays(1));
        var morpheus = (await Queries().NetworksAsync(Midnight, Midnight.AddDays(1), Token)).Single();
        (morpheus.Received[0].ValueUsd, morpheus.MarketUsd, morpheus.CostShare).ShouldBe((null, null, null));
    }

    [Fact]
    public async Task Rent_of_a_machine_set_to_other_work_goes_to_the_miner_of_the_time()
    {
        var machine = await RentAsync(usdPerGpuHour: 1m, at: Midnight);
        var first = await MineAsync(Heurist, on: machine, at: Midnight);
        Clock.MoveTo(Midnight.AddHours(14));
        await MeterAsync();
        await WriteAsync(db => db.Miners.Single(m => m.Id == first.Id).Become(MinerState.Stopped, Clock.GetUtcNow(), "moved"));
        var second = await MineAsync(Morpheus, key: "model-1", on: machine);
        Clock.MoveTo(Midnight.AddHours(20));
        await MeterAsync();
        (await Queries().MinersAsync(Midnight, Midnight.AddDays(1), Token)).ToDictionary(m => m.MinerId, m => m.RentUsd)
            .ShouldBe(new Dictionary<MinerId, decimal> { [first.Id] = 14m, [second.Id] = 6m }, ignoreOrder: true);
    }

    [Fact]
    public void A_networks_notice_is_told_and_a_network_without_one_is_left_out()
    {
        Queries().Notices().ShouldBeEmpty();
        Network.Notice = new NetworkNotice("season closed", "It ended.");
        Queries().Notices().ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create(Morpheus, Network.Notice));
    }

    [Fact]
    public async Task Days_are_utc_days()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Pay(Midnight.AddDays(1).AddSeconds(-1), 5);
        Pay(Midnight.AddDays(1), 7);
        await ReachAsync(Midnight.AddDays(2));
        (await Queries().DaysAsync(Midnight, Midnight.AddDays(2), Token)).Select(d => (d.Day, d.Received.Units)).ShouldBe([(new DateOnly(2026, 3, 1), 5), (new DateOnly(2026, 3, 2), 7)]);
    }

    [Fact]
    public async Task An_epochs_rewards_are_its_own_oldest_first()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Stake(Midnight, 1, Token18);
        for (var hour = 0; hour < 30; hour += 10) { Pay(Midnight.AddHours(hour), hour + 1); }
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        (await Queries().OfEpochAsync(1, Token)).Select(r => r.Units).ShouldBe([1, 11, 21]);
        (await Queries().OfEpochAsync(2, Token)).ShouldBeEmpty();
        (await Queries().ReadToAsync(Token)).ShouldBe(new Dictionary<NetworkName, DateTimeOffset> { [Morpheus] = Midnight.AddDays(1) });
    }

    [Fact]
    public async Task Rewards_are_listed_newest_first_with_their_evidence_page_by_page()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        for (var i = 0; i < 5; i++) { Pay(Noon, i + 1); }
        await ReachAsync(Noon.AddHours(1));
        var seen = new List<string>();
        for (string? after = null; ;)
        {
            var page = await Queries().ListAsync(Morpheus, null, 2, after, Token);
            seen.AddRange(page.Items.Select(r => r.Evidence));
            if ((after = page.Next) is null) { break; }
        }
        seen.ShouldBe(["0xpay000005", "0xpay000004", "0xpay000003", "0xpay000002", "0xpay000001"]);
    }

    [Fact]
    public async Task Points_show_what_was_earned_awarded_and_what_a_thousand_cost()
    {
        Network.Kinds["waifu"] = new WorkloadName("heurist-sd");
        var machine = await RentAsync(usdPerGpuHour: 1m, at: Midnight);
        var miner = await MineAsync(Morpheus, workload: "heurist-sd", on: machine, at: Midnight);
        await WriteAsync(db =>
        {
            db.PointsSamples.Add(new PointsSample(Morpheus, "waifu", miner.PayoutAddress, Noon, 5000, 4000, "counter reset", "fake"));
            db.PointsAwards.Add(new PointsAward(miner.Id, "waifu", Noon, 3000));
        });
        Clock.MoveTo(Midnight.AddHours(20));
        await MeterAsync();
        var points = new PointsQueries(Contexts, new NetworkShelf([Network]), Clock);
        var sum = (await points.SumsAsync(Midnight, Midnight.AddDays(1), Token)).ShouldHaveSingleItem();
        sum.Samples.ShouldBe(1);
        (await points.NewestSamplesAsync(true, null, Token)).ShouldHaveSingleItem().Counter.ShouldBe(5000);
        (sum.Earned, sum.Awarded, sum.Irregularities, sum.RentUsd, sum.RentUsdPerThousand).ShouldBe((4000m, 3000m, 1, 20m, 5m));
        (await points.DaysAsync(Midnight, Midnight.AddDays(1), Token)).ShouldHaveSingleItem().Earned.ShouldBe(4000);
        (await points.MinersAsync(Midnight, Midnight.AddDays(1), Morpheus, Token)).ShouldHaveSingleItem().Points.ShouldBe(3000);
        (await points.SamplesAsync(Morpheus, "waifu", miner.PayoutAddress, null, null, Token)).Items.ShouldHaveSingleItem().Irregularity.ShouldBe("counter reset");
    }

    [Fact]
    public async Task The_books_show_balances_and_entries_page_by_page()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Stake(Midnight, 1, Token18);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        var books = new LedgerQueries(Contexts);
        (await books.BalancesAsync(Token)).Where(b => b.AssetId == "MOR").Select(b => (b.Account, b.Units)).ShouldBe([("fees", 100), ("network:morpheus", -1000), ("pool", 0)]);
        var first = await books.EntriesAsync(new LedgerFilter(Account: "pool"), 2, null, Token);
        var rest = await books.EntriesAsync(new LedgerFilter(Account: "pool"), 2, first.Next, Token);
        first.Items.Concat(rest.Items).Select(e => (e.Cause, e.Units)).ShouldBe([("distribution", -900), ("fee", -100), ("reward", 1000)], ignoreOrder: true);
    }
}
