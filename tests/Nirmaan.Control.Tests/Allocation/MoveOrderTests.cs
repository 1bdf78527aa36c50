using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>In what order a plan is carried out: the fleet of six texts is given back for images, which are too dear to switch to.</summary>
public sealed class MoveOrderTests(ControlPostgres database)
{
    [Fact]
    public async Task What_fits_the_budget_is_rented_and_serves_before_anything_is_given_back()
    {
        await using var world = await WorldAsync();
        var plan = await ApproveAsync(world, new PlanRequest(BudgetUsdPerHour: 10m, MaxMoves: 4));
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        (await StatesAsync(world, plan)).ShouldBe([(MoveKind.Start, MoveState.Running), (MoveKind.Release, MoveState.Approved)], ignoreOrder: true);
        await world.PassAsync(TimeSpan.FromMinutes(3));
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        (await RunningAsync(world)).ShouldBe(10, "the new ones are up but do not serve yet");
        await world.ServeAsync();
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        (await StatesAsync(world, plan)).ShouldBe([(MoveKind.Start, MoveState.Done), (MoveKind.Release, MoveState.Running)], ignoreOrder: true);
        await world.CarryOutAsync(plan.Plan.Id);
        (await RunningAsync(world)).ShouldBe(4);
    }

    [Fact]
    public async Task Only_what_a_rent_has_no_room_without_is_given_back_before_it()
    {
        await using var world = await WorldAsync();
        world.Akash.BidPrices["prov-a"] = 0.41m;
        await world.LaunchAsync(2, "dearer");
        await world.PassAsync(TimeSpan.FromMinutes(5));
        // Six at $0.40 and two at $0.41 are held; four at $0.42 more are $4.90 an hour, without the two dearer ones $4.08.
        var plan = await ApproveAsync(world, new PlanRequest(BudgetUsdPerHour: 4.2m, MaxMoves: 4));
        plan.Moves.Select(m => (m.Kind, m.Count)).ShouldBe([(MoveKind.Start, 4), (MoveKind.Release, 2), (MoveKind.Release, 6)], ignoreOrder: true);
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        (await StatesAsync(world, plan, m => m.Count)).ShouldBe([(4, MoveState.Approved), (2, MoveState.Running), (6, MoveState.Approved)], ignoreOrder: true);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        (await StatesAsync(world, plan, m => m.Count)).ShouldBe([(4, MoveState.Running), (2, MoveState.Done), (6, MoveState.Approved)], ignoreOrder: true);
        await world.CarryOutAsync(plan.Plan.Id);
        (await StatesAsync(world, plan)).ShouldAllBe(m => m.State == MoveState.Done);
    }

    [Fact]
    public async Task A_rent_that_the_fleets_own_cap_refuses_waits_for_what_is_given_back()
    {
        await using var world = await WorldAsync(("Fleet:MaxUsdPerHourPerSupplier", "3"));
        var plan = await ApproveAsync(world, new PlanRequest(BudgetUsdPerHour: 10m, MaxMoves: 4));
        await world.CarryOutAsync(plan.Plan.Id);
        (await StatesAsync(world, plan)).ShouldAllBe(m => m.State == MoveState.Done);
        (await RunningAsync(world)).ShouldBe(4);
    }

    [Fact]
    public async Task The_end_of_a_close_asks_for_the_plans_next_run_once()
    {
        await using var world = await WorldAsync();
        await using (var db = await world.DbAsync())
        {
            db.Jobs.Add(new JobRow(WakePlan.Job, "0 * * * * ?", nameof(ExecutePlan), world.Clock.GetUtcNow().AddHours(1)));
            await db.SaveChangesAsync();
        }
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 10m, MaxMoves: 4));
        var release = plan.Moves.Single(m => m.Kind == MoveKind.Release);
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, [release.Id], "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.Approved>();
        (await RunsAsync(world)).ShouldBe(1, "an approval is carried out at once");
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        await using (var db = await world.DbAsync()) { await db.JobRuns.ExecuteDeleteAsync(); }
        await world.PassAsync(TimeSpan.FromSeconds(20));
        (await RunsAsync(world)).ShouldBe(1);
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        (await StatesAsync(world, plan)).ShouldContain((MoveKind.Release, MoveState.Done));
    }

    private Task<FleetWorld> WorldAsync(params (string, string)[] settings) => PoolWorld.CreateAsync(database, [("Allocation:MoveCostUsd", "5000"), .. settings]);

    private static async Task<PlanDetail> ApproveAsync(FleetWorld world, PlanRequest request)
    {
        var plan = await world.PlanAsync(request);
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.Approved>();
        return plan;
    }

    private static Task<List<(MoveKind Kind, MoveState State)>> StatesAsync(FleetWorld world, PlanDetail plan) => StatesAsync(world, plan, m => m.Kind);

    private static async Task<List<(T, MoveState State)>> StatesAsync<T>(FleetWorld world, PlanDetail plan, Func<MoveRow, T> of) =>
        [.. (await world.Get<AllocationQueries>().FindAsync(plan.Plan.Id, CancellationToken.None))!.Moves.Select(m => (of(m), m.State))];

    private static async Task<int> RunningAsync(FleetWorld world) => (await world.InstancesAsync()).Count(i => i.State == InstanceState.Running);

    private static async Task<int> RunsAsync(FleetWorld world) { await using var db = await world.DbAsync(); return await db.JobRuns.CountAsync(); }
}
