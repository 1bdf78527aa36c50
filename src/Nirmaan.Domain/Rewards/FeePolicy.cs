using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>Who pays the rent of some machines, other than the policy says of the rest. Of several that fit the narrowest holds: asset and network, network, asset.</summary>
/// <param name="AssetId">The receipts that are meant; null = of any asset.</param>
/// <param name="Network">Whose miners' rent is meant; null = of any network.</param>
public sealed record RentRule(string? AssetId, NetworkName? Network, bool TreasuryFunded)
{
    internal bool Fits(string? assetId, NetworkName? network) => (AssetId is null || AssetId == assetId) && (Network is null || Network == network);

    internal int Narrowness => (Network is null ? 0 : 2) + (AssetId is null ? 0 : 1);
}

/// <summary>Fee and who pays the rent, in force from a date on.</summary>
/// <param name="FeeBasisPoints">Nirmaan's part of what is left after the cost, 1/100 of a percent.</param>
/// <param name="RentTreasuryFunded">True: the treasury pays the rent; it is shown, not deducted. False: receipts are sold to cover it, before the fee. <see cref="Rents"/> are the exceptions.</param>
public sealed record FeePolicy(DateTimeOffset From, int FeeBasisPoints, bool RentTreasuryFunded)
{
    /// <summary>Name of the method, shown beside what it computed; another method gets another name.</summary>
    public const string MethodVersion = "rent-then-fee-2";

    /// <summary>The method of epochs that kept no terms: rent was set aside in tokens at the price of the epoch's end.</summary>
    public const string EarlierMethodVersion = "rent-then-fee-1";

    /// <summary>1 for the first, by configuration; each announcement adds one.</summary>
    public int Version { get; init; }
    /// <summary>Of single assets or networks; at most one of each.</summary>
    public IReadOnlyList<RentRule> Rents { get; init; } = [];
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

    /// <summary>True where the treasury pays the rent that a network's miners owe of an asset's receipts.</summary>
    public bool TreasuryPays(string? assetId, NetworkName? network) =>
        Rents.Where(r => r.Fits(assetId, network)).MaxBy(r => r.Narrowness)?.TreasuryFunded ?? RentTreasuryFunded;

    /// <summary>True when it takes from nobody what the other leaves: neither a higher fee nor rent that the treasury paid.</summary>
    public bool IsNoWorseThan(FeePolicy other)
    {
        // What neither names is one case, which null stands for.
        var named = Rents.Concat(other.Rents).ToList();
        var cases = from asset in named.Select(r => r.AssetId).Append(null).Distinct()
                    from network in named.Select(r => r.Network).Append(null).Distinct()
                    select (asset, network);
        return FeeBasisPoints <= other.FeeBasisPoints && cases.All(c => TreasuryPays(c.asset, c.network) || !other.TreasuryPays(c.asset, c.network));
    }

    /// <summary>True when it takes the same from everybody.</summary>
    public bool SaysTheSameAs(FeePolicy other) => FeeBasisPoints == other.FeeBasisPoints && IsNoWorseThan(other) && other.IsNoWorseThan(this);

    /// <summary>The fee on an amount, rounded down: in doubt for the stakers.</summary>
    public BigInteger FeeOn(BigInteger units) => units * FeeBasisPoints / 10_000;

    /// <summary>Cuts what was received into what was sold to cover the rent, fee and pool, which add up to it.</summary>
    /// <param name="sold">Base units, at most what was received.</param>
    public EpochSplit Split(BigInteger gross, BigInteger sold)
    {
        if (sold.Sign < 0 || sold > gross) { throw new ArgumentOutOfRangeException(nameof(sold), sold, $"Of {gross} received so much cannot be sold."); }
        var fee = FeeOn(gross - sold);
        return new EpochSplit(sold, fee, gross - sold - fee);
    }
}

/// <summary>What becomes of an epoch's receipts, base units.</summary>
public sealed record EpochSplit(BigInteger Cost, BigInteger Fee, BigInteger Pool);
