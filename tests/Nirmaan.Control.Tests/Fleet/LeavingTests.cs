using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>Machines that go although they run: replaced by hand, taken back, or of an older recipe.</summary>
public sealed class LeavingTests(ControlPostgres database)
{
    private static readonly WorkloadName s_workload = new("heurist-llm");

    [Fact]
    public async Task A_machine_to_be_replaced_goes_on_until_the_other_earns_and_only_then_is_given_back()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var old = await RunningAsync(world, 1);
        (await world.Get<ReplaceInstance>().RunAsync(old[0].Id, "ops@test", "another provider", CancellationToken.None)).ShouldBe(ReplaceOutcome.Leaving);
        await world.PassAsync(TimeSpan.FromMinutes(20), reconcile: true);
        var both = await world.InstancesAsync();
        both.Count(i => i.State == InstanceState.Running).ShouldBe(2);
        var next = both.Single(i => i.Replaces == old[0].Id);

        await EarnAsync(world, next.Id);
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        var after = await world.InstancesAsync();
        after.Single(i => i.Id == old[0].Id).State.ShouldBe(InstanceState.Closed);
        after.Single(i => i.Id == next.Id).State.ShouldBe(InstanceState.Running);
        world.Akash.Billing.Count().ShouldBe(1);
    }

    [Fact]
    public async Task The_one_that_comes_in_between_may_be_lost_and_the_old_one_waits_for_the_next()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var old = (await RunningAsync(world, 1))[0];
        await world.Get<ReplaceInstance>().RunAsync(old.Id, "ops@test", "another provider", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        var between = (await world.InstancesAsync()).Single(i => i.Replaces == old.Id);
        world.Akash.Machines.Single(m => m.Id == between.ExternalId).Status = SupplierStatus.Failed;
        await world.PassAsync(TimeSpan.FromMinutes(15), reconcile: true);
        var last = (await world.InstancesAsync()).Single(i => i.Replaces == between.Id);
        (await world.InstancesAsync()).Single(i => i.Id == old.Id).State.ShouldBe(InstanceState.Running);

        await EarnAsync(world, last.Id);
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        (await world.InstancesAsync()).Single(i => i.Id == old.Id).State.ShouldBe(InstanceState.Closed);
    }

    [Fact]
    public async Task A_leaving_machine_that_is_lost_is_not_replaced_a_second_time()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var old = (await RunningAsync(world, 1))[0];
        await world.Get<ReplaceInstance>().RunAsync(old.Id, "ops@test", "another provider", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        world.Akash.Machines.Single(m => m.Id == old.ExternalId).Status = SupplierStatus.Failed;
        await world.PassAsync(TimeSpan.FromMinutes(15), reconcile: true);
        (await world.InstancesAsync()).Count(i => i.Replaces == old.Id).ShouldBe(1);
        world.Akash.Billing.Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_machine_that_is_taken_back_goes_as_soon_as_another_earns_in_its_place()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var old = (await RunningAsync(world, 1))[0];
        world.Akash.Machines.Single(m => m.Id == old.ExternalId).Status = SupplierStatus.Reclaiming;
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        (await world.InstancesAsync()).Single(i => i.Id == old.Id).State.ShouldBe(InstanceState.Reclaiming);
        await EarnAsync(world, (await world.InstancesAsync()).Single(i => i.Replaces == old.Id).Id);
        await world.PassAsync(TimeSpan.FromMinutes(5), reconcile: true);
        (await world.InstancesAsync()).Single(i => i.Id == old.Id).State.ShouldBe(InstanceState.Closed);
    }

    [Fact]
    public async Task A_recovery_tells_how_long_neither_machine_earned_and_a_replacement_without_a_gap_that_none_was_lost()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var old = await RunningAsync(world, 2);
        await world.Get<ReplaceInstance>().RunAsync(old[1].Id, "ops@test", "another provider", CancellationToken.None);
        world.Akash.Machines.Single(m => m.Id == old[0].ExternalId).Status = SupplierStatus.Failed;
        await world.PassAsync(TimeSpan.FromMinutes(30), reconcile: true);
        async Task<RecoveryCost> CostAsync(Instance lost) =>
            (await world.Get<FleetQueries>().FindAsync((await world.InstancesAsync()).Single(i => i.Replaces == lost.Id).Id, CancellationToken.None)).ShouldNotBeNull().Recovery.ShouldNotBeNull();
        var cost = await CostAsync(old[0]);
        (cost.IsOver, cost.LostTokens).ShouldBe((false, null));
        cost.To.ShouldBe(world.Clock.GetUtcNow());
        cost.Gap.ShouldBeGreaterThan(TimeSpan.FromMinutes(20));
        (await CostAsync(old[1])).Gap.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_machine_whose_recipe_was_changed_without_a_new_number_is_told_by_its_hash()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await RunningAsync(world, 1);
        (await StateAsync(world)).Drifted.ShouldBeEmpty();
        Change(world, t => t with { Image = "ghcr.io/example/miner:2" });
        (await StateAsync(world)).Drifted.ShouldHaveSingleItem().RunsVersion.ShouldBe(1);
    }

    [Fact]
    public async Task A_roll_sets_one_machine_after_the_other_to_the_new_recipe_and_gives_none_back()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var machines = await RunningAsync(world, 3);
        Change(world, t => t with { Version = 2 });
        await world.Get<RollTemplate>().AskAsync(s_workload, 1, "a fix", "ops@test", CancellationToken.None);
        for (var left = 3; left > 0; left--)
        {
            (await StateAsync(world)).Drifted.Count.ShouldBe(left);
            await world.Get<RollTemplate>().RunAsync(CancellationToken.None);
            // Until the first serves there is no second.
            await world.Get<RollTemplate>().RunAsync(CancellationToken.None);
            (await world.OperationsAsync()).Count(o => o.Kind == OperationKind.Change).ShouldBe(4 - left);
            await world.PassAsync(TimeSpan.FromMinutes(2));
            await ServeAsync(world);
        }
        await world.Get<RollTemplate>().RunAsync(CancellationToken.None);
        (await StateAsync(world)).Roll.ShouldNotBeNull().EndedAt.ShouldNotBeNull();
        (await world.InstancesAsync()).Select(i => i.Id).ShouldBe(machines.Select(i => i.Id), ignoreOrder: true);
        (await world.MinersAsync()).Where(m => m.IsLive).Select(m => m.TemplateVersion).ShouldBe([2, 2, 2]);
    }

    [Fact]
    public async Task A_roll_replaces_machines_that_cannot_be_changed_in_place()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.ChangesInPlace = false;
        var old = (await RunningAsync(world, 1))[0];
        Change(world, t => t with { Version = 2 });
        await world.Get<RollTemplate>().AskAsync(s_workload, 2, "a fix", "ops@test", CancellationToken.None);
        await world.Get<RollTemplate>().RunAsync(CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        var next = (await world.InstancesAsync()).Single(i => i.Replaces == old.Id);
        (await world.MinersAsync()).Single(m => m.InstanceId == next.Id).TemplateVersion.ShouldBe(2);
        (await world.InstancesAsync()).Single(i => i.Id == old.Id).State.ShouldBe(InstanceState.Running);
    }

    [Fact]
    public async Task A_roll_takes_no_more_GPUs_from_a_network_than_the_hours_budget_leaves()
    {
        await using var world = await FleetWorld.CreateAsync(database, ("Allocation:MaxGpusPerNetworkPerHour", "1"));
        await RunningAsync(world, 3);
        Change(world, t => t with { Version = 2 });
        await world.Get<RollTemplate>().AskAsync(s_workload, 3, "a fix", "ops@test", CancellationToken.None);
        for (var i = 0; i < 3; i++)
        {
            await world.Get<RollTemplate>().RunAsync(CancellationToken.None);
            await world.PassAsync(TimeSpan.FromMinutes(5));
            await ServeAsync(world);
        }
        (await world.OperationsAsync()).Count(o => o.Kind == OperationKind.Change).ShouldBe(1);
        await world.PassAsync(TimeSpan.FromHours(1));
        await world.Get<RollTemplate>().RunAsync(CancellationToken.None);
        (await world.OperationsAsync()).Count(o => o.Kind == OperationKind.Change).ShouldBe(2);
    }

    [Fact]
    public async Task A_roll_at_another_pace_goes_on_with_what_it_began()
    {
        await using var world = await FleetWorld.CreateAsync(database, ("Allocation:MaxGpusPerNetworkPerHour", "1"));
        await RunningAsync(world, 2);
        Change(world, t => t with { Version = 2 });
        for (var atOnce = 1; atOnce < 3; atOnce++)
        {
            await world.Get<RollTemplate>().AskAsync(s_workload, atOnce, "a fix", "ops@test", CancellationToken.None);
            await world.Get<RollTemplate>().RunAsync(CancellationToken.None);
            await world.PassAsync(TimeSpan.FromMinutes(5));
            await ServeAsync(world);
        }
        (await world.OperationsAsync()).Count(o => o.Kind == OperationKind.Change).ShouldBe(1);
    }

    [Fact]
    public async Task What_a_step_would_remember_is_not_written_over_a_stop()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await RunningAsync(world, 1);
        await world.Get<RollTemplate>().AskAsync(s_workload, 1, "a fix", "ops@test", CancellationToken.None);
        var (settings, key) = (world.Get<SettingBook>(), $"roll:{s_workload}");
        var read = (await settings.FindAsync<TemplateRoll>(key, CancellationToken.None)).ShouldNotBeNull();
        (await settings.ReplaceAsync(key, read, read with { Begun = new Dictionary<Guid, DateTimeOffset> { [Guid.Empty] = world.Clock.GetUtcNow() } }, "a step", CancellationToken.None)).ShouldBeTrue();
        (await world.Get<RollTemplate>().StopAsync(s_workload, "enough", "ops@test", CancellationToken.None)).ShouldBeTrue();
        (await settings.ReplaceAsync(key, read, read with { AtOnce = 2 }, "a step", CancellationToken.None)).ShouldBeFalse();
        (await settings.FindAsync<TemplateRoll>(key, CancellationToken.None)).ShouldNotBeNull().EndedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_roll_waits_while_spending_is_stopped()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await RunningAsync(world, 1);
        Change(world, t => t with { Version = 2 });
        await world.Get<RollTemplate>().AskAsync(s_workload, 1, "a fix", "ops@test", CancellationToken.None);
        await world.Get<SpendingSwitch>().RunAsync("a drill", "ops@test", CancellationToken.None);
        (await world.Get<RollTemplate>().RunAsync(CancellationToken.None)).ShouldContain("spending is stopped");
        (await world.OperationsAsync()).ShouldNotContain(o => o.Kind == OperationKind.Change);
    }

    private static async Task<List<Instance>> RunningAsync(FleetWorld world, int count)
    {
        await world.LaunchAsync(count);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await ServeAsync(world);
        var instances = await world.InstancesAsync();
        instances.ShouldAllBe(i => i.State == InstanceState.Running);
        return instances;
    }

    private static Task<TemplateState> StateAsync(FleetWorld world) => world.Get<TemplateQueries>().ReadAsync(world.Get<NetworkShelf>().TemplateOf(s_workload), CancellationToken.None);

    private static void Change(FleetWorld world, Func<Template, Template> how) => world.Network.Templates = [.. world.Network.Templates.Select(t => t.WorkloadName == s_workload ? how(t) : t)];

    private static async Task ServeAsync(FleetWorld world)
    {
        await using var db = await world.DbAsync();
        foreach (var miner in await db.Miners.Where(m => m.State == MinerState.Installing).ToListAsync()) { miner.Become(MinerState.Idle, world.Clock.GetUtcNow(), "it serves"); }
        await db.SaveChangesAsync();
    }

    private static async Task EarnAsync(FleetWorld world, InstanceId on)
    {
        await ServeAsync(world);
        await using var db = await world.DbAsync();
        (await db.Miners.SingleAsync(m => m.InstanceId == on)).Become(MinerState.Earning, world.Clock.GetUtcNow(), "credited");
        await db.SaveChangesAsync();
    }
}
