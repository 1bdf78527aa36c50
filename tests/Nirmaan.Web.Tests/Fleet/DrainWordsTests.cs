using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Fleet;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class DrainWordsTests(ControlPostgres database)
{
    [Fact]
    public async Task A_machine_says_what_it_waits_for_and_until_when_before_it_is_given_back()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Network.Credits = key => new MinerCredit(key, true, world.Clock.GetUtcNow(), 1);
        var id = (await world.InstancesAsync()).ShouldHaveSingleItem().Id;
        await world.Get<RetireInstance>().RunAsync(id, "ops@test", "done with it", CancellationToken.None);
        var until = world.Clock.GetUtcNow().AddSeconds(30);
        await world.PassAsync(TimeSpan.FromSeconds(10));
        var row = (await world.Get<FleetQueries>().FindAsync(id, CancellationToken.None))!.Instance;
        InstanceWords.Machine(row, world.Clock.GetUtcNow()).ShouldBe($"Draining: it waits for its open sessions on heurist, until {until.UtcDateTime:HH:mm:ss} UTC at the latest; then it is given back: done with it.");
    }
}
