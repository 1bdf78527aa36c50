using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>What an account of the ledger is, in words.</summary>
internal static class BookWords
{
    /// <summary>The account's meaning.</summary>
    public static string Of(string account) => account.Split(':', 2) switch
    {
        [LedgerAccounts.Pool] => "received, not shared out yet",
        [LedgerAccounts.Vesting] => "paid for points, still locked",
        [LedgerAccounts.Fees] => "Nirmaan's fee",
        [LedgerAccounts.Cover] => "set aside to cover rent",
        [LedgerAccounts.Treasury] => "Nirmaan's own dollars, which pay the rent",
        ["network", var network] => $"where {Names.Of(new NetworkName(network))}'s payments came from",
        [LedgerAccounts.Sold] => "sold",
        [LedgerAccounts.Market] => "where the dollars of sales came from",
        [LedgerAccounts.VenueFees] => "what selling cost",
        ["rent-fund", var asset] => $"dollars of sold {asset}, for rent",
        ["rent", var supplier] => $"rent used up at {Names.Of(new SupplierName(supplier))}",
        ["prepaid", var supplier] => $"paid to {Names.Of(new SupplierName(supplier))}, not used up yet",
        ["client", var client] => $"rewards of the client {client}",
        _ => "",
    };
}
