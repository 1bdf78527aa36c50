using System.Numerics;

namespace Nirmaan.Domain.Emissions;

/// <summary>
/// What Morpheus' compute contract (SessionRouter) answers at a time, in wei. It counts the emission to the last midnight UTC while the
/// emission's own day turns at 12:00, so half of the running emission day counts from midnight on.
/// </summary>
/// <param name="At">The time asked about.</param>
/// <param name="Claimed">MOR that all providers have been paid until then (getProvidersTotalClaimed).</param>
/// <param name="ComputeBalance">getComputeBalance: the compute bucket's emission less what was claimed.</param>
/// <param name="SupplyExCompute">totalMORSupply: the other buckets' emission and what was claimed. Not what circulates: burns are not taken off.</param>
public sealed record MorComputeState(DateTimeOffset At, BigInteger Claimed, BigInteger ComputeBalance, BigInteger SupplyExCompute)
{
    private const int BudgetShare = 100;

    /// <summary>getTodaysBudget: what a day may pay providers at most, 1 % of the balance.</summary>
    public BigInteger TodaysBudget => ComputeBalance / BudgetShare;

    /// <summary>The contract's answers at a time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below zero or more claimed than was emitted; the contract would revert.</exception>
    public static MorComputeState Of(DateTimeOffset at, BigInteger claimed)
    {
        var midnight = new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero);
        var emitted = MorEmission.Between(MorBucket.Compute, MorEmission.Start, midnight);
        return claimed.Sign < 0 || claimed > emitted
            ? throw new ArgumentOutOfRangeException(nameof(claimed), claimed, $"Providers can have claimed from 0 to {emitted} wei at {at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}.")
            : new MorComputeState(at, claimed, emitted - claimed, MorEmission.ExComputeUpTo(midnight) + claimed);
    }

    /// <summary>What a stake may spend on sessions in a day (stakeToStipend); null while there is no supply.</summary>
    public BigInteger? StipendOf(BigInteger stake) => SupplyExCompute.IsZero ? null : stake * ComputeBalance / (SupplyExCompute * BudgetShare);

    /// <summary>The stake that may spend so much in a day (stipendToStake); null while there is no balance.</summary>
    public BigInteger? StakeFor(BigInteger stipend) => ComputeBalance.IsZero ? null : stipend * SupplyExCompute * BudgetShare / ComputeBalance;
}
