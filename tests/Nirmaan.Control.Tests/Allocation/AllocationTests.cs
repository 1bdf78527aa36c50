using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class AllocationTests(ControlPostgres database)
{
    private Task<FleetWorld> WorldAsync(params (string Key, string Value)[] settings) => PoolWorld.CreateAsync(database, settings);

    [Fact]
    public async Task A_plan_moves_gpus_to_the_better_pool_and_says_what_each_move_gains()
    {
        await using var world = await WorldAsync();
        var plan = await world.PlanAsync();
        plan.Plan.ObjectiveUsdPerHour.ShouldBeGreaterThan(plan.Plan.NowUsdPerHour);
        plan.Plan.BoundUsdPerHour.ShouldBeGreaterThanOrEqualTo(plan.Plan.ObjectiveUsdPerHour);
        plan.Plan.Gap.ShouldBeLessThan(0.05m);
        plan.Moves.ShouldContain(m => m.Kind == MoveKind.Switch && m.From == new WorkloadName("heurist-llm") && m.To == new WorkloadName("heurist-sd"));
        plan.Moves.ShouldAllBe(m => m.GainUsdPerHour >= 0);
        plan.Moves.Select(m => m.Rank).ShouldBe(Enumerable.Range(1, plan.Moves.Count));
    }

    [Fact]
    public async Task The_rent_of_a_plan_keeps_the_budget()
    {
        await using var world = await WorldAsync();
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 3m));
        plan.Plan.RentUsdPerHour.ShouldBeLessThanOrEqualTo(3m);
    }

    [Fact]
    public async Task The_cap_on_moves_counts_gpus_moved_and_new_and_not_those_given_back()
    {
        await using var world = await WorldAsync();
        var plan = await world.PlanAsync(new PlanRequest(MaxMoves: 1));
        plan.Moves.Where(m => m.Kind != MoveKind.Release).Sum(m => m.Count).ShouldBe(1);
        plan.Moves.Where(m => m.Kind == MoveKind.Release).Sum(m => m.Count).ShouldBeGreaterThan(1);
        plan.Limits.Single(l => l.Row == "moves").ShouldSatisfyAllConditions(l => l.Usage.ShouldBe(1), l => l.Limit.ShouldBe(1), l => l.Holds.ShouldBeTrue());
    }

    [Fact]
    public async Task What_a_plan_does_not_use_is_named_with_the_reason()
    {
        await using var world = await WorldAsync();
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1m));
        plan.NotUsed.ShouldContain(n => n.Supplier == SupplierName.IoNet && n.UsdPerGpuHour == 0.55m && n.Held == 0);
        plan.NotUsed.ShouldAllBe(n => n.Why.Length > 0);
        var used = plan.Proposed.Select(a => a.Item).ToHashSet();
        plan.NotUsed.Count.ShouldBe(Nirmaan.Optimiser.AllocationInstance.Parse(plan.Instance).Items.Count(i => !used.Contains(i.Id)));
    }

    [Fact]
    public async Task What_moves_cost_is_measured_by_the_rent_until_their_gpus_serve()
    {
        await using var world = await WorldAsync();
        (await world.Get<AllocationQueries>().MeasuredAsync(CancellationToken.None)).ShouldBeEmpty();
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None);
        await world.CarryOutAsync(plan.Plan.Id);
        var moves = (await world.Get<AllocationQueries>().FindAsync(plan.Plan.Id, CancellationToken.None))!.Moves.Where(m => m.Kind == MoveKind.Switch).ToList();
        var measured = (await world.Get<AllocationQueries>().MeasuredAsync(CancellationToken.None)).Single(m => m.Kind == MoveKind.Switch);
        (measured.Moves, measured.Gpus).ShouldBe((moves.Count, moves.Sum(m => m.Count)));
        measured.Took.ShouldBeGreaterThan(TimeSpan.Zero);
        var rent = moves.Sum(m => m.Count * m.UsdPerGpuHour * (decimal)(m.EndedAt!.Value - m.StartedAt!.Value).TotalHours);
        measured.UsdPerGpu.ShouldBe(rent / measured.Gpus, 0.000001m);
    }

    [Fact]
    public async Task A_larger_budget_is_never_worth_less()
    {
        await using var world = await WorldAsync();
        var verb = world.Get<IPlanAllocation>();
        var small = await verb.PreviewAsync(new PlanRequest(BudgetUsdPerHour: 3m), CancellationToken.None);
        var large = await verb.PreviewAsync(new PlanRequest(BudgetUsdPerHour: 6m), CancellationToken.None);
        large.BoundUsdPerHour.ShouldBeGreaterThanOrEqualTo(small.ObjectiveUsdPerHour);
        large.ObjectiveUsdPerHour.ShouldBeGreaterThanOrEqualTo(small.ObjectiveUsdPerHour);
    }

    [Fact]
    public async Task An_approved_plan_is_carried_out_and_ends()
    {
        await using var world = await WorldAsync();
        var plan = await world.PlanAsync();
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.Approved>();
        await world.CarryOutAsync(plan.Plan.Id);
        var after = (await world.Get<AllocationQueries>().FindAsync(plan.Plan.Id, CancellationToken.None))!;
        after.Plan.State.ShouldBe(PlanState.Done);
        after.Moves.ShouldAllBe(m => m.State == MoveState.Done);
        var wanted = plan.Proposed.GroupBy(a => a.Workload!).ToDictionary(g => g.Key, g => g.Sum(a => a.Count));
        var live = (await world.InstancesAsync()).Where(i => i.IsLive).GroupBy(i => i.Workload.Value).ToDictionary(g => g.Key, g => g.Count());
        live.ShouldBe(wanted, ignoreOrder: true);
    }

    [Fact]
    public async Task Only_the_chosen_moves_are_carried_out()
    {
        await using var world = await WorldAsync();
        var plan = await world.PlanAsync();
        var chosen = plan.Moves.First(m => m.Kind == MoveKind.Switch);
        await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, [chosen.Id], "admin@test", CancellationToken.None);
        await world.CarryOutAsync(plan.Plan.Id);
        var after = (await world.Get<AllocationQueries>().FindAsync(plan.Plan.Id, CancellationToken.None))!;
        after.Moves.Where(m => m.Id != chosen.Id).ShouldAllBe(m => m.State == MoveState.Dropped);
        (await world.InstancesAsync()).Count(i => i.IsLive && i.Workload.Value == "heurist-sd").ShouldBe(chosen.Count);
    }

    [Fact]
    public async Task A_choice_of_moves_that_breaks_a_cap_names_the_cap()
    {
        await using var world = await WorldAsync(("Allocation:MoveCostUsd", "5000"));
        // Under this budget a new GPU can be paid only by giving others back.
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1.3m));
        var releases = plan.Moves.Where(m => m.Kind == MoveKind.Release).Select(m => m.Id).ToHashSet();
        releases.ShouldNotBeEmpty();
        var outcome = await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, [.. plan.Moves.Where(m => !releases.Contains(m.Id)).Select(m => m.Id)], "admin@test", CancellationToken.None);
        var broken = outcome.ShouldBeOfType<ApproveOutcome.BreaksCap>();
        broken.Cap.ShouldBe("budget");
        broken.Why.ShouldSatisfyAllConditions(w => w.ShouldContain("the limit is 1.3, this choice would make it"), w => w.ShouldContain($"it would fit with move {plan.Moves.Single(m => releases.Contains(m.Id)).Rank} as well"));
    }

    [Fact]
    public async Task A_choice_that_eases_a_limit_broken_before_can_be_approved()
    {
        await using var world = await WorldAsync();
        // Six machines at $0.40 cost more than this budget already.
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1.3m));
        var release = plan.Moves.Where(m => m.Kind == MoveKind.Release).OrderBy(m => m.Count).First();
        var choice = (await world.Get<AllocationQueries>().WeighAsync(plan.Plan.Id, [], CancellationToken.None))!;
        (choice.Broken.Count, choice.StillBroken.Single().Row).ShouldBe((0, "budget"));
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, [release.Id], "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.Approved>();
    }

    [Fact]
    public async Task A_plan_waits_while_another_moves_gpus()
    {
        await using var world = await WorldAsync();
        var (first, second) = (await world.PlanAsync(), await world.PlanAsync());
        await world.Get<ApprovePlan>().RunAsync(first.Plan.Id, null, "admin@test", CancellationToken.None);
        var outcome = await world.Get<ApprovePlan>().RunAsync(second.Plan.Id, null, "admin@test", CancellationToken.None);
        outcome.ShouldBeOfType<ApproveOutcome.TooLate>().Why.ShouldContain($"Plan {first.Plan.Id}");
    }

    [Fact]
    public async Task A_plan_made_before_another_was_carried_out_cannot_be_approved_any_more()
    {
        await using var world = await WorldAsync();
        var (first, second) = (await world.PlanAsync(), await world.PlanAsync());
        await world.Get<ApprovePlan>().RunAsync(first.Plan.Id, null, "admin@test", CancellationToken.None);
        await world.CarryOutAsync(first.Plan.Id);
        (await world.Get<ApprovePlan>().RunAsync(second.Plan.Id, null, "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.TooLate>().Why.ShouldContain("Make a new one");
        var third = await world.PlanAsync();
        (await world.Get<ApprovePlan>().RunAsync(third.Plan.Id, null, "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.Approved>();
    }

    [Fact]
    public async Task A_plan_made_for_another_fleet_cannot_be_approved_and_says_what_changed()
    {
        await using var world = await WorldAsync();
        var plan = await world.PlanAsync();
        await world.LaunchAsync(1, "by-hand");
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.TooLate>().Why.ShouldContain("heurist-llm on rtx-a6000 at akash 6 -> 7");
    }

    [Fact]
    public async Task Of_two_plans_approved_in_the_same_moment_one_stands()
    {
        await using var world = await WorldAsync();
        var (first, second) = (await world.PlanAsync(), await world.PlanAsync());
        var outcomes = await Task.WhenAll(new[] { first, second }.Select(p => world.Get<ApprovePlan>().RunAsync(p.Plan.Id, null, "admin@test", CancellationToken.None)));
        outcomes.Count(o => o is ApproveOutcome.Approved).ShouldBe(1);
    }

    [Fact]
    public async Task An_old_plan_cannot_be_approved()
    {
        await using var world = await WorldAsync(("Allocation:PlanLife", "01:00:00"));
        var plan = await world.PlanAsync();
        world.Clock.Advance(TimeSpan.FromHours(2));
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.TooLate>();
        await world.Get<IPlanAllocation>().ExpireAsync(CancellationToken.None);
        (await world.Get<AllocationQueries>().FindAsync(plan.Plan.Id, CancellationToken.None))!.Plan.State.ShouldBe(PlanState.Expired);
    }

    [Fact]
    public async Task Approving_twice_approves_once()
    {
        await using var world = await WorldAsync();
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None);
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.TooLate>();
    }

    [Fact]
    public async Task A_pool_without_a_price_is_left_out_and_held_work_there_stops_the_plan_with_a_reason()
    {
        await using var world = await WorldAsync();
        await using (var db = await world.DbAsync()) { await db.Prices.ExecuteDeleteAsync(); }
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        (await Should.ThrowAsync<CannotPlanException>(() => world.PlanAsync())).Message.ShouldContain("no price");
    }

    [Fact]
    public async Task New_limits_are_a_new_version_and_old_ones_stay_readable()
    {
        await using var world = await WorldAsync();
        var verb = world.Get<SetConstraints>();
        var first = await verb.ReadAsync(CancellationToken.None);
        var second = await verb.RunAsync(first with { BudgetUsdPerHour = 7m }, "admin@test", "more money", CancellationToken.None);
        (first.Version, second.Version, second.By).ShouldBe((1, 2, "admin@test"));
        (await Should.ThrowAsync<InvalidInputException>(() => verb.RunAsync(first with { BudgetUsdPerHour = -1 }, "a", "b", CancellationToken.None))).Field.ShouldBe("budgetUsdPerHour");
    }
}
