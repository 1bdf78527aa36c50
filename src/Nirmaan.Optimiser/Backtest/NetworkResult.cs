namespace Nirmaan.Optimiser.Backtest;

/// <summary>What a policy's mining on one network cost against buying there, over a history.</summary>
public sealed record NetworkResult
{
    /// <summary>Id of the network.</summary>
    public required string Network { get; init; }

    /// <summary>Rent of the GPUs on it, working or not, USD.</summary>
    public required double RentUsd { get; init; }

    /// <summary>What it paid, at the market price, USD.</summary>
    public required double RevenueUsd { get; init; }

    /// <summary>Share of all its work that was ours, over the hours in which we worked; null = none.</summary>
    public required double? Share { get; init; }

    /// <summary>Rent per dollar of its tokens; below 1 mining was cheaper than the market. Null = nothing was received.</summary>
    public double? AcquisitionCost => RevenueUsd > 0 ? RentUsd / RevenueUsd : null;

    /// <summary>
    /// r of the identity cost = 1 / (r (1 - s)): revenue per dollar of rent that a newcomer without any share would have had. Null where the share is
    /// unknown or whole.
    /// </summary>
    public double? YieldAtNoShare => AcquisitionCost is > 0 and var cost && Share is < 1 and var share ? 1 / (cost * (1 - share)) : null;

    /// <summary>Sums the same network up over several histories.</summary>
    internal static NetworkResult Sum(IReadOnlyList<NetworkResult> parts)
    {
        var weight = parts.Sum(p => p.Share is null ? 0 : p.RentUsd);
        return new NetworkResult
        {
            Network = parts[0].Network,
            RentUsd = parts.Sum(p => p.RentUsd),
            RevenueUsd = parts.Sum(p => p.RevenueUsd),
            Share = weight > 0 ? parts.Sum(p => (p.Share ?? 0) * p.RentUsd) / weight : null,
        };
    }
}

/// <summary>
/// What mining a token costs against buying it, in one pool with one kind of GPU: cost = 1 / (r (1 - s)), r being revenue per dollar of rent at no
/// share and s our share. The most profitable share is 1 - 1 / sqrt(r), where the cost is 1 / sqrt(r).
/// </summary>
public static class AcquisitionCost
{
    /// <summary>Rent per dollar of tokens.</summary>
    public static double At(double yieldAtNoShare, double share) => 1 / (yieldAtNoShare * (1 - share));

    /// <summary>The yield at no share that a cost takes at a share.</summary>
    public static double YieldFor(double cost, double share) => 1 / (cost * (1 - share));

    /// <summary>The yield at no share that a cost takes where the fleet grows to the most profitable share, which is then 1 - cost.</summary>
    public static double YieldAtBestShareFor(double cost) => 1 / (cost * cost);
}
