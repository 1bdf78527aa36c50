using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class OperationsPageTests(ControlPostgres database)
{
    // One machine was asked for, and no answer came.
    private async Task<FleetWorld> UnansweredAsync(Fault fault)
    {
        var world = await FleetWorld.CreateAsync(database);
        world.Akash.CreateFaults.Enqueue(fault);
        await world.LaunchAsync(1);
        await world.Get<Nirmaan.Control.Fleet.FleetWork>().RunAsync(50, CancellationToken.None);
        (await world.OperationsAsync()).ShouldHaveSingleItem().State.ShouldBe(OperationState.Unknown);
        return world;
    }

    [Fact]
    public async Task What_nobody_knows_stands_on_top_with_its_dollars_at_risk()
    {
        await using var world = await UnansweredAsync(Fault.ActThenTimeOut);
        await using var desk = new Desk(world, Roles.Auditor);
        var page = desk.Open<OperationsPage>("/ops/operations");
        page.Figure("Unknown").ShouldBe("1");
        page.Find(".unknowns > li").TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("at risk"), t => t.ShouldContain("$0.50/h more"), t => t.ShouldContain("no answer"));
    }

    [Fact]
    public async Task An_auditor_decides_nothing()
    {
        await using var world = await UnansweredAsync(Fault.ActThenTimeOut);
        await using var desk = new Desk(world, Roles.Auditor);
        desk.Open<OperationsPage>("/ops/operations").FindAll(".unknowns > li button").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_found_is_adopted_and_the_page_says_so()
    {
        await using var world = await UnansweredAsync(Fault.ActThenTimeOut);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<OperationsPage>("/ops/operations");
        await page.ConfirmAsync("Look up and adopt", "Look up and adopt");
        desk.Said.ShouldBe(["It is succeeded now."]);
        page.WaitForAssertion(() => page.FindAll(".unknowns > li").ShouldBeEmpty());
        (await world.InstancesAsync()).ShouldHaveSingleItem().ExternalId.ShouldBe(world.Akash.Machines.ShouldHaveSingleItem().Id);
    }

    [Fact]
    public async Task Where_nothing_is_found_nothing_is_adopted()
    {
        await using var world = await UnansweredAsync(Fault.TimeOut);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<OperationsPage>("/ops/operations");
        await page.ConfirmAsync("Look up and adopt", "Look up and adopt");
        desk.Said.ShouldHaveSingleItem().ShouldStartWith("Nothing was done");
        page.Figure("Unknown").ShouldBe("1");
    }

    [Fact]
    public async Task What_is_given_up_keeps_its_dollars_on_the_page()
    {
        await using var world = await UnansweredAsync(Fault.ActThenTimeOut);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<OperationsPage>("/ops/operations");
        await page.ConfirmAsync("Give up", "Give up");
        page.WaitForAssertion(() => (page.Figure("Unknown"), page.Figure("Given up")).ShouldBe(("0", "1")));
        page.Find(".unknowns > li").TextContent.ShouldContain("at risk");
    }
}
