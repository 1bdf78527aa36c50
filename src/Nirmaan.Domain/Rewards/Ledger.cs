using System.Numerics;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Rewards;

/// <summary>The accounts of the ledger. Signs: what an account holds is positive; the counter-side of what came in is negative.</summary>
public static class LedgerAccounts
{
    /// <summary>Counter-side of what a network paid.</summary>
    public static string Network(NetworkName network) => $"network:{network}";
    /// <summary>Received, not distributed yet.</summary>
    public const string Pool = "pool";
    /// <summary>Paid for points and still locked: nobody's receipt yet.</summary>
    public const string Vesting = "vesting";
    /// <summary>Nirmaan's fee.</summary>
    public const string Fees = "fees";
    /// <summary>Set aside by epochs of method rent-then-fee-1 to cover rent that the treasury advanced; none is added any more.</summary>
    public const string Cover = "cover";
    /// <summary>Tokens that were sold.</summary>
    public const string Sold = "sold";
    /// <summary>Counter-side of the dollars that sales brought.</summary>
    public const string Market = "market";
    /// <summary>Dollars of sold receipts of an asset, to pay their part of the rent with.</summary>
    public static string RentFund(string assetId) => $"rent-fund:{assetId}";
    /// <summary>What selling cost.</summary>
    public const string VenueFees = "venue-fees";
    /// <summary>Distributed to a staker.</summary>
    public static string Staker(WalletAddress address) => $"staker:{address}";
    /// <summary>A client whose rewards never enter the pool.</summary>
    public static string Client(string name) => $"client:{name}";
    /// <summary>Nirmaan's own dollars, which fund the rent.</summary>
    public const string Treasury = "treasury";
    /// <summary>Paid to a supplier in advance, not used up yet.</summary>
    public static string Prepaid(SupplierName supplier) => $"prepaid:{supplier}";
    /// <summary>What every <see cref="Rent"/> account begins with.</summary>
    public const string RentPrefix = "rent:";
    /// <summary>Rent used up.</summary>
    public static string Rent(SupplierName supplier) => RentPrefix + supplier;
}

/// <summary>Why something is booked.</summary>
public static class LedgerCauses
{
    /// <summary>A network paid.</summary>
    public const string Reward = "reward";
    /// <summary>A network paid for points.</summary>
    public const string Conversion = "conversion";
    /// <summary>A conversion of points was recorded wrongly.</summary>
    public const string ConversionTakenBack = "conversion-taken-back";
    /// <summary>Nirmaan's fee of an epoch.</summary>
    public const string Fee = "fee";
    /// <summary>Rent of an epoch that sold receipts pay: the treasury, which advanced it, gets it back.</summary>
    public const string Cover = "cover";
    /// <summary>Tokens were sold.</summary>
    public const string Sale = "sale";
    /// <summary>A sale was recorded wrongly.</summary>
    public const string SaleTakenBack = "sale-taken-back";
    /// <summary>An epoch's amounts to the stakers.</summary>
    public const string Distribution = "distribution";
    /// <summary>Rent used up over time.</summary>
    public const string Rent = "rent";
    /// <summary>The difference between our metering and what the supplier says it cost.</summary>
    public const string RentAdjustment = "rent-adjustment";
    /// <summary>Money paid to a supplier in advance.</summary>
    public const string Prepayment = "prepayment";
}

/// <summary>What a booking is about, as its <see cref="LedgerEntry.Subject"/> spells it.</summary>
public static class LedgerSubjects
{
    /// <summary>A reward by its network and external id.</summary>
    public static string Reward(NetworkName network, string externalId) => $"{network}:{externalId}";
    /// <summary>An epoch.</summary>
    public static string Epoch(int epoch) => $"epoch:{epoch}";
    /// <summary>An epoch of one asset.</summary>
    public static string Epoch(int epoch, string assetId) => $"epoch:{epoch}:{assetId}";
    /// <summary>A recorded sale.</summary>
    public static string Sale(Guid id) => $"sale:{id}";
    /// <summary>A recorded conversion of points.</summary>
    public static string Conversion(Guid id) => $"conversion:{id}";
    /// <summary>A machine that we rent.</summary>
    public static string Instance(InstanceId id) => id.ToString();
}

/// <summary>One side of a booking. Append-only.</summary>
public sealed class LedgerEntry
{
    private LedgerEntry() { }

    internal LedgerEntry(Guid transactionId, DateTimeOffset at, string account, TokenAmount amount, string cause, string subject) =>
        (TransactionId, At, Account, AssetId, Units, Cause, Subject) = (transactionId, at, account, amount.Asset.Id, amount.Units, cause, subject);

    /// <summary>Order of entry.</summary>
    public long Sequence { get; private set; }
    /// <summary>The booking it belongs to.</summary>
    public Guid TransactionId { get; private set; }
    /// <summary>When the cause happened.</summary>
    public DateTimeOffset At { get; private set; }
    /// <summary>Account.</summary>
    public string Account { get; private set; } = "";
    /// <summary>Asset.</summary>
    public string AssetId { get; private set; } = "";
    /// <summary>Signed base units.</summary>
    public BigInteger Units { get; private set; }
    /// <summary>What caused it: reward, fee, distribution, rent, prepayment, ...</summary>
    public string Cause { get; private set; } = "";
    /// <summary>The thing it is about: reward id, epoch, instance, operation.</summary>
    public string Subject { get; private set; } = "";
}

/// <summary>A double-entry booking: its entries add to zero for each asset, or it does not come into being.</summary>
public sealed class LedgerBooking(DateTimeOffset at, string cause, string subject)
{
    private readonly Guid _id = Guid.CreateVersion7(at);
    private readonly List<(string Account, TokenAmount Amount)> _sides = [];

    /// <summary>Moves an amount from one account to another.</summary>
    public LedgerBooking Move(string from, string to, TokenAmount amount)
    {
        if (amount.Units.IsZero) { return this; }
        _sides.Add((from, -amount));
        _sides.Add((to, amount));
        return this;
    }

    /// <summary>The entries to store, one per account and asset; empty when nothing was moved.</summary>
    public IReadOnlyList<LedgerEntry> ToEntries()
    {
        if (_sides.GroupBy(s => s.Amount.Asset).Any(g => g.Aggregate(BigInteger.Zero, (sum, s) => sum + s.Amount.Units) != 0))
        {
            throw new InvalidOperationException($"The booking {cause} {subject} does not add to zero.");
        }
        return [.. _sides
            .GroupBy(s => (s.Account, s.Amount.Asset))
            .Select(g => (g.Key.Account, Amount: g.Aggregate(TokenAmount.Zero(g.Key.Asset), (sum, s) => sum + s.Amount)))
            .Where(s => !s.Amount.Units.IsZero)
            .Select(s => new LedgerEntry(_id, at, s.Account, s.Amount, cause, subject))];
    }
}
