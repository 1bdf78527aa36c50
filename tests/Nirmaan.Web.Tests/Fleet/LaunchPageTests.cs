using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class LaunchPageTests(ControlPostgres database)
{
    private const string Asked = "/ops/launch?workload=heurist-sd&count=2&max=0.5";

    [Fact]
    public async Task The_plan_and_its_price_stand_beside_the_form_before_anything_is_asked_of_a_supplier()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LaunchPage>(Asked);
        (page.Figure("Machines found"), page.Figure("Rent")).ShouldBe(("2 of 2", "$0.84/h"));
        page.Find(".launch-plan tbody").TextContent.ShouldContain("Akash");
        page.Find(".launch-plan details").TextContent.ShouldContain("above the ceiling");
        (await world.InstancesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_plan_follows_the_form()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LaunchPage>(Asked);
        page.Labelled("Price ceiling").Change("0.41");
        page.WaitForAssertion(() => page.Figure("Machines found").ShouldBe("0 of 2"));
        page.Button("Launch").HasAttribute("disabled").ShouldBeTrue();
        page.Labelled("Price ceiling").Change("cheap");
        page.WaitForAssertion(() => page.Find(".launch-plan .empty").TextContent.ShouldContain("appears when"));
    }

    [Fact]
    public async Task Without_a_reason_nothing_is_launched()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LaunchPage>(Asked);
        await page.Button("Launch").ClickAsync();
        page.WaitForAssertion(() => page.Markup.ShouldContain("Say why, in a few words."));
        (await world.OperationsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_confirmed_launch_is_made_once_and_leads_to_its_own_page()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LaunchPage>(Asked);
        page.Labelled("Reason").Change("more images");
        await page.ConfirmAsync("Launch", "Launch");
        page.WaitForAssertion(() => desk.Address.ShouldStartWith("/ops/launches/page-"));
        desk.Said.ShouldBe(["2 × heurist-sd requested."]);
        (await world.InstancesAsync()).ShouldSatisfyAllConditions(
            all => all.Count.ShouldBe(2),
            all => all.ShouldAllBe(i => i.Supplier == SupplierName.Akash && i.Workload == new WorkloadName("heurist-sd")));
        // The form's key is used up: pressed again it is the same launch.
        await page.ConfirmAsync("Launch", "Launch");
        (await world.InstancesAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Cores_memory_and_disk_are_typed_or_taken_from_a_preset_and_what_is_too_little_is_said()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LaunchPage>(Asked);
        page.Find("details.machine summary").TextContent.ShouldContain("as the template says");
        await page.Button("4 vCPU, 16 GB memory, 200 GB disk").ClickAsync();
        page.WaitForAssertion(() => page.Find("details.machine summary").TextContent.ShouldContain("4 vCPU, 16 GB memory, 200 GB disk"));
        page.Labelled("Memory, GB").Change("1");
        page.WaitForAssertion(() => page.Markup.ShouldContain("which the template needs"));
        page.Labelled("Memory, GB").Change("32");
        page.Labelled("Reason").Change("more images");
        await page.ConfirmAsync("Launch", "Launch");
        page.WaitForAssertion(() => desk.Address.ShouldStartWith("/ops/launches/page-"));
        (await world.InstancesAsync()).ShouldAllBe(i => i.Wish.Resources == new MachineResources(4, 32, 200));
    }
}
