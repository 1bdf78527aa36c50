using System.Numerics;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Cli.Files;

/// <summary>What is wrong in a distribution, a line each: the place, what stands there, what was expected. No line = nothing.</summary>
internal static class DistributionCheck
{
    private const int UintBits = 256;

    /// <summary>What must hold of every distribution: its arithmetic, its order and its root.</summary>
    public static IEnumerable<string> Alone(DistributionFile file)
    {
        if (file.To <= file.From) { yield return $"to: {StakesCsv.TimeText(file.To)}; expected a time after {StakesCsv.TimeText(file.From)}"; }
        var canBeHashed = true;
        for (var i = 0; i < file.Leaves.Count; i++)
        {
            var (leaf, at) = (file.Leaves[i], At(file, i));
            if (i > 0 && leaf.Account <= file.Leaves[i - 1].Account) { yield return $"{at}: stands after {file.Leaves[i - 1].Account.Checksummed()}; expected accounts in ascending order, each once"; }
            if (leaf.Cumulative.IsZero) { yield return $"{at}: has nothing, now or before; expected no leaf"; }
            // The first epoch's step is known without a file before it: it is from nothing.
            if (file.Epoch == 1 && leaf.Cumulative != leaf.Amount) { yield return $"{at}: cumulative {leaf.Cumulative}; expected {leaf.Amount}, its amount in the first epoch"; }
            if (leaf.Cumulative < leaf.Amount) { yield return $"{at}: cumulative {leaf.Cumulative}; expected its amount {leaf.Amount} or more"; }
            if (leaf.Cumulative.GetBitLength() > UintBits)
            {
                canBeHashed = false;
                yield return $"{at}: cumulative {leaf.Cumulative}; expected at most {UintBits} bits";
            }
        }
        var sum = file.Leaves.Aggregate(BigInteger.Zero, (total, l) => total + l.Amount);
        if (sum != file.Pool) { yield return $"pool: {file.Pool}; the amounts add up to {sum}"; }
        foreach (var fault in file.Waterfall?.Faults(file.Pool) ?? []) { yield return fault; }
        if (canBeHashed && DistributionFile.RootOf(file.Leaves) is var root && root != file.Root) { yield return $"root: {file.Root}; recomputed {root}"; }
    }

    /// <summary>What must hold of the step from the epoch before.</summary>
    public static IEnumerable<string> Step(DistributionFile file, DistributionFile previous)
    {
        // A gap would leave a time unpaid, an overlap would pay it twice.
        if (file.From != previous.To) { yield return $"from: {StakesCsv.TimeText(file.From)}; expected {StakesCsv.TimeText(previous.To)}, the end of the epoch before"; }
        var before = previous.Leaves.DistinctBy(l => l.Account).ToDictionary(l => l.Account, l => l.Cumulative);
        for (var i = 0; i < file.Leaves.Count; i++)
        {
            var leaf = file.Leaves[i];
            before.Remove(leaf.Account, out var had);
            if (leaf.Cumulative != had + leaf.Amount) { yield return $"{At(file, i)}: cumulative {leaf.Cumulative}; expected {had + leaf.Amount}, its amount on top of {had}"; }
        }
        foreach (var (account, had) in before.OrderBy(b => b.Key)) { yield return $"{account.Checksummed()}: has no leaf; expected one, it had {had} before"; }
    }

    /// <summary>What must hold of everybody's part: it follows from the stakes and the pool.</summary>
    /// <exception cref="StakeHistoryException">The stakes contradict themselves, or there is a pool and nobody held any.</exception>
    public static IEnumerable<string> Parts(DistributionFile file, IEnumerable<StakeDelta> stakes)
    {
        var weights = Shares.TimeWeighted(stakes, file.From, file.To);
        var amounts = Shares.LargestRemainder(file.Pool, weights);
        var expected = weights.Zip(amounts).ToDictionary(p => p.First.Account, p => (BalanceSeconds: p.First.Value, Amount: p.Second));
        for (var i = 0; i < file.Leaves.Count; i++)
        {
            var leaf = file.Leaves[i];
            // Whoever held nothing in the period keeps a leaf, of nothing, for what it had before.
            expected.Remove(leaf.Account, out var should);
            if (leaf.BalanceSeconds != should.BalanceSeconds) { yield return $"{At(file, i)}: balanceSeconds {leaf.BalanceSeconds}; recomputed {should.BalanceSeconds}"; }
            if (leaf.Amount != should.Amount) { yield return $"{At(file, i)}: amount {leaf.Amount}; recomputed {should.Amount}"; }
        }
        foreach (var (account, should) in expected.Where(e => e.Value.Amount.Sign > 0).OrderBy(e => e.Key)) { yield return $"{account.Checksummed()}: has no leaf; recomputed amount {should.Amount}"; }
    }

    private static string At(DistributionFile file, int i) => $"leaves[{i}] {file.Leaves[i].Account.Checksummed()}";
}
