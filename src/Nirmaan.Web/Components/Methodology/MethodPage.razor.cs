using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Web.Components.Methodology;

/// <summary>A method by its topic; the examples' figures are read anew as they change.</summary>
public sealed partial class MethodPage
{
    /// <summary>As it stands in the page's address.</summary>
    [Parameter] public string Topic { get; set; } = "";

    [Inject] public required DistributionQueries Distributions { get; init; }

    [Inject] public required StakerQueries Stakers { get; init; }

    [Inject] public required RewardQueries Rewards { get; init; }

    [Inject] public required AnnounceFeePolicy Policies { get; init; }

    [Inject] public required PriceBook Prices { get; init; }

    protected override IReadOnlyList<Topic> Topics => [Control.Live.Topic.Rewards, Control.Live.Topic.Staking];

    protected override async Task<MethodFacts> FindAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        var from = now - LoopQueries.CostWindow;
        var newest = (await Distributions.ListAsync(null, 1, null, cancellationToken)).Items;
        return new MethodFacts(
            newest is [var row, ..] ? row : null, await Stakers.ReadTotalsAsync(cancellationToken),
            await Prices.FindAsync(Asset.Nrm.Id, cancellationToken), await Rewards.NetworksAsync(from, now, cancellationToken), from, await Policies.ListAsync(cancellationToken), now);
    }
}
