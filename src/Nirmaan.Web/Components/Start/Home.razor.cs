using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Start;

/// <summary>The page a newcomer sees first; it is alive from the first machine on, also while history is replayed.</summary>
public sealed partial class Home
{
    private const int NewsShown = 8;
    private static readonly TimeSpan s_newsReach = TimeSpan.FromDays(7);

    private Picture? _drawn;
    private (IReadOnlyList<FlowNode>, IReadOnlyList<FlowLink>) _flow = ([], []);
    private bool _isStaff;

    [Inject] public required LoopQueries Loop { get; init; }

    [Inject] public required StakerQueries Stakers { get; init; }

    [Inject] public required DistributionQueries Distributions { get; init; }

    [Inject] public required NewsQueries News { get; init; }

    [Inject] public required FreshnessQueries Ages { get; init; }

    [CascadingParameter] public required Task<AuthenticationState> Visitor { get; set; }

    protected override IReadOnlyList<Topic> Topics => [Topic.Fleet, Topic.Uptime, Topic.Rewards, Topic.Staking, Topic.Allocation];

    protected override async Task OnInitializedAsync() => _isStaff = (await Visitor).User.Identity?.IsAuthenticated == true;

    protected override async Task<Picture> FindAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        var newest = (await Distributions.ListAsync(null, 10, null, cancellationToken)).Items;
        var largest = await Stakers.ListAsync(1, null, cancellationToken);
        return new Picture(
            await Loop.ReadAsync(cancellationToken), await Stakers.ReadTotalsAsync(cancellationToken), [.. newest.Where(d => d.Epoch == newest[0].Epoch)],
            await News.ReadAsync(now - s_newsReach, now.AddSeconds(1), NewsShown, cancellationToken), await Ages.ReadAsync(cancellationToken),
            largest.Items.Count == 0 ? null : largest.Items[0].Address.Checksummed());
    }

    private (IReadOnlyList<FlowNode> Nodes, IReadOnlyList<FlowLink> Links) FlowOf(Picture picture)
    {
        if (!ReferenceEquals(_drawn, picture)) { (_drawn, _flow) = (picture, LoopFlow.Of(picture.Loop, picture.Stakers.Stakers, _isStaff)); }
        return _flow;
    }

    private static IEnumerable<(NetworkName Network, NetworkNotice Notice)> NoticesOf(LoopPicture picture) =>
        picture.Costs.Where(c => c.Figures.Notice is not null).Select(c => (c.Figures.Network, c.Figures.Notice!));

    /// <summary>Everything the page shows, read at one go.</summary>
    /// <param name="LastEpoch">The newest closed epoch, a row per asset; empty = none is closed.</param>
    /// <param name="DemoAddress">An address with something to see; null = nobody stakes.</param>
    public sealed record Picture(
        LoopPicture Loop, StakeTotals Stakers, IReadOnlyList<DistributionRow> LastEpoch, IReadOnlyList<NewsItem> News, Freshness Freshness, string? DemoAddress);
}
