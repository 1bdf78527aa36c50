using System.Globalization;
using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Tests.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Evm.Merkle;

namespace Nirmaan.Control.Tests.Staking;

public sealed class StakerQueriesTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private Task<List<int>> TreesAsync() => ReadAsync(db => db.Database.SqlQuery<int>($"""SELECT epoch AS "Value" FROM claim_trees""").ToListAsync(Token));

    private StakerQueries Queries() => new(Contexts, new PriceBook(Contexts, Clock, With(Options)), new NetworkShelf([Network]), Clock);
    private Task<StakerReturns> ReturnsAsync(int account, DateTimeOffset? from = null, DateTimeOffset? to = null) => Queries().ReadReturnsAsync(Wallet(account), from, to, Token);

    private Task QuoteAsync(string asset, decimal usd, DateTimeOffset at) => WriteAsync(db => db.Prices.Add(new PriceQuote(asset, usd, at, "feed")));

    /// <summary>Two days: account 1 holds three quarters of the stake; 100 and 200 MOR are received; $24 of rent a day.</summary>
    private async Task RunTwoDaysAsync()
    {
        var instance = await RentAsync(usdPerGpuHour: 1m, at: Midnight);
        await MineAsync(Morpheus, key: "model-1", on: instance, at: Midnight);
        Stake(Midnight, 1, 3000 * Token18);
        Stake(Midnight, 2, 1000 * Token18);
        Pay(Noon, 100 * Token18);
        Pay(Noon.AddDays(1), 200 * Token18);
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
    }

    [Fact]
    public async Task Each_epoch_shows_gross_cost_fee_and_net()
    {
        await RunTwoDaysAsync();
        var returns = await ReturnsAsync(1);
        returns.Epochs.Select(e => (e.Epoch, e.Share, e.RentUsd)).ShouldBe([(1, 0.75m, 18m), (2, 0.75m, 18m)]);
        returns.Epochs[0].Lines.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            l => l.Gross.ShouldBe(75 * Token18), l => l.Cost.ShouldBe(0), l => l.Fee.ShouldBe(75 * Token18 / 10), l => l.Net.ShouldBe(675 * Token18 / 10), l => l.Cumulative.ShouldBe(675 * Token18 / 10));
        returns.Totals.ShouldHaveSingleItem().Net.ShouldBe(2025 * Token18 / 10);
    }

    [Fact]
    public async Task The_stake_now_and_its_share_are_shown()
    {
        await RunTwoDaysAsync();
        var returns = await ReturnsAsync(2);
        (returns.Staked, returns.TotalStaked, returns.Share).ShouldBe((1000 * Token18, 4000 * Token18, 0.25m));
    }

    [Fact]
    public async Task Stake_is_held_since_it_was_last_nothing()
    {
        Stake(Midnight, 1, 5 * Token18);
        Stake(Midnight.AddHours(1), 1, -5 * Token18);
        Stake(Midnight.AddHours(2), 1, 2 * Token18);
        Stake(Midnight.AddHours(3), 1, -Token18);
        Stake(Midnight.AddHours(4), 2, Token18);
        Stake(Midnight.AddHours(5), 2, -Token18);
        await ReachAsync(Noon);
        (await ReturnsAsync(1)).StakedSince.ShouldBe(Midnight.AddHours(2));
        (await ReturnsAsync(2)).StakedSince.ShouldBeNull();
    }

    [Fact]
    public async Task A_thousand_staked_brought_this_much_per_day()
    {
        await RunTwoDaysAsync();
        await QuoteAsync("MOR", 2m, Midnight.AddDays(1));
        var returns = await ReturnsAsync(1);
        // 67.5 and 135 MOR on 3,000 NRM.
        returns.PerThousandPerDay(7).ShouldHaveSingleItem().ShouldBe(new UnitReturn(Asset.Mor, 33.75m, 67.5m));
        returns.PerThousandPerDay(1).ShouldHaveSingleItem().TokensPerDay.ShouldBe(45m);
        (await ReturnsAsync(77)).PerThousandPerDay(7).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_price_what_a_thousand_brought_in_dollars_is_unknown()
    {
        await RunTwoDaysAsync();
        (await ReturnsAsync(1)).PerThousandPerDay(7).ShouldHaveSingleItem().UsdPerDay.ShouldBeNull();
    }

    [Fact]
    public async Task Without_prices_rates_and_values_are_unknown_not_nothing()
    {
        await RunTwoDaysAsync();
        var returns = await ReturnsAsync(1);
        (returns.Apr7d, returns.Apr30d, returns.Roi, returns.Totals[0].NetUsd, returns.Epochs[0].NetUsd).ShouldBe((null, null, null, null, null));
    }

    [Fact]
    public async Task With_prices_the_yearly_rate_is_the_pools_and_the_return_is_the_accounts()
    {
        await RunTwoDaysAsync();
        await QuoteAsync("MOR", 2m, Midnight.AddDays(1));
        await QuoteAsync("NRM", 0.5m, Midnight.AddDays(1));
        await QuoteAsync("NRM", 0.5m, Midnight.AddDays(2));
        var returns = await ReturnsAsync(1);
        // 270 MOR at $2 on 4000 NRM at $0.50 over two days.
        returns.Apr7d.ShouldBe(540m / (2000m * 2) * 365);
        // 202.5 MOR at $2 on 3000 NRM at $0.50.
        returns.Roi.ShouldBe(0.27m);
        returns.Totals[0].NetUsd.ShouldBe(405m);
        returns.MethodVersion.ShouldBe("share-rate-1");
    }

    [Fact]
    public async Task Stake_that_comes_in_does_not_move_the_yearly_rate()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        for (var day = 0; day < 2; day++)
        {
            // Twice the stake and twice the reward on the second day: the rate per token is the same.
            Stake(Midnight.AddDays(day), day + 1, 1000 * Token18);
            Pay(Noon.AddDays(day), (day + 1) * 10 * Token18);
            await QuoteAsync("MOR", 1m, Midnight.AddDays(day + 1));
            await QuoteAsync("NRM", 1m, Midnight.AddDays(day + 1));
        }
        await ReachAsync(Midnight.AddDays(2));
        await CloseAsync();
        (await ReturnsAsync(1)).Apr7d.ShouldBe(0.009m * 365);
    }

    [Fact]
    public async Task A_period_takes_the_epochs_that_ended_in_it()
    {
        await RunTwoDaysAsync();
        (await ReturnsAsync(1, from: Midnight.AddDays(1))).Epochs.ShouldHaveSingleItem().Epoch.ShouldBe(2);
        (await ReturnsAsync(1, to: Midnight.AddDays(1))).Epochs.ShouldHaveSingleItem().Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task The_parts_of_all_stakers_add_up_to_what_was_paid_and_never_to_more_than_the_fee()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        for (var i = 1; i <= 7; i++) { Stake(Midnight.AddMinutes(i * 61), i, Token18 * i + i); }
        Pay(Noon, Token18 / 3);
        await ReachAsync(Midnight.AddDays(1));
        await CloseAsync();
        var closed = (await ClosedAsync())[0];
        var lines = new List<ReturnLine>();
        for (var i = 1; i <= 7; i++) { lines.AddRange((await ReturnsAsync(i)).Epochs[0].Lines); }
        lines.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Net).ShouldBe(closed.Pool);
        lines.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Fee).ShouldBeInRange(closed.Fee - 7, closed.Fee);
    }

    [Fact]
    public async Task The_csvs_columns_add_up_to_the_totals_of_the_page()
    {
        await RunTwoDaysAsync();
        await QuoteAsync("MOR", 2.123m, Midnight.AddDays(1));
        var returns = await ReturnsAsync(1);
        var rows = returns.ToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var header = rows[0].Split(',');
        decimal Column(string name) => rows.Skip(1).Sum(r => decimal.Parse(r.Split(',')[Array.IndexOf(header, name)], CultureInfo.InvariantCulture));
        var total = returns.Totals.ShouldHaveSingleItem();
        string Text(BigInteger units) => new TokenAmount(units, total.Asset).ToDecimalText();
        rows.Length.ShouldBe(3);
        (Column("gross"), Column("cost"), Column("fee"), Column("net"), Column("net_usd")).ShouldBe((
            decimal.Parse(Text(total.Gross), CultureInfo.InvariantCulture), 0m, decimal.Parse(Text(total.Fee), CultureInfo.InvariantCulture),
            decimal.Parse(Text(total.Net), CultureInfo.InvariantCulture), total.NetUsd!.Value));
    }

    [Fact]
    public async Task A_deposit_is_never_income()
    {
        await RunTwoDaysAsync();
        var before = await ReturnsAsync(1);
        Stake(Midnight.AddDays(2), 1, 5000 * Token18);
        await ReachAsync(Midnight.AddDays(2).AddHours(1));
        var after = await ReturnsAsync(1);
        after.Staked.ShouldBe(before.Staked + 5000 * Token18);
        (after.ToCsv(), after.Totals[0].Net).ShouldBe((before.ToCsv(), before.Totals[0].Net));
    }

    [Fact]
    public async Task A_claim_is_proven_by_the_root_of_the_newest_epoch()
    {
        await RunTwoDaysAsync();
        var claim = (await Queries().ReadClaimsAsync(Wallet(1), Token)).ShouldHaveSingleItem();
        (claim.Epoch, claim.Cumulative).ShouldBe((2, 2025 * Token18 / 10));
        StandardMerkleTree.Verify(Bytes32.Parse(claim.Root), new MerkleLeaf(EvmAddress.Parse(Wallet(1).Value), claim.Cumulative), claim.Proof.Select(Bytes32.Parse)).ShouldBeTrue();
    }

    [Fact]
    public async Task Every_proof_of_an_epoch_is_cut_from_one_stored_tree()
    {
        foreach (var account in Enumerable.Range(10, 11)) { Stake(Midnight, account, account * Token18); }
        await RunTwoDaysAsync();
        foreach (var account in Enumerable.Range(10, 11))
        {
            var claim = (await Queries().ReadClaimsAsync(Wallet(account), Token)).ShouldHaveSingleItem();
            StandardMerkleTree.Verify(Bytes32.Parse(claim.Root), new MerkleLeaf(EvmAddress.Parse(Wallet(account).Value), claim.Cumulative), claim.Proof.Select(Bytes32.Parse)).ShouldBeTrue();
        }
        (await TreesAsync()).ShouldBe([2]);
    }

    [Fact]
    public async Task A_claim_under_an_earlier_root_is_proven_by_that_epochs_tree()
    {
        await RunTwoDaysAsync();
        var earlier = (await ClosedAsync()).Single(d => d.Epoch == 1);
        var claim = (await Queries().FindClaimAsync(Wallet(1), Asset.Mor, earlier.Root, Token)).ShouldNotBeNull();
        claim.Cumulative.ShouldBe(earlier.Leaves.Single(l => l.Account == Wallet(1)).Cumulative);
        StandardMerkleTree.Verify(Bytes32.Parse(earlier.Root), new MerkleLeaf(EvmAddress.Parse(Wallet(1).Value), claim.Cumulative), claim.Proof.Select(Bytes32.Parse)).ShouldBeTrue();
        (await Queries().FindClaimAsync(Wallet(77), Asset.Mor, earlier.Root, Token)).ShouldBeNull();
        (await Queries().FindClaimAsync(Wallet(1), Asset.Mor, "0x" + new string('a', 64), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task A_tree_that_was_thrown_away_is_made_again()
    {
        await RunTwoDaysAsync();
        var first = (await Queries().ReadClaimsAsync(Wallet(1), Token))[0];
        await ReadAsync(db => db.Database.ExecuteSqlAsync($"DELETE FROM claim_trees", Token));
        (await Queries().ReadClaimsAsync(Wallet(1), Token))[0].Proof.ShouldBe(first.Proof);
    }

    [Fact]
    public async Task Who_never_staked_gets_empty_lines_and_no_claim()
    {
        await RunTwoDaysAsync();
        var returns = await ReturnsAsync(77);
        (returns.Staked, returns.Epochs.Count, returns.Totals.Count, returns.Points.Count).ShouldBe((BigInteger.Zero, 0, 0, 0));
        (await Queries().ReadClaimsAsync(Wallet(77), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Points_are_shown_as_points_by_the_share_of_the_day()
    {
        await RunTwoDaysAsync();
        var miner = await MineAsync(Heurist);
        await WriteAsync(db => db.PointsAwards.Add(new PointsAward(miner.Id, "waifu", Noon, 400)));
        (await ReturnsAsync(1)).Points.ShouldHaveSingleItem().ShouldSatisfyAllConditions(p => p.Kind.ShouldBe("waifu"), p => p.Points.ShouldBe(300));
    }

    [Fact]
    public async Task A_clients_points_are_nobody_elses()
    {
        await RunTwoDaysAsync();
        var miner = await MineAsync(Heurist, beneficiary: new Domain.Fleet.Beneficiary("acme"));
        await WriteAsync(db => db.PointsAwards.Add(new PointsAward(miner.Id, "waifu", Noon, 400)));
        (await ReturnsAsync(1)).Points.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stakers_are_listed_the_largest_first_page_by_page()
    {
        await RunTwoDaysAsync();
        var first = await Queries().ListAsync(1, null, Token);
        first.Items.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            r => r.Address.ShouldBe(Wallet(1)), r => r.Share.ShouldBe(0.75m), r => r.Earned.ShouldBe([new TokenAmount(2025 * Token18 / 10, Asset.Mor)]));
        var second = await Queries().ListAsync(1, first.Next, Token);
        (second.Items[0].Address, second.Next).ShouldBe((Wallet(2), null));
    }

    [Fact]
    public async Task An_invented_page_mark_is_refused() =>
        (await Should.ThrowAsync<InvalidInputException>(Queries().ListAsync(1, "nonsense", Token))).Field.ShouldBe("after");

    [Fact]
    public async Task An_accounts_moves_are_listed_newest_first()
    {
        Stake(Midnight, 1, 10);
        Stake(Noon, 1, -4);
        await ReachAsync(Noon.AddHours(1));
        (await Queries().ReadMovesAsync(Wallet(1), null, Token)).Select(m => (m.At, m.Delta, m.Balance)).ShouldBe([(Noon, -4, 6), (Midnight, 10, 10)]);
    }

    [Fact]
    public async Task The_totals_count_those_who_hold_stake_now()
    {
        Stake(Midnight, 1, 10);
        Stake(Midnight, 2, 5);
        Stake(Noon, 2, -5);
        await ReachAsync(Noon.AddHours(1));
        var totals = await Queries().ReadTotalsAsync(Token);
        (totals.Staked, totals.Stakers, totals.ReadTo, totals.Apr30d).ShouldBe((10, 1, Noon.AddHours(1), null));
    }
}
