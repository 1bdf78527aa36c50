using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>What others do in the same moment, or between a plan's making, approval and end, must not be undone by it.</summary>
public sealed class PlanAttackTests(ControlPostgres database)
{
    // New GPUs instead of switched ones, so that a plan rents and gives back.
    private static readonly (string, string) s_dearMoves = ("Allocation:MoveCostUsd", "5000");
    private static readonly PlanRequest s_rents = new(BudgetUsdPerHour: 10m, MaxMoves: 4);

    [Fact]
    public async Task Of_two_halves_approved_in_the_same_moment_one_stands_and_the_other_is_dropped()
    {
        await using var world = await PoolWorld.CreateAsync(database, s_dearMoves);
        var plan = await world.PlanAsync(s_rents);
        var halves = plan.Moves.GroupBy(m => m.Kind == MoveKind.Release).Select(g => g.Select(m => m.Id).ToList()).ToList();
        halves.Count.ShouldBe(2);
        var outcomes = await Task.WhenAll(halves.Select((half, i) => ApproveAsync(world, plan.Plan.Id, half, $"admin{i}@test")));
        outcomes.Count(o => o is ApproveOutcome.TooLate).ShouldBe(1);
        var won = Array.FindIndex(outcomes, o => o is ApproveOutcome.Approved);
        (await MovesAsync(world, plan.Plan.Id)).Where(m => m.State == MoveState.Approved).Select(m => m.Id).ShouldBe(halves[won], ignoreOrder: true);
    }

    [Fact]
    public async Task A_limit_that_was_tightened_since_binds_the_plan()
    {
        await using var world = await PoolWorld.CreateAsync(database, s_dearMoves);
        var plan = await world.PlanAsync(s_rents);
        await LimitAsync(world, l => l with { BudgetUsdPerHour = 0.5m });
        var rents = plan.Moves.Where(m => m.Kind == MoveKind.Start).Select(m => m.Id).ToList();
        (await ApproveAsync(world, plan.Plan.Id, rents)).ShouldBeOfType<ApproveOutcome.BreaksCap>().Cap.ShouldBe("budget");
        (await world.Get<AllocationQueries>().WeighAsync(plan.Plan.Id, rents, CancellationToken.None))!.Broken.ShouldHaveSingleItem().Limit.ShouldBe(0.5m);
    }

    [Fact]
    public async Task A_cap_on_a_pool_that_was_set_since_binds_the_plan()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await LimitAsync(world, l => l with { ExposureUsdPerHour = new Dictionary<string, decimal> { ["waifu"] = 0.1m } });
        (await ApproveAsync(world, plan.Plan.Id)).ShouldBeOfType<ApproveOutcome.BreaksCap>().Cap.ShouldBe("exposure:waifu");
    }

    [Fact]
    public async Task A_limit_that_was_loosened_since_changes_nothing()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await LimitAsync(world, l => l with { BudgetUsdPerHour = 50m });
        (await ApproveAsync(world, plan.Plan.Id)).ShouldBeOfType<ApproveOutcome.Approved>();
    }

    [Fact]
    public async Task What_was_vetoed_since_is_not_approved_and_the_rest_is()
    {
        await using var world = await PoolWorld.CreateAsync(database, s_dearMoves);
        var plan = await world.PlanAsync(s_rents);
        await GiveAsync(world, DirectiveKind.Veto, 0);
        (await ApproveAsync(world, plan.Plan.Id)).ShouldBeOfType<ApproveOutcome.Forbidden>().Why.ShouldSatisfyAllConditions(w => w.ShouldContain("a veto of heurist-sd"), w => w.ShouldContain("other@test"));
        (await ApproveAsync(world, plan.Plan.Id, [.. plan.Moves.Where(m => m.Kind == MoveKind.Release).Select(m => m.Id)])).ShouldBeOfType<ApproveOutcome.Approved>();
    }

    [Fact]
    public async Task What_was_pinned_since_is_not_moved_away()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await GiveAsync(world, DirectiveKind.Pin, 4);
        (await ApproveAsync(world, plan.Plan.Id)).ShouldBeOfType<ApproveOutcome.Forbidden>().Why.ShouldContain("fewer than 4 GPUs pinned to heurist-llm");
    }

    [Fact]
    public async Task What_is_vetoed_while_a_plan_is_carried_out_is_not_rented_any_more()
    {
        await using var world = await PoolWorld.CreateAsync(database, s_dearMoves);
        var plan = await world.PlanAsync(s_rents);
        await ApproveAsync(world, plan.Plan.Id);
        await GiveAsync(world, DirectiveKind.Veto, 0);
        await world.CarryOutAsync(plan.Plan.Id);
        (await MovesAsync(world, plan.Plan.Id)).Where(m => m.Kind == MoveKind.Start).ShouldAllBe(m => m.State == MoveState.Failed && m.Reason!.Contains("a veto of heurist-sd"));
        (await world.InstancesAsync()).ShouldAllBe(i => i.Workload == new WorkloadName("heurist-llm"));
    }

    [Fact]
    public async Task A_budget_that_is_cut_while_a_plan_is_carried_out_is_kept()
    {
        await using var world = await PoolWorld.CreateAsync(database, s_dearMoves);
        var plan = await world.PlanAsync(s_rents);
        await ApproveAsync(world, plan.Plan.Id);
        await LimitAsync(world, l => l with { BudgetUsdPerHour = 0.01m });
        await world.CarryOutAsync(plan.Plan.Id);
        (await MovesAsync(world, plan.Plan.Id)).Where(m => m.Kind == MoveKind.Start).ShouldAllBe(m => m.State == MoveState.Failed && m.Reason!.Contains("budget"));
        (await world.InstancesAsync()).Count.ShouldBe(6);
    }

    [Fact]
    public async Task Machines_of_a_plan_that_is_called_off_while_they_are_ordered_are_given_back()
    {
        await using var world = await PoolWorld.CreateAsync(database, s_dearMoves);
        var plan = await world.PlanAsync(s_rents);
        await ApproveAsync(world, plan.Plan.Id);
        using (Once(world, Topic.Fleet, () => world.Get<ApprovePlan>().CancelAsync(plan.Plan.Id, "other@test", "not now", CancellationToken.None)))
        {
            await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        }
        await world.PassAsync(TimeSpan.FromMinutes(10));
        (await MovesAsync(world, plan.Plan.Id)).ShouldAllBe(m => m.State == MoveState.Dropped);
        (await world.InstancesAsync()).Count.ShouldBeGreaterThan(6, "some were ordered");
        (await world.InstancesAsync()).Count(i => i.IsLive).ShouldBe(6);
    }

    [Fact]
    public async Task An_admin_who_approves_the_autopilots_plan_before_it_does_has_the_last_word()
    {
        await using var world = await SignedAsync();
        using (Once(world, Topic.Allocation, async () => await ApproveAsync(world, await NewestAsync(world), null, "other@test")))
        {
            (await world.Get<RunAutopilot>().RunAsync(CancellationToken.None)).ShouldStartWith("nothing done: The plan is Approved");
        }
        var plan = (await world.Get<AllocationQueries>().FindAsync(await NewestAsync(world), CancellationToken.None))!.Plan;
        (plan.State, plan.DecidedBy).ShouldBe((PlanState.Approved, "other@test"));
    }

    [Fact]
    public async Task The_autopilot_that_is_switched_off_while_it_solves_approves_nothing()
    {
        await using var world = await SignedAsync();
        using (Once(world, Topic.Allocation, () => world.Get<SetAutopilot>().SwitchOffAsync("other@test", "it smells", CancellationToken.None)))
        {
            (await world.Get<RunAutopilot>().RunAsync(CancellationToken.None)).ShouldContain("switched off");
        }
        (await world.Get<AllocationQueries>().FindAsync(await NewestAsync(world), CancellationToken.None))!.Plan.State.ShouldBe(PlanState.Cancelled);
    }

    [Fact]
    public async Task Nothing_that_a_plan_says_changes_from_its_making_to_its_end()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var made = await world.PlanAsync();
        await ApproveAsync(world, made.Plan.Id);
        await world.CarryOutAsync(made.Plan.Id);
        var ended = (await world.Get<AllocationQueries>().FindAsync(made.Plan.Id, CancellationToken.None))!;
        ended.Plan.State.ShouldBe(PlanState.Done);
        Said(ended).ShouldBe(Said(made));
        ended.Moves.Select(m => (m.Id, m.Rank, m.Count, m.GainUsdPerHour, m.CostUsd)).ShouldBe(made.Moves.Select(m => (m.Id, m.Rank, m.Count, m.GainUsdPerHour, m.CostUsd)));

        static object Said(PlanDetail d) => (d.Plan.At, d.Plan.By, d.Plan.ObjectiveUsdPerHour, d.Plan.BoundUsdPerHour, d.Plan.NowUsdPerHour, d.Plan.RentUsdPerHour, d.Plan.ExpiresAt, d.Instance, d.Solution, d.Constraints!.Version);
    }

    [Fact]
    public async Task Moves_are_ranked_by_gain_per_gpu_with_the_hours_until_each_pays()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var moves = (await world.PlanAsync(s_rents with { MaxMoves = 8 })).Moves;
        moves.Count.ShouldBeGreaterThan(1);
        moves.Select(m => m.GainUsdPerHour / m.Count).ShouldBeInOrder(SortDirection.Descending);
        moves.Where(m => m.GainUsdPerHour > 0).ShouldAllBe(m => m.BreakEvenHours == decimal.Round(m.CostUsd / m.GainUsdPerHour, 2));
    }

    private async Task<FleetWorld> SignedAsync()
    {
        var world = await PoolWorld.CreateAsync(database);
        await using var db = await world.DbAsync();
        var now = world.Clock.GetUtcNow();
        await db.Database.ExecuteSqlAsync($"UPDATE prices SET at = {now}; UPDATE offers SET seen_at = {now}; UPDATE instances SET observed_at = {now}");
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        await world.Get<SetAutopilot>().SignAsync(50, 0.01m, 60, now.AddDays(1), "admin@test", CancellationToken.None);
        return world;
    }

    // A change is told where it was made, before the verb goes on: what is done here happens between two of its steps.
    private static IDisposable Once(FleetWorld world, Topic topic, Func<Task> deed)
    {
        var isDone = false;
        return world.Get<ControlEvents>().On(topic, () =>
        {
            if (isDone) { return; }
            isDone = true;
            deed().GetAwaiter().GetResult();
        });
    }

    private static Task<ApproveOutcome> ApproveAsync(FleetWorld world, PlanId plan, IReadOnlyCollection<MoveId>? moves = null, string by = "admin@test") => world.Get<ApprovePlan>().RunAsync(plan, moves, by, CancellationToken.None);

    private static async Task<PlanId> NewestAsync(FleetWorld world) => (await world.Get<AllocationQueries>().ListAsync(1, null, CancellationToken.None)).Items.Single().Id;

    private static async Task<IReadOnlyList<MoveRow>> MovesAsync(FleetWorld world, PlanId plan) => (await world.Get<AllocationQueries>().FindAsync(plan, CancellationToken.None))!.Moves;

    private static async Task LimitAsync(FleetWorld world, Func<Constraints, Constraints> change)
    {
        var verb = world.Get<SetConstraints>();
        await verb.RunAsync(change(await verb.ReadAsync(CancellationToken.None)), "other@test", "hard times", CancellationToken.None);
    }

    private static Task<DirectiveId> GiveAsync(FleetWorld world, DirectiveKind kind, int gpus) => world.Get<GiveDirective>().RunAsync(
        new DirectiveRequest(kind, DirectiveSubject.Workload, kind == DirectiveKind.Pin ? "heurist-llm" : "heurist-sd", null, gpus, world.Clock.GetUtcNow().AddDays(1), "it is under repair"), "other@test", CancellationToken.None);
}
