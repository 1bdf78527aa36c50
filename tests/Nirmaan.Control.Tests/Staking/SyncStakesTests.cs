using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Staking;

public sealed class SyncStakesTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private readonly FakeStakeChain _chain = new(Noon);

    private Task<string> SyncAsync() => new SyncStakes(Contexts, _chain, Events, Clock, Log<SyncStakes>()).RunAsync(Token);
    private Task<BigInteger[]> DeltasAsync() => ReadAsync(db => db.StakeEvents.OrderBy(e => e.BlockNumber).ThenBy(e => e.LogIndex).Select(e => e.Delta).ToArrayAsync(Token));
    private Task<ChainCursor> CursorAsync() => ReadAsync(db => db.Cursors.AsNoTracking().SingleAsync(Token));
    private void Mine(int minute, params (int Account, int Delta)[] moves) => _chain.Mine(Noon.AddMinutes(minute), [.. moves.Select(m => (Wallet(m.Account), (BigInteger)m.Delta))]);

    [Fact]
    public async Task Stakes_are_read_to_the_newest_block()
    {
        Mine(1, (1, 100), (2, 50));
        Mine(2);
        Mine(3, (1, -30));
        (await SyncAsync()).ShouldBe("Chain 31337: 3 new stake events up to block 3.");
        (await DeltasAsync()).ShouldBe([100, 50, -30]);
        (await CursorAsync()).BlockAt.ShouldBe(Noon.AddMinutes(3));
    }

    [Fact]
    public async Task Pages_join_without_gap_or_overlap()
    {
        for (var minute = 1; minute <= 10; minute++) { Mine(minute, (1, minute)); }
        _chain.PageSize = 3;
        await SyncAsync();
        (await DeltasAsync()).ShouldBe(Enumerable.Range(1, 10).Select(n => (BigInteger)n));
    }

    [Fact]
    public async Task A_second_run_reads_only_what_is_new()
    {
        Mine(1, (1, 100));
        await SyncAsync();
        (await SyncAsync()).ShouldBe("Chain 31337: 0 new stake events up to block 1.");
        Mine(2, (1, 5));
        await SyncAsync();
        (await DeltasAsync()).ShouldBe([100, 5]);
    }

    [Fact]
    public async Task Two_readers_at_once_store_each_event_once()
    {
        for (var minute = 1; minute <= 20; minute++) { Mine(minute, (1, minute)); }
        _chain.PageSize = 2;
        await Task.WhenAll(SyncAsync(), SyncAsync(), SyncAsync());
        (await DeltasAsync()).ShouldBe(Enumerable.Range(1, 20).Select(n => (BigInteger)n));
    }

    [Fact]
    public async Task A_reorganisation_takes_back_what_no_longer_stands()
    {
        Mine(1, (1, 100));
        Mine(2, (2, 50));
        Mine(3, (1, 7));
        await SyncAsync();
        _chain.Reorganise(2);
        Mine(2, (2, 40));
        Mine(4);
        Mine(5, (3, 1));
        (await SyncAsync()).ShouldBe("Chain 31337: 2 new stake events up to block 4; 2 taken back after a reorganisation.");
        (await DeltasAsync()).ShouldBe([100, 40, 1]);
    }

    [Fact]
    public async Task A_transaction_mined_again_after_a_reorganisation_is_there_once()
    {
        Mine(1, (1, 100));
        Mine(2, (2, 50));
        await SyncAsync();
        _chain.Reorganise(1);
        Mine(2, (2, 50));
        await SyncAsync();
        (await ReadAsync(db => db.StakeEvents.SingleAsync(e => e.Delta == 50, Token))).BlockHash.ShouldBe("0xb1-2");
    }

    [Fact]
    public async Task A_chain_replaced_from_the_start_is_read_from_the_start()
    {
        Mine(1, (1, 100));
        Mine(2, (2, 50));
        await SyncAsync();
        _chain.Reorganise(2);
        Mine(1, (3, 9));
        Mine(2, (3, 1));
        Mine(3);
        await SyncAsync();
        (await DeltasAsync()).ShouldBe([9, 1]);
    }

    [Fact]
    public async Task Stakes_that_an_epoch_was_paid_on_are_never_taken_back()
    {
        Mine(1, (1, 100));
        Mine(2, (2, 50));
        await SyncAsync();
        await WriteAsync(db => db.Distributions.Add(new Distribution(1, Asset.Mor, Noon, Noon.AddMinutes(2), 0, 0, 0, 0, 0, 0, 0, $"0x{new string('0', 64)}", [], 0, Noon)));
        _chain.Reorganise(2);
        Mine(1, (3, 9));
        Mine(2, (3, 1));
        Mine(3);
        (await Should.ThrowAsync<InvalidOperationException>(SyncAsync)).Message.ShouldContain("1 stake events of closed epochs");
        (await DeltasAsync()).ShouldBe([100, 50]);
    }

    [Fact]
    public async Task A_reorganisation_of_blocks_without_stakes_costs_no_stake()
    {
        Mine(1, (1, 100));
        Mine(2);
        await SyncAsync();
        _chain.Reorganise(1);
        Mine(5);
        Mine(6);
        (await SyncAsync()).ShouldBe("Chain 31337: 0 new stake events up to block 3.");
        (await CursorAsync()).BlockHash.ShouldBe("0xb1-3");
    }

    [Fact]
    public async Task A_node_that_lags_behind_proves_nothing()
    {
        Mine(1, (1, 100));
        Mine(2, (2, 50));
        await SyncAsync();
        _chain.FinalTo = 1;
        (await SyncAsync()).ShouldBe("Chain 31337: the node does not know block 2, which was read already; waiting for it.");
        (await DeltasAsync()).ShouldBe([100, 50]);
    }

    [Fact]
    public async Task A_node_that_is_down_says_so_and_nothing_changes()
    {
        Mine(1, (1, 100));
        await SyncAsync();
        _chain.Down = true;
        (await SyncAsync()).ShouldBe("Not readable: chain: it is down");
        (await DeltasAsync()).ShouldBe([100]);
    }

    [Fact]
    public async Task A_node_of_another_chain_is_refused()
    {
        Mine(1, (1, 100));
        await SyncAsync();
        _chain.ChainId = 1;
        (await Should.ThrowAsync<InvalidOperationException>(SyncAsync())).Message.ShouldContain("connect a node of chain 31337");
    }

    [Fact]
    public async Task An_event_that_the_node_left_out_is_seen_by_the_next_ones_balance_and_read_again()
    {
        Mine(1, (1, 100));
        Mine(2, (1, 20), (2, 5));
        _chain.Lost[2] = 2;
        await SyncAsync();
        Mine(3, (2, 1));
        Mine(4, (1, 3));
        await SyncAsync();
        (await DeltasAsync()).ShouldBe([100, 20, 5, 1, 3]);
        (await ReadingAsync()).Alert.ShouldBeNull();
    }

    [Fact]
    public async Task An_event_that_stays_away_stops_the_reading_and_says_whose()
    {
        Mine(1, (1, 100));
        Mine(2, (1, 20));
        Mine(3, (1, 3));
        _chain.Lost[2] = 1000;
        (await SyncAsync()).ShouldStartWith("STOPPED: The node leaves events out");
        (await ReadingAsync()).Alert.ShouldNotBeNull().What.ShouldContain(Wallet(1).Checksummed());
        (await DeltasAsync()).ShouldBeEmpty();
        _chain.Lost.Clear();
        await SyncAsync();
        (await DeltasAsync()).ShouldBe([100, 20, 3]);
        (await ReadingAsync()).Alert.ShouldBeNull();
    }

    [Fact]
    public async Task Nodes_that_contradict_each_other_stop_the_reading_until_they_agree_and_are_named()
    {
        Mine(1, (1, 100));
        await SyncAsync();
        Mine(2, (1, 5));
        _chain.Quarrel = new EndpointsDisagreeException(2, [new EndpointWord("one.test", "hash 0xa"), new EndpointWord("two.test", "hash 0xb")]);
        (await SyncAsync()).ShouldBe("STOPPED: block 2: one.test says hash 0xa; two.test says hash 0xb");
        var since = Clock.GetUtcNow();
        Clock.Advance(TimeSpan.FromMinutes(5));
        await SyncAsync();
        var alert = (await ReadingAsync()).Alert.ShouldNotBeNull();
        (alert.Since, alert.Words[1]).ShouldBe((since, new EndpointWord("two.test", "hash 0xb")));
        (await DeltasAsync()).ShouldBe([100]);
        _chain.Quarrel = null;
        await SyncAsync();
        (await ReadingAsync()).Alert.ShouldBeNull();
        (await DeltasAsync()).ShouldBe([100, 5]);
    }

    [Fact]
    public async Task How_far_the_chain_is_read_and_how_far_it_has_come_is_known()
    {
        for (var minute = 1; minute <= 5; minute++) { Mine(minute, (1, minute)); }
        _chain.PageSize = 2;
        await SyncAsync();
        var reading = await ReadingAsync();
        (reading.ReadTo, reading.Newest, reading.At).ShouldBe((5, 5, Noon.AddMinutes(5)));
    }

    [Fact]
    public async Task A_stake_that_a_reorganisation_took_back_is_remembered_with_where_it_went()
    {
        Mine(1, (1, 100));
        Mine(2, (1, 50));
        Mine(3, (1, 7));
        await SyncAsync();
        _chain.Reorganise(2);
        Mine(2, (1, 50));
        Mine(4);
        await SyncAsync();
        var lost = await Stakers().ReadLostAsync(Wallet(1), Token);
        lost.Select(l => (l.Delta, l.BlockNumber, l.NowInBlock)).ShouldBe([(50, 2, 2L), (7, 3, null)]);
        lost.ShouldAllBe(l => l.TakenBackAt == Clock.GetUtcNow());
        (await Stakers().ReadLostAsync(Wallet(2), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_stakes_at_any_block_can_be_told_again()
    {
        Mine(1, (1, 100), (2, 5));
        Mine(2, (1, -100));
        Mine(3, (3, 9));
        await SyncAsync();
        (await Stakers().ReadStakesAtAsync(1, Token)).ShouldBe([(Wallet(1), 100), (Wallet(2), 5)]);
        (await Stakers().ReadStakesAtAsync(2, Token)).ShouldBe([(Wallet(2), 5)]);
        (await Stakers().ReadStakesAtAsync(3, Token)).ShouldBe([(Wallet(2), 5), (Wallet(3), 9)]);
    }

    [Fact]
    public async Task Blocks_that_are_read_a_second_time_change_nothing()
    {
        Mine(1, (1, 100));
        Mine(2, (2, 50));
        await SyncAsync();
        await WriteAsync(db => db.Cursors.Single().RewindTo(0));
        (await SyncAsync()).ShouldBe("Chain 31337: 0 new stake events up to block 2.");
        (await DeltasAsync()).ShouldBe([100, 50]);
    }

    private StakerQueries Stakers() => new(Contexts, new PriceBook(Contexts, Clock, With<RewardsOptions>()), new NetworkShelf([]), Clock);

    private async Task<ChainReading> ReadingAsync() => (await Stakers().ReadTotalsAsync(Token)).Chain.ShouldNotBeNull();
}
