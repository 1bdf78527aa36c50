using System.Numerics;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class NrmStakingTests(LocalChain chain) : ChainTest(chain)
{
    private const long Week = 7 * 86400;

    private EvmAddress Staking => Chain.Contracts.Staking;
    private EvmAddress Nrm => Chain.Contracts.Nrm;

    [Fact]
    public async Task Staking_moves_tokens_and_tells_the_balance_after_it()
    {
        await StakeAsync(account: 1, 100);
        var receipt = await StakeAsync(account: 1, 20);
        EventsOf<Staked>(receipt).ShouldHaveSingleItem().ShouldBe(new Staked(Chain.Accounts[1], 20, 120));
        EventsOf<Transfer>(receipt).ShouldHaveSingleItem().ShouldBe(new Transfer(Chain.Accounts[1], Staking, 20));
        (await AskAsync(Staking, new BalanceOf(Chain.Accounts[1]))).ShouldBe(120);
        (await AskAsync(Nrm, new BalanceOf(Staking))).ShouldBe(120);
    }

    [Fact]
    public async Task What_is_unstaked_stops_earning_now_and_is_paid_after_the_period()
    {
        var account = Chain.Accounts[2];
        var before = await AskAsync(Nrm, new BalanceOf(account));
        await StakeAsync(account: 2, 100);
        var receipt = await SendAsync(account, Staking, new Unstake(60));
        long availableAt = await NowAsync() + Week;
        EventsOf<Unstaked>(receipt).ShouldHaveSingleItem().ShouldBe(new Unstaked(account, 60, 40));
        EventsOf<UnbondingStarted>(receipt).ShouldHaveSingleItem().ShouldBe(new UnbondingStarted(account, 0, 60, availableAt));
        (await AskAsync(Staking, new UnbondingsOf(account))).ShouldBe([new Unbonding(60, availableAt)]);
        (await AskAsync(Nrm, new BalanceOf(account))).ShouldBe(before - 100);

        await MineAtAsync(availableAt - 1);
        (await RefusedAsync<NotYetAvailable>(account, Staking, new Withdraw([0]))).ShouldBe(new NotYetAvailable(0, availableAt));
        await MineAtAsync(availableAt);
        EventsOf<Withdrawn>(await SendAsync(account, Staking, new Withdraw([0]))).ShouldHaveSingleItem().ShouldBe(new Withdrawn(account, 0, 60));
        (await AskAsync(Nrm, new BalanceOf(account))).ShouldBe(before - 40);
        (await AskAsync(Staking, new TotalUnbonding())).ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_is_withdrawn_twice_nor_by_another()
    {
        await UnstakedAsync(account: 3, 100, 30);
        await UnstakedAsync(account: 4, 100, 30);
        await MineAtAsync(await NowAsync() + Week);
        (await RefusedAsync<NoSuchUnbonding>(Chain.Accounts[3], Staking, new Withdraw([0, 0]))).ShouldBe(new NoSuchUnbonding(Chain.Accounts[3], 0));
        await SendAsync(Chain.Accounts[3], Staking, new Withdraw([0]));
        await RefusedAsync<NoSuchUnbonding>(Chain.Accounts[3], Staking, new Withdraw([0]));
        await RefusedAsync<NoSuchUnbonding>(Chain.Accounts[5], Staking, new Withdraw([0]));
        await RefusedAsync<NoSuchUnbonding>(Chain.Accounts[5], Staking, new CancelUnbonding(0));
        await RefusedAsync<NothingToMove>(Chain.Accounts[5], Staking, new Withdraw([]));
    }

    [Fact]
    public async Task Several_unbondings_are_withdrawn_in_one_transaction()
    {
        await UnstakedAsync(account: 3, 100, 30);
        await SendAsync(Chain.Accounts[3], Staking, new Unstake(20));
        await MineAtAsync(await NowAsync() + Week);
        var receipt = await SendAsync(Chain.Accounts[3], Staking, new Withdraw([1, 0]));
        EventsOf<Transfer>(receipt).ShouldHaveSingleItem().ShouldBe(new Transfer(Staking, Chain.Accounts[3], 50));
    }

    [Fact]
    public async Task A_cancelled_unbonding_is_stake_again_and_earns_from_then_on()
    {
        var account = Chain.Accounts[4];
        await UnstakedAsync(account: 4, 100, 30);
        long unstaked = await NowAsync();
        await MineAtAsync(unstaked + 1000);
        var receipt = await SendAsync(account, Staking, new CancelUnbonding(0));
        long cancelled = await NowAsync();
        await MineAtAsync(cancelled + 1);

        EventsOf<Staked>(receipt).ShouldHaveSingleItem().ShouldBe(new Staked(account, 30, 100));
        EventsOf<UnbondingCancelled>(receipt).ShouldHaveSingleItem().ShouldBe(new UnbondingCancelled(account, 0, 30));
        EventsOf<Transfer>(receipt).ShouldBeEmpty();
        (await AskAsync(Staking, new BalanceAt(account, cancelled - 1))).ShouldBe(70);
        (await AskAsync(Staking, new BalanceAt(account, cancelled))).ShouldBe(100);
        await RefusedAsync<NoSuchUnbonding>(account, Staking, new CancelUnbonding(0));
        await MineAtAsync(unstaked + Week);
        await RefusedAsync<NoSuchUnbonding>(account, Staking, new Withdraw([0]));
    }

    [Fact]
    public async Task More_than_the_stake_cannot_be_taken_out()
    {
        await StakeAsync(account: 3, 100);
        (await RefusedAsync<StakeTooLow>(Chain.Accounts[3], Staking, new Unstake(101))).ShouldBe(new StakeTooLow(Chain.Accounts[3], 100, 101));
        await RefusedAsync<NothingToMove>(Chain.Accounts[3], Staking, new Unstake(0));
    }

    [Fact]
    public async Task Nothing_cannot_be_staked_and_tokens_that_were_not_approved_neither()
    {
        await RefusedAsync<NothingToMove>(Chain.Accounts[4], Staking, new Stake(0));
        await RefusedAsync<InsufficientAllowance>(Chain.Accounts[4], Staking, new Stake(5));
    }

    [Fact]
    public async Task The_stake_of_any_past_second_can_be_read()
    {
        var start = (await Chain.Rpc.GetBlockAsync(BlockTag.Latest, Cancel))!.Time.AddHours(1);
        await StakeAsync(account: 5, 100, start);
        await StakeAsync(account: 6, 7, start.AddHours(1));
        await Chain.SetNextBlockTimeAsync(start.AddHours(2), Cancel);
        await SendAsync(Chain.Accounts[5], Staking, new Unstake(30));
        await Chain.MineAsync(1, Cancel);

        (await AtAsync(start.AddSeconds(-1))).ShouldBe((0, 0));
        (await AtAsync(start)).ShouldBe((100, 100));
        (await AtAsync(start.AddMinutes(90))).ShouldBe((100, 107));
        (await AtAsync(start.AddHours(2))).ShouldBe((70, 77));
        await Should.ThrowAsync<JsonRpcException>(() => AtAsync(start.AddHours(3)));

        async Task<(int, int)> AtAsync(DateTimeOffset time)
        {
            long at = time.ToUnixTimeSeconds();
            return ((int)await AskAsync(Staking, new BalanceAt(Chain.Accounts[5], at)), (int)await AskAsync(Staking, new TotalAt(at)));
        }
    }

    [Fact]
    public async Task Rewards_go_to_the_account_until_it_names_another_and_to_itself_again_when_it_takes_them_back()
    {
        var (account, other) = (Chain.Accounts[7], Chain.Accounts[8]);
        (await AskAsync(Staking, new RewardsRecipientOf(account))).ShouldBe(account);
        EventsOf<RewardsDelegated>(await SendAsync(account, Staking, new DelegateRewards(other))).ShouldBe([new RewardsDelegated(account, other)]);
        (await AskAsync(Staking, new RewardsRecipientOf(account))).ShouldBe(other);
        (await AskAsync(Staking, new RewardsRecipientOf(other))).ShouldBe(other);
        EventsOf<RewardsDelegated>(await SendAsync(account, Staking, new DelegateRewards(EvmAddress.Zero))).ShouldBe([new RewardsDelegated(account, account)]);
        (await AskAsync(Staking, new RewardsRecipientOf(account))).ShouldBe(account);
    }

    [Fact]
    public async Task While_paused_nothing_gets_in_and_everything_gets_out()
    {
        var staking = await PausableStakingAsync();
        var account = Chain.Accounts[1];
        await SendAsync(account, Nrm, new Approve(staking, 1000));
        await SendAsync(account, staking, new Stake(100));
        await SendAsync(account, staking, new Unstake(10));
        await SendAsync(Owner, staking, new Pause());

        await RefusedAsync<EnforcedPause>(account, staking, new Stake(1));
        await RefusedAsync<EnforcedPause>(account, staking, new CancelUnbonding(0));
        await SendAsync(account, staking, new Unstake(90));
        await SendAsync(account, staking, new Withdraw([0, 1]));
        await SendAsync(account, staking, new DelegateRewards(Chain.Accounts[2]));
        await SendAsync(Owner, staking, new Unpause());
        await SendAsync(account, staking, new Stake(1));
    }

    [Fact]
    public async Task Only_the_owner_pauses()
    {
        var staking = await PausableStakingAsync();
        await RefusedAsync<OwnableUnauthorizedAccount>(Chain.Accounts[1], staking, new Pause());
        await SendAsync(Owner, staking, new Pause());
        await RefusedAsync<OwnableUnauthorizedAccount>(Chain.Accounts[1], staking, new Unpause());
    }

    /// <summary>Owned by account 0 itself, and without a wait.</summary>
    private Task<EvmAddress> PausableStakingAsync() => Deployments.StakingAsync(Chain, unbondingSeconds: 0, Cancel);

    private async Task UnstakedAsync(int account, BigInteger staked, BigInteger unstaked)
    {
        await StakeAsync(account, staked);
        await SendAsync(Chain.Accounts[account], Staking, new Unstake(unstaked));
    }

    private async Task<EvmReceipt> StakeAsync(int account, BigInteger amount, DateTimeOffset? at = null)
    {
        await SendAsync(Chain.Accounts[account], Nrm, new Approve(Staking, amount));
        if (at is { } time) { await Chain.SetNextBlockTimeAsync(time, Cancel); }
        return await SendAsync(Chain.Accounts[account], Staking, new Stake(amount));
    }
}
