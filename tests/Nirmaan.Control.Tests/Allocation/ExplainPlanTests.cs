using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class ExplainPlanTests(ControlPostgres database)
{
    private static async Task<PlanReasons> ReasonsAsync(FleetWorld world, PlanDetail plan) => (await world.Get<ExplainPlan>().RunAsync(plan.Plan.Id, null, CancellationToken.None))!;

    [Fact]
    public async Task The_stored_question_gives_the_stored_plan()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        (await ReasonsAsync(world, await world.PlanAsync())).IsSamePlan.ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_limit_costs_is_what_a_plan_without_it_earns_more()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var tight = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1.5m));
        var free = await world.Get<IPlanAllocation>().PreviewAsync(new PlanRequest(BudgetUsdPerHour: 1000m), CancellationToken.None);
        var budget = (await ReasonsAsync(world, tight)).Limits.Single(l => l.Row == "budget").WholeGain!;
        var gained = 24 * (free.ObjectiveUsdPerHour - tight.Plan.ObjectiveUsdPerHour);
        budget.AtLeastUsd.ShouldBeLessThanOrEqualTo(gained + 0.0001m);
        budget.AtMostUsd.ShouldBeGreaterThanOrEqualTo(gained - 0.0001m);
        budget.Usd.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_workload_without_a_gpu_says_what_beats_it()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        plan.Proposed.ShouldAllBe(a => a.Workload == "heurist-sd");
        var lost = (await ReasonsAsync(world, plan)).Workloads.ShouldHaveSingleItem();
        (lost.Workload, lost.Gpu is not null, lost.ShortUsd > 0, lost.ValueFactor > 1).ShouldBe((new WorkloadName("heurist-llm"), true, true, true));
    }

    [Fact]
    public async Task A_pool_that_the_plan_works_for_says_how_far_it_may_fall()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var pools = (await ReasonsAsync(world, await world.PlanAsync())).Pools;
        pools.Where(p => !p.IsOthersWork).ShouldHaveSingleItem().Pool.ShouldBe(new PoolName("waifu"));
        pools.ShouldAllBe(p => p.DownChanges == null || p.DownChanges > p.DownHolds);
    }

    [Fact]
    public async Task A_plan_that_does_not_exist_has_no_reasons()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        (await world.Get<ExplainPlan>().RunAsync(PlanId.New(world.Clock.GetUtcNow()), null, CancellationToken.None)).ShouldBeNull();
    }
}
