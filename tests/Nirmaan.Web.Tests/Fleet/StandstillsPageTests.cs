using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class StandstillsPageTests(ControlPostgres database)
{
    [Fact]
    public async Task Ops_freeze_the_fleet_and_end_the_freeze()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Ops).Use(world.Get<SupplierShelf>());
        var page = desk.Open<StandstillsPage>("/ops/standstills");
        await AnswerAsync(page, "Freeze", "Freeze", "an audit");
        page.WaitForAssertion(() => { world.Clock.Advance(TimeSpan.FromSeconds(2)); page.Markup.ShouldContain("Everywhere, frozen"); });
        (await world.Get<Standstills>().ReadAsync(CancellationToken.None)).Freeze.ShouldNotBeNull().Why.ShouldBe("an audit");
        await AnswerAsync(page, "End", "End it", "it is done");
        page.WaitForAssertion(() => { world.Clock.Advance(TimeSpan.FromSeconds(2)); page.Markup.ShouldContain("Nothing holds still."); });
    }

    [Fact]
    public async Task An_auditor_sees_a_maintenance_and_cannot_end_it()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.Get<Standstills>().AskAsync(SupplierName.Akash, null, world.Clock.GetUtcNow().AddHours(2), "new racks", "ops@test", CancellationToken.None);
        await using var desk = new Desk(world, Roles.Auditor).Use(world.Get<SupplierShelf>());
        var page = desk.Open<StandstillsPage>("/ops/standstills");
        page.WaitForAssertion(() => page.Markup.ShouldContain("new racks"));
        page.Buttons("End").Concat(page.Buttons("Freeze")).Concat(page.Buttons("Plan")).ShouldBeEmpty();
    }

    private static async Task AnswerAsync(IRenderedComponent<StandstillsPage> page, string button, string yes, string why)
    {
        var asked = page.Button(button).ClickAsync();
        Yes().Closest("dialog")!.QuerySelector("textarea")!.Input(why);
        page.WaitForAssertion(() => Yes().HasAttribute("disabled").ShouldBeFalse());
        await Yes().ClickAsync();
        await asked;

        AngleSharp.Dom.IElement Yes() => page.FindAll("dialog button").Single(b => b.TextContent == yes);
    }
}
