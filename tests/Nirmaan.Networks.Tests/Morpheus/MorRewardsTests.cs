using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Networks.Tests.Chain;

namespace Nirmaan.Networks.Tests.Morpheus;

/// <summary>Payments as the real contracts make them, claims and direct payments too, which the sandbox does not.</summary>
public sealed class MorRewardsTests : IAsyncLifetime
{
    private const string TransferTopic = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    private const string ClosedTopic = "0x337fbb0a41a596db800dc836595a57815f967185e3596615c646f2455ac3914a";
    private const string Stranger = "0x9999999999999999999999999999999999999999";

    private readonly FakeRpc _chain = new();
    private Outside _outside = null!;
    private Rig _rig = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _outside = await Outside.StartAsync();
        _chain.At(_outside);
        _rig = Rig.Morpheus(_outside.Url);
        for (var session = 1; session <= 3; session++)
        {
            _outside.Answers($"GET /blockchain/sessions/{Node.Id(session)}", $$"""{"session":{{Node.Session(session, Node.Wallet, Node.Id(100 + session), _rig.Now, _rig.Now)}}}""");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _outside.DisposeAsync();
    }

    private void Paid(long block, string transaction, long amount, string from = Rig.Funding, string? to = null) =>
        _chain.Log(block, transaction, Rig.Mor, [TransferTopic, FakeRpc.Word(from), FakeRpc.Word(to ?? Rig.Provider)], FakeRpc.Word(amount));

    private void Closed(long block, string transaction, int session, string? provider = null) =>
        _chain.Log(block, transaction, Rig.Diamond, [ClosedTopic, FakeRpc.Word(Stranger), Node.Id(session), FakeRpc.Word(provider ?? Rig.Provider)]);

    private Task<RewardPage> ReadAsync(string? cursor = null) => _rig.Network.ReadRewardsAsync(cursor, [Rig.Provider], Cancel);

    private async Task<string?[]> KeysAsync() => [.. (await ReadAsync()).Rewards.Select(r => r.NetworkKey)];

    [Fact]
    public async Task A_payment_beside_a_close_is_the_sessions_miners_reward()
    {
        Closed(40, Node.Id(0xa), 1);
        Paid(40, Node.Id(0xa), 123_456_789);
        (await ReadAsync()).Rewards.ShouldHaveSingleItem().ShouldBe(new RewardReading(
            NetworkName.Morpheus, $"{Node.Id(0xa)}:0", Asset.Mor, new BigInteger(123_456_789), FakeRpc.Genesis.AddMinutes(40), Rig.Provider, Node.Id(101), Node.Id(0xa)));
    }

    [Fact]
    public async Task Reading_on_finds_only_what_is_new()
    {
        Closed(40, Node.Id(0xa), 1);
        Paid(40, Node.Id(0xa), 1);
        var first = await ReadAsync();
        (await ReadAsync(first.Cursor)).Rewards.ShouldBeEmpty();
        _chain.Head = 110;
        Closed(105, Node.Id(0xb), 2);
        Paid(105, Node.Id(0xb), 2);
        (await ReadAsync(first.Cursor)).Rewards.ShouldHaveSingleItem().NetworkKey.ShouldBe(Node.Id(102));
    }

    [Fact]
    public async Task The_newest_block_is_left_alone_until_it_is_final()
    {
        Closed(100, Node.Id(0xa), 1);
        Paid(100, Node.Id(0xa), 1);
        var page = await ReadAsync();
        page.Rewards.ShouldBeEmpty();
        _chain.Head = 101;
        (await ReadAsync(page.Cursor)).Rewards.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Pages_with_rewards_are_answered_one_by_one_and_an_empty_one_is_the_end()
    {
        await using var rig = Rig.Morpheus(_outside.Url, ("Chain:MaxRange", "10"));
        foreach (var (block, n) in new[] { (15L, 1), (55L, 2) })
        {
            Closed(block, Node.Id(n), n);
            Paid(block, Node.Id(n), n);
        }
        var first = await rig.Network.ReadRewardsAsync(null, [Rig.Provider], Cancel);
        var second = await rig.Network.ReadRewardsAsync(first.Cursor, [Rig.Provider], Cancel);
        var third = await rig.Network.ReadRewardsAsync(second.Cursor, [Rig.Provider], Cancel);
        new[] { first, second, third }.Select(p => p.Rewards.Count).ShouldBe([1, 1, 0]);
        third.Cursor!.ShouldContain("99");
    }

    [Fact]
    public async Task Blocks_before_the_deployment_are_not_asked_for()
    {
        Closed(40, Node.Id(0xa), 1);
        Paid(40, Node.Id(0xa), 1);
        await using var rig = Rig.Morpheus(_outside.Url, ("Chain:FromBlock", "41"));
        (await rig.Network.ReadRewardsAsync(null, [Rig.Provider], Cancel)).Rewards.ShouldBeEmpty();
    }

    [Fact]
    public async Task Closes_and_payments_of_one_transaction_belong_together_in_order()
    {
        Closed(40, Node.Id(0xa), 2);
        Paid(40, Node.Id(0xa), 20);
        Closed(40, Node.Id(0xa), 3);
        Paid(40, Node.Id(0xa), 30);
        (await ReadAsync()).Rewards.Select(r => (r.ExternalId, r.NetworkKey, r.Units)).ShouldBe([($"{Node.Id(0xa)}:0", Node.Id(102), 20), ($"{Node.Id(0xa)}:1", Node.Id(103), 30)]);
    }

    [Fact]
    public async Task When_closes_and_payments_do_not_pair_nobody_is_guessed()
    {
        Closed(40, Node.Id(0xa), 2);
        Paid(40, Node.Id(0xa), 20);
        Paid(40, Node.Id(0xa), 30);
        (await KeysAsync()).ShouldBe([null, null]);
    }

    [Fact]
    public async Task A_claim_is_traced_to_its_session_by_what_was_called()
    {
        Paid(40, Node.Id(0xa), 5);
        _chain.Inputs[Node.Id(0xa)] = "0xf2e96e8e" + Node.Id(3)[2..];
        (await KeysAsync()).ShouldBe([Node.Id(103)]);
    }

    [Fact]
    public async Task A_payment_whose_call_is_no_claim_is_a_reward_of_no_miner()
    {
        Paid(40, Node.Id(0xa), 5);
        _chain.Inputs[Node.Id(0xa)] = "0xa9059cbb" + Node.Id(3)[2..];
        (await KeysAsync()).ShouldBe([null]);
    }

    [Fact]
    public async Task A_direct_payment_out_of_the_contract_is_a_reward_and_a_returned_stake_is_none()
    {
        Paid(40, Node.Id(0xa), 7, from: Rig.Diamond);
        Closed(41, Node.Id(0xb), 1);
        Paid(41, Node.Id(0xb), 8, from: Rig.Diamond);
        (await ReadAsync()).Rewards.Select(r => (r.Units, r.NetworkKey)).ShouldBe([(8, Node.Id(101))]);
    }

    [Fact]
    public async Task Other_transfers_of_the_token_are_no_rewards()
    {
        Paid(40, Node.Id(0xa), 7, from: Stranger);
        Paid(40, Node.Id(0xb), 7, to: Stranger);
        Paid(40, Node.Id(0xc), 0);
        (await ReadAsync()).Rewards.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_close_of_another_provider_in_the_transaction_pays_nobody_of_ours()
    {
        Closed(40, Node.Id(0xa), 1, provider: Stranger);
        Closed(40, Node.Id(0xa), 2);
        Paid(40, Node.Id(0xa), 20);
        (await KeysAsync()).ShouldBe([Node.Id(102)]);
    }

    [Fact]
    public async Task A_session_that_the_node_has_forgotten_leaves_the_reward_without_a_miner()
    {
        Closed(40, Node.Id(0xa), 9);
        Paid(40, Node.Id(0xa), 20);
        _outside.Answers($"GET /blockchain/sessions/{Node.Id(9)}", """{"error":"session not found"}""", 500);
        (await KeysAsync()).ShouldBe([null]);
    }

    [Fact]
    public async Task While_the_node_cannot_tell_a_session_nothing_is_read()
    {
        Closed(40, Node.Id(0xa), 9);
        Paid(40, Node.Id(0xa), 20);
        _outside.Answers($"GET /blockchain/sessions/{Node.Id(9)}", """{"error":"dial tcp: i/o timeout"}""", 500);
        await Should.ThrowAsync<SupplierUnavailableException>(() => ReadAsync());
    }

    [Fact]
    public async Task After_a_reorganisation_all_is_read_again_under_the_same_ids()
    {
        Closed(40, Node.Id(0xa), 1);
        Paid(40, Node.Id(0xa), 1);
        var before = await ReadAsync();
        _chain.Fork = (90, 7);
        var after = await ReadAsync(before.Cursor);
        after.Rewards.ShouldBe(before.Rewards);
        after.Cursor.ShouldNotBe(before.Cursor);
        (await ReadAsync(after.Cursor)).Rewards.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_node_that_lags_behind_what_was_read_is_waited_for()
    {
        var page = await ReadAsync();
        _chain.Head = 50;
        (await Should.ThrowAsync<SupplierUnavailableException>(() => ReadAsync(page.Cursor))).Message.ShouldContain("does not know block 99");
    }

    [Fact]
    public async Task A_node_of_another_chain_is_not_read()
    {
        await using var rig = Rig.Morpheus(_outside.Url, ("Chain:Id", "42161"));
        (await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Network.ReadRewardsAsync(null, [Rig.Provider], Cancel))).Message.ShouldContain("the node is of chain 8453; expected Chain:Id 42161");
    }

    [Fact]
    public async Task A_node_that_is_not_there_makes_rewards_unavailable()
    {
        await using var rig = Rig.Morpheus(new Uri("http://127.0.0.1:1"));
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Network.ReadRewardsAsync(null, [Rig.Provider], Cancel));
    }

    [Fact]
    public async Task Without_payout_addresses_the_cursor_stays()
    {
        (await _rig.Network.ReadRewardsAsync("c", [], Cancel)).Cursor.ShouldBe("c");
    }
}
