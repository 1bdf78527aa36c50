using AngleSharp.Dom;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Allocation;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Allocation;

public sealed class PlanPagesTests(ControlPostgres database)
{
    private static IRenderedComponent<PlanPage> Open(Desk desk, PlanDetail plan) => desk.Open<PlanPage>($"/admin/plans/{plan.Plan.Id}", p => p.Add(x => x.Id, plan.Plan.Id.Value));

    private static IReadOnlyList<IElement> Ticks(IRenderedComponent<PlanPage> page) => page.FindAll("tbody input[type=checkbox]");

    private static async Task<PlanDetail> AfterAsync(FleetWorld world, PlanDetail plan) => (await world.Get<AllocationQueries>().FindAsync(plan.Plan.Id, CancellationToken.None))!;

    [Fact]
    public async Task A_dragged_budget_is_solved_anew_and_stands_in_the_address()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<PlannerPage>("/admin/plan");
        page.WaitForAssertion(() => page.Figure("Rent per day, then").ShouldEndWith("of $120.00"));
        page.Labelled("Budget").Change("1");
        page.WaitForAssertion(() => page.Figure("Rent per day, then").ShouldEndWith("of $24.00"));
        desk.Address.ShouldBe("/admin/plan?budget=1");
        (await world.Get<AllocationQueries>().ListAsync(null, null, CancellationToken.None)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Limits_that_leave_no_plan_are_said_and_no_plan_can_be_made()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<PlannerPage>("/admin/plan");
        page.WaitForAssertion(() => page.Markup.ShouldContain("No yields are estimated yet"));
        page.Button("Make a plan").HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public async Task A_plan_says_how_many_gpus_count_against_its_cap_on_moves()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync(new PlanRequest(MaxMoves: 1));
        await using var desk = new Desk(world, Roles.Auditor);
        Open(desk, plan).Find(".limits").TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("1 GPU of 1 GPU"), t => t.ShouldContain("GPUs that are given back do not count."));
    }

    [Fact]
    public async Task A_plan_of_which_every_better_one_was_looked_at_says_that_it_is_proved_best()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        plan.Plan.IsProvedBest.ShouldBeTrue();
        await using var desk = new Desk(world, Roles.Auditor);
        Open(desk, plan).Markup.ShouldContain("proved best: every plan that could be better was looked at");
    }

    [Fact]
    public async Task A_plan_that_nothing_could_be_measured_for_says_all_the_same_that_it_was_solved_again()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await using (var db = await world.DbAsync())
        {
            db.Replays.Add(new PlanReplay(plan.Plan.Id, world.Clock.GetUtcNow(), "1", "1", null));
            await db.SaveChangesAsync();
        }
        await using var desk = new Desk(world, Roles.Auditor);
        Open(desk, plan).Markup.ShouldContain("Solved again after its horizon, its question gave this very plan.");
    }

    [Fact]
    public async Task A_backtest_of_a_history_that_is_too_short_says_so_and_offers_markets()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Admin);
        var page = desk.Open<BacktestPage>("/admin/backtest");
        page.FindAll(".empty").Count.ShouldBe(2);
        page.Button("Walk through it").Click();
        page.WaitForAssertion(() =>
        {
            // Changes that follow each other closely are read together, a second later.
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            page.Find(".form-error").TextContent.ShouldContain("There is not enough history yet");
        });
        page.Buttons("Two markets").Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_plan_is_explained_when_asked_for()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Auditor);
        var page = Open(desk, await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1.5m)));
        page.Button("Work it out").Click();
        page.WaitForAssertion(() => page.Markup.ShouldSatisfyAllConditions(
            m => m.ShouldContain("Solved again, the question gives this very plan."), m => m.ShouldContain("Budget costs $"), m => m.ShouldContain("heurist-llm comes nearest on RTX A6000")));
    }

    [Fact]
    public async Task Moves_that_are_left_out_are_dropped_when_the_rest_is_approved()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        plan.Moves.Count.ShouldBeGreaterThan(1);
        await using var desk = new Desk(world, Roles.Admin);
        var page = Open(desk, plan);
        page.WaitForAssertion(() => page.Button("Approve all").HasAttribute("disabled").ShouldBeFalse());
        // Leave out what rents anew: what is left only moves or gives back, so that it keeps every limit.
        foreach (var move in plan.Moves.Where(m => m.Kind == MoveKind.Start)) { Ticks(page)[move.Rank - 1].Change(false); }
        var kept = plan.Moves.Count(m => m.Kind != MoveKind.Start);
        page.WaitForAssertion(() => page.Button($"Approve {kept} of {plan.Moves.Count}").HasAttribute("disabled").ShouldBeFalse());
        await page.ConfirmAsync("Approve", "Approve");
        var after = await AfterAsync(world, plan);
        after.Plan.State.ShouldBe(PlanState.Approved);
        page.WaitForAssertion(() => page.Markup.ShouldContain($"{kept} of {plan.Moves.Count} approved: gain $"));
        page.WaitForAssertion(() => page.Markup.ShouldContain($"{kept} of {plan.Moves.Count} moves approved by admin@test"));
        after.Moves.ShouldAllBe(m => m.State == (m.Kind == MoveKind.Start ? MoveState.Dropped : MoveState.Approved));
    }

    [Fact]
    public async Task Moves_that_are_shown_are_ticked_and_unticked_together()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:MoveCostUsd", "5000"));
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 10m, MaxMoves: 4));
        var (rents, others) = (plan.Moves.Count(m => m.Kind == MoveKind.Start), plan.Moves.Count(m => m.Kind != MoveKind.Start));
        (rents > 0 && others > 0).ShouldBeTrue();
        await using var desk = new Desk(world, Roles.Admin);
        var page = Open(desk, plan);
        page.Labelled("Show").Change(nameof(MoveKind.Start));
        Ticks(page).Count.ShouldBe(rents);
        page.Button("Untick shown").Click();
        page.Labelled("Show").Change("");
        page.WaitForAssertion(() => Ticks(page).Count(t => t.HasAttribute("checked")).ShouldBe(others));
        page.Markup.ShouldContain($"{plan.Moves.Count} of {plan.Moves.Count} moves shown, {others} ticked");
    }

    [Fact]
    public async Task A_plan_and_the_planner_say_what_becomes_of_each_pool()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Auditor);
        Board(Open(desk, await world.PlanAsync())).ShouldContain("6 → 0");
        var planner = desk.Open<PlannerPage>("/admin/plan");
        planner.WaitForAssertion(() => Board(planner).ShouldContain("6 → 0"));

        static string Board<T>(IRenderedComponent<T> page) where T : Microsoft.AspNetCore.Components.IComponent =>
            page.FindAll("tbody tr").First(r => r.TextContent.Contains("The llama pool", StringComparison.Ordinal)).TextContent;
    }

    [Fact]
    public async Task A_graded_plan_shows_how_its_estimates_came_true_and_that_its_question_still_gives_it()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await GradedAsync(world);
        await using var desk = new Desk(world, Roles.Auditor);
        var page = Open(desk, plan);
        page.WaitForAssertion(() => page.Markup.ShouldSatisfyAllConditions(m => m.ShouldContain("gave this very plan"), m => m.ShouldContain("as expected")));
    }

    [Fact]
    public async Task The_plans_page_says_how_far_estimates_can_be_trusted()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GradedAsync(world);
        await using var desk = new Desk(world, Roles.Auditor);
        var page = desk.Open<PlansPage>("/admin/plans");
        page.WaitForAssertion(() => page.Markup.ShouldSatisfyAllConditions(m => m.ShouldContain("Can the estimates be trusted?"), m => m.ShouldContain("1 of 1 plan came out the same")));
    }

    private static async Task<PlanDetail> GradedAsync(FleetWorld world)
    {
        var plan = await world.PlanAsync();
        await using var db = await world.DbAsync();
        db.Grades.Add(new PlanGrade(plan.Plan.Id, world.Clock.GetUtcNow(), plan.Plan.At, world.Clock.GetUtcNow(), 3, false, 2m, 1m, 2m, 4m)
        {
            Checks = [new EstimateCheck(new("llama"), new("heurist-llm"), "rtx-a6000", 100, 10, 6, true, plan.Plan.At, world.Clock.GetUtcNow(), 12, 1_200)],
        });
        db.Replays.Add(new PlanReplay(plan.Plan.Id, world.Clock.GetUtcNow(), "1", "1", null));
        await db.SaveChangesAsync();
        return plan;
    }

    [Fact]
    public async Task A_plan_of_hundreds_of_moves_is_shown_by_the_page_and_ticked_as_a_whole()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:MaxGpusMoving", "1000"));
        for (var i = 0; i < 320; i++) { world.Akash.Offers.Add(FakeSupplier.Offer($"many-{i}", "rtx-a6000", 0.30m + 0.0001m * i, 1, $"prov-{i}")); }
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        await using (var db = await world.DbAsync())
        {
            // Worth so much that every machine of the market pays; by the one source there is, for a second that differs would freeze it.
            db.Prices.Add(new PriceQuote("HEU", 400m, world.Clock.GetUtcNow(), "test"));
            await db.SaveChangesAsync();
        }
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1_000m, MaxMoves: 1_000));
        plan.Moves.Count.ShouldBeGreaterThan(300);
        await using var desk = new Desk(world, Roles.Admin);
        var page = Open(desk, plan);
        page.WaitForAssertion(() => Ticks(page).Count.ShouldBe(100));
        page.Markup.ShouldContain($"{plan.Moves.Count} of {plan.Moves.Count} moves shown, {plan.Moves.Count} ticked");
        page.Button("Untick shown").Click();
        page.WaitForAssertion(() => page.Markup.ShouldContain($"{plan.Moves.Count} moves shown, 0 ticked"));
    }

    [Fact]
    public async Task A_plan_that_mends_a_broken_limit_says_which()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        // Six GPUs at 0.40 an hour are held.
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1m));
        await using var desk = new Desk(world, Roles.Auditor);
        var page = Open(desk, plan);
        page.WaitForAssertion(() => page.Markup.ShouldContain("Budget, $2.40/h of $1.00/h"));
    }

    [Fact]
    public async Task A_plan_for_a_fleet_within_its_limits_speaks_of_none_broken()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using var desk = new Desk(world, Roles.Auditor);
        var page = Open(desk, await world.PlanAsync());
        page.WaitForAssertion(() => page.Markup.ShouldContain("What held it back"));
        page.Markup.ShouldNotContain("broke limits");
    }

    [Fact]
    public async Task A_choice_that_breaks_a_limit_names_it_and_cannot_be_approved()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:MoveCostUsd", "5000"));
        // Six GPUs at 0.40 an hour are held: they fit a budget of 1 only after some are given back.
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1m));
        plan.Moves.ShouldContain(m => m.Kind == MoveKind.Release);
        await using var desk = new Desk(world, Roles.Admin);
        var page = Open(desk, plan);
        foreach (var move in plan.Moves.Where(m => m.Kind == MoveKind.Release)) { Ticks(page)[move.Rank - 1].Change(false); }
        page.WaitForAssertion(() => page.Find(".choice").TextContent.ShouldContain("This choice breaks a limit. Budget"));
        page.Find(".choice").TextContent.ShouldSatisfyAllConditions(
            t => t.ShouldContain("the limit is $1.00/h, this choice would make it"), t => t.ShouldContain($"Tick move {plan.Moves.Single(m => m.Kind == MoveKind.Release).Rank} as well"));
        page.Button("Approve").HasAttribute("disabled").ShouldBeTrue();
    }

    [Theory]
    [InlineData(Roles.Ops)]
    [InlineData(Roles.Auditor)]
    public async Task Only_an_admin_approves_or_rejects(string role)
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await using var desk = new Desk(world, role);
        var page = Open(desk, plan);
        page.Buttons("Approve").Concat(page.Buttons("Reject")).ShouldBeEmpty();
    }
}
