using Microsoft.Extensions.Options;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class SpendGuardTests(ControlPostgres database)
{
    [Fact]
    public async Task Of_launches_at_once_those_that_fit_under_a_suppliers_cap_are_taken_and_the_others_told()
    {
        // Three machines at $0.42 fit.
        await using var world = await FleetWorld.CreateAsync(database, ("Fleet:MaxUsdPerHourPerSupplier", "1.3"));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => world.LaunchAsync(1, $"k{i}")));
        outcomes.Count(o => o is LaunchOutcome.Accepted).ShouldBe(3);
        outcomes.OfType<LaunchOutcome.Refused>().ShouldAllBe(r => r.Why.Contains("Fleet:MaxUsdPerHourPerSupplier"));
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Billing.Count().ShouldBe(3);
    }

    [Fact]
    public async Task A_cap_lowered_after_the_launch_lets_through_what_still_fits()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(6);
        world.Get<IOptions<FleetOptions>>().Value.MaxUsdPerHourPerSupplier = 1.3m;
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Billing.Count().ShouldBe(3);
        (await world.InstancesAsync()).Count(i => i.State == InstanceState.Requested).ShouldBe(3);
    }

    [Fact]
    public async Task Payments_in_flight_count_against_the_days_cap()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var request = FleetWorld.Request(6, max: 0.6m) with { Provider = SupplierName.IoNet };
        var accepted = (await world.Get<LaunchInstance>().RunAsync(request, "prepaid", "ops@test", CancellationToken.None)).ShouldBeOfType<LaunchOutcome.Accepted>();
        // Two of the six fit; all six are due at once and eight may be sent in parallel.
        world.Get<IOptions<FleetOptions>>().Value.MaxUsdPerDay = accepted.Plan.UsdUpFront!.Value / 6 * 2.1m;
        await world.PassAsync(TimeSpan.FromMinutes(2));
        world.IoNet.Creates.ShouldBe(2);
    }

    [Fact]
    public async Task Payments_that_are_booked_and_not_sent_count_against_the_next_launch()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var request = FleetWorld.Request(2, max: 0.6m) with { Provider = SupplierName.IoNet };
        var first = (await world.Get<LaunchInstance>().RunAsync(request, "first", "ops@test", CancellationToken.None)).ShouldBeOfType<LaunchOutcome.Accepted>();
        world.Get<IOptions<FleetOptions>>().Value.MaxUsdPerDay = first.Plan.UsdUpFront!.Value * 1.5m;
        (await world.Get<LaunchInstance>().RunAsync(request, "second", "ops@test", CancellationToken.None)).ShouldBeOfType<LaunchOutcome.Refused>().Why.ShouldContain("Fleet:MaxUsdPerDay");
    }
}
