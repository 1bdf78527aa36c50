using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class TemplatesPageTests(ControlPostgres database)
{
    [Fact]
    public async Task Ops_see_machines_of_an_older_recipe_and_roll_the_present_one_out()
    {
        await using var world = await DriftedAsync(database);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<TemplatesPage>("/ops/templates");
        page.WaitForAssertion(() => page.Markup.ShouldContain("set to it in place"));
        var asked = page.Button("Roll out").ClickAsync();
        Yes().Closest("dialog")!.QuerySelector("textarea")!.Input("a fix of the image");
        page.WaitForAssertion(() => Yes().HasAttribute("disabled").ShouldBeFalse());
        await Yes().ClickAsync();
        await asked;
        (await world.Get<TemplateQueries>().ListAsync(CancellationToken.None)).Single(t => t.Roll is not null).Roll.ShouldNotBeNull().Why.ShouldBe("a fix of the image");

        AngleSharp.Dom.IElement Yes() => page.FindAll("dialog button").Single(b => b.TextContent == "Roll out");
    }

    [Fact]
    public async Task An_auditor_sees_them_and_rolls_nothing_out()
    {
        await using var world = await DriftedAsync(database);
        await using var desk = new Desk(world, Roles.Auditor);
        var page = desk.Open<TemplatesPage>("/ops/templates");
        page.WaitForAssertion(() => page.Markup.ShouldContain("set to it in place"));
        page.Buttons("Roll out").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_newer_release_of_the_program_is_a_link_with_its_age_and_a_failed_look_is_said()
    {
        await using var world = await DriftedAsync(database);
        var now = world.Clock.GetUtcNow();
        world.Network.Templates = [.. world.Network.Templates.Select(t => t with { Upstream = new TemplateUpstream("makers/miner", "v1", DateOnly.FromDateTime(now.UtcDateTime).AddDays(-90)) })];
        await using (var db = await world.DbAsync())
        {
            db.UpstreamReleases.Add(new UpstreamRelease("makers/miner", now, now, "v2", now.AddDays(-3), "https://makers.example/v2", "no answer", "test"));
            await db.SaveChangesAsync();
        }
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<TemplatesPage>("/ops/templates");
        page.WaitForAssertion(() => page.FindAll("a[href='https://makers.example/v2']").ShouldNotBeEmpty());
        page.Markup.ShouldSatisfyAllConditions(m => m.ShouldContain("makers/miner, 3 d ago"), m => m.ShouldContain("says test; the last look was not answered"));
    }

    private static async Task<FleetWorld> DriftedAsync(ControlPostgres database)
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Network.Templates = [.. world.Network.Templates.Select(t => t.WorkloadName == new WorkloadName("heurist-llm") ? t with { Version = 2 } : t)];
        return world;
    }
}
