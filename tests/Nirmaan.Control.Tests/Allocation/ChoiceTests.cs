using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class ChoiceTests(ControlPostgres database)
{
    [Fact]
    public async Task All_moves_come_to_the_whole_plan_and_none_to_what_is()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        var queries = world.Get<AllocationQueries>();
        var all = (await queries.WeighAsync(plan.Plan.Id, [.. plan.Moves.Select(m => m.Id)], CancellationToken.None))!;
        (all.ObjectiveUsdPerHour, all.RentUsdPerHour, all.Moves).ShouldBe((plan.Plan.ObjectiveUsdPerHour, plan.Plan.RentUsdPerHour, plan.Moves.Count));
        all.CostUsd.ShouldBe(plan.Moves.Sum(m => m.CostUsd));
        var none = (await queries.WeighAsync(plan.Plan.Id, [], CancellationToken.None))!;
        (none.ObjectiveUsdPerHour, none.RentUsdPerHour, none.Gpus).ShouldBe((plan.Plan.NowUsdPerHour, plan.Now.Sum(a => a.Count * a.UsdPerGpuHour), 0));
        none.GpusByWorkload.ShouldBe(new Dictionary<string, int> { ["heurist-llm"] = 6 });
    }

    [Fact]
    public async Task A_choice_that_breaks_a_limit_says_which()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:MoveCostUsd", "5000"));
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1.3m));
        var choice = (await world.Get<AllocationQueries>().WeighAsync(plan.Plan.Id, [.. plan.Moves.Where(m => m.Kind != MoveKind.Release).Select(m => m.Id)], CancellationToken.None))!;
        choice.Broken.ShouldHaveSingleItem().Row.ShouldBe("budget");
        choice.WouldFitWith.ShouldBe([.. plan.Moves.Where(m => m.Kind == MoveKind.Release).Select(m => m.Rank)]);
        (await world.Get<AllocationQueries>().WeighAsync(plan.Plan.Id, [.. plan.Moves.Select(m => m.Id)], CancellationToken.None))!.Broken.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_plan_that_does_not_exist_cannot_be_weighed()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        (await world.Get<AllocationQueries>().WeighAsync(PlanId.New(world.Clock.GetUtcNow()), [], CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Open_plans_wait_or_are_carried_out()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var (called, waiting) = (await world.PlanAsync(), await world.PlanAsync());
        var verb = world.Get<ApprovePlan>();
        await verb.CancelAsync(called.Plan.Id, "admin@test", "no", CancellationToken.None);
        var queries = world.Get<AllocationQueries>();
        (await queries.OpenAsync(CancellationToken.None)).Select(p => (p.Id, p.State)).ShouldBe([(waiting.Plan.Id, PlanState.Proposed)]);
        await verb.RunAsync(waiting.Plan.Id, null, "admin@test", CancellationToken.None);
        (await queries.OpenAsync(CancellationToken.None)).Select(p => (p.Id, p.State)).ShouldBe([(waiting.Plan.Id, PlanState.Approved)]);
    }

    [Fact]
    public async Task A_plan_keeps_the_limits_it_was_made_under()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 3m));
        plan.Limits.Single(l => l.Row == "budget").ShouldBe(new LimitUse("budget", plan.Plan.RentUsdPerHour, 3m, false, true));
        plan.Constraints!.BudgetUsdPerHour.ShouldBe(5m);
    }
}
