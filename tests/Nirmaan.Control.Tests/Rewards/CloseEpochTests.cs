using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class CloseEpochTests(ControlPostgres postgres) : EpochTest(postgres)
{
    [Fact]
    public async Task A_day_is_shared_out_by_stake_and_time()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Stake(Midnight.AddHours(18), 2, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        (await CloseAsync()).ShouldBe("closed epoch 1: 0.0000000000000009 MOR to 2 stakers");
        var closed = (await ClosedAsync()).ShouldHaveSingleItem();
        (closed.Epoch, closed.From, closed.To, closed.Gross, closed.Fee, closed.Pool).ShouldBe((1, Midnight, Midnight.AddDays(1), 1000, 100, 900));
        closed.Leaves.ShouldBe([
            new DistributionLeaf(Wallet(1), 100 * 86_400, 720, 720), new DistributionLeaf(Wallet(2), 100 * 21_600, 180, 180)]);
    }

    [Fact]
    public async Task Many_stakers_and_odd_amounts_add_up_to_the_last_unit()
    {
        await MineAsync(Morpheus, key: "model-1");
        var random = new Random(11);
        for (var i = 1; i <= 40; i++) { Stake(Midnight.AddSeconds(i * 977), i, Token18 * random.Next(1, 10_000) + random.Next()); }
        for (var i = 0; i < 25; i++) { Pay(Midnight.AddMinutes(i * 50), Token18 * random.Next(1, 30) / 7 + random.Next()); }
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        var closed = (await ClosedAsync())[0];
        var received = Network.Rewards.Aggregate(BigInteger.Zero, (sum, r) => sum + r.Units);
        closed.Leaves.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Amount).ShouldBe(closed.Pool);
        (closed.Pool + closed.Fee).ShouldBe(received);
        (await BalanceAsync("pool")).ShouldBe(0);
        (await CheckAsync()).ShouldEndWith(" rules hold.");
    }

    [Fact]
    public async Task A_second_run_closes_nothing_twice()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        (await CloseAsync()).ShouldBe("Nothing to close.");
        (await BalanceAsync($"staker:{Wallet(1)}")).ShouldBe(900);
    }

    [Fact]
    public async Task Closers_at_the_same_time_close_it_once()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await Task.WhenAll(CloseAsync(), CloseAsync(), CloseAsync());
        (await BalanceAsync($"staker:{Wallet(1)}"), await BalanceAsync("fees")).ShouldBe((900, 100));
    }

    [Fact]
    public async Task Days_missed_are_closed_one_by_one()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        for (var day = 0; day < 3; day++) { Pay(Noon.AddDays(day), 100 * (day + 1)); }
        await ReachAsync(Midnight.AddDays(3));
        await CloseAsync();
        (await ClosedAsync()).Select(d => (d.Epoch, d.From, d.Pool, d.Leaves[0].Cumulative)).ShouldBe([
            (1, Midnight, 90, 90), (2, Midnight.AddDays(1), 180, 270), (3, Midnight.AddDays(2), 270, 540)]);
    }

    [Fact]
    public async Task A_day_under_way_is_not_closed()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1).AddSeconds(-1));
        (await CloseAsync()).ShouldBe("Nothing to close.");
    }

    [Fact]
    public async Task It_waits_until_the_stakes_are_read_past_the_end()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddHours(23));
        Clock.MoveTo(Midnight.AddDays(1).AddMinutes(1));
        await IngestAsync();
        (await CloseAsync()).ShouldBe("epoch 1 of MOR waits for the stakes, read to 2026-03-01 23:00:00Z");
    }

    [Fact]
    public async Task It_waits_until_the_rewards_are_read_past_the_end()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddHours(23));
        Clock.MoveTo(Midnight.AddDays(1).AddMinutes(1));
        Chain.Mine(Clock.GetUtcNow());
        await SyncAsync();
        (await CloseAsync()).ShouldBe("epoch 1 of MOR waits for the rewards of morpheus, read to 2026-03-01 23:00:00Z");
    }

    [Fact]
    public async Task A_reward_that_arrives_late_goes_into_the_next_epoch()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        Pay(Noon.AddHours(1), 500);
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
        (await ClosedAsync()).Select(d => d.Gross).ShouldBe([1000, 500]);
    }

    [Fact]
    public async Task Where_nobody_holds_stake_it_waits_without_a_fee_for_those_who_do()
    {
        await MineAsync(Morpheus, key: "model-1");
        Options = o => o.FirstEpoch = new DateOnly(2026, 3, 1);
        Pay(Noon, 1000);
        Stake(Midnight.AddDays(1), 1, 100);
        Pay(Noon.AddDays(1), 500);
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
        (await ClosedAsync()).Select(d => (d.Gross, d.Fee, d.Pool, d.CarriedIn, d.CarriedOut)).ShouldBe([(1000, 0, 0, 0, 1000), (1500, 150, 1350, 1000, 0)]);
        (await CheckAsync()).ShouldEndWith(" rules hold.");
    }

    [Fact]
    public async Task An_epoch_without_lines_has_the_empty_root()
    {
        await MineAsync(Morpheus, key: "model-1");
        Options = o => o.FirstEpoch = new DateOnly(2026, 3, 1);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        (await ClosedAsync())[0].ShouldSatisfyAllConditions(d => d.Leaves.ShouldBeEmpty(), d => d.Root.ShouldBe("0x" + new string('0', 64)));
    }

    [Fact]
    public async Task A_day_without_rewards_keeps_the_claims_of_before()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
        var days = await ClosedAsync();
        days[1].Leaves.ShouldBe([new DistributionLeaf(Wallet(1), 100 * 86_400, 0, 900)]);
        days[1].Root.ShouldBe(days[0].Root);
    }

    [Fact]
    public async Task Each_asset_has_its_own_epochs_from_the_first_day_on()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        Pay(Noon.AddDays(1), 70, Asset.Heu);
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
        (await ClosedAsync()).Select(d => (d.AssetId, d.Epoch, d.Gross)).ShouldBe([("HEU", 1, 0), ("HEU", 2, 70), ("MOR", 1, 1000), ("MOR", 2, 0)]);
    }

    [Fact]
    public async Task A_clients_reward_is_not_shared_out()
    {
        await MineAsync(Morpheus, key: "model-1", beneficiary: new Beneficiary("acme"));
        await MineAsync(Morpheus, key: "model-2");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        Pay(Noon, 10, key: "model-2");
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        (await ClosedAsync())[0].Gross.ShouldBe(10);
        (await BalanceAsync("client:acme")).ShouldBe(1000);
    }

    [Fact]
    public async Task The_days_rent_is_shown_and_not_deducted()
    {
        var instance = await RentAsync(usdPerGpuHour: 2m, at: Noon);
        await MineAsync(Morpheus, key: "model-1", on: instance);
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1).AddHours(3));
        await CloseAsync();
        (await ClosedAsync())[0].ShouldSatisfyAllConditions(d => d.RentUsd.ShouldBe(24m), d => d.Pool.ShouldBe(900));
    }

    [Fact]
    public async Task The_fee_is_a_setting()
    {
        await MineAsync(Morpheus, key: "model-1");
        Options = o => o.FeeBasisPoints = 250;
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        (await ClosedAsync())[0].ShouldSatisfyAllConditions(d => d.Fee.ShouldBe(25), d => d.FeeBasisPoints.ShouldBe(250));
    }

    [Fact]
    public async Task Before_anyone_stakes_there_is_no_epoch()
    {
        await MineAsync(Morpheus, key: "model-1");
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        (await CloseAsync()).ShouldBe("Nobody has staked yet.");
    }

    [Fact]
    public async Task A_closed_epoch_cannot_be_changed()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        var change = () => ReadAsync(db => db.Distributions.ExecuteUpdateAsync(d => d.SetProperty(x => x.RentUsd, 1m), Token));
        (await Should.ThrowAsync<Npgsql.PostgresException>(change)).MessageText.ShouldBe("distributions is append-only");
    }

    [Fact]
    public async Task Its_file_is_what_anyone_computes_from_the_stakes()
    {
        await MineAsync(Morpheus, key: "model-1");
        Stake(Midnight, 1, Token18);
        Stake(Midnight.AddHours(5), 2, 3 * Token18);
        Stake(Midnight.AddHours(30), 1, -Token18 / 2);
        Pay(Noon, Token18);
        Pay(Noon.AddDays(1), 2 * Token18);
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
        var closed = (await ClosedAsync()).ConvertAll(d => DistributionFile.Of(d));
        var stakes = (await ReadAsync(db => db.StakeEvents.AsNoTracking().ToListAsync(Token))).ConvertAll(e => e.ToDelta());
        DistributionFile? previous = null;
        foreach (var file in closed)
        {
            previous = DistributionFile.Compute(stakes, file.From, file.To, file.Pool, "MOR", previous);
            previous.ToJson().ShouldBe(file.ToJson());
        }
    }
}
