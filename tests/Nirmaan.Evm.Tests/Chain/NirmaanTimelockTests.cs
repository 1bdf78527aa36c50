using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

/// <summary>The contracts as the deploy script leaves them: owned by the timelock, whose proposer is account 0.</summary>
public class NirmaanTimelockTests(LocalChain chain) : ChainTest(chain)
{
    private const int Delay = 60;

    private EvmAddress Timelock => Chain.Contracts.Timelock;
    private EvmAddress Staking => Chain.Contracts.Staking;
    private EvmAddress Anyone => Chain.Accounts[9];

    [Fact]
    public async Task The_parameters_are_those_of_the_deploy_script()
    {
        (await AskAsync(Timelock, new GetMinDelay())).ShouldBe(Delay);
        (await AskAsync(Staking, new UnbondingPeriod())).ShouldBe(7 * 86400);
    }

    [Fact]
    public async Task The_proposer_itself_has_no_power_over_the_contracts()
    {
        (await RefusedAsync<OwnableUnauthorizedAccount>(Owner, Staking, new Pause())).Account.ShouldBe(Owner);
        await RefusedAsync<OwnableUnauthorizedAccount>(Owner, Chain.Contracts.MorDistributor, new Publish(1, Keccak256.Hash("root"), 0));
    }

    [Fact]
    public async Task What_is_scheduled_counts_after_the_delay_and_not_before()
    {
        await ScheduleAsync(Staking, new Pause());
        long due = await NowAsync() + Delay;
        await MineAtAsync(due - 1);
        await RefusedAsync<TimelockUnexpectedOperationState>(Anyone, Timelock, Executing(Staking, new Pause()));
        await MineAtAsync(due);
        await SendAsync(Anyone, Timelock, Executing(Staking, new Pause()));
        (await AskAsync(Staking, new Paused())).ShouldBeTrue();
    }

    [Fact]
    public async Task A_root_is_published_through_the_timelock_once_it_is_funded()
    {
        var (pays, publish) = (Chain.Contracts.MorDistributor, new Publish(1, Keccak256.Hash("root"), 500));
        await ScheduleAsync(pays, publish);
        await MineAtAsync(await NowAsync() + Delay);
        (await RefusedAsync<NotFunded>(Anyone, Timelock, Executing(pays, publish))).Missing.ShouldBe(500);
        await SendAsync(Owner, Chain.Contracts.Mor, new Mint(pays, 500));
        EventsOf<RootPublished>(await SendAsync(Anyone, Timelock, Executing(pays, publish))).ShouldBe([new RootPublished(1, publish.Root, 500)]);
    }

    [Fact]
    public async Task What_is_scheduled_can_be_cancelled_by_the_proposer_only()
    {
        await ScheduleAsync(Staking, new Pause());
        var id = await AskAsync(Timelock, new HashOperation(Staking, 0, Functions.Encode(new Pause()), default, default));
        await RefusedAsync<AccessControlUnauthorizedAccount>(Anyone, Timelock, new CancelScheduled(id));
        await SendAsync(Owner, Timelock, new CancelScheduled(id));
        await MineAtAsync(await NowAsync() + Delay);
        await RefusedAsync<TimelockUnexpectedOperationState>(Anyone, Timelock, Executing(Staking, new Pause()));
    }

    [Fact]
    public async Task Nobody_else_schedules_and_nobody_in_less_than_the_delay()
    {
        await RefusedAsync<AccessControlUnauthorizedAccount>(Anyone, Timelock, Scheduling(Staking, new Pause(), Delay));
        (await RefusedAsync<TimelockInsufficientDelay>(Owner, Timelock, Scheduling(Staking, new Pause(), Delay - 1))).MinDelay.ShouldBe(Delay);
    }

    private static Schedule Scheduling(EvmAddress target, IFunction call, int delay) => new(target, 0, Functions.Encode(call), default, default, delay);

    private static Execute Executing(EvmAddress target, IFunction call) => new(target, 0, Functions.Encode(call), default, default);

    private Task<EvmReceipt> ScheduleAsync(EvmAddress target, IFunction call) => SendAsync(Owner, Timelock, Scheduling(target, call, Delay));
}
