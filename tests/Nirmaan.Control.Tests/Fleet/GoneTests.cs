using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>When a machine is believed gone.</summary>
public sealed class GoneTests(ControlPostgres database)
{
    private async Task<FleetWorld> RunningAsync(int count, params (string Key, string Value)[] settings)
    {
        var world = await FleetWorld.CreateAsync(database, settings);
        await world.LaunchAsync(count);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        (await world.InstancesAsync()).Count(i => i.State == InstanceState.Running).ShouldBe(count);
        return world;
    }

    [Fact]
    public async Task A_machine_that_is_not_found_but_listed_goes_on()
    {
        await using var world = await RunningAsync(2);
        world.Akash.NotFound.Add("akash-1");
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        (await world.InstancesAsync()).ShouldAllBe(i => i.State == InstanceState.Running);
        world.Akash.Creates.ShouldBe(2);
    }

    [Fact]
    public async Task A_machine_that_is_neither_found_nor_listed_is_replaced_after_a_second_look()
    {
        await using var world = await RunningAsync(2);
        world.Akash.Machines.RemoveAll(m => m.Id == "akash-1");
        await world.PassAsync(TimeSpan.FromMinutes(4), reconcile: true);
        (await world.InstancesAsync()).Single(i => i.ExternalId == "akash-1").State.ShouldBe(InstanceState.Failed);
        world.Akash.Billing.Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_minute_in_which_the_supplier_knows_nothing_of_ours_ends_nothing()
    {
        await using var world = await RunningAsync(3);
        var all = world.Akash.Machines.ToList();
        world.Akash.Machines.Clear();
        await world.PassAsync(TimeSpan.FromMinutes(5), reconcile: true);
        (await world.InstancesAsync()).ShouldAllBe(i => i.State == InstanceState.Running);
        world.Akash.Machines.AddRange(all);
        await world.PassAsync(TimeSpan.FromMinutes(5), reconcile: true);
        (await world.InstancesAsync()).ShouldAllBe(i => i.State == InstanceState.Running);
        world.Akash.Creates.ShouldBe(3);
    }

    [Fact]
    public async Task When_all_are_gone_for_long_all_are_replaced()
    {
        await using var world = await RunningAsync(3);
        world.Akash.Machines.Clear();
        await world.PassAsync(TimeSpan.FromMinutes(20), reconcile: true);
        world.Akash.Billing.Count().ShouldBe(3);
        (await world.InstancesAsync()).Count(i => i.State == InstanceState.Failed).ShouldBe(3);
    }

    [Fact]
    public async Task An_auction_that_cannot_be_read_is_given_up_and_another_is_asked_for()
    {
        await using var world = await FleetWorld.CreateAsync(database, ("Fleet:StartPatience", "00:03:00"));
        world.Akash.BidsUnreadable = true;
        await world.LaunchAsync(1, max: 0.6m);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Placing);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Running);
        (world.Akash.Machines.Count(m => m.Exists), world.IoNet.Billing.Count()).ShouldBe((0, 1));
    }
}
