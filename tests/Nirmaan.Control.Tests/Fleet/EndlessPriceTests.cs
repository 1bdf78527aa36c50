using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class EndlessPriceTests(ControlPostgres database)
{
    [Fact]
    public async Task Machines_whose_price_a_total_was_divided_for_do_not_stop_the_next_launch()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        // As a supplier's total over hours and cards gives it: more digits than a sum of such prices could be read with.
        world.Akash.Offers[0] = FakeSupplier.Offer("a6000", "rtx-a6000", 1.27m / 3, 400);
        world.Akash.BidPrices["prov-a"] = world.Akash.BidPrices["prov-b"] = 1.27m / 3;
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        await world.LaunchAsync(40);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        (await world.LaunchAsync(3, "again")).ShouldBeOfType<LaunchOutcome.Accepted>();
        await world.PassAsync(TimeSpan.FromMinutes(5));
        (await world.InstancesAsync()).Count(i => i.State == InstanceState.Running).ShouldBe(43);
    }
}
