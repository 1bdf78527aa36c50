using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>One account's line of a distribution, in base units.</summary>
public sealed record DistributionLeaf(WalletAddress Account, BigInteger BalanceSeconds, BigInteger Amount, BigInteger Cumulative);

/// <summary>What one epoch pays of one asset. Closed once, never edited: a correction is a new epoch.</summary>
public sealed class Distribution
{
    private Distribution() { }

    /// <summary>A closed distribution.</summary>
    /// <param name="gross">Received for the pool in the epoch, base units, what was carried in included.</param>
    /// <param name="cost">Sold to cover the rent, base units; 0 while the treasury pays it.</param>
    /// <param name="terms">Null = cut by method rent-then-fee-1, which kept none.</param>
    /// <param name="carriedOut">Not distributed because nobody held stake; goes to the next epoch.</param>
    public Distribution(
        int epoch, Asset asset, DateTimeOffset from, DateTimeOffset to, BigInteger gross, BigInteger cost, BigInteger fee, BigInteger pool, BigInteger carriedIn, BigInteger carriedOut,
        decimal rentUsd, string root, IReadOnlyList<DistributionLeaf> leaves, int feeBasisPoints, DateTimeOffset closedAt, EpochTerms? terms = null)
    {
        (PolicyVersion, BorneUsd, CoveredUsd) = (terms?.PolicyVersion, terms?.BorneUsd, terms?.CoveredUsd);
        (Epoch, AssetId, From, To, Gross, Cost, Fee, Pool, CarriedIn, CarriedOut, RentUsd, Root, Leaves, FeeBasisPoints, ClosedAt) =
            (epoch, asset.Id, from, to, gross, cost, fee, pool, carriedIn, carriedOut, rentUsd, root, [.. leaves], feeBasisPoints, closedAt);
        if (gross != cost + fee + pool + carriedOut || carriedOut.Sign < 0)
        {
            throw new InvalidOperationException($"Epoch {epoch}, {asset.Id}: {gross} is not cost {cost} + fee {fee} + pool {pool} + carried {carriedOut}.");
        }
    }

    /// <summary>Number of the epoch, from 1.</summary>
    public int Epoch { get; private set; }
    /// <summary>Asset.</summary>
    public string AssetId { get; private set; } = "";
    /// <summary>Start, inclusive.</summary>
    public DateTimeOffset From { get; private set; }
    /// <summary>End, exclusive.</summary>
    public DateTimeOffset To { get; private set; }
    /// <summary>Received.</summary>
    public BigInteger Gross { get; private set; }
    /// <summary>Sold to cover the rent (of older epochs: set aside for it); 0 while the treasury pays it.</summary>
    public BigInteger Cost { get; private set; }
    /// <summary>Fee.</summary>
    public BigInteger Fee { get; private set; }
    /// <summary>Distributed.</summary>
    public BigInteger Pool { get; private set; }
    /// <summary>Carried in from an epoch without stakers; part of Gross.</summary>
    public BigInteger CarriedIn { get; private set; }
    /// <summary>Carried out.</summary>
    public BigInteger CarriedOut { get; private set; }
    /// <summary>Rent of the epoch over all networks, USD, whoever pays it.</summary>
    public decimal RentUsd { get; private set; }
    /// <summary>Root of the OpenZeppelin standard Merkle tree over (account, cumulative); 0x0…0 without leaves.</summary>
    public string Root { get; private set; } = "";
    /// <summary>Fee in force.</summary>
    public int FeeBasisPoints { get; private set; }
    /// <summary>The fee policy of its day; null = it was not kept then.</summary>
    public int? PolicyVersion { get; private set; }
    /// <summary>Rent that the policy puts on these receipts, USD; null = it was not kept then.</summary>
    public decimal? BorneUsd { get; private set; }
    /// <summary>What sales paid of it, USD; null = it was not kept then.</summary>
    public decimal? CoveredUsd { get; private set; }
    /// <summary>When it was closed.</summary>
    public DateTimeOffset ClosedAt { get; private set; }
    /// <summary>Lines, accounts ascending.</summary>
    public List<DistributionLeaf> Leaves { get; private set; } = [];

    /// <summary>
    /// Lines of an epoch: amounts by largest remainder over balance-seconds, cumulative = amount + what the account had before. Accounts with
    /// nothing now or before have no line.
    /// </summary>
    public static IReadOnlyList<DistributionLeaf> LinesFor(BigInteger pool, IReadOnlyList<BalanceSeconds> weights, IReadOnlyDictionary<WalletAddress, BigInteger> cumulativeBefore)
    {
        var amounts = Shares.LargestRemainder(pool, weights);
        var lines = new List<DistributionLeaf>(weights.Count);
        for (var i = 0; i < weights.Count; i++)
        {
            var cumulative = cumulativeBefore.TryGetValue(weights[i].Account, out var before) ? before + amounts[i] : amounts[i];
            Add(new DistributionLeaf(weights[i].Account, weights[i].Value, amounts[i], cumulative));
        }
        if (cumulativeBefore.Count > 0)
        {
            var holders = weights.Select(w => w.Account).ToHashSet();
            foreach (var (account, cumulative) in cumulativeBefore)
            {
                if (!holders.Contains(account)) { Add(new DistributionLeaf(account, 0, 0, cumulative)); }
            }
        }
        if (!IsAscending(lines)) { lines.Sort((one, other) => one.Account.CompareTo(other.Account)); }
        return lines;

        void Add(DistributionLeaf line)
        {
            if (line.Cumulative.Sign > 0) { lines.Add(line); }
        }
    }

    private static bool IsAscending(List<DistributionLeaf> lines)
    {
        for (var i = 1; i < lines.Count; i++)
        {
            if (lines[i].Account < lines[i - 1].Account) { return false; }
        }
        return true;
    }
}
