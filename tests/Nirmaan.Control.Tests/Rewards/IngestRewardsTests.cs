using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class IngestRewardsTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private readonly FakeMiningNetwork _network = new(NetworkName.Morpheus);

    private Task<string> IngestAsync() => new IngestRewards(Contexts, new NetworkShelf([_network]), Events, Clock, Log<IngestRewards>()).RunAsync(Token);
    private Task<List<Reward>> RewardsAsync() => ReadAsync(db => db.Rewards.AsNoTracking().OrderBy(r => r.At).ToListAsync(Token));
    private Task<Dictionary<string, BigInteger>> BalancesAsync() => ReadAsync(async db =>
        (await db.Ledger.AsNoTracking().ToListAsync(Token)).GroupBy(e => e.Account).ToDictionary(g => g.Key, g => g.Aggregate(BigInteger.Zero, (sum, e) => sum + e.Units)));

    private void Pay(int units, string? key = "model-1", string? id = null) =>
        _network.Rewards.Add(new RewardReading(Morpheus, id ?? $"0xtx:{_network.Rewards.Count}", Asset.Mor, units, Noon.AddMinutes(_network.Rewards.Count), Wallet(1).Value, key, "0xtx"));

    [Fact]
    public async Task A_reward_goes_from_the_network_to_the_pool_and_to_its_miner()
    {
        var miner = await MineAsync(Morpheus, key: "model-1");
        Pay(700);
        await IngestAsync();
        (await RewardsAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.MinerId.ShouldBe(miner.Id), r => r.Units.ShouldBe(700), r => r.Epoch.ShouldBeNull());
        (await BalancesAsync()).ShouldBe(new Dictionary<string, BigInteger> { ["network:morpheus"] = -700, ["pool"] = 700 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_clients_reward_never_enters_the_pool()
    {
        await MineAsync(Morpheus, key: "model-1", beneficiary: new Beneficiary("acme"));
        Pay(700);
        await IngestAsync();
        (await BalancesAsync()).ShouldBe(new Dictionary<string, BigInteger> { ["network:morpheus"] = -700, ["client:acme"] = 700 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_reward_of_no_known_miner_goes_to_the_pool_unattributed()
    {
        await MineAsync(Morpheus, key: "model-1");
        Pay(1, key: "model-2");
        Pay(2, key: null);
        await IngestAsync();
        (await RewardsAsync()).ShouldAllBe(r => r.MinerId == null && r.Beneficiary == "nrm-pool");
    }

    [Fact]
    public async Task All_pages_are_read()
    {
        await MineAsync(Morpheus, key: "model-1");
        for (var i = 1; i <= 25; i++) { Pay(i); }
        _network.PageSize = 10;
        (await IngestAsync()).ShouldBe("morpheus: 25 new rewards");
        (await BalancesAsync())["pool"].ShouldBe(325);
    }

    [Fact]
    public async Task A_second_run_enters_nothing_twice()
    {
        await MineAsync(Morpheus, key: "model-1");
        Pay(5);
        await IngestAsync();
        (await IngestAsync()).ShouldBe("morpheus: 0 new rewards");
        (await BalancesAsync())["pool"].ShouldBe(5);
    }

    [Fact]
    public async Task A_reward_that_the_network_shows_twice_is_entered_once()
    {
        await MineAsync(Morpheus, key: "model-1");
        Pay(5, id: "0xa:1");
        await IngestAsync();
        Pay(5, id: "0xa:1");
        Pay(7, id: "0xa:2");
        await IngestAsync();
        (await BalancesAsync())["pool"].ShouldBe(12);
    }

    [Fact]
    public async Task Two_readers_at_once_enter_each_reward_once()
    {
        await MineAsync(Morpheus, key: "model-1");
        for (var i = 1; i <= 40; i++) { Pay(1); }
        _network.PageSize = 3;
        await Task.WhenAll(IngestAsync(), IngestAsync(), IngestAsync());
        (await BalancesAsync())["pool"].ShouldBe(40);
    }

    [Fact]
    public async Task It_says_how_far_it_read_by_the_time_at_which_it_began()
    {
        await MineAsync(Morpheus, key: "model-1");
        _network.OnRewardRead = () => { Clock.Advance(TimeSpan.FromMinutes(1)); return Task.CompletedTask; };
        await IngestAsync();
        (await ReadAsync(db => db.RewardCursors.SingleAsync(Token))).ReadTo.ShouldBe(Noon);
    }

    [Fact]
    public async Task A_read_that_breaks_off_keeps_its_pages_and_claims_no_more()
    {
        await MineAsync(Morpheus, key: "model-1");
        for (var i = 1; i <= 4; i++) { Pay(1); }
        (_network.PageSize, var reads) = (2, 0);
        _network.OnRewardRead = () => ++reads == 2 ? throw new SupplierUnavailableException("morpheus", "gone") : Task.CompletedTask;
        (await IngestAsync()).ShouldBe("morpheus: not readable");
        var cursor = await ReadAsync(db => db.RewardCursors.SingleAsync(Token));
        (cursor.Cursor, cursor.ReadTo).ShouldBe(("2", null));
        (await IngestAsync()).ShouldBe("morpheus: 2 new rewards");
    }

    [Fact]
    public async Task Without_miners_a_network_is_read_to_the_end_at_once()
    {
        await IngestAsync();
        (await ReadAsync(db => db.RewardCursors.SingleAsync(Token))).ReadTo.ShouldBe(Noon);
    }
}
