using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;
using Nirmaan.Testing.Rendering;
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
        await using var desk = DeskOf(world, Roles.Ops);
        desk.Open<OpsPage>("/ops").FindAll("[role=alert]").Count(a => a.TextContent.Contains("The payout list is not signed", StringComparison.Ordinal)).ShouldBe(warnings);
    }

    [Fact]
    public async Task Money_that_does_not_last_is_said_at_the_top_until_there_is_enough_again()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(5);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Balance = 10;
        await world.Get<WatchRunway>().RunAsync(CancellationToken.None);
        await using (var desk = DeskOf(world, Roles.Auditor)) { desk.Open<OpsPage>("/ops").FindAll("[role=alert]").ShouldContain(a => a.TextContent.Contains("akash's money lasts", StringComparison.Ordinal)); }
        world.Akash.Balance = 10_000;
        await world.Get<WatchRunway>().RunAsync(CancellationToken.None);
        await using var later = DeskOf(world, Roles.Auditor);
        later.Open<OpsPage>("/ops").Markup.ShouldNotContain("akash's money lasts");
    }

    [Fact]
    public async Task A_newer_release_of_a_program_is_told_and_is_no_alarm()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.Get<AlertBook>().RaiseAsync(AlertKind.Release, "makers/miner v2", "makers/miner published v2", "It is new.", CancellationToken.None);
        await using var desk = DeskOf(world, Roles.Ops);
        var page = desk.Open<OpsPage>("/ops");
        page.FindAll("[role=alert]").ShouldNotContain(a => a.TextContent.Contains("published v2", StringComparison.Ordinal));
        page.FindAll(".notice-line").Single(n => n.TextContent.Contains("makers/miner published v2", StringComparison.Ordinal)).QuerySelector("a[href='/ops/templates']").ShouldNotBeNull();
    }

    [Fact]
    public async Task Credit_that_was_bought_is_recorded_and_listed()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = DeskOf(world, Roles.Ops);
        var page = desk.Open<OpsPage>("/ops");
        page.WaitForAssertion(() => page.FindAll(".fields input").Count.ShouldBe(3));
        page.FindAll(".fields input")[0].Input("250");
        page.FindAll(".fields input")[1].Change("2026-01-01T12:00:00");
        page.FindAll(".fields input")[2].Input("invoice 7");
        page.Button("Record the credit").Click();
        page.WaitForAssertion(() => page.Find("summary").TextContent.ShouldStartWith("Credit bought: the newest $250.00 at Akash"));
        (await world.Get<RecordTopUp>().ListAsync(10, CancellationToken.None)).ShouldHaveSingleItem().Reference.ShouldBe("invoice 7");
    }

    [Fact]
    public async Task An_auditor_records_no_credit()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = DeskOf(world, Roles.Auditor);
        var page = desk.Open<OpsPage>("/ops");
        page.WaitForAssertion(() => page.Markup.ShouldContain("Credit bought"));
        page.Buttons("Record the credit").ShouldBeEmpty();
    }

    private static Desk DeskOf(FleetWorld world, string role) => new Desk(world, role)
        .Use(world.Get<FleetQueries>()).Use(world.Get<RunwayQueries>()).Use(world.Get<PayoutQueries>()).Use(world.Get<PriceQueries>()).Use(world.Get<PayoutPolicy>()).Use(world.Get<SpendingSwitch>())
        .Use(world.Get<TimelineQueries>()).Use(world.Get<RewardQueries>()).Use(world.Get<PointsQueries>()).Use(world.Get<AlertQueries>()).Use(world.Get<KeyQueries>()).Use(world.Get<RecordTopUp>()).Use(world.Get<SupplierShelf>());
}
