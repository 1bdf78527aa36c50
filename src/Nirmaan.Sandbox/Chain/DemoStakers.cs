using System.Numerics;
using Microsoft.Extensions.Options;
using Nirmaan.Evm;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Chain;

/// <summary>
/// The demo's stakers: accounts that stake NRM when the world begins or in its first two days, and then now and then add to it or take
/// some out, about once in two days each; what they took out they withdraw when its wait is over. What each does is drawn from the seed.
/// </summary>
public sealed partial class DemoStakers(LocalChainClient chain, IOptions<ChainOptions> options, Agenda agenda, SandboxClock clock, Seed seed, ILogger<DemoStakers> logger)
{
    private static readonly BigInteger s_nrm = BigInteger.Pow(10, 18);
    private readonly EvmAddress _nrm = EvmAddress.Parse(options.Value.Nrm), _staking = EvmAddress.Parse(options.Value.Staking);

    /// <summary>Enters the stakers' first moves into the agenda.</summary>
    public void Begin() => agenda.At(clock.GetUtcNow(), "stakers arrive", ArriveAsync);

    private async Task ArriveAsync(CancellationToken cancellationToken)
    {
        var accounts = await chain.AccountsAsync(cancellationToken);
        for (var i = 1; i <= Math.Min(options.Value.Stakers, accounts.Count - 1); i++)
        {
            var staker = new Staker(accounts[i], seed.For($"staker:{i}"));
            // Half of them are there from the first hour, so that the first epoch already has somebody to pay.
            var arrives = clock.GetUtcNow() + TimeSpan.FromSeconds(i % 2 == 1 ? 60 * i : staker.Chance.Next(7200, 172800));
            agenda.At(arrives, "a staker stakes", c => FirstStakeAsync(staker, c));
        }
    }

    private async Task FirstStakeAsync(Staker staker, CancellationToken cancellationToken)
    {
        var has = await chain.BalanceAsync(_nrm, staker.Account, cancellationToken);
        if (has < s_nrm) { LogPoor(staker.Account); return; }
        await chain.SendAsync(staker.Account, _nrm, new Approve(_staking, (BigInteger.One << 256) - 1), cancellationToken);
        await StakeAsync(staker, Share(has, staker.Chance.Next(10, 45)), cancellationToken);
        EnterNext(staker);
    }

    private async Task MoveAsync(Staker staker, CancellationToken cancellationToken)
    {
        // The next move is entered first: a refused transaction must not end this staker's story.
        var (draw, percent) = (staker.Chance.NextDouble(), staker.Chance.Next(5, 40));
        EnterNext(staker);
        if (draw < 0.6)
        {
            var has = await chain.BalanceAsync(_nrm, staker.Account, cancellationToken);
            await StakeAsync(staker, Share(has, percent / 2), cancellationToken);
        }
        else if (Share(staker.Staked, percent) is var amount && amount > 0)
        {
            await chain.SendAsync(staker.Account, _staking, new Unstake(amount), cancellationToken);
            staker.Staked -= amount;
            LogMoved(staker.Account, "unstaked", amount / s_nrm);
            // Blocks may run a few seconds ahead of the clock, and nobody stands by with a stopwatch.
            var wait = TimeSpan.FromSeconds(await chain.CallAsync(_staking, new UnbondingPeriod(), cancellationToken));
            agenda.At(clock.GetUtcNow() + wait + TimeSpan.FromHours(1), "a staker withdraws", c => WithdrawAsync(staker, c));
        }
    }

    private async Task WithdrawAsync(Staker staker, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var due = (await chain.CallAsync(_staking, new UnbondingsOf(staker.Account), cancellationToken)).Index().Where(u => u.Item.Amount > 0 && u.Item.AvailableAt <= now).ToList();
        if (due.Count == 0) { return; }
        await chain.SendAsync(staker.Account, _staking, new Withdraw([.. due.Select(u => (BigInteger)u.Index)]), cancellationToken);
        var amount = due.Aggregate(BigInteger.Zero, (sum, u) => sum + u.Item.Amount);
        LogMoved(staker.Account, "withdrew", amount / s_nrm);
    }

    private async Task StakeAsync(Staker staker, BigInteger amount, CancellationToken cancellationToken)
    {
        if (amount == 0) { return; }
        await chain.SendAsync(staker.Account, _staking, new Stake(amount), cancellationToken);
        staker.Staked += amount;
        LogMoved(staker.Account, "staked", amount / s_nrm);
    }

    private void EnterNext(Staker staker) =>
        agenda.At(clock.GetUtcNow() + TimeSpan.FromHours(12 + 72 * staker.Chance.NextDouble()), "a staker moves", c => MoveAsync(staker, c));

    // Whole tokens: people stake round numbers.
    private static BigInteger Share(BigInteger of, int percent) => of * percent / 100 / s_nrm * s_nrm;

    private sealed class Staker(EvmAddress account, Random chance)
    {
        public EvmAddress Account => account;
        public Random Chance => chance;
        public BigInteger Staked { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Staker {Account} {Verb} {Nrm} NRM")]
    private partial void LogMoved(EvmAddress account, string verb, BigInteger nrm);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Staker {Account} holds no NRM and stays away")]
    private partial void LogPoor(EvmAddress account);
}
