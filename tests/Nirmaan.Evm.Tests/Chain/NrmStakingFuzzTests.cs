using System.Numerics;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

/// <summary>Random transactions of several accounts against the staking contract, each compared with what a plain model of it says.</summary>
public class NrmStakingFuzzTests(LocalChain chain, ITestOutputHelper output) : ChainTest(chain)
{
    private const int Steps = 400;
    private const long UnbondingSeconds = 5000;

    private static readonly Type[] s_errors =
        [typeof(EnforcedPause), typeof(NothingToMove), typeof(InsufficientBalance), typeof(StakeTooLow), typeof(NoSuchUnbonding), typeof(NotYetAvailable), typeof(OwnableUnauthorizedAccount)];

    private static readonly BigInteger s_nrmOfEach = BigInteger.Pow(10, 24);

    private EvmAddress[] Stakers => [.. Chain.Accounts.Skip(1).Take(4)];

    [Fact]
    public async Task The_contract_does_what_the_model_does_and_what_is_staked_is_the_sum_of_the_positions()
    {
        var random = FuzzSeed.Next(output);
        var staking = await Deployments.StakingAsync(Chain, UnbondingSeconds, Cancel);
        var model = new NrmStakingModel(Stakers, s_nrmOfEach, UnbondingSeconds);
        foreach (var staker in Stakers) { await SendAsync(staker, Chain.Contracts.Nrm, new Approve(staking, s_nrmOfEach * s_nrmOfEach)); }
        long began = await NowAsync();

        int taken = 0;
        for (int step = 0; step < Steps; step++)
        {
            // A refusal is found at the newest block's time, so what comes next lies in the second after it.
            var (now, waiting) = NextTime(random, model, await NowAsync());
            await MineAtAsync(now);
            var (from, call, error) = waiting is { } w ? (w.Account, new Withdraw([w.Id]), model.Withdraw(w.Account, [w.Id], now)) : Move(random, model, now + 1);
            await Chain.SetNextBlockTimeAsync(DateTimeOffset.FromUnixTimeSeconds(now + 1), Cancel);
            (await RefusalAsync(from, staking, call, s_errors)).ShouldBe(error ?? "", $"step {step}: {call} of {from}");
            if (error is null) { taken++; }
            await CheckAsync(staking, model, step);
        }
        output.WriteLine($"{Steps} transactions, {taken} taken");
        taken.ShouldBeGreaterThan(Steps / 4);

        long ended = await NowAsync();
        await MineAtAsync(ended + 1);
        for (int i = 0; i < 50; i++)
        {
            long at = random.NextInt64(began, ended + 1);
            var staker = Stakers[random.Next(4)];
            (await AskAsync(staking, new BalanceAt(staker, at))).ShouldBe(model.StakeAt(staker, at), $"stake of {staker} at {at}");
            (await AskAsync(staking, new TotalAt(at))).ShouldBe(model.TotalAt(at), $"stake of everybody at {at}");
        }
    }

    /// <summary>Some time later; now and then the very second in which something can be withdrawn, or the one before it.</summary>
    private (long Now, (EvmAddress Account, int Id)? Waiting) NextTime(Random random, NrmStakingModel model, long last)
    {
        var account = Stakers[random.Next(4)];
        int id = model.Unbondings[account].FindIndex(u => u.Amount > 0 && u.AvailableAt > last + 1);
        return id >= 0 && random.Next(8) == 0
            ? (model.Unbondings[account][id].AvailableAt - random.Next(2), (account, id))
            : (last + random.Next(1, 900), null);
    }

    /// <summary>The model moves when it is asked, so a withdrawal must be decided at the time at which the contract is asked: a second earlier.</summary>
    private (EvmAddress From, IFunction Call, string? Error) Move(Random random, NrmStakingModel model, long at)
    {
        var account = Stakers[random.Next(4)];
        switch (random.Next(20))
        {
            case < 6:
                var stake = Part(random, model.Nrm[account]);
                return (account, new Stake(stake), model.Stake(account, stake, at));
            case < 12:
                var unstake = Part(random, model.Stakes[account]);
                return (account, new Unstake(unstake), model.Unstake(account, unstake, at));
            case < 14:
                int id = Id(random, model, account);
                return (account, new CancelUnbonding(id), model.Cancel(account, id, at));
            case < 18:
                int[] ids = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Id(random, model, account))];
                return (account, new Withdraw([.. ids.Select(i => (BigInteger)i)]), model.Withdraw(account, ids, at - 1));
            case 18 when !model.Paused && random.Next(4) > 0:
                return (account, new Pause(), nameof(OwnableUnauthorizedAccount));
            default:
                model.Paused = !model.Paused;
                return (Owner, model.Paused ? new Pause() : new Unpause(), null);
        }
    }

    /// <summary>Nothing, all, a base unit too much, or anything between.</summary>
    private static BigInteger Part(Random random, BigInteger of) => random.Next(12) switch
    {
        0 => 0,
        1 => of,
        2 => of + 1,
        _ => of * random.Next(1, 1000) / 1000,
    };

    /// <summary>One of the account's, or the next, or one that only another has.</summary>
    private static int Id(Random random, NrmStakingModel model, EvmAddress account) => random.Next(model.Unbondings[account].Count + 2);

    private async Task CheckAsync(EvmAddress staking, NrmStakingModel model, int step)
    {
        var stakes = await Chain.Rpc.CallManyAsync(staking, Stakers.Select(s => new BalanceOf(s)), BlockTag.Latest, Cancel);
        var held = await Chain.Rpc.CallManyAsync(Chain.Contracts.Nrm, Stakers.Append(staking).Select(s => new BalanceOf(s)), BlockTag.Latest, Cancel);
        var unbonding = await Chain.Rpc.CallManyAsync(staking, Stakers.Select(s => new UnbondingsOf(s)), BlockTag.Latest, Cancel);
        stakes.ShouldBe(Stakers.Select(s => model.Stakes[s]), $"stakes after step {step}");
        held.SkipLast(1).ShouldBe(Stakers.Select(s => model.Nrm[s]), $"NRM after step {step}");
        unbonding.SelectMany(u => u).ShouldBe(Stakers.SelectMany(s => model.Unbondings[s]), $"unbondings after step {step}");

        var staked = stakes.Aggregate(BigInteger.Zero, (sum, s) => sum + s);
        (await AskAsync(staking, new TotalStaked())).ShouldBe(staked, $"total after step {step}");
        (await AskAsync(staking, new TotalUnbonding())).ShouldBe(model.TotalUnbonding, $"total unbonding after step {step}");
        held[^1].ShouldBe(staked + model.TotalUnbonding, $"the contract holds what it owes after step {step}");
    }
}
