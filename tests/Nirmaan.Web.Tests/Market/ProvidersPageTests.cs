using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Market;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Market;

public sealed class ProvidersPageTests(ControlPostgres database)
{
    [Fact]
    public async Task Before_the_first_machine_the_page_says_what_will_be_here_and_how_the_rule_blocks()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Auditor).With(world);
        var page = desk.Open<ProvidersPage>("/ops/providers");
        page.Markup.ShouldContain("No machine was rented and no bid seen yet.");
        page.Markup.ShouldContain("Who loses 3 machines of ours within 1 d");
    }

    [Fact]
    public async Task Ops_block_a_provider_and_lift_the_block()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await using var desk = new Desk(world, Roles.Ops).With(world);
        var page = desk.Open<ProvidersPage>("/ops/providers");
        page.WaitForAssertion(() => page.Buttons("Block").Count.ShouldBe(2));
        await page.ConfirmWithReasonAsync("Block", "Block", "they asked for it");
        page.WaitForAssertion(() => { world.Clock.Advance(TimeSpan.FromSeconds(2)); page.Buttons("Lift").Count.ShouldBe(1); });
        page.Markup.ShouldContain("they asked for it");
        await page.ConfirmWithReasonAsync("Lift", "Lift", "they mended it");
        page.WaitForAssertion(() => { world.Clock.Advance(TimeSpan.FromSeconds(2)); page.Markup.ShouldContain("Nobody is blocked."); });
    }

    [Fact]
    public async Task An_auditor_sees_blocks_and_cannot_change_them()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await world.Get<BlockProvider>().RunAsync(new ProviderKey(SupplierName.Akash, "prov-b"), world.Clock.GetUtcNow().AddHours(2), "no word from them", "ops@test", CancellationToken.None);
        await using var desk = new Desk(world, Roles.Auditor).With(world);
        var page = desk.Open<ProvidersPage>("/ops/providers");
        page.WaitForAssertion(() => page.Markup.ShouldContain("no word from them"));
        page.Buttons("Block").Concat(page.Buttons("Lift")).ShouldBeEmpty();
    }
}

file static class ProviderDesk
{
    public static async Task ConfirmWithReasonAsync(this IRenderedComponent<ProvidersPage> page, string button, string yes, string why)
    {
        var asked = page.Button(button).ClickAsync();
        // The page is drawn anew by what the fleet does meanwhile; what was found a moment ago may listen no more.
        await PageElements.WhileDrawnAnewAsync(() => Yes().Closest("dialog")!.QuerySelector("textarea")!.TriggerEventAsync("oninput", new ChangeEventArgs { Value = why }));
        page.WaitForAssertion(() => Yes().HasAttribute("disabled").ShouldBeFalse());
        await PageElements.WhileDrawnAnewAsync(() => Yes().ClickAsync());
        await asked;

        AngleSharp.Dom.IElement Yes() => page.FindAll("dialog button").Single(b => b.TextContent == yes);
    }

    public static Desk With(this Desk desk, FleetWorld world) => desk.Use(world.Get<Microsoft.Extensions.Options.IOptions<FleetOptions>>());
}
