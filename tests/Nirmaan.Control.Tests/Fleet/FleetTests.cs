using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class FleetTests(ControlPostgres database)
{
    private static readonly TimeSpan s_tenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task The_cheapest_suitable_bid_wins_and_the_losing_one_is_kept()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        var detail = await world.Get<FleetQueries>().FindAsync((await world.InstancesAsync()).Single().Id, CancellationToken.None);
        detail!.Bids.Select(b => (b.Provider, b.Accepted)).ShouldBe([("prov-a", true), ("prov-b", false)]);
    }

    [Fact]
    public async Task A_bid_that_is_gone_makes_way_for_the_next()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.AcceptFaults.Enqueue(Fault.Refuse);
        world.Akash.RefuseCode = "bid-gone";
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        world.Akash.Machines.Single().Provider.ShouldBe("prov-b");
    }

    [Fact]
    public async Task Without_bids_the_auction_is_closed_and_another_supplier_is_asked()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.BidProviders.Clear();
        await world.LaunchAsync(1, max: 0.6m);
        await world.PassAsync(s_tenMinutes);
        world.Akash.Machines.ShouldAllBe(m => !m.Exists);
        var instance = (await world.InstancesAsync()).Single();
        (instance.Supplier, instance.State).ShouldBe((SupplierName.IoNet, InstanceState.Running));
    }

    [Fact]
    public async Task A_lost_machine_is_closed_and_replaced_elsewhere()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.Offers.Add(FakeSupplier.Offer("b", "rtx-a6000", 0.43m, 30, "prov-b"));
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        world.Akash.Machines.Single().Status = SupplierStatus.Lost;
        await world.PassAsync(s_tenMinutes, reconcile: true);
        world.Akash.Machines[0].Exists.ShouldBeFalse("its escrow is still locked");
        var instances = await world.InstancesAsync();
        instances.Select(i => i.State).ShouldBe([InstanceState.Failed, InstanceState.Running]);
        instances[1].Replaces.ShouldBe(instances[0].Id);
    }

    [Fact]
    public async Task A_machine_whose_container_is_down_and_whose_miner_is_silent_is_closed_and_replaced()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.Offers.Add(FakeSupplier.Offer("b", "rtx-a6000", 0.43m, 30, "prov-b"));
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        world.Akash.Machines.Single().ContainerIsDown = true;
        await world.PassAsync(TimeSpan.FromMinutes(20), reconcile: true);
        world.Akash.Machines[0].Exists.ShouldBeFalse("it bills");
        (await world.InstancesAsync()).Select(i => i.State).ShouldBe([InstanceState.Failed, InstanceState.Running]);
    }

    [Fact]
    public async Task A_machine_that_would_wait_can_be_looked_at_now()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        var work = world.Get<FleetWork>();
        (await work.NextDueAsync(CancellationToken.None))!.Value.ShouldBeGreaterThan(world.Clock.GetUtcNow());
        (await work.BringForwardAsync(world.Clock.GetUtcNow(), CancellationToken.None)).ShouldBe(1);
        (await work.NextDueAsync(CancellationToken.None)).ShouldBe(world.Clock.GetUtcNow());
    }

    [Fact]
    public async Task A_machine_is_drained_closed_and_its_miner_withdrawn()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        await world.ReportServingAsync();
        await world.Get<EnrolMiner>().RunAsync(CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        world.Network.Enrolled.Count.ShouldBe(1);
        await world.Get<RetireInstance>().RunAsync((await world.InstancesAsync()).Single().Id, "ops@test", "done with it", CancellationToken.None);
        await world.PassAsync(s_tenMinutes);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Closed);
        world.Akash.Billing.ShouldBeEmpty();
        world.Network.Enrolled.ShouldBeEmpty();
        (await world.MinersAsync()).Single().State.ShouldBe(MinerState.Stopped);
    }

    [Fact]
    public async Task A_machine_retired_while_it_is_being_asked_for_bills_nothing()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.DuringCreate = async () => await world.Get<RetireInstance>().RunAsync((await world.InstancesAsync()).Single().Id, "ops@test", "changed my mind", CancellationToken.None);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        world.Akash.Machines.ShouldAllBe(m => !m.Exists);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Closed);
    }

    [Fact]
    public async Task Retiring_twice_is_once()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        var id = (await world.InstancesAsync()).Single().Id;
        (await world.Get<RetireInstance>().RunAsync(id, "a", "x", CancellationToken.None)).ShouldBe(RetireOutcome.Retiring);
        (await world.Get<RetireInstance>().RunAsync(id, "a", "x", CancellationToken.None)).ShouldBe(RetireOutcome.Already);
        (await world.Get<RetireInstance>().RunAsync(InstanceId.New(world.Clock.GetUtcNow()), "a", "x", CancellationToken.None)).ShouldBe(RetireOutcome.NotFound);
    }

    [Fact]
    public async Task The_kill_switch_stops_a_launch_and_never_a_close()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        await world.Get<SpendingSwitch>().RunAsync("audit", "admin@test", CancellationToken.None);
        (await world.LaunchAsync(1, "k2")).ShouldBeOfType<LaunchOutcome.Refused>().Why.ShouldContain("audit");
        await world.Get<RetireInstance>().RunAsync((await world.InstancesAsync()).Single().Id, "ops@test", "audit", CancellationToken.None);
        await world.PassAsync(s_tenMinutes);
        world.Akash.Billing.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_launch_over_the_cap_names_the_cap()
    {
        await using var world = await FleetWorld.CreateAsync(database, ("Fleet:MaxUsdPerHourPerLaunch", "2"));
        (await world.LaunchAsync(20)).ShouldBeOfType<LaunchOutcome.Refused>().Why.ShouldContain("Fleet:MaxUsdPerHourPerLaunch");
        (await world.InstancesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_launch_without_a_fitting_offer_says_why_not_and_what_would_help()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var plan = (await world.LaunchAsync(1, max: 0.3m)).ShouldBeOfType<LaunchOutcome.Refused>().Plan;
        var price = plan.Funnel.Single(f => f.Reason == "price");
        price.Dropped.ShouldBe(60);
        price.CheapestRelaxation.ShouldNotBeNull().ShouldContain("+$0.1200/GPU-h");
    }

    [Fact]
    public async Task Nonsense_names_the_field()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        (await Should.ThrowAsync<InvalidInputException>(() => world.LaunchAsync(0))).Field.ShouldBe("count");
        (await Should.ThrowAsync<InvalidInputException>(() => world.LaunchAsync(1, max: -1))).Field.ShouldBe("maxUsdPerGpuHour");
        (await Should.ThrowAsync<InvalidInputException>(() => world.LaunchAsync(1, workload: "gold"))).Field.ShouldBe("workload");
    }

    [Fact]
    public async Task An_orphan_under_our_name_is_found_and_closed_and_what_is_not_ours_is_left_alone()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.Foreign("77");
        world.Akash.Machines.Add(new FakeSupplier.Machine { Id = "88", Name = Operation.NameOf(OperationId.New(world.Clock.GetUtcNow())), CreatedAt = world.Clock.GetUtcNow(), Status = SupplierStatus.Running, StartedAt = world.Clock.GetUtcNow() });
        await world.PassAsync(TimeSpan.FromMinutes(5), reconcile: true);
        world.Akash.Machines.Single(m => m.Id == "88").Exists.ShouldBeFalse();
        world.Akash.Machines.Single(m => m.Id == "77").Exists.ShouldBeTrue();
        var finding = (await world.Get<OperationQueries>().ReportsWithFindingsAsync(10, CancellationToken.None)).SelectMany(r => r.Report.Findings).First();
        finding.Kind.ShouldBe("theirs-not-ours");
        finding.SecondsToDetect!.Value.ShouldBeLessThan(300);
    }

    [Fact]
    public async Task What_a_comparison_found_is_over_with_the_next_list_that_could_be_read()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.Machines.Add(new FakeSupplier.Machine { Id = "88", Name = Operation.NameOf(OperationId.New(world.Clock.GetUtcNow().AddHours(-1))), CreatedAt = world.Clock.GetUtcNow().AddHours(-1), Status = SupplierStatus.Running, StartedAt = world.Clock.GetUtcNow() });
        var queries = world.Get<OperationQueries>();
        await world.Get<ReconcileSupplier>().RunAsync(CancellationToken.None);
        (await queries.ReportsWithFindingsAsync(10, CancellationToken.None)).ShouldHaveSingleItem().NextAt.ShouldBeNull();

        // What could not be read says nothing of what was found before.
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Akash.Unreadable = true;
        await world.Get<ReconcileSupplier>().RunAsync(CancellationToken.None);
        (await queries.ReportsWithFindingsAsync(10, CancellationToken.None)).Select(r => r.NextAt).ShouldBe([null, null]);

        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Akash.Unreadable = false;
        await world.Get<ReconcileSupplier>().RunAsync(CancellationToken.None);
        (await queries.ReportsWithFindingsAsync(10, CancellationToken.None)).Where(r => r.Report.At < world.Clock.GetUtcNow()).Select(r => r.NextAt).ShouldBe([world.Clock.GetUtcNow(), world.Clock.GetUtcNow()]);
    }

    [Fact]
    public async Task A_machine_that_failed_and_is_listed_for_good_is_closed_once_and_no_finding_afterwards()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.ListsFailed = true;
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        world.Akash.Machines.Single().Status = SupplierStatus.Failed;
        await world.PassAsync(s_tenMinutes, reconcile: true);
        var from = world.Clock.GetUtcNow();
        await world.PassAsync(TimeSpan.FromMinutes(30), reconcile: true);
        (await world.Get<OperationQueries>().ReportsWithFindingsAsync(50, CancellationToken.None)).ShouldAllBe(r => r.Report.At <= from);
    }

    [Fact]
    public async Task A_closed_machine_does_not_stand_for_another_whose_id_begins_like_its_own()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.ListsFailed = true;
        FakeSupplier.Machine Orphan(string id, SupplierStatus status) =>
            new() { Id = id, Name = Operation.NameOf(OperationId.New(world.Clock.GetUtcNow())), CreatedAt = world.Clock.GetUtcNow(), Status = status, StartedAt = world.Clock.GetUtcNow() };
        world.Akash.Machines.Add(Orphan("88", SupplierStatus.Running));
        await world.PassAsync(TimeSpan.FromMinutes(5), reconcile: true);
        world.Akash.Machines.Add(Orphan("8", SupplierStatus.Failed));
        await world.PassAsync(TimeSpan.FromMinutes(5), reconcile: true);
        (await world.Get<OperationQueries>().ReportsWithFindingsAsync(50, CancellationToken.None)).SelectMany(r => r.Report.Findings).ShouldContain(f => f.ExternalId == "8");
    }

    [Fact]
    public async Task A_machine_taken_over_after_the_books_were_read_is_no_orphan()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        // A list that does not say when things were made, read before the books, which knew nothing of the machine then.
        var listed = (await world.Akash.ListAsync(CancellationToken.None)).Single() with { CreatedAt = null };
        var finding = await world.Get<ReconcileSupplier>().OrphanAsync(world.Akash, listed, Operation.IdOf(listed.Name), world.Clock.GetUtcNow(), CancellationToken.None);
        await world.PassAsync(s_tenMinutes);
        finding.ShouldBeNull();
        world.Akash.Machines.Single().Exists.ShouldBeTrue();
    }

    [Fact]
    public async Task A_supplier_that_cannot_be_read_proves_nothing()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        world.Akash.Unreadable = true;
        await world.PassAsync(s_tenMinutes, reconcile: true);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Running);
        world.Akash.Unreadable = false;
        await world.PassAsync(s_tenMinutes, reconcile: true);
        (await world.InstancesAsync()).Single().State.ShouldBe(InstanceState.Running);
    }

    [Fact]
    public async Task A_machine_is_set_to_other_work_in_place()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        var id = (await world.InstancesAsync()).Single().Id;
        (await world.Get<SwitchWorkload>().RunAsync(id, new WorkloadName("heurist-sd"), "admin@test", "plan", CancellationToken.None)).ShouldBe(SwitchOutcome.Switching);
        await world.PassAsync(s_tenMinutes);
        world.Akash.Machines.Single().Workload.ShouldBe("heurist-sd");
        (await world.MinersAsync()).Select(m => (m.Workload.Value, m.IsLive)).ShouldBe([("heurist-llm", false), ("heurist-sd", true)]);
        (await world.InstancesAsync()).Single().Workload.Value.ShouldBe("heurist-sd");
    }

    [Fact]
    public async Task A_bid_is_accepted_by_hand_only()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.Get<LaunchInstance>().RunAsync(FleetWorld.Request(1) with { AcceptBidsByHand = true }, "k", "ops@test", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(3));
        var instance = (await world.InstancesAsync()).Single();
        instance.State.ShouldBe(InstanceState.Placing);
        (await world.Get<AcceptBid>().RunAsync(instance.Id, $"{instance.ExternalId}/prov-b", "ops@test", CancellationToken.None)).ShouldBeOfType<AcceptBidOutcome.Accepting>();
        await world.PassAsync(s_tenMinutes);
        (await world.InstancesAsync()).Single().Provider.ShouldBe("prov-b");
    }

    [Fact]
    public async Task Every_change_of_state_is_on_the_timeline_with_actor_and_reason()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(s_tenMinutes);
        var detail = await world.Get<FleetQueries>().FindAsync((await world.InstancesAsync()).Single().Id, CancellationToken.None);
        detail!.Timeline.Where(e => e.Kind == "instance" && e.Before != e.After && e.After != null).Select(e => e.After)
            .ShouldBe(["Requested", "Placing", "Starting", "Running"]);
        detail.Timeline.ShouldAllBe(e => e.Actor.Length > 0 && e.Why.Length > 0);
    }
}
