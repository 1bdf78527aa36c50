using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>A price that its sources do not agree on holds back every move that would follow it: rented machines and machines that are set to other work.</summary>
public sealed class FrozenPlanTests(ControlPostgres database)
{
    [Fact]
    public async Task A_plan_that_only_sets_machines_to_other_work_is_not_approved_once_its_price_is_disputed()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        plan.Moves.ShouldContain(m => m.Kind == MoveKind.Switch);
        await DisputeAsync(world);
        (await ApproveAsync(world, plan)).ShouldBeOfType<ApproveOutcome.Forbidden>().Why.ShouldSatisfyAllConditions(w => w.ShouldStartWith("move 1: "), w => w.ShouldContain("the price of HEU is disputed"));
    }

    [Fact]
    public async Task Giving_machines_back_is_approved_all_the_same()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:MoveCostUsd", "5000"));
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 10m, MaxMoves: 4));
        await DisputeAsync(world);
        (await ApproveAsync(world, plan, [.. plan.Moves.Where(m => m.Kind == MoveKind.Release).Select(m => m.Id)])).ShouldBeOfType<ApproveOutcome.Approved>();
    }

    [Fact]
    public async Task What_is_disputed_while_a_plan_is_carried_out_is_not_followed_any_more()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        (await ApproveAsync(world, plan)).ShouldBeOfType<ApproveOutcome.Approved>();
        await DisputeAsync(world);
        await world.CarryOutAsync(plan.Plan.Id);
        (await world.Get<AllocationQueries>().FindAsync(plan.Plan.Id, CancellationToken.None))!.Moves.ShouldAllBe(m => m.State == MoveState.Failed && m.Reason!.Contains("the price of HEU is disputed"));
        (await world.InstancesAsync()).ShouldAllBe(i => i.Workload == new WorkloadName("heurist-llm"));
    }

    [Fact]
    public async Task A_plan_made_meanwhile_moves_nothing_there_and_says_why()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await DisputeAsync(world);
        var preview = await world.Get<IPlanAllocation>().PreviewAsync(new PlanRequest(), CancellationToken.None);
        preview.Proposed.Where(a => a.Workload is not null).ShouldAllBe(a => a.Workload == "heurist-llm");
        preview.LeftOut[new PoolName("waifu")].ShouldSatisfyAllConditions(w => w.ShouldStartWith("what works there may stay: "), w => w.ShouldContain("the price of HEU is disputed"));
    }

    private static Task<ApproveOutcome> ApproveAsync(FleetWorld world, PlanDetail plan, IReadOnlyCollection<MoveId>? moves = null) => world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, moves, "other@test", CancellationToken.None);

    private static async Task DisputeAsync(FleetWorld world)
    {
        await using var db = await world.DbAsync();
        var newest = await db.Prices.AsNoTracking().Where(p => p.AssetId == "HEU").OrderByDescending(p => p.At).FirstAsync();
        db.Prices.Add(newest with { Source = "a pair", Usd = newest.Usd * 2, At = world.Clock.GetUtcNow() });
        await db.SaveChangesAsync();
    }
}
