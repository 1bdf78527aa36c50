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
        var claimed = BigInteger.Pow(10, 18) * 123456;
        await Chain.SendAsync(Chain.Accounts[0], Chain.Contracts.Diamond, new PayProvider(Keccak256.Hash("s"), Chain.Accounts[8], Chain.Accounts[9], claimed), Cancel);
        var (balance, budget, supply) = await StateAsync(1795305600);
        balance.ShouldBe(BigInteger.Parse("3086585512763689320000000", null));
        budget.ShouldBe(BigInteger.Parse("30865855127636893200000", null));
        supply.ShouldBe(BigInteger.Parse("10288587457085016180000000", null));
    }

    [Fact]
    public async Task A_payment_is_a_closed_session_and_a_transfer_from_the_funding_account_in_one_transaction()
    {
        var (session, user, provider) = (Keccak256.Hash("session"), Chain.Accounts[8], Chain.Accounts[9]);
        var opened = await Chain.SendAsync(Chain.Accounts[0], Chain.Contracts.Diamond, new OpenSession(session, user, provider), Cancel);
        opened.Logs.ShouldHaveSingleItem().TryDecode<SessionOpened>(out var open).ShouldBeTrue();
        open.ShouldBe(new SessionOpened(user, session, provider));

        var paid = await Chain.SendAsync(Chain.Accounts[0], Chain.Contracts.Diamond, new PayProvider(session, user, provider, 600), Cancel);
        paid.Logs.Count.ShouldBe(2);
        paid.Logs[0].TryDecode<SessionClosed>(out var closed).ShouldBeTrue();
        closed.ShouldBe(new SessionClosed(user, session, provider));
        paid.Logs[1].Address.ShouldBe(Chain.Contracts.Mor);
        paid.Logs[1].TryDecode<Transfer>(out var transfer).ShouldBeTrue();
        transfer.ShouldBe(new Transfer(Chain.Contracts.FundingAccount, provider, 600));

        await Should.ThrowAsync<JsonRpcException>(() => Chain.SendAsync(Chain.Accounts[0], Chain.Contracts.Diamond, new PayProvider(session, user, provider, 600), Cancel));
    }

    [Fact]
    public async Task Only_the_sandbox_pays() =>
        await Should.ThrowAsync<JsonRpcException>(() =>
            Chain.SendAsync(Chain.Accounts[1], Chain.Contracts.Diamond, new PayProvider(default, Chain.Accounts[1], Chain.Accounts[1], 1), Cancel));

    [Fact]
    public void Events_have_the_topics_of_the_real_contract()
    {
        Events.Topic<SessionOpened>().ToString().ShouldBe("0x2bd7c890baf595977d256a6e784512c873ac58ba612b4895dbb7f784bfbf4839");
        Events.Topic<SessionClosed>().ToString().ShouldBe("0x337fbb0a41a596db800dc836595a57815f967185e3596615c646f2455ac3914a");
    }

    private async Task<(BigInteger Balance, BigInteger Budget, BigInteger Supply)> StateAsync(long timestamp) => (
        await Chain.Rpc.CallAsync(Chain.Contracts.Diamond, new GetComputeBalance(timestamp), BlockTag.Latest, Cancel),
        await Chain.Rpc.CallAsync(Chain.Contracts.Diamond, new GetTodaysBudget(timestamp), BlockTag.Latest, Cancel),
        await Chain.Rpc.CallAsync(Chain.Contracts.Diamond, new TotalMorSupply(timestamp), BlockTag.Latest, Cancel));
}
