namespace Nirmaan.Domain.Emissions;

/// <summary>
/// How many inferences the network could buy in a day and what a holder of MOR may use of them, by the formulas of the article "Morpheus
/// Yellowstone Compute Model". A model from before the contracts, which price by the second (<see cref="MorComputeState"/>): for reading the
/// article, not for money. The article's example has two slips: its AccessRate is 47,999.94 (it says 48.067), its UserMax for 10 MOR
/// 479,999.45 (it says 480.067).
/// </summary>
/// <param name="Mor">The day's compute budget in MOR.</param>
/// <param name="MorUsd">USD per MOR.</param>
/// <param name="UsdPer1000">USD for 1,000 IPS; above zero.</param>
public sealed record InferenceBudget(decimal Mor, decimal MorUsd, decimal UsdPer1000)
{
    /// <summary>The most IPS that the day's budget buys.</summary>
    public decimal MaxIps => Mor * MorUsd / UsdPer1000 * 1000;

    /// <summary>IPS a day for each MOR held.</summary>
    /// <param name="supply">All MOR; above zero.</param>
    public decimal AccessRate(decimal supply) => MaxIps / supply;

    /// <summary>IPS a day for a holder.</summary>
    /// <param name="balance">MOR held.</param>
    /// <param name="supply">All MOR; above zero.</param>
    public decimal UserMax(decimal balance, decimal supply) => MaxIps * balance / supply;
}
