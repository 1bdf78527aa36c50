using System.Globalization;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class LaunchedPageTests(ControlPostgres database)
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_retired_machine_has_its_own_tile_and_the_tiles_add_up_to_what_was_wanted()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(3);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await world.Get<RetireInstance>().RunAsync((await world.InstancesAsync())[0].Id, "ops@test", "enough", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(30));
        (await world.InstancesAsync()).Count(i => i.State == InstanceState.Closed).ShouldBe(1);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LaunchedPage>("/ops/launches/k1", p => p.Add(l => l.Key, "k1"));
        (Count("Wanted"), Count("Rented"), Count("Retired")).ShouldBe((3, 2, 1));
        foreach (var none in new[] { "On the way", "Lost", "Not to be had" }) { Count(none).ShouldBe(0); }

        int Count(string label) => int.Parse(page.Figure(label).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_lost_machine_and_its_replacement_are_one()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(2);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Machines[0].Status = SupplierStatus.Closed;
        await world.PassAsync(TimeSpan.FromMinutes(30), reconcile: true);
        var detail = (await world.Get<LaunchQueries>().FindAsync("k1", CancellationToken.None))!;
        detail.Instances.Count.ShouldBe(3);
        LaunchTally.Of(detail).ShouldSatisfyAllConditions(t => t.Wanted.ShouldBe(2), t => (t.OnTheWay + t.Rented + t.Retired + t.Lost + t.NotToBeHad).ShouldBe(2), t => t.Lost.ShouldBe(0));
    }

    [Fact]
    public async Task After_the_bids_the_estimate_stands_beside_what_was_agreed()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(3);
        await using var desk = new Desk(world, Roles.Ops);
        desk.Open<LaunchedPage>("/ops/launches/k1", p => p.Add(l => l.Key, "k1")).Figure("Planned").ShouldBe("$1.26/h");
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var page = desk.Open<LaunchedPage>("/ops/launches/k1", p => p.Add(l => l.Key, "k1"));
        page.Figure("Agreed, 3 machines").ShouldBe("$1.20/h");
        page.FindAll(".stat").First(s => s.TextContent.Contains("Agreed", StringComparison.Ordinal)).TextContent.ShouldContain("$1.26/h was estimated");
        page.Find("tbody tr").TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("$0.42/h"), t => t.ShouldContain("$0.40/h"));
    }

    [Theory]
    [InlineData(PriceKind.Estimated, "estimated from the market at 12:00 UTC; bids decide; ceiling $1.00/h")]
    [InlineData(PriceKind.Quoted, "quoted by the supplier at 12:00 UTC; ceiling $1.00/h")]
    public void A_plans_price_says_what_it_is(PriceKind kind, string words)
    {
        var offer = new PlannedOffer(OfferId.New(s_noon), SupplierName.Akash, "p", "p", new GpuModel("rtx-a6000"), 8, 0.42m, kind, null, 9, s_noon, 2, null);
        LaunchPrice.Words(new LaunchPlan(FleetWorld.Request(2), 1, 2, 0.84m, null, [offer], [], [], null)).ShouldBe(words);
    }

    [Fact]
    public async Task A_closed_machine_shows_the_suppliers_last_word_as_past()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var id = (await world.InstancesAsync())[0].Id;
        InstanceWords.SupplierWord(await RowAsync()).ShouldStartWith(", in state “");
        await world.Get<RetireInstance>().RunAsync(id, "ops@test", "enough", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(30));
        var closed = await RowAsync();
        closed.State.ShouldBe(InstanceState.Closed);
        InstanceWords.SupplierWord(closed).ShouldBe($", last seen as “{closed.SupplierState}”, {Components.Kit.Format.DayTime(closed.ObservedAt!.Value)} UTC");
        InstanceWords.IsWatched(closed).ShouldBeFalse();

        async Task<InstanceRow> RowAsync() => (await world.Get<FleetQueries>().FindAsync(id, CancellationToken.None))!.Instance;
    }
}
