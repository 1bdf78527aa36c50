using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>Losses in a row: how long nobody is asked for another, and when nobody is any more.</summary>
public sealed class RecoveryBudgetTests(ControlPostgres database)
{
    private static readonly TimeSpan s_up = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task The_second_loss_in_a_row_waits_and_the_third_twice_as_long()
    {
        await using var world = await WorldAsync(("Fleet:ReplaceBackOff", "00:10:00"));
        await LoseAsync(world);
        (await LastAsync(world)).Replaces.ShouldNotBeNull("the first loss waits for nothing");

        var second = await LoseAsync(world, TimeSpan.FromMinutes(4));
        (second.State, second.WantsReplacement).ShouldBe((InstanceState.Failed, true));
        second.ReplaceAt.ShouldBe(second.StateSince + TimeSpan.FromMinutes(10));
        (await world.Get<FleetQueries>().FindAsync(second.Id, CancellationToken.None))!.Timeline.ShouldContain(e => e.What == "waits" && e.Why.Contains("loss 2 in a row"));
        await world.PassAsync(TimeSpan.FromMinutes(16), reconcile: true);

        var third = await LoseAsync(world, TimeSpan.FromMinutes(4));
        third.Replaces.ShouldBe(second.Id);
        third.ReplaceAt.ShouldBe(third.StateSince + TimeSpan.FromMinutes(20));
    }

    [Fact]
    public async Task A_cause_whose_budget_is_spent_gets_no_other_and_says_which_budget()
    {
        await using var world = await WorldAsync(("Fleet:ReplaceBudgets:Gone", "1"));
        await LoseAsync(world);
        var second = await LoseAsync(world);
        (await LastAsync(world)).Id.ShouldBe(second.Id);
        second.WantsReplacement.ShouldBeFalse();
        second.Recovery.ShouldBe(new Recovery(LossCause.Gone, 2, 5, 2, 1));
        (await world.Get<FleetQueries>().FindAsync(second.Id, CancellationToken.None))!.Timeline.ShouldContain(e => e.What == "not replaced" && e.Why.Contains("Fleet:ReplaceBudgets:Gone"));
    }

    [Fact]
    public async Task A_loss_of_another_cause_does_not_spend_that_budget()
    {
        await using var world = await WorldAsync(("Fleet:ReplaceBudgets:Gone", "1"));
        await LoseAsync(world);
        world.Akash.Machines[^1].ContainerIsDown = true;
        await world.PassAsync(TimeSpan.FromMinutes(25), reconcile: true);
        var instances = await world.InstancesAsync();
        instances.Select(i => i.Loss).ShouldBe([LossCause.Gone, LossCause.Silent, null]);
        instances[1].Recovery.ShouldBe(new Recovery(LossCause.Silent, 2, 5, 1, 3));
        instances[2].State.ShouldBe(InstanceState.Running);
    }

    [Fact]
    public async Task A_machine_that_never_came_up_is_told_from_one_that_went()
    {
        await using var world = await FleetWorld.CreateAsync(database, ("Fleet:ReplaceBudgets:NeverUp", "0"));
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromSeconds(40));
        var instance = await LastAsync(world);
        instance.State.ShouldBe(InstanceState.Starting);
        world.Akash.Machines.Single().Status = SupplierStatus.Lost;
        await world.PassAsync(s_up, reconcile: true);
        instance = (await world.InstancesAsync()).Single(i => i.Id == instance.Id);
        (instance.Loss, instance.WantsReplacement).ShouldBe((LossCause.NeverUp, false));
        instance.Recovery!.Spent.ShouldNotBeNull().ShouldContain("never came up");
    }

    /// <summary>One machine that runs, with nobody ever blocked.</summary>
    private async Task<FleetWorld> WorldAsync(params (string, string)[] settings)
    {
        var world = await FleetWorld.CreateAsync(database, [("Fleet:BlockAfter", "100"), .. settings]);
        await world.LaunchAsync(1);
        await world.PassAsync(s_up);
        return world;
    }

    /// <summary>Loses the newest machine and gives time to see it, and to replace it where that is done. The lost one.</summary>
    private static async Task<Instance> LoseAsync(FleetWorld world, TimeSpan? time = null)
    {
        var lost = await LastAsync(world);
        lost.State.ShouldBe(InstanceState.Running);
        (world.Akash.Machines.Concat(world.IoNet.Machines).Single(m => m.Exists && m.Status == SupplierStatus.Running)).Status = SupplierStatus.Lost;
        await world.PassAsync(time ?? TimeSpan.FromMinutes(10), reconcile: true);
        return (await world.InstancesAsync()).Single(i => i.Id == lost.Id);
    }

    private static async Task<Instance> LastAsync(FleetWorld world) => (await world.InstancesAsync())[^1];
}
