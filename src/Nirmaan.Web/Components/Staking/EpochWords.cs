using Nirmaan.Control.Rewards;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Rewards;

namespace Nirmaan.Web.Components.Staking;

/// <summary>An epoch in plain sentences.</summary>
internal static class EpochWords
{
    /// <summary>What came in, what it cost, what was taken and who got the rest.</summary>
    public static IEnumerable<string> Of(DistributionRow row, IReadOnlyList<RewardRow> payments, UptimeSum uptime, IReadOnlyList<Sale> sales)
    {
        string Tokens(System.Numerics.BigInteger units) => $"{Format.Tokens(units, row.Asset.Decimals, 4, out _)} {row.Asset.Id}";
        var networks = string.Join(" and ", payments.Select(p => p.Network).Distinct().Select(Names.Of));
        var miners = payments.Select(p => p.MinerId).OfType<MinerId>().Distinct().Count();
        yield return payments.Count == 0
            ? $"No network paid {row.Asset.Id} in this epoch."
            : $"{networks} paid {Tokens(row.Gross - row.CarriedIn)} in {Format.Count(payments.Count, "payment")} for work of {Format.Count(miners, "miner")}.";
        if (!payments.Any(p => p.ValueUsd is null) && payments.Count > 0) { yield return $"At the prices of their times that was {Format.Usd(payments.Sum(p => p.ValueUsd!.Value))}."; }
        yield return (row.Cost.IsZero, row.Terms) switch
        {
            (true, null or { CoveredUsd: 0 }) => $"Machines of all networks cost {Format.Usd(row.RentUsd)} that day; the treasury paid it.",
            (false, null) => $"Machines of all networks cost {Format.Usd(row.RentUsd)} that day; {Tokens(row.Cost)} were set aside to cover it.",
            (_, var terms) => $"Machines of all networks cost {Format.Usd(row.RentUsd)} that day. By policy {terms!.PolicyVersion} these receipts owed {Format.Usd(terms.BorneUsd)} of it; sales paid {Format.Usd(terms.CoveredUsd)}, the treasury the rest.",
        };
        foreach (var sale in sales) { yield return SaleWords.Sentence(sale); }
        if (uptime.UpShare is { } up) { yield return $"Miners were up {Format.Percent((double)up, 2)} of the time they were rented."; }
        if (!row.CarriedIn.IsZero) { yield return $"{Tokens(row.CarriedIn)} were carried in from an epoch in which nobody held stake."; }
        yield return row.CarriedOut.IsZero
            ? $"After a fee of {Tokens(row.Fee)}, {Tokens(row.Pool)} went to {Format.Count(row.Paid, "staker")}, each by its stake and the time it lay there."
            : $"Nobody held stake: {Tokens(row.CarriedOut)} are carried on, and no fee was taken.";
    }
}
