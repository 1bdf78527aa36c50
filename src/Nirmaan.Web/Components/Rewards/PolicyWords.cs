using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>Fee policies in words.</summary>
internal static class PolicyWords
{
    /// <summary>What is taken.</summary>
    public static string Terms(FeePolicy policy) =>
        $"fee {Format.Percent(policy.FeeBasisPoints / 10_000.0)}, {Rent(policy)}";

    /// <summary>Who pays the rent: as a rule, and of what another does.</summary>
    public static string Rent(FeePolicy policy) =>
        $"rent {Payer(policy.RentTreasuryFunded)}{string.Concat(policy.Rents.Select(r => $"; {Whose(r)}: {Payer(r.TreasuryFunded)}"))}";

    private static string Payer(bool isTreasury) => isTreasury ? "paid by the treasury" : "paid by selling receipts before the fee";

    private static string Whose(RentRule rule) => rule switch
    {
        { AssetId: { } asset, Network: { } network } => $"of {Names.Of(network)} by {asset}",
        { Network: { } network } => $"of {Names.Of(network)}",
        _ => $"by {rule.AssetId}",
    };

    /// <summary>A sentence for each policy that has not begun, the next first.</summary>
    public static IEnumerable<string> Ahead(IReadOnlyList<FeePolicy> policies, DateTimeOffset now) =>
        from policy in policies.Where(p => p.From > now).OrderBy(p => p.From).ThenBy(p => p.Version)
        where FeePolicy.InForce(policies, policy.From) == policy
        select $"From {Format.Day(policy.From)} 00:00 UTC on: {Terms(policy)}, instead of {Terms(FeePolicy.InForce(policies, policy.From.AddTicks(-1)))}. {policy.Why}";
}
