using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>Whether estimates came true, and whether answers can be had again: both are looked at when a plan is graded.</summary>
public sealed class CalibrationTests(ControlPostgres database)
{
    private const int Miners = 6, Hours = 48;

    [Fact]
    public async Task Work_that_came_as_estimated_lies_in_the_middle_half()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GradeAsync(world, pointsPerHour: 100);
        var board = await ReadAsync(world);
        var sum = board.Workloads.ShouldHaveSingleItem();
        (sum.Workload.Value, sum.Checks, sum.InHalf, sum.InNineTenths, board.Plans).ShouldBe(("heurist-llm", 1, 1, 1, 1));
        sum.Bias!.Value.ShouldBe(1, 1e-9);
    }

    [Fact]
    public async Task Half_of_the_work_that_was_estimated_lies_outside_both_bands()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GradeAsync(world, pointsPerHour: 50);
        var check = (await ReadAsync(world)).Checks.ShouldHaveSingleItem().Check;
        (check.InHalf, check.InNineTenths).ShouldBe((false, false));
        check.Rate.ShouldBe(50, 1e-9);
    }

    [Fact]
    public async Task Only_whole_hours_of_the_horizon_count()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GradeAsync(world, pointsPerHour: 100);
        var check = (await ReadAsync(world)).Checks.ShouldHaveSingleItem().Check;
        (check.To - check.From).ShouldBe(TimeSpan.FromHours(Hours));
        check.GpuHours.ShouldBe(Miners * (Hours - 1), "the plan was made within an hour, and its horizon ends within one");
    }

    [Fact]
    public async Task Work_that_no_gpu_of_ours_did_is_not_judged()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GradeAsync(world, pointsPerHour: null);
        (await ReadAsync(world)).Workloads.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_stored_question_gives_the_stored_plan_again()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GradeAsync(world, pointsPerHour: 100);
        var replays = await world.Get<CalibrationQueries>().ReplaysAsync(100, CancellationToken.None);
        (replays.Replayed, replays.Same, replays.Faults.Count).ShouldBe((1, 1, 0));
    }

    [Fact]
    public async Task A_question_that_gives_another_plan_breaks_a_rule_and_names_the_field()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var said = await GradeAsync(world, pointsPerHour: 100, "UPDATE plans SET solution = jsonb_set(solution, '{{objectiveUsdPerHour}}', '1')");
        said.ShouldContain("1 DID NOT REPLAY to the same plan");
        var fault = (await world.Get<CalibrationQueries>().ReplaysAsync(100, CancellationToken.None)).Faults.ShouldHaveSingleItem();
        fault.Differs!.ShouldStartWith("objectiveUsdPerHour: 1 stored, ");
        (await world.Get<AllocationQueries>().TimelineAsync(fault.PlanId, CancellationToken.None)).ShouldContain(e => e.What == "did not replay");
        (await world.Get<Nirmaan.Control.Rewards.CheckInvariants>().RunAsync(CancellationToken.None)).ShouldContain($"plan {fault.PlanId}: objectiveUsdPerHour");
    }

    [Fact]
    public async Task A_question_that_has_no_answer_any_more_is_a_difference_and_keeps_nothing_waiting()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var said = await GradeAsync(world, pointsPerHour: 100, "UPDATE plans SET instance = jsonb_set(instance, '{{budgetUsdPerHour}}', '-1')");
        said.ShouldContain("1 DID NOT REPLAY to the same plan");
        (await world.Get<CalibrationQueries>().ReplaysAsync(100, CancellationToken.None)).Faults.ShouldHaveSingleItem().Differs!.ShouldStartWith("no answer: ");
    }

    [Fact]
    public async Task An_assignment_that_differs_is_named()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GradeAsync(world, pointsPerHour: 100, "UPDATE plans SET solution = jsonb_set(solution, '{{assignments,0,count}}', '99')");
        (await world.Get<CalibrationQueries>().ReplaysAsync(100, CancellationToken.None)).Faults.ShouldHaveSingleItem().Differs!.ShouldStartWith("assignments: 99 of ");
    }

    [Fact]
    public async Task Another_answer_by_another_version_is_no_fault()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await GradeAsync(world, pointsPerHour: 100, "UPDATE plans SET optimiser_version = '0', solution = jsonb_set(solution, '{{objectiveUsdPerHour}}', '1')");
        var replays = await world.Get<CalibrationQueries>().ReplaysAsync(100, CancellationToken.None);
        (replays.Replayed, replays.Same, replays.Faults.Count).ShouldBe((1, 0, 0));
    }

    private static Task<CalibrationBoard> ReadAsync(FleetWorld world) => world.Get<CalibrationQueries>().ReadAsync(100, CancellationToken.None);

    /// <summary>A plan that nobody approved, its horizon gone by with so many points for each hour of each miner, graded.</summary>
    private static async Task<string> GradeAsync(FleetWorld world, int? pointsPerHour, string? sql = null)
    {
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().CancelAsync(plan.Plan.Id, "admin@test", "a test", CancellationToken.None);
        var miners = await world.MinersAsync();
        miners.Count.ShouldBe(Miners);
        var first = UptimeWindow.StartOf(world.Clock.GetUtcNow());
        await using (var db = await world.DbAsync())
        {
            if (sql is not null) { await db.Database.ExecuteSqlRawAsync(sql); }
            // From the hour before the plan to the one after its horizon.
            for (var hour = 0; hour <= Hours && pointsPerHour is { } points; hour++)
            {
                foreach (var miner in miners)
                {
                    db.UptimeWindows.Add(new UptimeWindow(miner.Id, first.AddHours(hour), 3_600, 3_600, 0, 0, 0, 12, 4));
                    db.PointsAwards.Add(new PointsAward(miner.Id, "points", first.AddHours(hour).AddMinutes(30), points));
                }
            }
            await db.SaveChangesAsync();
        }
        world.Clock.Advance(TimeSpan.FromHours(Hours - 1));
        await using (var db = await world.DbAsync())
        {
            db.Prices.Add(new PriceQuote("HEU", 0.04m, world.Clock.GetUtcNow(), "test"));
            await db.SaveChangesAsync();
        }
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        world.Clock.Advance(TimeSpan.FromHours(2));
        return await world.Get<GradePlans>().RunAsync(CancellationToken.None);
    }
}
