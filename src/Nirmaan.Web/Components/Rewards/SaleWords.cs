using System.Globalization;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>Sales in words.</summary>
internal static class SaleWords
{
    /// <summary>Whose tokens they were.</summary>
    public static string Of(Sale sale) => sale.Source switch
    {
        SaleSource.Rewards => string.Create(CultureInfo.InvariantCulture, $"epoch {sale.Epoch}"),
        SaleSource.Fees => "fees",
        _ => "set aside for rent",
    };

    /// <summary>One sale of an epoch, in a sentence for stakers.</summary>
    public static string Sentence(Sale sale)
    {
        var against = sale.Slippage is { } slip ? $"{Format.Percent((double)Math.Abs(slip), 2)} {(slip < 0 ? "above" : "below")} the market" : "the market's price of that hour is unknown";
        return $"{Format.Tokens(sale.Units, sale.Amount.Asset.Decimals, 4, out _)} {sale.AssetId} were sold at {Format.Usd(sale.PriceUsd)} on {sale.Venue}, {Format.DayTime(sale.At)} UTC ({against}); {Format.Usd(sale.NetUsd)} after fees of {Format.Usd(sale.FeesUsd)}. Transaction {sale.Transaction}.";
    }

    /// <summary>What became of an epoch's rent, as the step of its waterfall says it.</summary>
    public static string Rent(decimal rentUsd, bool isCharged, EpochTerms? terms) => terms switch
    {
        null => isCharged ? $"set aside to cover {Format.Usd(rentUsd)} of rent" : $"{Format.Usd(rentUsd)} paid by the treasury, shown, not deducted",
        { BorneUsd: 0 } when !isCharged => $"{Format.Usd(rentUsd)} paid by the treasury, shown, not deducted (policy {terms.PolicyVersion})",
        _ => $"sold to cover {Format.Usd(terms.CoveredUsd)} of {Format.Usd(terms.BorneUsd)} of rent (policy {terms.PolicyVersion}); the treasury paid the rest of the day's {Format.Usd(rentUsd)}",
    };
}
