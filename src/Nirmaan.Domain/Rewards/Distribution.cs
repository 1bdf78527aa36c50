using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>Fee and who pays the rent, in force from a date on.</summary>
/// <param name="FeeBasisPoints">Nirmaan's part of what is left after the cost, 1/100 of a percent.</param>
/// <param name="RentTreasuryFunded">True: the treasury pays the rent; it is shown, not deducted. False: it is deducted before the fee.</param>
public sealed record FeePolicy(DateTimeOffset From, int FeeBasisPoints, bool RentTreasuryFunded)
{
    /// <summary>Name of the method, shown beside what it computed; another method gets another name.</summary>
    public const string MethodVersion = "rent-then-fee-1";

    /// <summary>1 for the first, by configuration; each announcement adds one.</summary>
    public int Version { get; init; }
    /// <summary>When it was made known.</summary>
    public DateTimeOffset AnnouncedAt { get; init; }
    /// <summary>Who announced it.</summary>
    public string By { get; init; } = "";
    /// <summary>The reason, for everybody to read.</summary>
    public string Why { get; init; } = "";

    /// <summary>The policy of a moment: of those that have begun the one that began last; of two with the same start the one announced later.</summary>
    /// <exception cref="InvalidOperationException">None has begun by then.</exception>
    public static FeePolicy InForce(IEnumerable<FeePolicy> policies, DateTimeOffset at) =>
        policies.Where(p => p.From <= at).MaxBy(p => (p.From, p.Version)) ?? throw new InvalidOperationException($"No fee policy is in force at {at:u}.");

    /// <summary>True when it takes from nobody what the other leaves: neither a higher fee nor rent that the treasury paid.</summary>
    public bool IsNoWorseThan(FeePolicy other) => FeeBasisPoints <= other.FeeBasisPoints && (RentTreasuryFunded || !other.RentTreasuryFunded);

    /// <summary>The fee on an amount, rounded down: in doubt for the stakers.</summary>
    public BigInteger FeeOn(BigInteger units) => units * FeeBasisPoints / 10_000;

    /// <summary>Cuts what was received into cost, fee and pool, which add up to it. The cost is the rent in tokens, rounded down, and never more than there is.</summary>
    /// <param name="tokenUsd">Price of a whole token, above zero; not needed while the treasury pays the rent.</param>
    public EpochSplit Split(TokenAmount gross, decimal rentUsd, decimal? tokenUsd)
    {
        var cost = BigInteger.Zero;
        if (!RentTreasuryFunded && rentUsd > 0)
        {
            var price = tokenUsd is > 0 ? tokenUsd.Value : throw new ArgumentOutOfRangeException(nameof(tokenUsd), tokenUsd, "Rent can only be deducted at a known price.");
            var tokens = rentUsd / price;
            var unit = (decimal)BigInteger.Pow(10, Math.Min(gross.Asset.Decimals, 12));
            cost = BigInteger.Min(gross.Units, TokenAmount.Of(Math.Truncate(tokens * unit) / unit, gross.Asset).Units);
        }
        var fee = FeeOn(gross.Units - cost);
        return new EpochSplit(cost, fee, gross.Units - cost - fee);
    }
}

/// <summary>What becomes of an epoch's receipts, base units.</summary>
public sealed record EpochSplit(BigInteger Cost, BigInteger Fee, BigInteger Pool);

/// <summary>One account's line of a distribution, in base units.</summary>
public sealed record DistributionLeaf(WalletAddress Account, BigInteger BalanceSeconds, BigInteger Amount, BigInteger Cumulative);

/// <summary>What one epoch pays of one asset. Closed once, never edited: a correction is a new epoch.</summary>
public sealed class Distribution
{
    private Distribution() { }

    /// <summary>A closed distribution.</summary>
    /// <param name="gross">Received for the pool in the epoch, base units, what was carried in included.</param>
    /// <param name="cost">Deducted to cover the rent, base units; 0 while the treasury pays it.</param>
    /// <param name="carriedOut">Not distributed because nobody held stake; goes to the next epoch.</param>
    public Distribution(
        int epoch, Asset asset, DateTimeOffset from, DateTimeOffset to, BigInteger gross, BigInteger cost, BigInteger fee, BigInteger pool, BigInteger carriedIn, BigInteger carriedOut,
        decimal rentUsd, string root, IReadOnlyList<DistributionLeaf> leaves, int feeBasisPoints, DateTimeOffset closedAt)
    {
        (Epoch, AssetId, From, To, Gross, Cost, Fee, Pool, CarriedIn, CarriedOut, RentUsd, Root, Leaves, FeeBasisPoints, ClosedAt) =
            (epoch, asset.Id, from, to, gross, cost, fee, pool, carriedIn, carriedOut, rentUsd, root, [.. leaves], feeBasisPoints, closedAt);
        if (gross != cost + fee + pool + carriedOut)
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
    /// <summary>Deducted to cover the rent; 0 while the treasury pays it.</summary>
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
