using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>Whose tokens were sold.</summary>
public enum SaleSource
{
    /// <summary>An epoch's receipts, to pay their part of the rent.</summary>
    Rewards,

    /// <summary>Nirmaan's own fees.</summary>
    Fees,

    /// <summary>What epochs of method rent-then-fee-1 set aside.</summary>
    Cover,
}

/// <summary>Tokens that were sold, as a person recorded it. Never edited: one that is wrong is taken back, with its booking.</summary>
/// <param name="Transaction">Hash on the chain, or the venue's own reference: where it can be looked up.</param>
/// <param name="Units">Base units sold.</param>
/// <param name="PriceUsd">Per whole token.</param>
/// <param name="FeesUsd">The venue's and the chain's, together.</param>
/// <param name="At">When it was done.</param>
/// <param name="Epoch">Whose receipts they were; null = not of an epoch's.</param>
/// <param name="MarketUsd">Price at that time by the price feed, at most an hour old; null = unknown.</param>
/// <param name="MarketSource">Whose price that is.</param>
public sealed record Sale(
    Guid Id, string Transaction, string AssetId, BigInteger Units, decimal PriceUsd, decimal FeesUsd, DateTimeOffset At, string Venue, SaleSource Source, int? Epoch, decimal? MarketUsd, string? MarketSource,
    string By, DateTimeOffset RecordedAt)
{
    /// <summary>When it was taken back; null = it stands.</summary>
    public DateTimeOffset? TakenBackAt { get; private set; }

    /// <summary>What the sale brought, before fees; USD, 8 decimals.</summary>
    public decimal ProceedsUsd => decimal.Round(Amount.ToDecimal() * PriceUsd, 8);

    /// <summary>What is left of it after fees.</summary>
    public decimal NetUsd => ProceedsUsd - FeesUsd;

    /// <summary>How far below the market it was sold, 0.01 = 1 %; below 0 = above the market; null = the market's price is unknown.</summary>
    public decimal? Slippage => MarketUsd is { } market and > 0 ? decimal.Round(1 - PriceUsd / market, 8) : null;

    /// <summary>What was sold.</summary>
    public TokenAmount Amount => new(Units, Asset.Of(AssetId));

    /// <summary>Says that it did not happen as it was recorded.</summary>
    /// <exception cref="InvalidOperationException">It was taken back before.</exception>
    public void TakeBack(DateTimeOffset at) => TakenBackAt = TakenBackAt is null ? at : throw new InvalidOperationException($"The sale {Transaction} was taken back before.");

    /// <summary>The sale in the books: tokens leave their account, dollars come to whom they are for. Undone by the same with another sign.</summary>
    public LedgerBooking Book(DateTimeOffset at, bool isUndone = false)
    {
        var (from, dollars) = Source switch
        {
            SaleSource.Rewards => (LedgerAccounts.Pool, LedgerAccounts.RentFund(AssetId)),
            SaleSource.Fees => (LedgerAccounts.Fees, LedgerAccounts.Treasury),
            _ => (LedgerAccounts.Cover, LedgerAccounts.Treasury),
        };
        var sign = isUndone ? -1 : 1;
        return new LedgerBooking(at, isUndone ? LedgerCauses.SaleTakenBack : LedgerCauses.Sale, LedgerSubjects.Sale(Id))
            .Move(from, LedgerAccounts.Sold, new TokenAmount(sign * Units, Amount.Asset))
            .Move(LedgerAccounts.Market, dollars, TokenAmount.Usd(sign * ProceedsUsd))
            .Move(dollars, LedgerAccounts.VenueFees, TokenAmount.Usd(sign * FeesUsd));
    }
}

/// <summary>The dollars of an epoch's rent that its receipts must bring, and those that sales brought.</summary>
/// <param name="BorneUsd">Rent that the policy puts on this asset's receipts.</param>
/// <param name="FundUsd">Net of the sales of this epoch's receipts and of what earlier sales brought too much.</param>
public sealed record RentCover(decimal BorneUsd, decimal FundUsd)
{
    /// <summary>What a cent and more of rent is short of: nobody sells for less.</summary>
    private const decimal Cent = 0.01m;

    /// <summary>Rent that sales pay.</summary>
    public decimal CoveredUsd => Math.Max(0, Math.Min(BorneUsd, FundUsd));

    /// <summary>Rent that no sale pays: the treasury advances it, and it is not taken from stakers later.</summary>
    public decimal ShortUsd => BorneUsd - CoveredUsd;

    /// <summary>True when a sale must be recorded before the epoch can be closed.</summary>
    public bool NeedsSale => ShortUsd >= Cent;
}

/// <summary>By what an epoch was cut; null fields of older epochs were not kept.</summary>
/// <param name="PolicyVersion">The fee policy of its day.</param>
/// <param name="BorneUsd">As in <see cref="RentCover"/>.</param>
/// <param name="CoveredUsd">As in <see cref="RentCover"/>.</param>
public sealed record EpochTerms(int PolicyVersion, decimal BorneUsd, decimal CoveredUsd);
