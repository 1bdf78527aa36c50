using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Nirmaan.Sandbox.Chain;
using Nirmaan.Sandbox.Networks.Morpheus;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class ChainTests
{
    private const string Transfer = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    private const string SessionClosed = "0x337fbb0a41a596db800dc836595a57815f967185e3596615c646f2455ac3914a";
    private const string ProviderTopic = "0x000000000000000000000000a0ee7a142d267c1f36714e4a8f75612f20a79720";

    [Fact]
    public async Task Every_closed_session_is_one_transaction_with_its_close_and_its_pay()
    {
        await using var chain = await Anvil.StartAsync();
        await using var world = await ServeAsync(chain);

        await world.AdvanceAsync(TimeSpan.FromHours(8));

        var closed = (await world.SessionsAsync()).Where(s => s!["ClosedAt"]!.GetValue<long>() > 0).Select(s => s!).ToDictionary(s => s["Id"]!.GetValue<string>());
        var closes = (await chain.LogsAsync(chain.Address("diamond"), SessionClosed)).Select(l => l!).ToDictionary(l => l["transactionHash"]!.GetValue<string>());
        var pays = (await chain.LogsAsync(chain.Address("mor"), Transfer, null, ProviderTopic)).Select(l => l!).ToDictionary(l => l["transactionHash"]!.GetValue<string>());
        closed.Count.ShouldBeGreaterThan(3);
        closes.Keys.ShouldBe(pays.Keys, ignoreOrder: true);
        closes.Values.Select(l => l["topics"]![2]!.GetValue<string>()).ShouldBe(closed.Keys, ignoreOrder: true);
        foreach (var (hash, close) in closes)
        {
            Anvil.Number(pays[hash]["data"]!.GetValue<string>()).ShouldBe(BigInteger.Parse(closed[close["topics"]![2]!.GetValue<string>()]["ProviderWithdrawnAmount"]!.ToJsonString(), CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task A_payments_block_bears_the_sandboxs_time()
    {
        await using var chain = await Anvil.StartAsync();
        await using var world = await ServeAsync(chain);

        await world.AdvanceAsync(TimeSpan.FromHours(4));

        var closedAt = (await world.SessionsAsync()).ToDictionary(s => s!["Id"]!.GetValue<string>(), s => s!["ClosedAt"]!.GetValue<long>());
        foreach (var close in await chain.LogsAsync(chain.Address("diamond"), SessionClosed))
        {
            (await chain.TimeAsync(close!)).ShouldBeInRange(closedAt[close!["topics"]![2]!.GetValue<string>()], closedAt[close["topics"]![2]!.GetValue<string>()] + 5);
        }
    }

    [Fact]
    public async Task The_nodes_balance_grows_by_what_the_chain_paid()
    {
        await using var chain = await Anvil.StartAsync();
        await using var world = await ServeAsync(chain);
        var before = await BalanceAsync(world);

        await world.AdvanceAsync(TimeSpan.FromHours(4));

        var paid = (await chain.LogsAsync(chain.Address("mor"), Transfer, null, ProviderTopic)).Select(l => Anvil.Number(l!["data"]!.GetValue<string>())).Aggregate(BigInteger.Add);
        paid.ShouldBeGreaterThan(0);
        (await BalanceAsync(world) - before).ShouldBe(paid);
    }

    [Fact]
    public async Task With_an_empty_funding_account_sessions_stay_open_until_it_can_pay_again()
    {
        await using var chain = await Anvil.StartAsync();
        await using var world = await ServeAsync(chain);
        await chain.SendAsync(chain.Address("fundingAccount"), chain.Address("mor"), Calldata.Approve(chain.Address("diamond"), 0));
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        var unpaid = await world.SessionsAsync();
        unpaid.ShouldNotBeEmpty();
        unpaid.ShouldAllBe(s => s!["ClosedAt"]!.GetValue<long>() == 0);

        await chain.SendAsync(chain.Address("fundingAccount"), chain.Address("mor"), Calldata.Approve(chain.Address("diamond"), BigInteger.Pow(10, 24)));
        await world.AdvanceAsync(TimeSpan.FromHours(2.1));

        (await world.SessionsAsync())[0]!["ClosedAt"]!.GetValue<long>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Stakers_stake_add_and_unstake_over_a_week()
    {
        await using var chain = await Anvil.StartAsync();
        await using var world = await NetworksWorld.BeginAsync(settings: chain.Settings(stakers: 8));

        await world.AdvanceAsync(TimeSpan.FromDays(7));

        var staked = await chain.LogsAsync(chain.Address("staking"), Topic("Staked(address,uint256,uint256)"));
        var unstaked = await chain.LogsAsync(chain.Address("staking"), Topic("Unstaked(address,uint256,uint256)"));
        staked.Select(l => l!["topics"]![1]!.GetValue<string>()).Distinct().Count().ShouldBe(8);
        staked.Count.ShouldBeGreaterThan(12);
        unstaked.Count.ShouldBeGreaterThan(2);
        (await chain.TimeAsync(staked[0]!)).ShouldBeInRange(NetworksWorld.Start.ToUnixTimeSeconds(), NetworksWorld.Start.AddMinutes(2).ToUnixTimeSeconds());
        (await chain.TimeAsync(staked[^1]!)).ShouldBeLessThanOrEqualTo(NetworksWorld.Start.AddDays(7).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_call_the_chain_refuses_says_why()
    {
        await using var chain = await Anvil.StartAsync();
        await using var world = await NetworksWorld.BeginAsync(settings: chain.Settings());
        var client = world.Get<LocalChainClient>();
        var account = (await client.AccountsAsync(TestContext.Current.CancellationToken))[1];

        var refusal = await Should.ThrowAsync<ChainException>(client.SendAsync(account, chain.Address("staking"), Calldata.Unstake(1), TestContext.Current.CancellationToken));

        refusal.Message.ShouldContain("reverted");
    }

    [Fact]
    public async Task A_malformed_address_is_refused_at_start_by_its_key()
    {
        var refusal = await Should.ThrowAsync<OptionsValidationException>(NetworksWorld.BeginAsync(settings: ("Chain:Mor", "0x12")));

        refusal.Message.ShouldContain("Chain:Mor");
    }

    [Theory]
    [InlineData(0, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData(200, "c877c994a714288fb038de8a0dba68e432a25e2a22265815b371ac68f2bcd1a6")]
    public void Keccak_is_what_foundrys_cast_computes(int ones, string hash) =>
        Convert.ToHexStringLower(Keccak.Hash(Enumerable.Repeat((byte)1, ones).ToArray())).ShouldBe(hash);

    [Fact]
    public void Keccak_of_a_whole_block_is_what_foundrys_cast_computes() =>
        Convert.ToHexStringLower(Keccak.Hash(Enumerable.Repeat((byte)0xab, 136).ToArray())).ShouldBe("302db73a4c8cc8ecc9004fec3a6525d9d6a2dd4b098b1bf62d1b897acff18c9d");

    [Fact]
    public void The_greatest_word_has_64_digits() => Calldata.Word(BigInteger.Pow(2, 256) - 1).ShouldBe(new string('f', 64));

    private static async Task<NetworksWorld> ServeAsync(Anvil chain)
    {
        var world = await NetworksWorld.BeginAsync(settings: chain.Settings());
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);
        return world;
    }

    private static async Task<BigInteger> BalanceAsync(NetworksWorld world) =>
        BigInteger.Parse((await world.GetAsync("/morpheus/blockchain/balance", MorpheusNode.Admin))["mor"]!.GetValue<string>(), CultureInfo.InvariantCulture);

    private static string Topic(string signature) => "0x" + Convert.ToHexStringLower(Keccak.Hash(Encoding.ASCII.GetBytes(signature)));
}
