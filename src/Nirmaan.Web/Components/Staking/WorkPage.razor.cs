using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Staking;

/// <summary>The pool at work; a miner that the address names is shown apart.</summary>
public sealed partial class WorkPage
{
    private const int MostNews = 100, ShownNews = 30;

    [Inject] public required StakeWorkQueries Work { get; init; }

    [Inject] public required StakerQueries Stakers { get; init; }

    [Inject] public required RewardQueries Rewards { get; init; }

    [Inject] public required UptimeQueries Uptime { get; init; }

    [Inject] public required NewsQueries News { get; init; }

    [Inject] public required AnnounceFeePolicy Policies { get; init; }

    [Inject] public required NavigationManager Navigation { get; init; }

    protected override IReadOnlyList<Topic> Topics => [Topic.Fleet, Topic.Rewards, Topic.Uptime, Topic.Allocation];

    protected override object? Asked => Miner;

    private MinerId? Miner => Guid.TryParse(Navigation.Asked("miner"), out var id) ? new MinerId(id) : null;

    protected override async Task<View> FindAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        var (week, month) = (now.AddDays(-7), now.AddDays(-30));
        var readTo = await Rewards.ReadToAsync(cancellationToken);
        var costs = (await Rewards.NetworksAsync(week, now, cancellationToken)).Select(n => new LoopCost(n, week, readTo.TryGetValue(n.Network, out var to) ? to : null)).ToList();
        MinerView? miner = null;
        if (Miner is { } id && await Work.FindPlaceAsync(id, cancellationToken) is { } place)
        {
            miner = new MinerView(
                place, (await Rewards.MinersAsync(month, now, cancellationToken)).FirstOrDefault(m => m.MinerId == id),
                (await Uptime.MinersAsync(month, now, cancellationToken)).FirstOrDefault(m => m.MinerId == id)?.Sum);
        }
        // Stakes and closed epochs have pages of their own.
        var news = (await News.ReadAsync(now.AddDays(-14), now, MostNews, cancellationToken)).Where(n => n.Kind is not (NewsKind.Staked or NewsKind.Unstaked or NewsKind.EpochClosed)).Take(ShownNews).ToList();
        return new View(
            await Work.ReadPlacesAsync(cancellationToken), await Stakers.ReadPoolDaysAsync(30, cancellationToken), await Work.FindUnbondingPeriodAsync(cancellationToken), costs, news,
            await Policies.ListAsync(cancellationToken), miner);
    }

    /// <summary>What is shown.</summary>
    /// <param name="UnbondingPeriod">Null = nobody has unstaked yet.</param>
    /// <param name="Miner">The one that is asked for; null = none, or it is none of the pool's.</param>
    public sealed record View(
        WorkMap Map, IReadOnlyList<PoolDay> Days, TimeSpan? UnbondingPeriod, IReadOnlyList<LoopCost> Costs, IReadOnlyList<NewsItem> News, IReadOnlyList<FeePolicy> Policies, MinerView? Miner);

    /// <summary>One miner.</summary>
    public sealed record MinerView(MinerPlace Place, MinerRewards? Rewards, UptimeSum? Uptime);
}
