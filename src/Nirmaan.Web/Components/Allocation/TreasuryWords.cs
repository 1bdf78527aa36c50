using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Accounts of the ledger as people say them.</summary>
internal static class TreasuryWords
{
    /// <summary>What an account is.</summary>
    public static string Account(BookBalance balance)
    {
        var (kind, name) = balance.Account.Split(':', 2) is [var k, var n] ? (k, n) : (balance.Account, "");
        return kind switch
        {
            LedgerAccounts.Treasury => "Nirmaan's own money, which pays the rent",
            LedgerAccounts.Pool => "Received, not distributed yet",
            LedgerAccounts.Vesting => "Paid for points, still locked",
            LedgerAccounts.Fees => "Nirmaan's fees",
            LedgerAccounts.Cover => "Set aside to cover rent",
            LedgerAccounts.Sold => "Sold",
            LedgerAccounts.Market => "Came from sales",
            LedgerAccounts.VenueFees => "Cost of selling",
            "rent-fund" => $"Of sold {name}, for rent",
            TreasuryQueries.Stakers => balance.Accounts == 1 ? "Distributed to 1 staker" : $"Distributed to {Format.Count(balance.Accounts)} stakers",
            "network" => $"Came from {Names.Of(new NetworkName(name))}",
            "prepaid" => $"Paid in advance to {Names.Of(new SupplierName(name))}",
            "rent" => $"Rent used up at {Names.Of(new SupplierName(name))}",
            "client" => $"Client {name}",
            _ => balance.Account,
        };
    }
}
