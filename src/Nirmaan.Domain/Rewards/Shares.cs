using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>A change of one account's stake in base units, at a whole second (inclusive).</summary>
public sealed record StakeDelta(DateTimeOffset At, WalletAddress Account, BigInteger Delta);

/// <summary>Stake times seconds of one account over a period: base units x seconds.</summary>
public sealed record BalanceSeconds(WalletAddress Account, BigInteger Value);

/// <summary>A stake history that contradicts itself.</summary>
public sealed class StakeHistoryException(string message) : Exception(message);

/// <summary>Who is owed what part of a pool, in integers only (formats.md, stakes.csv and distribution.json).</summary>
public static class Shares
{
    /// <summary>Name of the method, shown beside what it computed; another method gets another name.</summary>
    public const string MethodVersion = "time-weighted-1";

    /// <summary>
    /// Stake x seconds over [from, to). Deltas before <paramref name="from"/> open the balance, those at or after <paramref name="to"/> are
    /// ignored, order of input does not matter. Accounts in ascending order; those that held nothing in the period are left out.
    /// </summary>
    /// <exception cref="StakeHistoryException">A balance falls below zero, a time has a fraction of a second, or the period is empty.</exception>
    public static IReadOnlyList<BalanceSeconds> TimeWeighted(IEnumerable<StakeDelta> deltas, DateTimeOffset from, DateTimeOffset to)
    {
        if (to <= from) { throw new StakeHistoryException($"the period {from:u} to {to:u} is empty"); }
        var result = new List<BalanceSeconds>();
        foreach (var account in deltas.Where(d => d.At < to).GroupBy(d => d.Account).OrderBy(g => g.Key))
        {
            BigInteger balance = 0, weighted = 0;
            var since = from.ToUnixTimeSeconds();
            // One second's deltas net out before the balance is judged: a chain orders them within the block.
            foreach (var moment in account.GroupBy(d => WholeSecond(d.At)).OrderBy(g => g.Key))
            {
                var at = Math.Max(moment.Key, from.ToUnixTimeSeconds());
                weighted += balance * (at - since);
                since = at;
                balance += moment.Aggregate(BigInteger.Zero, (sum, d) => sum + d.Delta);
                if (balance.Sign < 0) { throw new StakeHistoryException($"the stake of {account.Key} is {balance} at {DateTimeOffset.FromUnixTimeSeconds(moment.Key):u}; it cannot be below zero"); }
            }
            weighted += balance * (to.ToUnixTimeSeconds() - since);
            if (weighted.Sign > 0) { result.Add(new BalanceSeconds(account.Key, weighted)); }
        }
        return result;
    }

    /// <summary>
    /// Splits a pool by weights: floor of each exact share, then one unit each to the largest remainders, ties to the lower address, so that
    /// the parts add up to the pool. Answers in the order of the weights.
    /// </summary>
    /// <exception cref="StakeHistoryException">The weights add to zero although there is something to split.</exception>
    public static IReadOnlyList<BigInteger> LargestRemainder(BigInteger pool, IReadOnlyList<BalanceSeconds> weights)
    {
        if (pool.Sign < 0) { throw new ArgumentOutOfRangeException(nameof(pool), pool, "A pool cannot be negative."); }
        var total = weights.Aggregate(BigInteger.Zero, (sum, w) => sum + w.Value);
        if (total.Sign <= 0) { return pool.IsZero ? [.. weights.Select(_ => BigInteger.Zero)] : throw new StakeHistoryException("nobody held stake in the period: the total is zero"); }
        var parts = new BigInteger[weights.Count];
        var remainders = new (BigInteger Remainder, int Index)[weights.Count];
        var given = BigInteger.Zero;
        for (var i = 0; i < weights.Count; i++)
        {
            parts[i] = BigInteger.DivRem(pool * weights[i].Value, total, out var remainder);
            remainders[i] = (remainder, i);
            given += parts[i];
        }
        var left = (int)(pool - given);
        foreach (var (_, index) in remainders.OrderByDescending(r => r.Remainder).ThenBy(r => weights[r.Index].Account).Take(left)) { parts[index]++; }
        return parts;
    }

    private static long WholeSecond(DateTimeOffset time) => time.Ticks % TimeSpan.TicksPerSecond == 0
        ? time.ToUnixTimeSeconds()
        : throw new StakeHistoryException($"the time {time:O} has a fraction of a second; whole seconds are expected");
}
