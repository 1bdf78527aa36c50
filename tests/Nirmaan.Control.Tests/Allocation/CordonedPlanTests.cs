using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>Plans and a machine that a person keeps away from them: six texts are held, and images pay far better.</summary>
public sealed class CordonedPlanTests(ControlPostgres database)
{
    private static async Task<InstanceId> CordonAsync(FleetWorld world)
    {
        var id = (await world.InstancesAsync())[2].Id;
        (await world.Get<CordonInstance>().RunAsync(id, "ops@test", "looked into", CancellationToken.None)).ShouldBe(CordonOutcome.Done);
        return id;
    }

    [Fact]
    public async Task A_plan_leaves_it_at_its_work()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await CordonAsync(world);
        var plan = await world.PlanAsync();
        plan.Proposed.Where(a => a.Workload == "heurist-llm").Sum(a => a.Count).ShouldBe(1);
        plan.Moves.Where(m => m.From?.Value == "heurist-llm").Sum(m => m.Count).ShouldBe(5);
    }

    [Fact]
    public async Task A_plan_that_was_made_before_moves_the_others_alone()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, null, "admin@test", CancellationToken.None);
        var id = await CordonAsync(world);
        await world.CarryOutAsync(plan.Plan.Id);
        var texts = (await world.InstancesAsync()).Where(i => i.IsLive && i.Workload.Value == "heurist-llm").ToList();
        texts.ShouldHaveSingleItem().Id.ShouldBe(id);
    }
}
