using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

public sealed class TimelineQueriesTests(ControlPostgres database)
{
    private async Task<FleetWorld> PrepaidAsync(int machines)
    {
        var world = await FleetWorld.CreateAsync(database, ("Fleet:PrepaidHours", "1"));
        world.Akash.Offers.Clear();
        await world.Get<Control.Market.SyncOffers>().RunAsync(CancellationToken.None);
        await world.LaunchAsync(machines, max: 0.6m);
        return world;
    }

    [Fact]
    public async Task Hours_bought_in_a_row_are_one_line_of_what_happened()
    {
        await using var world = await PrepaidAsync(3);
        await world.PassAsync(TimeSpan.FromHours(5));
        var bought = (await world.OperationsAsync()).Where(o => o is { Kind: OperationKind.Extend, State: OperationState.Succeeded }).ToList();
        bought.Count.ShouldBeGreaterThan(3);
        var lines = await world.Get<TimelineQueries>().FleetAsync(12, CancellationToken.None);
        lines[0].ShouldBeOfType<FleetLine.Extended>().All.ShouldSatisfyAllConditions(
            all => all.Select(x => x.Id).ShouldBe(bought.Select(o => o.Id), ignoreOrder: true),
            all => all.Sum(x => x.Usd).ShouldBe(bought.Sum(o => o.UsdCommitted)),
            all => all.ShouldAllBe(x => x.Hours > 0 && x.Refused == null));
        lines.Skip(1).ShouldAllBe(l => l is FleetLine.Happened);
        lines.Count.ShouldBe(12);
    }

    [Fact]
    public async Task Hours_that_were_refused_stand_alone_among_those_that_were_bought()
    {
        await using var world = await PrepaidAsync(3);
        world.IoNet.ExtendFaults.Enqueue(Fault.Refuse);
        await world.PassAsync(TimeSpan.FromHours(2));
        var lines = await world.Get<TimelineQueries>().FleetAsync(12, CancellationToken.None);
        var refused = lines.OfType<FleetLine.Extended>().Single(l => l.All[0].Refused is not null);
        refused.All.ShouldHaveSingleItem().Id.ShouldBe((await world.OperationsAsync()).Single(o => o is { Kind: OperationKind.Extend, State: OperationState.Rejected }).Id);
    }
}
