using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>Maintenance of a supplier, and the freeze.</summary>
public sealed class StandstillTests(ControlPostgres database)
{
    [Fact]
    public async Task Nothing_is_rented_of_a_supplier_in_maintenance_and_the_funnel_says_so()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await MaintainAsync(world, TimeSpan.FromHours(2));
        var plan = await world.Get<LaunchInstance>().PlanAsync(FleetWorld.Request(1, max: 0.6m), CancellationToken.None);
        plan.Funnel.ShouldContain(f => f.Reason == "maintenance" && f.Dropped == 30);
        plan.Chosen.ShouldAllBe(o => o.Supplier == SupplierName.IoNet);
    }

    [Fact]
    public async Task A_maintenance_begins_at_its_time_and_ends_at_its_time()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var now = world.Clock.GetUtcNow();
        await world.Get<Standstills>().AskAsync(SupplierName.Akash, now.AddHours(1), now.AddHours(2), "they said so", "ops@test", CancellationToken.None);
        foreach (var (hours, isHeld) in new[] { (0.9, false), (1.1, true), (1.9, true), (2.1, false) })
        {
            world.Clock.MoveTo(now.AddHours(hours));
            ((await world.Get<Standstills>().ReadAsync(CancellationToken.None)).MaintenanceOf(SupplierName.Akash) is not null).ShouldBe(isHeld, $"after {hours} h");
        }
    }

    [Fact]
    public async Task Machines_that_are_away_while_their_supplier_is_in_maintenance_are_not_given_up_and_are_when_it_is_over()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(2);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await MaintainAsync(world, TimeSpan.FromHours(2));
        foreach (var machine in world.Akash.Machines) { machine.Status = SupplierStatus.Failed; }
        await world.PassAsync(TimeSpan.FromMinutes(90), reconcile: true);
        (await world.InstancesAsync()).ShouldAllBe(i => i.State == InstanceState.Running);

        await world.PassAsync(TimeSpan.FromMinutes(60), reconcile: true);
        var after = await world.InstancesAsync();
        after.Count(i => i.State == InstanceState.Failed).ShouldBe(2);
        after.Count(i => i.Replaces is not null && i.State == InstanceState.Running).ShouldBe(2);
    }

    [Fact]
    public async Task What_was_lost_before_a_maintenance_is_not_replaced_within_it()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Machines[0].Status = SupplierStatus.Failed;
        await world.PassAsync(TimeSpan.FromMinutes(5));
        (await world.InstancesAsync()).ShouldHaveSingleItem().WantsReplacement.ShouldBeTrue();
        await MaintainAsync(world, TimeSpan.FromHours(2));
        await world.Get<ReplaceLost>().RunAsync(CancellationToken.None);
        (await world.InstancesAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Under_a_freeze_nothing_is_replaced_or_given_up_but_a_person_launches_and_retires()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(2);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var id = await world.Get<Standstills>().AskAsync(null, null, null, "an audit", "ops@test", CancellationToken.None);
        var (lost, kept) = ((await world.InstancesAsync())[0], (await world.InstancesAsync())[1]);
        world.Akash.Machines.Single(m => m.Id == lost.ExternalId).Status = SupplierStatus.Failed;
        await world.Get<RetireInstance>().RunAsync(kept.Id, "ops@test", "by hand", CancellationToken.None);
        await world.LaunchAsync(1, "by-hand");
        await world.PassAsync(TimeSpan.FromMinutes(20), reconcile: true);
        var frozen = await world.InstancesAsync();
        frozen.Single(i => i.Id == lost.Id).State.ShouldBe(InstanceState.Running);
        frozen.Single(i => i.Id == kept.Id).State.ShouldBe(InstanceState.Closed);
        frozen.Single(i => i.LaunchKey == "by-hand").State.ShouldBe(InstanceState.Running);
        (await world.Get<ExecutePlan>().RunAsync(CancellationToken.None)).ShouldContain("frozen");

        (await world.Get<Standstills>().EndAsync(id, "done", "ops@test", CancellationToken.None)).ShouldBeTrue();
        await world.PassAsync(TimeSpan.FromMinutes(20), reconcile: true);
        (await world.InstancesAsync()).ShouldContain(i => i.Replaces == lost.Id && i.State == InstanceState.Running);
    }

    [Fact]
    public async Task A_maintenance_needs_an_end_and_a_supplier_that_is_switched_on()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await Should.ThrowAsync<InvalidInputException>(() => world.Get<Standstills>().AskAsync(SupplierName.Akash, null, null, "no end", "ops@test", CancellationToken.None));
        await Should.ThrowAsync<InvalidInputException>(() => world.Get<Standstills>().AskAsync(SupplierName.RunPod, null, world.Clock.GetUtcNow().AddHours(1), "not ours", "ops@test", CancellationToken.None));
    }

    private static Task<Guid> MaintainAsync(FleetWorld world, TimeSpan time) =>
        world.Get<Standstills>().AskAsync(SupplierName.Akash, null, world.Clock.GetUtcNow() + time, "they work on it", "ops@test", CancellationToken.None);
}
