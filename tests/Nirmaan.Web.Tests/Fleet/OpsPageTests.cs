using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class OpsPageTests(ControlPostgres database)
{
    [Theory]
    [InlineData("true", 1), InlineData("false", 0)]
    public async Task The_first_page_of_a_shift_says_when_nothing_can_be_launched_for_want_of_a_signed_list(string required, int warnings)
    {
        await using var world = await FleetWorld.CreateAsync(database, ("PayoutList:Required", required));
        await using var desk = new Desk(world, Roles.Ops);
        desk.Use(world.Get<FleetQueries>()).Use(world.Get<RunwayQueries>()).Use(world.Get<PayoutQueries>()).Use(world.Get<PriceQueries>()).Use(world.Get<PayoutPolicy>()).Use(world.Get<SpendingSwitch>())
            .Use(world.Get<TimelineQueries>()).Use(world.Get<RewardQueries>()).Use(world.Get<PointsQueries>());
        desk.Open<OpsPage>("/ops").FindAll("[role=alert]").Count(a => a.TextContent.Contains("The payout list is not signed", StringComparison.Ordinal)).ShouldBe(warnings);
    }
}
