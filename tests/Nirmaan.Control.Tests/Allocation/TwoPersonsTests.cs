using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>Where two persons are asked for, whoever made a plan cannot approve it.</summary>
public sealed class TwoPersonsTests(ControlPostgres database)
{
    [Fact]
    public async Task Whoever_made_a_plan_cannot_approve_it_and_another_can()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:TwoPersons", "true"));
        var plan = await world.PlanAsync();
        var approve = world.Get<ApprovePlan>();
        (await approve.RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None)).ShouldBe(new ApproveOutcome.SamePerson("admin@test"));
        (await world.Get<AllocationQueries>().FindAsync(plan.Plan.Id, CancellationToken.None))!.Plan.State.ShouldBe(PlanState.Proposed);
        (await approve.RunAsync(plan.Plan.Id, null, "other@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.Approved>();
    }

    [Fact]
    public async Task A_name_in_other_letters_is_the_same_person()
    {
        await using var world = await PoolWorld.CreateAsync(database, ("Allocation:TwoPersons", "true"));
        var plan = await world.PlanAsync();
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "Admin@TEST", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.SamePerson>();
    }

    [Fact]
    public async Task Without_the_rule_one_person_does_both()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        (await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None)).ShouldBeOfType<ApproveOutcome.Approved>();
    }
}
