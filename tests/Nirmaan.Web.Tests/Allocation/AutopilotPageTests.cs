using AngleSharp.Dom;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Allocation;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Allocation;

public sealed class AutopilotPageTests(ControlPostgres database)
{
    [Fact]
    public async Task Until_an_admin_signs_it_is_off_and_says_so()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<AutopilotPage>("/admin/autopilot");
        page.Markup.ShouldSatisfyAllConditions(m => m.ShouldContain("It is off"), m => m.ShouldContain("No admin signed it."), m => m.ShouldContain("Nothing yet: it was never signed."));
        page.Buttons("Switch off").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_admin_signs_rails_and_sees_it_on_with_them()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<AutopilotPage>("/admin/autopilot");
        page.Labelled("Most GPUs a day").Input("7");
        page.Labelled("Least gain").Input("2.50");
        await page.ConfirmAsync("Sign", "Sign");
        page.WaitForAssertion(() => page.Markup.ShouldContain("Signed by admin@test"));
        page.Figure("GPUs moved in 24 h").ShouldBe("0 of 7");
        page.Figure("Least gain").ShouldBe("$2.50/day");
        page.FindAll("tbody tr").ShouldHaveSingleItem().TextContent.ShouldContain("at most 7 GPUs a day");
    }

    [Theory]
    [InlineData("Most GPUs a day", "none", "1 or more GPUs")]
    [InlineData("Least gain", "-3", "more than 0 USD a day")]
    [InlineData("Oldest data", "9999", "1 to 1440 minutes")]
    [InlineData("For how many hours", "1000", "within 30 days")]
    public async Task A_rail_that_makes_no_sense_is_said_beside_its_field(string label, string text, string expected)
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<AutopilotPage>("/admin/autopilot");
        page.Labelled(label).Input(text);
        await page.ConfirmAsync("Sign", "Sign");
        page.WaitForAssertion(() => page.Find(".field-error").TextContent.ShouldContain(expected));
        (await world.Get<SetAutopilot>().ReadAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Another_admin_countersigns_what_is_shown_where_two_are_asked_for()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:TwoPersons", "true"));
        await SignAsync(world, "first@test");
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<AutopilotPage>("/admin/autopilot");
        page.Markup.ShouldContain("Another admin must countersign.");
        page.Button("Countersign").Click();
        page.WaitForAssertion(() => page.Markup.ShouldContain("Signed by first@test, countersigned by admin@test"));
    }

    [Fact]
    public async Task Nobody_countersigns_their_own_signature()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:TwoPersons", "true"));
        await SignAsync(world, "Admin@test");
        await using var desk = new Desk(world, Roles.Admin);
        desk.Open<AutopilotPage>("/admin/autopilot").Buttons("Countersign").ShouldBeEmpty();
    }

    [Fact]
    public async Task Ops_switch_it_off_with_a_reason_and_may_not_sign()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await SignAsync(world, "admin@test");
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<AutopilotPage>("/admin/autopilot");
        page.Buttons("Sign").ShouldBeEmpty();
        var asked = page.Button("Switch off").ClickAsync();
        page.WaitForAssertion(() => page.FindAll("dialog textarea").ShouldNotBeEmpty());
        page.FindAll("dialog textarea")[^1].Input("something smells");
        await page.FindAll("dialog button").Last(b => b.TextContent == "Switch off").ClickAsync();
        await asked;
        page.WaitForAssertion(() => page.Markup.ShouldContain("It is off"));
        page.FindAll("tbody tr")[0].TextContent.ShouldContain("something smells");
    }

    [Fact]
    public async Task An_auditor_reads_its_rails_and_changes_nothing()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await SignAsync(world, "admin@test");
        await using var desk = new Desk(world, Roles.Auditor);
        var page = desk.Open<AutopilotPage>("/admin/autopilot");
        page.Markup.ShouldContain("It is on");
        page.Buttons("Sign").Concat(page.Buttons("Switch off")).Concat(page.Buttons("Countersign")).ShouldBeEmpty();
    }

    private static Task<Nirmaan.Domain.Allocation.AutopilotRails> SignAsync(FleetWorld world, string by) => world.Get<SetAutopilot>().SignAsync(10, 5m, 60, world.Clock.GetUtcNow().AddHours(24), by, CancellationToken.None);
}
