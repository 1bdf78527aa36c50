using Nirmaan.Control.Allocation;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Web.Components.Methodology;

/// <summary>A method as its page shows it.</summary>
/// <param name="Topic">Its word in the address: <c>/methodology/{topic}</c>.</param>
/// <param name="Question">What it answers, in one line.</param>
/// <param name="Version">Name of the method, as it stands beside every figure that it made.</param>
/// <param name="Text">The component that explains it, a <see cref="MethodBody"/>.</param>
internal sealed record Method(string Topic, string Title, string Question, string Version, Type Text)
{
    /// <summary>Where its page is.</summary>
    public string Href => $"/methodology/{Topic}";
}

/// <summary>Every method behind a figure on the public pages, in the order of the money's way.</summary>
internal static class Methods
{
    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<Method> All =
    [
        new("allocation", "Allocation", "How do we choose what GPUs work for, and was it right?", AllocationMethod.MethodVersion, typeof(PlanMethod)),
        new("uptime", "Uptime", "How much of the rented time was a miner up?", UptimeWindow.MethodVersion, typeof(UptimeMethod)),
        new("points", "Points", "What did a network promise, and for whose work?", PointsCounter.MethodVersion, typeof(PointsMethod)),
        new("cost", "Cost of a token", "What did a mined token cost, against what it trades at?", RewardQueries.AcquisitionMethod, typeof(CostMethod)),
        new("fee", "Fee and rent", "What is taken from what networks paid, before stakers get it?", FeePolicy.MethodVersion, typeof(FeeMethod)),
        new("distribution", "Distribution", "Who gets how much of a day, and how can I check it?", Shares.MethodVersion, typeof(DistributionMethod)),
        new("returns", "Returns", "What are APR and ROI, and what are they not?", ReturnRates.MethodVersion, typeof(ReturnsMethod)),
        new("downtime", "Time down", "What did it cost that miners were down, and whom?", DowntimeBill.MethodVersion, typeof(DowntimeMethod)),
        new("ahead", "Ahead", "What may my stake bring, and how sure is that?", Projection.MethodVersion, typeof(AheadMethod)),
        new("beside", "Beside it", "What else could the same money have done?", Benchmarks.MethodVersion, typeof(BesideMethod)),
    ];

    /// <summary>The method of a topic; null = there is none.</summary>
    public static Method? Find(string? topic) => All.FirstOrDefault(m => m.Topic == topic);
}

/// <summary>What the examples take from the running system.</summary>
/// <param name="Newest">The newest closed epoch, one of its assets; null = none is closed.</param>
/// <param name="NrmPrice">Now; null = unknown.</param>
/// <param name="Networks">Since <paramref name="From"/>.</param>
/// <param name="Policies">Fee policies, in the order of announcement.</param>
public sealed record MethodFacts(
    DistributionRow? Newest, StakeTotals Totals, KnownPrice? NrmPrice, IReadOnlyList<NetworkRewards> Networks, DateTimeOffset From, IReadOnlyList<FeePolicy> Policies, DateTimeOffset Now);
