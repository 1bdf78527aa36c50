using AngleSharp.Dom;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Allocation;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Allocation;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Allocation;

public sealed class DirectivesPageTests(ControlPostgres database)
{
    [Fact]
    public async Task An_admin_pins_gpus_and_sees_what_that_costs_a_day()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<DirectivesPage>("/admin/directives");
        page.Labelled("Which").Change("heurist-llm");
        page.Labelled("GPUs that stay, at least").Input("4");
        page.Labelled("Why").Input("a promise to a client");
        page.Button("Pin").Click();
        page.WaitForAssertion(() => page.FindAll("tbody tr")[0].TextContent.ShouldSatisfyAllConditions(
            t => t.ShouldContain("At least 4 GPUs stay at heurist-llm"), t => t.ShouldContain("a promise to a client"), t => t.ShouldContain("$")));
        (await world.Get<DirectiveQueries>().ListAsync(CancellationToken.None)).ShouldHaveSingleItem().Directive.By.ShouldBe("admin@test");
    }

    [Fact]
    public async Task What_is_missing_is_said_beside_its_field()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<DirectivesPage>("/admin/directives");
        page.Labelled("Which").Change("heurist-llm");
        page.Button("Pin").Click();
        page.WaitForAssertion(() => page.Find(".field-error").TextContent.ShouldContain("1 or more GPUs"));
    }

    [Fact]
    public async Task An_auditor_sees_them_and_may_give_or_end_none()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await world.Get<GiveDirective>().RunAsync(new DirectiveRequest(DirectiveKind.Veto, DirectiveSubject.Supplier, "akash", null, 0, world.Clock.GetUtcNow().AddDays(1), "its API is under repair"), "admin@test", CancellationToken.None);
        await using var desk = new Desk(world, Roles.Auditor);
        var page = desk.Open<DirectivesPage>("/admin/directives");
        page.Markup.ShouldContain("Nothing further is rented at Akash");
        page.Buttons("End…").Concat(page.Buttons("Pin")).Concat(page.Buttons("Veto")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_older_version_of_the_limits_is_filled_in_and_set_as_a_new_one()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var set = world.Get<SetConstraints>();
        var first = await set.ReadAsync(CancellationToken.None);
        await set.RunAsync(first with { BudgetUsdPerHour = 9, ExposureUsdPerHour = new Dictionary<string, decimal> { ["llama"] = 2m } }, "admin@test", "a try", CancellationToken.None);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<ConstraintsPage>("/admin/constraints");
        page.Button("Fill in").Click();
        page.WaitForAssertion(() => page.Find(".changes").TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("$9.00/h → $5.00/h"), t => t.ShouldContain("$2.00/h → no limit")));
        page.Button("Set version 3").Click();
        page.WaitForAssertion(() => page.Markup.ShouldContain("In force: version 3"));
        var present = await set.ReadAsync(CancellationToken.None);
        (present.Version, present.BudgetUsdPerHour, present.ExposureUsdPerHour.Count, present.Why).ShouldBe((3, 5m, 0, "as in version 1"));
    }

    [Fact]
    public async Task A_stopped_plan_says_who_stopped_it_and_why_and_an_admin_resumes_it()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None);
        await world.Get<StopPlan>().RunAsync(plan.Plan.Id, "other@test", "the network hiccups", CancellationToken.None);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<PlanPage>($"/admin/plans/{plan.Plan.Id}", p => p.Add(x => x.Id, plan.Plan.Id.Value));
        page.WaitForAssertion(() => page.Markup.ShouldContain("Stopped by other@test"));
        page.Button("Resume").Click();
        page.WaitForAssertion(() => page.Buttons("Stop").ShouldNotBeEmpty());
        (await world.Get<AllocationQueries>().FindAsync(plan.Plan.Id, CancellationToken.None))!.Plan.StoppedAt.ShouldBeNull();
    }
}
