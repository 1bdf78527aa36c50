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
    /// <seealso cref="StakeSeconds"/>
    public static IReadOnlyList<BalanceSeconds> TimeWeighted(IEnumerable<StakeDelta> deltas, DateTimeOffset from, DateTimeOffset to)
    {
        var seconds = new StakeSeconds(from, to);
        foreach (var delta in deltas) { seconds.Add(delta); }
        return seconds.Total();
    }

    /// <summary>The same of changes that arrive one by one, which need not be in memory together.</summary>
    /// <inheritdoc cref="TimeWeighted"/>
    public static async Task<IReadOnlyList<BalanceSeconds>> TimeWeightedAsync(IAsyncEnumerable<StakeDelta> deltas, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var seconds = new StakeSeconds(from, to);
        await foreach (var delta in deltas.WithCancellation(cancellationToken)) { seconds.Add(delta); }
        return seconds.Total();
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
        var (parts, cutOff) = (new BigInteger[weights.Count], new double[weights.Count]);
        var given = BigInteger.Zero;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = BigInteger.DivRem(pool * weights[i].Value, total, out var remainder);
            cutOff[i] = -(double)remainder;
            given += parts[i];
        }
        var largestFirst = Enumerable.Range(0, parts.Length).ToArray();
        // Rounding to a double keeps the order but for ties, and doubles sort several times faster; only ties ask for the exact numbers again.
        Array.Sort(cutOff, largestFirst);
        for (var start = 0; start < parts.Length;)
        {
            var end = start + 1;
            while (end < parts.Length && cutOff[end] == cutOff[start]) { end++; }
            if (end - start > 1) { largestFirst.AsSpan(start, end - start).Sort(Compare); }
            start = end;
        }
        foreach (var i in largestFirst.AsSpan(0, (int)(pool - given))) { parts[i]++; }
        return parts;

        int Compare(int one, int other) =>
            weights[one].Value != weights[other].Value && Remainder(other).CompareTo(Remainder(one)) is var exact and not 0 ? exact
            : weights[one].Account.CompareTo(weights[other].Account);

        BigInteger Remainder(int i) => BigInteger.Remainder(pool * weights[i].Value, total);
    }
}
