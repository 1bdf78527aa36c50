using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Fleet;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class LostInstanceTests(ControlPostgres database)
{
    [Fact]
    public async Task The_page_of_a_lost_machine_tells_its_cause_what_it_used_of_the_budgets_and_what_comes_next()
    {
        await using var world = await FleetWorld.CreateAsync(database, ("Fleet:ReplaceBudgets:Gone", "0"));
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Akash.Machines.Single().Status = SupplierStatus.Lost;
        await world.PassAsync(TimeSpan.FromMinutes(5), reconcile: true);
        await using var desk = new Desk(world, Roles.Ops);
        desk.Use(world.Get<FleetQueries>()).Use(world.Get<UptimeQueries>()).Use(world.Get<RewardQueries>()).Use(world.Get<PointsQueries>()).Use(world.Get<PayoutPolicy>())
            .Use(world.Get<RetireInstance>()).Use(world.Get<ReplaceInstance>()).Use(world.Get<CordonInstance>()).Use(world.Get<SwitchWorkload>()).Use(world.Get<AcceptBid>());
        var id = (await world.InstancesAsync()).Single().Id.Value;
        var page = desk.Open<InstancePage>($"/ops/instances/{id}", p => p.Add(i => i.Id, id));
        page.WaitForAssertion(() => page.Markup.ShouldContain("Losses in a row"));
        page.Markup.ShouldSatisfyAllConditions(
            m => m.ShouldContain("was ended by its supplier"), m => m.ShouldContain("of 0 that are replaced"), m => m.ShouldContain("No other takes its place by itself: 1 of 1"));
    }
}
