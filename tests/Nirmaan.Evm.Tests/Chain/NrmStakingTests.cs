using System.Numerics;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class NrmStakingTests(LocalChain chain) : ChainTest(chain)
{
    [Fact]
    public async Task Staking_moves_tokens_and_tells_the_balance_after_it()
    {
        await StakeAsync(account: 1, 100);
        var receipt = await StakeAsync(account: 1, 20);
        receipt.Logs.Select(l => l.TryDecode<Staked>(out var staked) ? staked : null).OfType<Staked>().ShouldHaveSingleItem().ShouldBe(new Staked(Chain.Accounts[1], 20, 120));
        receipt.Logs.Select(l => l.TryDecode<Transfer>(out var moved) ? moved : null).OfType<Transfer>().ShouldHaveSingleItem()
            .ShouldBe(new Transfer(Chain.Accounts[1], Chain.Contracts.Staking, 20));
        (await BalanceAsync(Chain.Contracts.Staking, Chain.Accounts[1])).ShouldBe(120);
        (await BalanceAsync(Chain.Contracts.Nrm, Chain.Contracts.Staking)).ShouldBe(120);
    }

    [Fact]
    public async Task Unstaking_pays_back_at_once()
    {
        var before = await BalanceAsync(Chain.Contracts.Nrm, Chain.Accounts[2]);
        await StakeAsync(account: 2, 100);
        var receipt = await Chain.SendAsync(Chain.Accounts[2], Chain.Contracts.Staking, new Unstake(60), Cancel);
        receipt.Logs.Select(l => l.TryDecode<Unstaked>(out var unstaked) ? unstaked : null).OfType<Unstaked>().ShouldHaveSingleItem().ShouldBe(new Unstaked(Chain.Accounts[2], 60, 40));
        (await BalanceAsync(Chain.Contracts.Nrm, Chain.Accounts[2])).ShouldBe(before - 40);
    }

    [Fact]
    public async Task More_than_the_stake_cannot_be_taken_out()
    {
        await StakeAsync(account: 3, 100);
        var e = await Should.ThrowAsync<JsonRpcException>(() => Chain.SendAsync(Chain.Accounts[3], Chain.Contracts.Staking, new Unstake(101), Cancel));
        Reverts.TryDecode<StakeTooLow>(e.RevertData, out var tooLow).ShouldBeTrue();
        tooLow.ShouldBe(new StakeTooLow(Chain.Accounts[3], 100, 101));
    }

    [Fact]
    public async Task Nothing_cannot_be_staked_and_tokens_that_were_not_approved_neither()
    {
        await Should.ThrowAsync<JsonRpcException>(() => Chain.SendAsync(Chain.Accounts[4], Chain.Contracts.Staking, new Stake(0), Cancel));
        await Should.ThrowAsync<JsonRpcException>(() => Chain.SendAsync(Chain.Accounts[4], Chain.Contracts.Staking, new Stake(5), Cancel));
    }

    [Fact]
    public async Task The_stake_of_any_past_second_can_be_read()
    {
        var start = (await Chain.Rpc.GetBlockAsync(BlockTag.Latest, Cancel))!.Time.AddHours(1);
        await StakeAsync(account: 5, 100, start);
        await StakeAsync(account: 6, 7, start.AddHours(1));
        await Chain.SetNextBlockTimeAsync(start.AddHours(2), Cancel);
        await Chain.SendAsync(Chain.Accounts[5], Chain.Contracts.Staking, new Unstake(30), Cancel);
        await Chain.MineAsync(1, Cancel);

        (await AtAsync(start.AddSeconds(-1))).ShouldBe((0, 0));
        (await AtAsync(start)).ShouldBe((100, 100));
        (await AtAsync(start.AddMinutes(90))).ShouldBe((100, 107));
        (await AtAsync(start.AddHours(2))).ShouldBe((70, 77));
        await Should.ThrowAsync<JsonRpcException>(() => AtAsync(start.AddHours(3)));

        async Task<(int, int)> AtAsync(DateTimeOffset time)
        {
            long at = time.ToUnixTimeSeconds();
            return ((int)await Chain.Rpc.CallAsync(Chain.Contracts.Staking, new BalanceAt(Chain.Accounts[5], at), BlockTag.Latest, Cancel),
                (int)await Chain.Rpc.CallAsync(Chain.Contracts.Staking, new TotalAt(at), BlockTag.Latest, Cancel));
        }
    }

    private async Task<EvmReceipt> StakeAsync(int account, BigInteger amount, DateTimeOffset? at = null)
    {
        await Chain.SendAsync(Chain.Accounts[account], Chain.Contracts.Nrm, new Approve(Chain.Contracts.Staking, amount), Cancel);
        if (at is { } time) { await Chain.SetNextBlockTimeAsync(time, Cancel); }
        return await Chain.SendAsync(Chain.Accounts[account], Chain.Contracts.Staking, new Stake(amount), Cancel);
    }

    private Task<BigInteger> BalanceAsync(EvmAddress contract, EvmAddress account) => Chain.Rpc.CallAsync(contract, new BalanceOf(account), BlockTag.Latest, Cancel);
}
