using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class GradeTests(ControlPostgres database)
{
    private static readonly TimeSpan s_horizon = TimeSpan.FromHours(48);

    private static Task<string> GradeAsync(FleetWorld world) => world.Get<GradePlans>().RunAsync(CancellationToken.None);

    private static async Task<PlanGrade?> OfAsync(FleetWorld world, PlanId plan) => (await world.Get<AllocationQueries>().FindAsync(plan, CancellationToken.None))!.Plan.Grade;

    /// <summary>A plan that nobody approved, called off, and its horizon gone by with a reading at its start and at its end.</summary>
    private static async Task<PlanDetail> LiveThroughAsync(FleetWorld world, Action? change = null)
    {
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().CancelAsync(plan.Plan.Id, "admin@test", "a test", CancellationToken.None);
        change?.Invoke();
        await ReadAsync(world, TimeSpan.FromHours(1));
        await ReadAsync(world, s_horizon - TimeSpan.FromHours(2));
        world.Clock.Advance(TimeSpan.FromHours(2));
        return plan;
    }

    private static async Task ReadAsync(FleetWorld world, TimeSpan after)
    {
        world.Clock.Advance(after);
        await using (var db = await world.DbAsync())
        {
            db.Prices.Add(new PriceQuote("HEU", 0.04m, world.Clock.GetUtcNow(), "test"));
            await db.SaveChangesAsync();
        }
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Where_the_world_stayed_as_it_was_believed_a_plan_keeps_what_it_promised()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await LiveThroughAsync(world);
        await GradeAsync(world);
        var grade = (await OfAsync(world, plan.Plan.Id))!;
        grade.PromisedUsdPerHour.ShouldBe(plan.Plan.ObjectiveUsdPerHour - plan.Plan.NowUsdPerHour, 0.000001m);
        grade.StayUsdPerHour.ShouldBe(plan.Plan.NowUsdPerHour, 0.000001m);
        grade.PlanUsdPerHour.ShouldBe(plan.Plan.ObjectiveUsdPerHour, 0.000001m);
        (grade.Kept, grade.Readings, grade.WasCarriedOut).ShouldBe((1m, 2, false));
    }

    [Fact]
    public async Task Nobody_does_better_than_the_bound()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await LiveThroughAsync(world);
        await GradeAsync(world);
        (await OfAsync(world, plan.Plan.Id))!.RegretUsdPerHour.ShouldBeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public async Task A_pool_that_paid_less_than_believed_shows_as_a_gain_that_did_not_come()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await LiveThroughAsync(world, () =>
        {
            world.Network.Outlooks.RemoveAll(o => o.Pool.Value == "waifu");
            world.Network.Outlooks.Add(PoolWorld.Pool("waifu", "heurist-sd", 1, 1_000));
        });
        await GradeAsync(world);
        var grade = (await OfAsync(world, plan.Plan.Id))!;
        grade.PromisedUsdPerHour.ShouldBeGreaterThan(0);
        grade.GainUsdPerHour.ShouldBeLessThan(0);
    }

    [Fact]
    public async Task A_plan_is_graded_once_and_not_before_its_horizon_is_over()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().CancelAsync(plan.Plan.Id, "admin@test", "a test", CancellationToken.None);
        await ReadAsync(world, s_horizon - TimeSpan.FromHours(1));
        (await GradeAsync(world)).ShouldBe("0 plans graded");
        world.Clock.Advance(TimeSpan.FromHours(1));
        (await GradeAsync(world)).ShouldBe("1 plans graded");
        (await GradeAsync(world)).ShouldBe("0 plans graded");
    }

    [Fact]
    public async Task What_nobody_measured_is_not_graded()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().CancelAsync(plan.Plan.Id, "admin@test", "a test", CancellationToken.None);
        world.Clock.Advance(s_horizon);
        (await GradeAsync(world)).ShouldBe("0 plans graded, 1 cannot be: no reading of their horizon knows all their pools");
        (await OfAsync(world, plan.Plan.Id)).ShouldBeNull();
    }

    [Fact]
    public async Task What_cannot_be_graded_is_solved_again_all_the_same_and_once()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().CancelAsync(plan.Plan.Id, "admin@test", "a test", CancellationToken.None);
        await GradeAsync(world);
        (await ReplayAsync(world, plan.Plan.Id)).ShouldBeNull("its horizon is not over");
        world.Clock.Advance(s_horizon);
        await GradeAsync(world);
        var first = (await ReplayAsync(world, plan.Plan.Id)).ShouldNotBeNull();
        first.IsSame.ShouldBeTrue(first.Differs);
        world.Clock.Advance(TimeSpan.FromHours(1));
        await GradeAsync(world);
        (await ReplayAsync(world, plan.Plan.Id)).ShouldBe(first);
    }

    private static async Task<PlanReplay?> ReplayAsync(FleetWorld world, PlanId plan) => (await world.Get<AllocationQueries>().FindAsync(plan, CancellationToken.None))!.Plan.Replay;

    [Fact]
    public async Task Plans_that_can_never_be_graded_do_not_keep_others_waiting()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        for (var i = 0; i < 21; i++)
        {
            var blind = await world.PlanAsync();
            await world.Get<ApprovePlan>().CancelAsync(blind.Plan.Id, "admin@test", "a test", CancellationToken.None);
        }
        // Nobody reads anything for as long as they look ahead.
        await ReadAsync(world, s_horizon + TimeSpan.FromHours(1));
        await LiveThroughAsync(world);
        (await GradeAsync(world)).ShouldStartWith("1 plans graded, 21 cannot be");
    }

    [Fact]
    public async Task What_was_carried_out_is_graded_not_what_was_left_out()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        var kept = plan.Moves.Where(m => m.Kind != MoveKind.Start).Select(m => m.Id).ToList();
        await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, kept, "admin@test", CancellationToken.None);
        await world.CarryOutAsync(plan.Plan.Id);
        await ReadAsync(world, TimeSpan.FromHours(1));
        world.Clock.Advance(s_horizon);
        await GradeAsync(world);
        var grade = (await OfAsync(world, plan.Plan.Id))!;
        grade.WasCarriedOut.ShouldBeTrue();
        grade.PromisedUsdPerHour.ShouldNotBe(plan.Plan.ObjectiveUsdPerHour - plan.Plan.NowUsdPerHour);
    }
}
