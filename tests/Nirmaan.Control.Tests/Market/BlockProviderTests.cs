using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Tests.Market;

public sealed class BlockProviderTests(ControlPostgres database)
{
    private static readonly ProviderKey s_bad = new(SupplierName.Akash, "prov-a");

    [Fact]
    public async Task Who_loses_three_machines_of_a_day_is_blocked_and_the_next_bid_wins()
    {
        await using var world = await RunningAsync(4);
        world.Akash.Offers.Add(FakeSupplier.Offer("a6000-b", "rtx-a6000", 0.45m, 30, "prov-b"));
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        await LoseAsync(world, 3);
        var blocked = (await BlockedAsync(world)).Single();
        blocked.ShouldSatisfyAllConditions(r => r.Score.Key.ShouldBe(s_bad), r => r.Block!.By.ShouldBe(BlockProvider.Rule), r => r.Block!.Why.ShouldBe("lost 3 of 4 machines of ours within 24 h"));
        (await world.InstancesAsync()).Where(i => i is { Replaces: not null, IsLive: true }).ShouldAllBe(i => i.Provider == "prov-b");
        (await world.InstancesAsync()).Count(i => i.IsLive).ShouldBe(5);
    }

    [Fact]
    public async Task Machines_of_a_supplier_that_shows_each_ones_host_count_as_the_suppliers_and_the_rule_blocks_it_never()
    {
        await using var world = await RunningAsync(1);
        await world.Get<LaunchInstance>().RunAsync(FleetWorld.Request(4, max: 0.6m) with { Provider = SupplierName.IoNet }, "hosts", "ops@test", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        foreach (var machine in world.IoNet.Machines) { machine.Provider = $"host-of-{machine.Id}"; }
        await world.PassAsync(TimeSpan.FromMinutes(5));
        foreach (var machine in world.IoNet.Machines) { machine.Status = SupplierStatus.Failed; }
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        var rows = (await world.Get<ProviderQueries>().ListAsync(CancellationToken.None)).Providers;
        rows.Where(r => r.Score.Key.Supplier == SupplierName.IoNet).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            r => r.Score.Key.Provider.ShouldBe("ionet"), r => r.Score.Lost.ShouldBe(5), r => r.Block.ShouldBeNull());
    }

    [Fact]
    public async Task Two_lost_machines_block_nobody()
    {
        await using var world = await RunningAsync(4);
        await LoseAsync(world, 2);
        (await BlockedAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_is_blocked_while_machines_fail_everywhere_alike()
    {
        await using var world = await RunningAsync(3);
        await world.Get<LaunchInstance>().RunAsync(FleetWorld.Request(3, max: 0.6m) with { Provider = SupplierName.IoNet }, "io2", "ops@test", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        foreach (var machine in world.Akash.Machines.Concat(world.IoNet.Machines)) { machine.Status = SupplierStatus.Failed; }
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
        (await world.InstancesAsync()).Count(i => i is { Provider: "prov-a", State: InstanceState.Failed }).ShouldBeGreaterThanOrEqualTo(3);
        (await BlockedAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_is_blocked_while_machines_run_nowhere_else()
    {
        await using var world = await RunningAsync(4, elsewhere: false);
        await LoseAsync(world, 4);
        (await BlockedAsync(world)).ShouldBeEmpty();
        (await world.InstancesAsync()).Count(i => i.IsLive).ShouldBe(4);
    }

    [Fact]
    public async Task The_second_block_by_the_rule_lasts_twice_as_long_and_needs_new_losses()
    {
        await using var world = await RunningAsync(4);
        await LoseAsync(world, 3);
        var first = (await BlockedAsync(world)).Single().Block!;
        (await world.Get<BlockProvider>().LiftAsync(first.Id, "spoke to them", "ops@test", CancellationToken.None)).ShouldBeTrue();
        await world.PassAsync(TimeSpan.FromMinutes(5), reconcile: true);
        (await BlockedAsync(world)).ShouldBeEmpty();
        await world.LaunchAsync(6, "more");
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await LoseAsync(world, 6);
        var second = (await BlockedAsync(world)).Single().Block!;
        ((second.Until - second.At) / (first.Until - first.At)).ShouldBe(2, 0.001);
    }

    [Fact]
    public async Task A_block_bars_offers_and_bids_until_its_end()
    {
        await using var world = await RunningAsync(1);
        await world.Get<BlockProvider>().RunAsync(s_bad, world.Clock.GetUtcNow().AddHours(1), "they asked for it", "ops@test", CancellationToken.None);
        var plan = await world.Get<LaunchInstance>().PlanAsync(FleetWorld.Request(1), CancellationToken.None);
        plan.Found.ShouldBe(0);
        plan.Funnel.ShouldContain(s => s.Reason == "blocked");
        world.Clock.Advance(TimeSpan.FromHours(1));
        (await world.Get<LaunchInstance>().PlanAsync(FleetWorld.Request(1), CancellationToken.None)).Found.ShouldBe(1);
    }

    [Fact]
    public async Task A_bid_of_a_blocked_provider_is_kept_with_the_reason_and_not_taken()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.Offers[0] = FakeSupplier.Offer("a6000", "rtx-a6000", 0.42m, 30, "prov-c");
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromSeconds(10));
        await world.Get<BlockProvider>().RunAsync(s_bad, world.Clock.GetUtcNow().AddHours(1), "they asked for it", "ops@test", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var instance = (await world.InstancesAsync()).Single();
        instance.Provider.ShouldBe("prov-b");
        var detail = (await world.Get<FleetQueries>().FindAsync(instance.Id, CancellationToken.None))!;
        detail.Bids.Single(b => b.Provider == "prov-a").Unsuitable.ShouldNotBeNull().ShouldStartWith("blocked until");
        (await world.Get<AcceptBid>().RunAsync(instance.Id, "x", "ops@test", CancellationToken.None)).ShouldBeOfType<AcceptBidOutcome.Refused>();
    }

    [Fact]
    public async Task Only_who_was_heard_of_can_be_blocked_with_a_reason_and_for_a_while()
    {
        await using var world = await RunningAsync(1);
        async Task<string> FieldAsync(ProviderKey key, TimeSpan time, string why) =>
            (await Should.ThrowAsync<InvalidInputException>(() => world.Get<BlockProvider>().RunAsync(key, world.Clock.GetUtcNow() + time, why, "ops@test", CancellationToken.None))).Field;
        (await FieldAsync(s_bad with { Provider = "nobody" }, TimeSpan.FromHours(1), "because")).ShouldBe("provider");
        (await FieldAsync(s_bad with { Supplier = new SupplierName("nobody") }, TimeSpan.FromHours(1), "because")).ShouldBe("supplier");
        (await FieldAsync(s_bad, TimeSpan.Zero, "because")).ShouldBe("until");
        (await FieldAsync(s_bad, TimeSpan.FromDays(91), "because")).ShouldBe("until");
        (await FieldAsync(s_bad, TimeSpan.FromHours(1), "  ")).ShouldBe("why");
    }

    [Fact]
    public async Task A_lost_machine_without_an_offer_in_its_place_says_why_until_one_comes()
    {
        await using var world = await RunningAsync(1, elsewhere: false);
        world.Akash.Offers.Clear();
        world.IoNet.Offers.Clear();
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        world.Akash.Machines[0].Status = SupplierStatus.Failed;
        await world.PassAsync(TimeSpan.FromMinutes(8), reconcile: true);
        (await world.InstancesAsync()).Single().NotHad.ShouldNotBeNull().Seen.ShouldBe(0);
        world.IoNet.Offers.Add(FakeSupplier.Offer("io-a6000", "rtx-a6000", 0.45m, 3, "io"));
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(4), reconcile: true);
        var instances = await world.InstancesAsync();
        instances.Count(i => i.IsLive).ShouldBe(1);
        instances.ShouldAllBe(i => i.NotHad == null);
    }

    [Fact]
    public async Task A_machine_that_nobody_had_keeps_the_funnel_of_its_last_search()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        world.Akash.CreateFaults.Enqueue(Fault.Refuse);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var notHad = (await world.InstancesAsync()).Single().NotHad.ShouldNotBeNull();
        notHad.Funnel.Select(s => s.Reason).ShouldBe(["price", "refused us"]);
        notHad.Seen.ShouldBe(60);
    }

    [Fact]
    public async Task A_score_counts_bids_rents_losses_and_hours()
    {
        await using var world = await RunningAsync(2);
        world.Akash.Machines[0].Status = SupplierStatus.Failed;
        await world.PassAsync(TimeSpan.FromMinutes(4));
        var rows = (await world.Get<ProviderQueries>().ListAsync(CancellationToken.None)).Providers;
        var score = rows.Single(r => r.Score.Key == s_bad).Score;
        (score.BidsSeen, score.BidsWon, score.Rented, score.CameUp, score.Lost).ShouldBe((2, 2, 2, 2, 1));
        score.ToReady.ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(1));
        rows.Single(r => r.Score.Key.Provider == "prov-b").Score.ShouldSatisfyAllConditions(s => s.BidsWon.ShouldBe(0), s => s.BidsSeen.ShouldBe(2), s => s.ToReady.ShouldBeNull());
    }

    /// <summary>Machines of prov-a, and one elsewhere to compare them with.</summary>
    private async Task<FleetWorld> RunningAsync(int count, bool elsewhere = true)
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(count);
        if (elsewhere) { await world.Get<LaunchInstance>().RunAsync(FleetWorld.Request(1, max: 0.6m) with { Provider = SupplierName.IoNet }, "elsewhere", "ops@test", CancellationToken.None); }
        await world.PassAsync(TimeSpan.FromMinutes(5));
        (await world.InstancesAsync()).Count(i => i.State == InstanceState.Running).ShouldBe(elsewhere ? count + 1 : count);
        return world;
    }

    private static async Task LoseAsync(FleetWorld world, int count)
    {
        foreach (var machine in world.Akash.Machines.Where(m => m is { Provider: "prov-a", Status: SupplierStatus.Running }).Take(count)) { machine.Status = SupplierStatus.Failed; }
        await world.PassAsync(TimeSpan.FromMinutes(10), reconcile: true);
    }

    private static async Task<List<ProviderRow>> BlockedAsync(FleetWorld world) => [.. (await world.Get<ProviderQueries>().ListAsync(CancellationToken.None)).Providers.Where(p => p.Block is not null)];
}
