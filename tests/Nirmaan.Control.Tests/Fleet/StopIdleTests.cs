using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>Machines to which no work comes.</summary>
public sealed class StopIdleTests(ControlPostgres database)
{
    [Fact]
    public async Task A_machine_without_work_for_as_long_as_its_template_allows_is_given_back_with_the_reason()
    {
        await using var world = await IdleAsync(database, lastJobHoursAgo: 7);
        await world.Get<StopIdle>().RunAsync(CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var given = (await world.InstancesAsync()).ShouldHaveSingleItem();
        given.State.ShouldBe(InstanceState.Closed);
        given.Reason.ShouldNotBeNull().ShouldContain("no work for 6 h");
    }

    [Theory]
    [InlineData(5, true, "work came")]
    [InlineData(7, false, "it is not heard of, so it is not known whether it works")]
    public async Task A_machine_that_works_or_is_silent_is_kept(int lastJobHoursAgo, bool isHeard, string because)
    {
        await using var world = await IdleAsync(database, lastJobHoursAgo, isHeard);
        await world.Get<StopIdle>().RunAsync(CancellationToken.None);
        (await world.InstancesAsync()).ShouldHaveSingleItem().State.ShouldBe(InstanceState.Running, because);
    }

    [Fact]
    public async Task A_cordoned_machine_is_kept_although_it_is_idle()
    {
        await using var world = await IdleAsync(database, lastJobHoursAgo: 7);
        await world.Get<CordonInstance>().RunAsync((await world.InstancesAsync())[0].Id, "ops@test", "looked into", CancellationToken.None);
        await world.Get<StopIdle>().RunAsync(CancellationToken.None);
        (await world.InstancesAsync()).ShouldHaveSingleItem().State.ShouldBe(InstanceState.Running);
    }

    [Fact]
    public async Task Without_a_policy_an_idle_machine_is_kept()
    {
        await using var world = await IdleAsync(database, lastJobHoursAgo: 7);
        world.Network.Templates = [.. world.Network.Templates.Select(t => t with { IdleStopHours = null })];
        await world.Get<StopIdle>().RunAsync(CancellationToken.None);
        (await world.InstancesAsync()).ShouldHaveSingleItem().State.ShouldBe(InstanceState.Running);
    }

    private static async Task<FleetWorld> IdleAsync(ControlPostgres database, int lastJobHoursAgo, bool isHeard = true)
    {
        var world = await FleetWorld.CreateAsync(database);
        world.Network.Templates = [.. world.Network.Templates.Select(t => t with { IdleStopHours = 6 })];
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Clock.Advance(TimeSpan.FromHours(8));
        var now = world.Clock.GetUtcNow();
        await using var db = await world.DbAsync();
        (await db.Miners.SingleAsync()).Hear("idle", isHeard ? now : now.AddHours(-1), 3, now.AddHours(-lastJobHoursAgo));
        await db.SaveChangesAsync();
        return world;
    }
}
