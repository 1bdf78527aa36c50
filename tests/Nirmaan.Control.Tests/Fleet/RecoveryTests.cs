using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>A hundred machines lost in the same minute.</summary>
public sealed class RecoveryTests(ControlPostgres database)
{
    [Fact]
    public async Task A_hundred_machines_lost_at_once_are_replaced_and_no_cap_is_exceeded_at_any_create()
    {
        // Enough for a hundred machines at either supplier, and for not one of them twice.
        const decimal Cap = 56;
        await using var world = await FleetWorld.CreateAsync(database, ("Fleet:MaxUsdPerHourPerSupplier", "56"), ("Fleet:MaxUsdPerHourPerLaunch", "60"), ("Fleet:MaxUsdPerDay", "1000"));
        world.Akash.Offers[0] = FakeSupplier.Offer("a6000", "rtx-a6000", 0.42m, 400);
        world.IoNet.Offers[0] = FakeSupplier.Offer("io-a6000", "rtx-a6000", 0.55m, 400, "io");
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        await world.LaunchAsync(100, max: 0.6m);
        await world.PassAsync(TimeSpan.FromMinutes(6));
        world.Akash.Billing.Count().ShouldBe(100);

        List<decimal> burns = [];
        foreach (var supplier in new[] { world.Akash, world.IoNet }) { supplier.OnCreate = () => burns.Add(supplier.Billing.Sum(m => m.Price) + 0.55m); }
        foreach (var machine in world.Akash.Machines) { machine.Status = SupplierStatus.Failed; }
        await world.PassAsync(TimeSpan.FromMinutes(20), reconcile: true);

        var instances = await world.InstancesAsync();
        instances.Count(i => i.State == InstanceState.Running).ShouldBe(100);
        instances.Count(i => i.State == InstanceState.Failed).ShouldBe(100);
        instances.Where(i => i.State == InstanceState.Failed).ShouldAllBe(i => !i.WantsReplacement);
        (world.Akash.Billing.Count() + world.IoNet.Billing.Count()).ShouldBe(100);
        burns.Count.ShouldBeGreaterThanOrEqualTo(100);
        burns.ShouldAllBe(usd => usd <= Cap);
        (await world.OperationsAsync()).ShouldAllBe(o => !o.IsOpen);
    }

    [Fact]
    public async Task A_replacement_for_which_a_cap_leaves_no_room_waits_and_comes_when_there_is_room()
    {
        await using var world = await FleetWorld.CreateAsync(database, ("Fleet:MaxUsdPerHourPerSupplier", "1.7"));
        world.IoNet.Offers[0] = FakeSupplier.Offer("io-a6000", "rtx-a6000", 0.40m, 30, "io");
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        foreach (var (supplier, count) in new[] { (SupplierName.Akash, 3), (SupplierName.IoNet, 2) })
        {
            await world.Get<LaunchInstance>().RunAsync(FleetWorld.Request(count) with { Provider = supplier }, supplier.Value, "ops@test", CancellationToken.None);
        }
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Offers.Clear();
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        foreach (var machine in world.Akash.Machines) { machine.Status = SupplierStatus.Failed; }
        await world.PassAsync(TimeSpan.FromMinutes(8), reconcile: true);
        world.IoNet.Billing.Count().ShouldBe(4);
        var waiting = (await world.OperationsAsync()).Single(o => o.IsOpen);
        waiting.Reason.ShouldNotBeNull().ShouldContain("Fleet:MaxUsdPerHourPerSupplier");

        await world.Get<RetireInstance>().RunAsync((await world.InstancesAsync()).First(i => i.Supplier == SupplierName.IoNet && i.State == InstanceState.Running).Id, "ops@test", "make room", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(8), reconcile: true);
        world.IoNet.Billing.Count().ShouldBe(4);
        (await world.OperationsAsync()).ShouldAllBe(o => !o.IsOpen);
    }
}
