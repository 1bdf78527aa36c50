using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>A plan under way is stopped and resumed, and takes no more from a network within an hour than it may.</summary>
public sealed class StopPlanTests(ControlPostgres database)
{
    [Fact]
    public async Task A_stopped_plan_finishes_what_is_under_way_and_begins_nothing()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:MoveCostUsd", "5000"));
        var plan = await ApprovedAsync(world);
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        (await world.Get<StopPlan>().RunAsync(plan, "admin@test", "the network hiccups", CancellationToken.None)).ShouldBeTrue();
        await world.CarryOutAsync(plan);
        (await StatesAsync(world, plan)).ShouldBe([(MoveKind.Start, MoveState.Done), (MoveKind.Release, MoveState.Approved)], ignoreOrder: true);
        var row = await RowAsync(world, plan);
        (row.State, row.StoppedBy, row.StoppedWhy).ShouldBe((PlanState.Approved, "admin@test", "the network hiccups"));
        (await world.Get<AllocationQueries>().TimelineAsync(plan, CancellationToken.None)).ShouldContain(e => e.What == "stopped" && e.Why == "the network hiccups");
    }

    [Fact]
    public async Task A_resumed_plan_goes_on_to_its_end()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:MoveCostUsd", "5000"));
        var plan = await ApprovedAsync(world);
        await world.Get<StopPlan>().RunAsync(plan, "admin@test", "wait", CancellationToken.None);
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        (await StatesAsync(world, plan)).ShouldAllBe(m => m.State == MoveState.Approved);
        (await world.Get<StopPlan>().ResumeAsync(plan, "admin@test", CancellationToken.None)).ShouldBeTrue();
        await world.CarryOutAsync(plan);
        (await StatesAsync(world, plan)).ShouldAllBe(m => m.State == MoveState.Done);
    }

    [Fact]
    public async Task Only_a_plan_under_way_is_stopped_and_only_a_stopped_one_resumed()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var stop = world.Get<StopPlan>();
        var proposed = (await world.PlanAsync()).Plan.Id;
        (await stop.RunAsync(proposed, "admin@test", "why", CancellationToken.None)).ShouldBeFalse();
        (await stop.ResumeAsync(proposed, "admin@test", CancellationToken.None)).ShouldBeFalse();
        await world.Get<ApprovePlan>().RunAsync(proposed, null, "admin@test", CancellationToken.None);
        (await stop.RunAsync(proposed, "admin@test", "why", CancellationToken.None)).ShouldBeTrue();
        (await stop.RunAsync(proposed, "admin@test", "why", CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_plan_that_stands_still_for_too_long_is_called_off()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await ApprovedAsync(world);
        await world.Get<StopPlan>().RunAsync(plan, "admin@test", "wait", CancellationToken.None);
        await using (var db = await world.DbAsync()) { await db.Plans.ExecuteUpdateAsync(p => p.SetProperty(x => x.StoppedAt, world.Clock.GetUtcNow() - TimeSpan.FromHours(6))); }
        (await world.Get<IPlanAllocation>().ExpireAsync(CancellationToken.None)).ShouldBe("0 plans expired, 1 stopped ones called off");
        (await RowAsync(world, plan)).State.ShouldBe(PlanState.Cancelled);
        (await StatesAsync(world, plan)).ShouldAllBe(m => m.State == MoveState.Dropped);
    }

    [Fact]
    public async Task No_more_gpus_are_taken_from_a_network_within_an_hour_than_may_be()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:MoveCostUsd", "5000"), ("Allocation:MaxGpusPerNetworkPerHour", "7"));
        world.Akash.BidPrices["prov-a"] = 0.41m;
        await world.LaunchAsync(2, "dearer");
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var plan = await ApprovedAsync(world, new PlanRequest(BudgetUsdPerHour: 4.2m, MaxMoves: 4));
        await world.CarryOutAsync(plan);
        // The two dearer ones made room first; with the six others they would be eight within the hour.
        var waits = await world.Get<DisruptionQueries>().WaitsAsync(plan, CancellationToken.None);
        var taken = (await world.Get<AllocationQueries>().FindAsync(plan, CancellationToken.None))!.Moves.Single(m => m is { Kind: MoveKind.Release, State: MoveState.Done });
        waits.Select(w => (w.Used, w.Most, w.NextAt)).ShouldBe([(2, 7, taken.StartedAt!.Value.AddHours(1))]);
        await world.PassAsync(TimeSpan.FromMinutes(30));
        (await world.Get<DisruptionQueries>().WaitsAsync(plan, CancellationToken.None)).ShouldBeEmpty();
        await world.CarryOutAsync(plan);
        (await StatesAsync(world, plan)).ShouldAllBe(m => m.State == MoveState.Done);
    }

    private static async Task<PlanId> ApprovedAsync(FleetWorld world, PlanRequest? request = null)
    {
        var plan = (await world.PlanAsync(request ?? new PlanRequest(BudgetUsdPerHour: 10m, MaxMoves: 4))).Plan.Id;
        (await world.Get<ApprovePlan>().RunAsync(plan, null, "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.Approved>();
        return plan;
    }

    private static async Task<PlanRow> RowAsync(FleetWorld world, PlanId plan) => (await world.Get<AllocationQueries>().FindAsync(plan, CancellationToken.None))!.Plan;

    private static async Task<List<(MoveKind Kind, MoveState State)>> StatesAsync(FleetWorld world, PlanId plan) =>
        [.. (await world.Get<AllocationQueries>().FindAsync(plan, CancellationToken.None))!.Moves.Select(m => (m.Kind, m.State))];
}
