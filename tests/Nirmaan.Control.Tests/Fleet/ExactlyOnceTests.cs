using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class ExactlyOnceTests(ControlPostgres database)
{
    private static readonly TimeSpan s_minutes = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Twenty_wanted_machines_become_twenty_running_ones()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(20);
        await world.PassAsync(s_minutes);
        (await world.InstancesAsync()).Select(i => i.State).ShouldBe(Enumerable.Repeat(InstanceState.Running, 20));
        world.Akash.Billing.Count().ShouldBe(20);
    }

    [Fact]
    public async Task The_same_key_and_body_launch_nothing_twice()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var first = await world.LaunchAsync(2);
        var second = await world.LaunchAsync(2);
        second.ShouldBeOfType<LaunchOutcome.Accepted>().Operations.ShouldBe(first.ShouldBeOfType<LaunchOutcome.Accepted>().Operations);
        (await world.InstancesAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(2);
        (await world.LaunchAsync(3)).ShouldBeOfType<LaunchOutcome.KeyMismatch>();
    }

    [Fact]
    public async Task Two_launches_with_one_key_at_once_launch_one()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => world.LaunchAsync(3))));
        outcomes.ShouldAllBe(o => o is LaunchOutcome.Accepted);
        (await world.InstancesAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_create_that_acts_and_times_out_is_adopted_by_its_name()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.CreateFaults.Enqueue(Fault.ActThenTimeOut);
        await world.LaunchAsync(1);
        await world.PassAsync(s_minutes);
        world.Akash.Machines.Count.ShouldBe(1);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Running);
        (await world.OperationsAsync()).Count(o => o.Kind == OperationKind.Create).ShouldBe(1);
    }

    [Fact]
    public async Task A_create_that_timed_out_without_acting_is_intended_anew_after_it_settled()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.CreateFaults.Enqueue(Fault.TimeOut);
        await world.LaunchAsync(1);
        await world.PassAsync(s_minutes);
        world.Akash.Machines.Count.ShouldBe(1);
        var creates = (await world.OperationsAsync()).Where(o => o.Kind == OperationKind.Create).ToList();
        creates.Select(o => o.State).ShouldBe([OperationState.Rejected, OperationState.Succeeded]);
        (creates[1].CreatedAt - creates[0].SentAt!.Value).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_worker_that_dies_after_the_supplier_acted_leaves_one_machine()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.CreateFaults.Enqueue(Fault.ActThenCrash);
        await world.LaunchAsync(1);
        await world.PassAsync(s_minutes);
        world.Akash.Machines.Count.ShouldBe(1);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Running);
    }

    [Fact]
    public async Task A_worker_that_slept_through_its_lease_changes_nothing()
    {
        await using var world = await FleetWorld.CreateAsync(database, ("Fleet:RenewEvery", "00:00:00"));
        world.Akash.DuringCreate = async () =>
        {
            // While the first worker's call is under way, its lease runs out and another worker attends the row.
            world.Clock.Advance(TimeSpan.FromMinutes(5));
            await world.Get<FleetWork>().RunAsync(1, CancellationToken.None);
        };
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(20), reconcile: true);
        world.Akash.Billing.Count().ShouldBe(1);
        (await world.InstancesAsync()).Count(i => i.State == InstanceState.Running).ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_takes_minutes_keeps_its_row()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.DuringCreate = async () =>
        {
            for (var i = 0; i < 12; i++) { world.Clock.Advance(TimeSpan.FromSeconds(10)); await RenewedAsync(world); }
            await world.Get<FleetWork>().RunAsync(1, CancellationToken.None);
        };
        await world.LaunchAsync(1);
        await world.PassAsync(s_minutes);
        var create = (await world.OperationsAsync()).Single(o => o.Kind == OperationKind.Create);
        (create.Attempts, create.UnknownSince).ShouldBe((1, null));
    }

    /// <summary>Waits until the running worker has renewed its hold at the clock's present time.</summary>
    private static async Task RenewedAsync(FleetWorld world)
    {
        for (var i = 0; i < 2_000; i++)
        {
            if ((await world.OperationsAsync()).Any(o => o.TokenUntil > world.Clock.GetUtcNow().AddSeconds(40))) { return; }
        }
        throw new TimeoutException("the hold was not renewed");
    }

    [Fact]
    public async Task Where_the_list_bears_no_name_one_create_is_in_flight_at_a_time()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.ListsNames = false;
        await world.LaunchAsync(6);
        await world.PassAsync(s_minutes);
        world.Akash.MostCreatesInFlight.ShouldBe(1);
        world.Akash.Billing.Count().ShouldBe(6);
    }

    [Fact]
    public async Task Where_the_list_bears_no_name_the_only_new_thing_is_adopted()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.ListsNames = false;
        world.Akash.Foreign("7");
        world.Akash.CreateFaults.Enqueue(Fault.ActThenTimeOut);
        await world.LaunchAsync(1);
        await world.PassAsync(s_minutes);
        world.Akash.Machines.Count.ShouldBe(2);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Running);
    }

    [Fact]
    public async Task Two_candidates_stay_unknown_with_dollars_at_risk()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.ListsNames = false;
        world.Akash.CreateFaults.Enqueue(Fault.ActThenTimeOut);
        await world.LaunchAsync(1);
        await world.Get<FleetWork>().RunAsync(1, CancellationToken.None);
        world.Akash.Machines.Add(new FakeSupplier.Machine { Id = "9", CreatedAt = world.Clock.GetUtcNow(), Status = SupplierStatus.AwaitingBid });
        await world.PassAsync(s_minutes, reconcile: true);
        var create = (await world.OperationsAsync()).Single(o => o.Kind == OperationKind.Create);
        create.State.ShouldBe(OperationState.Unknown);
        create.UsdAtRisk(world.Clock.GetUtcNow())!.Value.ShouldBeGreaterThan(0);
        world.Akash.Machines.Count(m => m.Exists).ShouldBe(2);
    }

    [Fact]
    public async Task A_person_names_which_of_two_candidates_is_ours()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.ListsNames = false;
        world.Akash.CreateFaults.Enqueue(Fault.ActThenTimeOut);
        await world.LaunchAsync(1);
        await world.Get<FleetWork>().RunAsync(1, CancellationToken.None);
        world.Akash.Machines.Add(new FakeSupplier.Machine { Id = "9", CreatedAt = world.Clock.GetUtcNow(), Status = SupplierStatus.AwaitingBid });
        await world.PassAsync(TimeSpan.FromMinutes(3));
        var create = (await world.OperationsAsync()).Single(o => o.Kind == OperationKind.Create);
        (await world.Get<IResolveOperation>().RunAsync(create.Id, Resolution.Adopt, "akash-1", "ops@test", CancellationToken.None)).ShouldBe(new ResolveOutcome.Resolved(OperationState.Succeeded));
        await world.PassAsync(s_minutes);
        (await world.InstancesAsync()).Single().ExternalId.ShouldBe("akash-1");
    }

    /// <summary>A create that acted without an answer, on a list without names where another new thing stands too.</summary>
    private async Task<(FleetWorld World, OperationId Create)> TwoCandidatesAsync()
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1, "before");
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.ListsNames = false;
        world.Akash.CreateFaults.Enqueue(Fault.ActThenTimeOut);
        await world.LaunchAsync(1, "doubtful");
        await world.Get<FleetWork>().RunAsync(1, CancellationToken.None);
        world.Akash.Machines.Add(new FakeSupplier.Machine { Id = "stranger", CreatedAt = world.Clock.GetUtcNow(), Status = SupplierStatus.AwaitingBid });
        await world.PassAsync(TimeSpan.FromMinutes(3));
        return (world, (await world.OperationsAsync()).Single(o => o.State == OperationState.Unknown).Id);
    }

    private static Task<ResolveOutcome> ResolveAsync(FleetWorld world, OperationId id, Resolution resolution, string? externalId = null) =>
        world.Get<IResolveOperation>().RunAsync(id, resolution, externalId, "ops@test", CancellationToken.None);

    [Theory]
    [InlineData(Resolution.Adopt, "akash-1")]
    [InlineData(Resolution.Close, "akash-1")]
    [InlineData(Resolution.Adopt, "no-such-thing")]
    public async Task What_belongs_to_another_or_is_not_there_can_neither_be_adopted_nor_closed(Resolution resolution, string named)
    {
        var (world, create) = await TwoCandidatesAsync();
        await using var _ = world;
        (await ResolveAsync(world, create, resolution, named)).ShouldBeOfType<ResolveOutcome.NotACandidate>().Why.ShouldContain("akash-2 or stranger");
        world.Akash.Machines.Single(m => m.Id == "akash-1").Bills.ShouldBeTrue();
        (await world.OperationsAsync()).Single(o => o.Id == create).State.ShouldBe(OperationState.Unknown);
    }

    [Fact]
    public async Task Of_two_candidates_a_person_names_the_one_to_close_and_only_that_is_closed()
    {
        var (world, create) = await TwoCandidatesAsync();
        await using var _ = world;
        (await ResolveAsync(world, create, Resolution.Close)).ShouldBeOfType<ResolveOutcome.NothingFound>().Why.ShouldContain("name the one");
        (await ResolveAsync(world, create, Resolution.Close, "akash-2")).ShouldBe(new ResolveOutcome.Resolved(OperationState.Closing));
        await world.PassAsync(TimeSpan.FromMinutes(1));
        (await world.OperationsAsync()).Single(o => o.Id == create).State.ShouldBe(OperationState.Rejected);
        world.Akash.Machines.ToDictionary(m => m.Id, m => m.Exists).ShouldContainKeyAndValue("akash-2", false);
        world.Akash.Machines.Single(m => m.Id == "stranger").Exists.ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_person_wants_closed_is_looked_for_until_it_is_there()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.CreateFaults.Enqueue(Fault.TimeOut);
        await world.LaunchAsync(1);
        await world.Get<FleetWork>().RunAsync(1, CancellationToken.None);
        var create = (await world.OperationsAsync()).Single(o => o.Kind == OperationKind.Create);
        create.State.ShouldBe(OperationState.Unknown);
        (await ResolveAsync(world, create.Id, Resolution.Close)).ShouldBe(new ResolveOutcome.Resolved(OperationState.Closing));
        await world.Get<FleetWork>().RunAsync(10, CancellationToken.None);
        (await world.OperationsAsync()).Single(o => o.Id == create.Id).State.ShouldBe(OperationState.Closing);
        // The supplier was only slow: now the thing stands on the account.
        world.Akash.Machines.Add(new FakeSupplier.Machine { Id = "late", Name = create.Name, CreatedAt = world.Clock.GetUtcNow(), Status = SupplierStatus.AwaitingBid });
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Machines.Single(m => m.Id == "late").Exists.ShouldBeFalse();
        (await world.OperationsAsync()).Single(o => o.Id == create.Id).State.ShouldBe(OperationState.Rejected);
    }

    [Fact]
    public async Task What_never_left_is_sent_again_under_the_same_operation()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.CreateFaults.Enqueue(Fault.NotSent);
        await world.LaunchAsync(1);
        await world.PassAsync(s_minutes);
        var create = (await world.OperationsAsync()).Single(o => o.Kind == OperationKind.Create);
        (create.State, create.Attempts).ShouldBe((OperationState.Succeeded, 2));
    }

    [Fact]
    public async Task A_bid_accepted_with_a_time_out_is_confirmed_and_billed_once()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.AcceptFaults.Enqueue(Fault.ActThenTimeOut);
        await world.LaunchAsync(1);
        await world.PassAsync(s_minutes);
        world.Akash.Billing.Count().ShouldBe(1);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Running);
    }

    [Fact]
    public async Task An_extension_that_acts_and_times_out_is_bought_once()
    {
        await using var world = await FleetWorld.CreateAsync(database, ("Fleet:PrepaidHours", "1"));
        world.Akash.Offers.Clear();
        await world.Get<Control.Market.SyncOffers>().RunAsync(CancellationToken.None);
        world.IoNet.ExtendFaults.Enqueue(Fault.ActThenTimeOut);
        await world.LaunchAsync(1, max: 0.6m);
        await world.PassAsync(TimeSpan.FromMinutes(45));
        var machine = world.IoNet.Machines.Single();
        (machine.PaidUntil!.Value - machine.CreatedAt).ShouldBe(TimeSpan.FromHours(3));
        (await world.OperationsAsync()).Single(o => o.Kind == OperationKind.Extend).State.ShouldBe(OperationState.Succeeded);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Whatever_goes_wrong_no_machine_is_lost_and_none_is_double(int seed)
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var random = new Random(seed);
        world.Akash.ListsNames = random.Next(2) == 0;
        foreach (var queue in new[] { world.Akash.CreateFaults, world.Akash.AcceptFaults, world.Akash.CloseFaults, world.IoNet.CreateFaults, world.IoNet.CloseFaults })
        {
            for (var i = 0; i < 12; i++) { queue.Enqueue((Fault)random.Next(5)); }
        }
        await world.LaunchAsync(6, max: 0.6m);
        await world.PassAsync(TimeSpan.FromMinutes(20), reconcile: true);
        foreach (var instance in (await world.InstancesAsync()).Where(i => i.IsLive).Take(3))
        {
            await world.Get<RetireInstance>().RunAsync(instance.Id, "ops@test", "no longer needed", CancellationToken.None);
        }
        await world.PassAsync(TimeSpan.FromMinutes(45), reconcile: true);

        var instances = await world.InstancesAsync();
        var owned = instances.Where(i => i.IsLive && i.ExternalId is not null).Select(i => i.ExternalId!).ToHashSet();
        world.Akash.Billing.Concat(world.IoNet.Billing).Select(m => m.Id).Order().ShouldBe(owned.Order(), $"seed {seed}: billed without an owner, or owned without a machine");
        (await world.OperationsAsync()).Count(o => o.State == OperationState.Unknown).ShouldBe(0, $"seed {seed}");
        instances.ShouldAllBe(i => i.IsLive || i.Reason != null, $"seed {seed}");
    }
}
