using System.Numerics;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class SandboxDiamondTests(LocalChain chain) : ChainTest(chain)
{
    // Read from the real SessionRouter on a local chain, nothing claimed: time, compute balance, supply without it (wei).
    [Theory]
    [InlineData(1707393600, "0", "0")]
    [InlineData(1707480000, "1728000000000000000000", "5472000000000000000000")]
    [InlineData(1715169600, "306965171156805480000000", "972056375329884020000000")]
    [InlineData(1715212800, "310368137150628000000000", "982832434310322000000000")]
    [InlineData(1735689600, "1100159143874012520000000", "3483837288934372980000000")]
    [InlineData(1767225600, "2251402478580040320000000", "7129441182170127680000000")]
    [InlineData(1795305600, "3210041512763689320000000", "10165131457085016180000000")]
    [InlineData(2211364800, "10079999900972997120000000", "31919999686414490880000000")]
    public async Task Emission_equals_the_real_contracts(long timestamp, string computeBalance, string supply)
    {
        var (balance, budget, others) = await StateAsync(timestamp);
        balance.ShouldBe(BigInteger.Parse(computeBalance, null));
        budget.ShouldBe(balance / 100);
        others.ShouldBe(BigInteger.Parse(supply, null));
    }

    [Fact]
    public async Task Emission_stops_when_it_has_fallen_to_nothing()
    {
        var (atEnd, _, _) = await StateAsync(2211364800 + 86400);
        (await StateAsync(2211364800 + (400L * 86400))).Balance.ShouldBe(atEnd);
        atEnd.ShouldBe(BigInteger.Parse("10079999999721449280000000", null)); // all 5,833 days
    }

    [Fact]
    public async Task What_providers_are_paid_moves_from_the_compute_balance_to_the_supply()
    {
        var (session, at) = await OpenAsync("s", stakeMor: 200_000, pricePerSecond: BigInteger.Pow(10, 15) * 123456, seconds: 1000, ago: 1000);
        await CloseAsync(session, at + 1000);
        var (balance, budget, supply) = await StateAsync(1795305600);
        balance.ShouldBe(BigInteger.Parse("3086585512763689320000000", null));
        budget.ShouldBe(BigInteger.Parse("30865855127636893200000", null));
        supply.ShouldBe(BigInteger.Parse("10288587457085016180000000", null));
    }

    [Fact]
    public async Task A_payment_is_a_closed_session_and_a_transfer_from_the_funding_account_in_one_transaction()
    {
        var (session, at) = await OpenAsync("session", stakeMor: 1, pricePerSecond: 6, seconds: 100, ago: 3600);
        var paid = await CloseAsync(session, at + 900);
        paid.Logs.Count.ShouldBe(2);
        paid.Logs[0].TryDecode<SessionClosed>(out var closed).ShouldBeTrue();
        closed.ShouldBe(new SessionClosed(Chain.Accounts[8], session, Chain.Accounts[9]));
        paid.Logs[1].Address.ShouldBe(Chain.Contracts.Mor);
        paid.Logs[1].TryDecode<Transfer>(out var transfer).ShouldBeTrue();
        transfer.ShouldBe(new Transfer(Chain.Contracts.FundingAccount, Chain.Accounts[9], 600));

        await Should.ThrowAsync<JsonRpcException>(() => CloseAsync(session, at + 901));
    }

    [Fact]
    public async Task More_stake_lets_the_rest_be_claimed_after_midnight_and_on_the_day_of_the_close_the_claim_panics()
    {
        // As it was tried with the real contract: stake 0.2 MOR, a session worth 0.6, then 10 MOR more.
        var mor = BigInteger.Pow(10, 18);
        var midnight = await NextMidnightAsync();
        await Chain.SetNextBlockTimeAsync(midnight.AddHours(12), Cancel);
        var (session, at) = await OpenAsync("capped", stakeMor: 0.2m, pricePerSecond: mor / 1000, seconds: 600, ago: 0, provider: 11);
        await Chain.SetNextBlockTimeAsync(midnight.AddHours(13), Cancel);
        await CloseAsync(session, at + 600);
        (await SessionAsync(session)).ProviderWithdrawnAmount.ShouldBe(mor / 5);

        await RegisterAsync(10, provider: 11);
        var panic = await Should.ThrowAsync<JsonRpcException>(() => Chain.SendAsync(Chain.Accounts[11], Chain.Contracts.Diamond, new ClaimForProvider(session), Cancel));
        Reverts.Describe(panic.RevertData!).ShouldContain("0x11");

        await Chain.SetNextBlockTimeAsync(midnight.AddDays(1), Cancel);
        await Chain.MineAsync(1, Cancel);
        await Chain.SendAsync(Chain.Accounts[11], Chain.Contracts.Diamond, new ClaimForProvider(session), Cancel);
        (await SessionAsync(session)).ProviderWithdrawnAmount.ShouldBe(mor * 6 / 10);
        // A claim of nothing succeeds and moves nothing.
        (await Chain.SendAsync(Chain.Accounts[11], Chain.Contracts.Diamond, new ClaimForProvider(session), Cancel)).Logs.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_close_without_a_receipt_is_no_success_and_its_day_is_held()
    {
        var midnight = await NextMidnightAsync();
        await Chain.SetNextBlockTimeAsync(midnight.AddSeconds(-100), Cancel);
        var (session, at) = await OpenAsync("disputed", stakeMor: 100, pricePerSecond: 1000, seconds: 600, ago: 0, provider: 10);
        await Chain.SetNextBlockTimeAsync(midnight.AddSeconds(200), Cancel);
        await CloseAsync(session, midnight.AddSeconds(200).ToUnixTimeSeconds(), type: 1);
        (await SessionAsync(session)).ProviderWithdrawnAmount.ShouldBe(1000 * (midnight.ToUnixTimeSeconds() - at));
        var stats = await Chain.Rpc.CallAsync(Chain.Contracts.Diamond, new GetProviderModelStats(Keccak256.Hash("disputed model"), Chain.Accounts[10]), BlockTag.Latest, Cancel);
        (stats.SuccessCount, stats.TotalCount).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Speeds_of_receipts_are_kept_as_mean_and_squared_distances()
    {
        foreach (var (name, tps, ttft) in new[] { ("one", 30_000, 400), ("two", 50_000, 200) })
        {
            var (session, at) = await OpenAsync(name, stakeMor: 100, pricePerSecond: 1, seconds: 600, ago: 700, model: "fast");
            await CloseAsync(session, at + 600, tps: tps, ttft: ttft);
        }
        var stats = await Chain.Rpc.CallAsync(Chain.Contracts.Diamond, new GetProviderModelStats(Keccak256.Hash("fast"), Chain.Accounts[9]), BlockTag.Latest, Cancel);
        stats.ShouldBe(new DiamondStats(new DiamondSpread(40_000, 200_000_000), new DiamondSpread(300, 20_000), 1200, 2, 2));
    }

    [Fact]
    public async Task Only_the_sandbox_closes_and_only_the_provider_claims()
    {
        var (session, at) = await OpenAsync("others", stakeMor: 1, pricePerSecond: 1, seconds: 300, ago: 400);
        await Should.ThrowAsync<JsonRpcException>(() => Chain.SendAsync(Chain.Accounts[1], Chain.Contracts.Diamond, new CloseSession(session, at + 300, 0, [], 0, 0), Cancel));
        var refused = await Should.ThrowAsync<JsonRpcException>(() => Chain.SendAsync(Chain.Accounts[1], Chain.Contracts.Diamond, new ClaimForProvider(session), Cancel));
        refused.RevertData!.AsSpan(0, 4).ToArray().ShouldBe(Hex.Decode("0x2e980d14"));
    }

    [Fact]
    public void Events_have_the_topics_of_the_real_contract()
    {
        Events.Topic<SessionOpened>().ToString().ShouldBe("0x2bd7c890baf595977d256a6e784512c873ac58ba612b4895dbb7f784bfbf4839");
        Events.Topic<SessionClosed>().ToString().ShouldBe("0x337fbb0a41a596db800dc836595a57815f967185e3596615c646f2455ac3914a");
    }

    private Task<EvmReceipt> RegisterAsync(decimal mor, int provider) =>
        Chain.SendAsync(Chain.Accounts[0], Chain.Contracts.Diamond, new ProviderRegister(Chain.Accounts[provider], new BigInteger(mor * 1_000_000) * BigInteger.Pow(10, 12), "m:3333"), Cancel);

    private async Task<(Bytes32 Session, long OpenedAt)> OpenAsync(string name, decimal stakeMor, BigInteger pricePerSecond, long seconds, long ago, int provider = 9, string? model = null)
    {
        await RegisterAsync(stakeMor, provider);
        var at = (await Chain.Rpc.GetBlockAsync(BlockTag.Latest, Cancel))!.Time.ToUnixTimeSeconds() - ago;
        var (session, user) = (Keccak256.Hash(name), Chain.Accounts[8]);
        var bid = new DiamondBid(Chain.Accounts[provider], Keccak256.Hash(model ?? name + " model"), pricePerSecond, 0, at, 0);
        var opened = await Chain.SendAsync(Chain.Accounts[0], Chain.Contracts.Diamond, new OpenSession(session, user, 1, Keccak256.Hash(name + " bid"), bid, at, at + seconds), Cancel);
        opened.Logs.ShouldHaveSingleItem().TryDecode<SessionOpened>(out var open).ShouldBeTrue();
        open.ShouldBe(new SessionOpened(user, session, Chain.Accounts[provider]));
        return (session, at);
    }

    private Task<EvmReceipt> CloseAsync(Bytes32 session, long closedAt, int type = 0, int tps = 0, int ttft = 0) =>
        Chain.SendAsync(Chain.Accounts[0], Chain.Contracts.Diamond, new CloseSession(session, closedAt, type, [1], tps, ttft), Cancel);

    private Task<DiamondSession> SessionAsync(Bytes32 session) => Chain.Rpc.CallAsync(Chain.Contracts.Diamond, new GetSession(session), BlockTag.Latest, Cancel);

    private async Task<DateTimeOffset> NextMidnightAsync()
    {
        var time = (await Chain.Rpc.GetBlockAsync(BlockTag.Latest, Cancel))!.Time;
        return new DateTimeOffset(time.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
    }

    private async Task<(BigInteger Balance, BigInteger Budget, BigInteger Supply)> StateAsync(long timestamp) => (
        await Chain.Rpc.CallAsync(Chain.Contracts.Diamond, new GetComputeBalance(timestamp), BlockTag.Latest, Cancel),
        await Chain.Rpc.CallAsync(Chain.Contracts.Diamond, new GetTodaysBudget(timestamp), BlockTag.Latest, Cancel),
        await Chain.Rpc.CallAsync(Chain.Contracts.Diamond, new TotalMorSupply(timestamp), BlockTag.Latest, Cancel));
}
