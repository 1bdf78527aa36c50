namespace Nirmaan.Domain.Staking;

/// <summary>One epoch seen by a rate of return. Null = a price is unknown.</summary>
/// <param name="PaidUsd">What was paid out, net, at the prices of the epoch's end.</param>
/// <param name="StakeUsd">The time-weighted stake that it was paid on, at the price of the epoch's end.</param>
public sealed record EpochYield(DateTimeOffset From, DateTimeOffset To, decimal? PaidUsd, decimal? StakeUsd);

/// <summary>
/// Rates of return, method <see cref="MethodVersion"/>. APR is paid per dollar staked and year, not compounded, over the epochs given. Payment
/// and stake are those of the same epochs, so money that flows in or out does not move it. ROI is what was paid per dollar of the mean
/// stake, not extrapolated. A rate with an unknown price in it is unknown, never 0.
/// </summary>
public static class ReturnRates
{
    /// <summary>Name of the method, shown beside each figure; another method gets another name.</summary>
    public const string MethodVersion = "share-rate-1";
    private const decimal DaysPerYear = 365m;

    /// <summary>Yearly rate, 0.12 = 12 %; null without epochs, without stake or with an unknown price.</summary>
    public static decimal? Apr(IReadOnlyCollection<EpochYield> epochs) => Sum(epochs) is { } s ? decimal.Round(s.Paid / s.StakeDays * DaysPerYear, 8) : null;

    /// <summary>Paid over the mean stake of the whole time, 0.01 = 1 %; null as for <see cref="Apr"/>.</summary>
    public static decimal? Roi(IReadOnlyCollection<EpochYield> epochs) => Sum(epochs) is { } s ? Roi(s.Paid, s.StakeDays, s.Days) : null;

    /// <summary>The same from sums that were made elsewhere; null without stake.</summary>
    /// <param name="stakeDays">Each epoch's stake in dollars times its days.</param>
    public static decimal? Roi(decimal paidUsd, decimal stakeDays, decimal days) => stakeDays > 0 ? decimal.Round(paidUsd / (stakeDays / days), 8) : null;

    private static (decimal Paid, decimal StakeDays, decimal Days)? Sum(IReadOnlyCollection<EpochYield> epochs)
    {
        decimal paid = 0, stakeDays = 0, days = 0;
        foreach (var epoch in epochs)
        {
            if (epoch is not { PaidUsd: { } usd, StakeUsd: { } stake }) { return null; }
            var length = (decimal)(epoch.To - epoch.From).TotalDays;
            (paid, stakeDays, days) = (paid + usd, stakeDays + stake * length, days + length);
        }
        return stakeDays > 0 ? (paid, stakeDays, days) : null;
    }
}
