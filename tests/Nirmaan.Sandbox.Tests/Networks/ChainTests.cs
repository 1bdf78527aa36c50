using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Sandbox.Chain;
using Nirmaan.Testing;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class ChainTests
{
    private static readonly EvmAddress s_provider = EvmAddress.Parse(MorpheusNode.Provider);

    [Event("SessionClosed(address indexed user, bytes32 indexed sessionId, address indexed provider)")]
    private sealed record SessionClosed(EvmAddress User, Bytes32 SessionId, EvmAddress Provider);

    [Event("Transfer(address indexed from, address indexed to, uint256 value)")]
    private sealed record Transfer(EvmAddress From, EvmAddress To, BigInteger Value);

    [Event("Staked(address indexed account, uint256 amount, uint256 balance)")]
    private sealed record Staked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

    [Event("Unstaked(address indexed account, uint256 amount, uint256 balance)")]
    private sealed record Unstaked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

    [Event("Withdrawn(address indexed account, uint256 indexed id, uint256 amount)")]
    private sealed record Withdrawn(EvmAddress Account, BigInteger Id, BigInteger Amount);

    [Fact]
    public async Task Every_closed_session_is_one_transaction_with_its_close_and_its_pay()
    {
        await using var chain = await ChainAsync();
        await using var world = await ServeAsync(chain);

        await world.AdvanceAsync(TimeSpan.FromHours(8));

        var closed = (await world.SessionsAsync()).Where(s => s!["ClosedAt"]!.GetValue<long>() > 0).Select(s => s!).ToDictionary(s => s["Id"]!.GetValue<string>());
        var closes = await LogsAsync<SessionClosed>(chain, chain.Contracts.Diamond);
        var pays = (await LogsAsync<Transfer>(chain, chain.Contracts.Mor)).Where(t => t.Event.To == s_provider).ToDictionary(t => t.Log.TransactionHash);
        closed.Count.ShouldBeGreaterThan(3);
        closes.Select(c => c.Event.SessionId.ToString()).ShouldBe(closed.Keys, ignoreOrder: true);
        pays.Keys.ShouldBe(closes.Select(c => c.Log.TransactionHash), ignoreOrder: true);
        closes.ShouldAllBe(c => pays[c.Log.TransactionHash].Event.Value == Number(closed[c.Event.SessionId.ToString()], "ProviderWithdrawnAmount"));
        pays.Values.ShouldAllBe(p => p.Event.From == chain.Contracts.FundingAccount);
    }

    [Fact]
    public async Task A_payments_block_bears_the_sandboxs_time()
    {
        await using var chain = await ChainAsync();
        await using var world = await ServeAsync(chain);

        await world.AdvanceAsync(TimeSpan.FromHours(4));

        var closedAt = (await world.SessionsAsync()).ToDictionary(s => s!["Id"]!.GetValue<string>(), s => s!["ClosedAt"]!.GetValue<long>());
        var closes = await LogsAsync<SessionClosed>(chain, chain.Contracts.Diamond);
        closes.ShouldNotBeEmpty();
        closes.ShouldAllBe(c => c.Log.Time.ToUnixTimeSeconds() - closedAt[c.Event.SessionId.ToString()] <= 5 && c.Log.Time.ToUnixTimeSeconds() >= closedAt[c.Event.SessionId.ToString()]);
    }

    [Fact]
    public async Task The_nodes_balance_grows_by_what_the_chain_paid()
    {
        await using var chain = await ChainAsync();
        await using var world = await ServeAsync(chain);
        var before = await BalanceAsync(world);

        await world.AdvanceAsync(TimeSpan.FromHours(4));

        var paid = (await LogsAsync<Transfer>(chain, chain.Contracts.Mor)).Where(t => t.Event.To == s_provider).Select(t => t.Event.Value).Aggregate(BigInteger.Add);
        paid.ShouldBeGreaterThan(0);
        (await BalanceAsync(world) - before).ShouldBe(paid);
    }

    [Fact]
    public async Task With_an_empty_funding_account_sessions_stay_open_until_it_can_pay_again()
    {
        await using var chain = await ChainAsync();
        await using var world = await ServeAsync(chain);
        await AllowAsync(chain, 0);
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        var unpaid = await world.SessionsAsync();
        unpaid.ShouldNotBeEmpty();
        unpaid.ShouldAllBe(s => s!["ClosedAt"]!.GetValue<long>() == 0);

        await AllowAsync(chain, BigInteger.Pow(10, 24));
        await world.AdvanceAsync(TimeSpan.FromHours(2.1));

        (await world.SessionsAsync())[0]!["ClosedAt"]!.GetValue<long>().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_claimed_session_is_paid_on_the_chain()
    {
        await using var chain = await ChainAsync();
        await using var world = await ServeAsync(chain, ("Sandbox:Morpheus:NeverClosedShare", "1"));
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        var session = (await world.SessionsAsync())[0]!;

        await world.PostAsync($"/morpheus/proxy/sessions/{session["Id"]}/providerClaim", "{}", MorpheusNode.Admin);

        var pay = (await LogsAsync<Transfer>(chain, chain.Contracts.Mor)).Single(t => t.Event.To == s_provider);
        pay.Event.Value.ShouldBe((Number(session, "EndsAt") - Number(session, "OpenedAt")) * Number(session, "PricePerSecond"));
    }

    [Fact]
    public async Task What_the_owners_wallet_claims_past_the_node_the_node_shows()
    {
        await using var chain = await ChainAsync();
        await using var world = await ServeAsync(chain, ("Sandbox:Morpheus:NeverClosedShare", "1"));
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        var session = (await world.SessionsAsync())[0]!;
        Number(session, "ProviderWithdrawnAmount").ShouldBe(0);

        await chain.SendAsync(s_provider, chain.Contracts.Diamond, new ClaimForProvider(Bytes32.Parse(session["Id"]!.GetValue<string>())), TestContext.Current.CancellationToken);

        Number((await world.SessionsAsync())[0]!, "ProviderWithdrawnAmount").ShouldBe((Number(session, "EndsAt") - Number(session, "OpenedAt")) * Number(session, "PricePerSecond"));
    }

    [Fact]
    public async Task When_the_years_limit_is_used_up_closes_pay_nothing_until_the_stake_is_raised()
    {
        await using var chain = await ChainAsync();
        await using var world = await ServeAsync(chain);
        await world.PostAsync("/sandbox/networks/morpheus/limit", """{"leftMor":0}""");
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        var closed = (await world.SessionsAsync()).Where(s => s!["ClosedAt"]!.GetValue<long>() > 0).ToArray();
        closed.ShouldNotBeEmpty();
        closed.ShouldAllBe(s => Number(s!, "ProviderWithdrawnAmount") == 0);

        await world.PostAsync("/morpheus/blockchain/providers", """{"stake":"10000000000000000000","endpoint":"miner.nirmaan.example:3333"}""", MorpheusNode.Admin);
        // Nothing was paid of it, so that what is held of today covers it all and no claim reverts; tomorrow it pays.
        await world.AdvanceAsync(TimeSpan.FromHours(26));
        await world.PostAsync($"/morpheus/proxy/sessions/{closed[0]!["Id"]}/providerClaim", "{}", MorpheusNode.Admin);
        Number((await world.SessionsAsync())[0]!, "ProviderWithdrawnAmount").ShouldBe((Number(closed[0]!, "ClosedAt") - Number(closed[0]!, "OpenedAt")) * Number(closed[0]!, "PricePerSecond"));
    }

    [Fact]
    public async Task Stakers_stake_add_and_unstake_over_a_week()
    {
        await using var chain = await ChainAsync();
        await using var world = await NetworksWorld.BeginAsync(settings: Settings(chain, stakers: 8));

        await world.AdvanceAsync(TimeSpan.FromDays(7));

        var staked = await LogsAsync<Staked>(chain, chain.Contracts.Staking);
        staked.Select(s => s.Event.Account).Distinct().Count().ShouldBe(8);
        staked.Count.ShouldBeGreaterThan(12);
        (await LogsAsync<Unstaked>(chain, chain.Contracts.Staking)).Count.ShouldBeGreaterThan(2);
        staked[0].Log.Time.ShouldBeInRange(NetworksWorld.Start, NetworksWorld.Start.AddMinutes(2));
        staked[^1].Log.Time.ShouldBeLessThanOrEqualTo(NetworksWorld.Start.AddDays(7));
    }

    [Fact]
    public async Task Stakers_withdraw_what_they_unstaked_when_its_wait_is_over()
    {
        await using var chain = await ChainAsync();
        await using var world = await NetworksWorld.BeginAsync(settings: Settings(chain, stakers: 4));

        await world.AdvanceAsync(TimeSpan.FromDays(14));

        var now = NetworksWorld.Start.AddDays(14);
        var unstaked = await LogsAsync<Unstaked>(chain, chain.Contracts.Staking);
        var withdrawn = await LogsAsync<Withdrawn>(chain, chain.Contracts.Staking);
        withdrawn.ShouldNotBeEmpty();
        withdrawn.Select(w => (w.Event.Account, w.Event.Amount)).Order()
            .ShouldBe(unstaked.Where(u => u.Log.Time < now.AddDays(-7).AddHours(-1)).Select(u => (u.Event.Account, u.Event.Amount)).Order());
    }

    [Fact]
    public async Task A_call_the_chain_refuses_says_so()
    {
        await using var chain = await ChainAsync();
        await using var world = await NetworksWorld.BeginAsync(settings: Settings(chain));
        var client = world.Get<LocalChainClient>();

        var refusal = await Should.ThrowAsync<ChainException>(client.SendAsync(chain.Accounts[1], chain.Contracts.Staking, new Unstake(1), TestContext.Current.CancellationToken));

        refusal.Message.ShouldContain("eth_call: custom error 0x");
    }

    [Fact]
    public async Task The_faucet_fills_an_address_up_and_gives_nothing_twice()
    {
        await using var chain = await ChainAsync();
        await using var world = await NetworksWorld.BeginAsync(settings: Settings(chain));
        var stranger = EvmAddress.Parse("0x00000000000000000000000000000000000000a1");
        var order = $$"""{"address":"{{stranger}}"}""";

        var first = await world.PostAsync("/sandbox/faucet", order);
        var second = await world.PostAsync("/sandbox/faucet", order);

        (first["nrm"]!.GetValue<string>(), first["wei"]!.GetValue<string>()).ShouldBe(("10000000000000000000000", "1000000000000000000"));
        (second["nrm"]!.GetValue<string>(), second["wei"]!.GetValue<string>()).ShouldBe(("0", "0"));
        (await world.Get<LocalChainClient>().BalanceAsync(chain.Contracts.Nrm, stranger, TestContext.Current.CancellationToken)).ShouldBe(10_000 * BigInteger.Pow(10, 18));
    }

    [Fact]
    public async Task A_chain_that_is_away_is_a_refusal_too()
    {
        await using var world = await NetworksWorld.BeginAsync(settings: ("Chain:Rpc", "http://127.0.0.1:9"));

        await Should.ThrowAsync<ChainException>(world.Get<LocalChainClient>().BlockNumberAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_malformed_address_is_refused_at_start_by_its_key()
    {
        var refusal = await Should.ThrowAsync<OptionsValidationException>(NetworksWorld.BeginAsync(settings: ("Chain:Mor", "0x12")));

        refusal.Message.ShouldContain("Chain:Mor");
    }

    private static async Task<LocalChain> ChainAsync()
    {
        var chain = new LocalChain();
        await chain.InitializeAsync();
        return chain;
    }

    private static async Task<NetworksWorld> ServeAsync(LocalChain chain, params (string Key, string Value)[] settings)
    {
        var world = await NetworksWorld.BeginAsync(settings: [.. Settings(chain), .. settings]);
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);
        return world;
    }

    private static (string Key, string Value)[] Settings(LocalChain chain, int stakers = 0) =>
    [
        ("Chain:Rpc", chain.Url.ToString()), ("Chain:Stakers", stakers.ToString(CultureInfo.InvariantCulture)), ("Chain:Nrm", chain.Contracts.Nrm.ToString()),
        ("Chain:Staking", chain.Contracts.Staking.ToString()), ("Chain:Mor", chain.Contracts.Mor.ToString()), ("Chain:Diamond", chain.Contracts.Diamond.ToString()),
        ("Chain:FundingAccount", chain.Contracts.FundingAccount.ToString())
    ];

    private static async Task<IReadOnlyList<(EvmLog Log, TEvent Event)>> LogsAsync<TEvent>(LocalChain chain, EvmAddress address)
    {
        var latest = await chain.Rpc.GetBlockNumberAsync(TestContext.Current.CancellationToken);
        var logs = await chain.Rpc.GetLogsAsync(LogFilter.Of<TEvent>(address), 0, latest, TestContext.Current.CancellationToken);
        return [.. logs.Select(l => (l, l.TryDecode<TEvent>(out var read) ? read : throw new InvalidOperationException("not the event")))];
    }

    private static Task<EvmReceipt> AllowAsync(LocalChain chain, BigInteger amount) =>
        chain.SendAsync(chain.Contracts.FundingAccount, chain.Contracts.Mor, new Approve(chain.Contracts.Diamond, amount), TestContext.Current.CancellationToken);

    private static async Task<BigInteger> BalanceAsync(NetworksWorld world) =>
        BigInteger.Parse((await world.GetAsync("/morpheus/blockchain/balance", MorpheusNode.Admin))["mor"]!.GetValue<string>(), CultureInfo.InvariantCulture);

    private static BigInteger Number(JsonNode session, string name) => BigInteger.Parse(session[name]!.ToJsonString(), CultureInfo.InvariantCulture);
}
