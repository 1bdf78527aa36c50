using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Allocation;

namespace Nirmaan.Web.Tests.Allocation;

public sealed class PoolBalanceTests : BunitContext
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly PoolDay s_day = new(s_now.AddDays(-1), s_now, 7_290, 6_310, 7.29m, 6.31m, 144, 245, 0.999, 0.97);

    public PoolBalanceTests() => this.AddPublicPages(new ManualClock(), new NoDatabase());

    [Fact]
    public void The_parts_of_the_demand_are_shown_and_add_up_to_it()
    {
        var text = Show(DemandSplit.Of(67_000, 17_000, 55_000, 18_000), null);
        text.ShouldContain("Ours, expected17,000");
        text.ShouldContain("Left to others49,000");
        text.ShouldContain("Unmet1,000");
        text.ShouldContain("Demand our bid can win67,000");
    }

    [Fact]
    public void A_day_shows_expected_received_ratio_and_the_likely_cause()
    {
        var text = Show(null, s_day);
        text.ShouldContain("Gross, expected$7.29");
        text.ShouldContain("Gross, received$6.31");
        text.ShouldContain("87 %");
        text.ShouldContain("Likely cause: our share of the work was lower than modelled");
        text.ShouldContain("245 payments");
    }

    [Fact]
    public void Downtime_is_named_when_it_explains_more() => Show(null, s_day with { UpShare = 0.84 }).ShouldContain("Likely cause: downtime, machines were up 84.0 % of the time and not 97.0 %");

    [Fact]
    public void A_pool_of_points_is_compared_in_points_and_never_in_dollars() => Show(null, s_day with { ExpectedUsd = null, ReceivedUsd = null }).ShouldNotContain("$");

    private string Show(DemandSplit? split, PoolDay? day)
    {
        var pool = new PoolEstimate(new PoolName("p"), NetworkName.Morpheus, "P", Bucket.Established, RewardShape.BidPriced, "MOR", 1, 5, 5, 55_000, 67_000, "session-second", false, "test", s_now, s_now, []);
        return string.Concat(Render<PoolBalance>(p => p.Add(b => b.Pool, new PoolYield(pool, null, 17_000, 5, [], null, split, day)).Add(b => b.Now, s_now)).FindAll("tr, p").Select(e => string.Concat(e.TextContent.Split('\n').Select(l => l.Trim()))));
    }
}
