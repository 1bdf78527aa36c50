using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>A machine that a person keeps everything that acts by itself away from.</summary>
public sealed class CordonTests(ControlPostgres database)
{
    private static async Task<(FleetWorld World, InstanceId Id)> CordonedAsync(ControlPostgres database)
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var id = (await world.InstancesAsync()).ShouldHaveSingleItem().Id;
        (await world.Get<CordonInstance>().RunAsync(id, "ops@test", "its driver is looked into", CancellationToken.None)).ShouldBe(CordonOutcome.Done);
        return (world, id);
    }

    [Fact]
    public async Task It_is_shown_with_who_and_why_and_stands_in_the_history()
    {
        var (world, id) = await CordonedAsync(database);
        await using var _ = world;
        var detail = (await world.Get<FleetQueries>().FindAsync(id, CancellationToken.None)).ShouldNotBeNull();
        detail.Instance.Cordon.ShouldNotBeNull().ToString().ShouldBe("it is cordoned by ops@test: its driver is looked into");
        detail.Timeline.ShouldContain(e => e.What == "cordoned");
    }

    [Fact]
    public async Task It_is_not_set_to_other_work_until_the_cordon_ends()
    {
        var (world, id) = await CordonedAsync(database);
        await using var _ = world;
        var change = world.Get<SwitchWorkload>();
        (await change.PlanAsync([id], new WorkloadName("heurist-sd"), CancellationToken.None)).ShouldHaveSingleItem().WhyNot.ShouldBe("it is cordoned by ops@test: its driver is looked into");
        (await change.RunAsync(id, new WorkloadName("heurist-sd"), "admin@test", "plan", CancellationToken.None)).ShouldBe(SwitchOutcome.Cordoned);
        await world.Get<CordonInstance>().EndAsync(id, "ops@test", "it was the cable", CancellationToken.None);
        (await change.RunAsync(id, new WorkloadName("heurist-sd"), "admin@test", "plan", CancellationToken.None)).ShouldBe(SwitchOutcome.Switching);
    }

    [Fact]
    public async Task Nothing_takes_its_place_when_it_is_lost()
    {
        var (world, id) = await CordonedAsync(database);
        await using var _ = world;
        await using (var db = await world.DbAsync())
        {
            (await db.Instances.SingleAsync()).MarkFailed(world.Clock.GetUtcNow(), "lost", stillOutside: false, replace: true);
            await db.SaveChangesAsync();
        }
        await world.Get<ReplaceLost>().RunAsync(CancellationToken.None);
        (await world.InstancesAsync()).ShouldHaveSingleItem().WantsReplacement.ShouldBeFalse();
        var detail = await world.Get<FleetQueries>().FindAsync(id, CancellationToken.None);
        detail!.Timeline.ShouldContain(e => e.What == "not replaced" && e.Why.Contains("its driver is looked into", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_can_be_replaced_by_hand()
    {
        var (world, id) = await CordonedAsync(database);
        await using var _ = world;
        await world.Get<ReplaceInstance>().RunAsync(id, "ops@test", "a new one will do", CancellationToken.None);
        await world.Get<ReplaceLost>().RunAsync(CancellationToken.None);
        (await world.InstancesAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_second_cordon_and_one_of_a_machine_that_is_over_change_nothing()
    {
        var (world, id) = await CordonedAsync(database);
        await using var _ = world;
        (await world.Get<CordonInstance>().RunAsync(id, "admin@test", "me too", CancellationToken.None)).ShouldBe(CordonOutcome.Already);
        (await world.Get<CordonInstance>().RunAsync(new InstanceId(Guid.NewGuid()), "admin@test", "me too", CancellationToken.None)).ShouldBe(CordonOutcome.NotFound);
        await world.Get<CordonInstance>().EndAsync(id, "ops@test", "it was the cable", CancellationToken.None);
        await world.Get<RetireInstance>().RunAsync(id, "ops@test", "done with it", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(20));
        (await world.Get<CordonInstance>().RunAsync(id, "ops@test", "too late", CancellationToken.None)).ShouldBe(CordonOutcome.Over);
    }

    [Fact]
    public async Task A_roll_passes_it_by_and_says_so()
    {
        var (world, _) = await CordonedAsync(database);
        await using var w = world;
        world.Network.Templates = [.. world.Network.Templates.Select(t => t with { Version = t.Version + 1 })];
        var workload = (await world.InstancesAsync())[0].Workload;
        await world.Get<RollTemplate>().AskAsync(workload, 5, "newer", "ops@test", CancellationToken.None);
        (await world.Get<RollTemplate>().RunAsync(CancellationToken.None)).ShouldEndWith("1 to go, 0 begun, 1 cordoned");
    }
}
