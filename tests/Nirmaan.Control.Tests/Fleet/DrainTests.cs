using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Allocation;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>A machine that is given back finishes what it has first; the template of these tests grants it 30 seconds.</summary>
public sealed class DrainTests(ControlPostgres database)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_machine_with_an_open_session_is_not_closed_before_the_session_is_over()
    {
        await using var world = await RunningAsync();
        world.Network.Credits = key => new MinerCredit(key, true, world.Clock.GetUtcNow(), 1);
        await RetireAsync(world);
        await world.PassAsync(TimeSpan.FromSeconds(20));
        (await InstanceAsync(world)).State.ShouldBe(InstanceState.Draining);
        world.Akash.Billing.Count().ShouldBe(1);

        world.Network.Credits = key => new MinerCredit(key, false, world.Clock.GetUtcNow(), 1);
        await world.PassAsync(TimeSpan.FromSeconds(6));
        world.Akash.Billing.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_that_goes_on_is_waited_for_no_longer_than_the_templates_grace()
    {
        await using var world = await RunningAsync();
        world.Network.Credits = key => new MinerCredit(key, true, world.Clock.GetUtcNow(), 1);
        await RetireAsync(world);
        await world.PassAsync(s_grace - TimeSpan.FromSeconds(1));
        world.Akash.Billing.Count().ShouldBe(1);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        world.Akash.Billing.ShouldBeEmpty();
        (await world.Get<FleetQueries>().FindAsync((await InstanceAsync(world)).Id, CancellationToken.None))!.Timeline.ShouldContain(e => e.What == "waits no longer");
    }

    [Fact]
    public async Task What_a_draining_machine_waits_for_and_until_when_is_told()
    {
        await using var world = await RunningAsync();
        world.Network.Credits = key => new MinerCredit(key, true, world.Clock.GetUtcNow(), 1);
        await RetireAsync(world);
        var began = world.Clock.GetUtcNow();
        await world.PassAsync(TimeSpan.FromSeconds(10));
        var detail = (await world.Get<FleetQueries>().FindAsync((await InstanceAsync(world)).Id, CancellationToken.None))!;
        (detail.Instance.WaitsFor, detail.Instance.WaitsUntil).ShouldBe(("its open sessions on heurist", began + s_grace));
        detail.Timeline.Count(e => e.What == "waits").ShouldBe(1, "the same wait is told once");
        await world.PassAsync(TimeSpan.FromMinutes(2));
        var after = await InstanceAsync(world);
        (after.State, after.WaitsFor, after.WaitsUntil).ShouldBe((InstanceState.Closed, null, null));
    }

    [Fact]
    public async Task Where_a_network_tells_of_no_sessions_the_job_in_hand_is_finished_first()
    {
        await using var world = await RunningAsync();
        await HearAsync(world, "working", null);
        await RetireAsync(world);
        await world.PassAsync(TimeSpan.FromSeconds(10));
        (await InstanceAsync(world)).WaitsFor.ShouldBe("the job in hand");

        await HearAsync(world, "working", world.Clock.GetUtcNow());
        await world.PassAsync(TimeSpan.FromSeconds(6));
        world.Akash.Billing.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_machine_that_has_nothing_in_hand_is_closed_at_once()
    {
        await using var world = await RunningAsync();
        await HearAsync(world, "idle", null);
        await RetireAsync(world);
        await world.PassAsync(TimeSpan.FromSeconds(2));
        world.Akash.Billing.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_draining_miner_is_taken_off_its_network_once_and_not_enrolled_again()
    {
        await using var world = await RunningAsync();
        await HearAsync(world, "serving", null);
        await world.Get<EnrolMiner>().RunAsync(CancellationToken.None);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        world.Network.Enrolled.Count.ShouldBe(1);
        world.Network.Credits = key => new MinerCredit(key, true, world.Clock.GetUtcNow(), 1);
        await RetireAsync(world);
        await world.PassAsync(TimeSpan.FromSeconds(10));
        (world.Network.Enrolled.Count, (await world.MinersAsync()).Single().IsLive).ShouldBe((0, true));
        await world.Get<EnrolMiner>().RunAsync(CancellationToken.None);
        await world.PassAsync(TimeSpan.FromMinutes(3));
        var operations = await world.OperationsAsync();
        (operations.Count(o => o.Kind == OperationKind.Enrol), operations.Count(o => o.Kind == OperationKind.Withdraw)).ShouldBe((1, 1));
        (await world.MinersAsync()).Single().State.ShouldBe(MinerState.Stopped);
    }

    [Fact]
    public async Task A_release_of_a_plan_drains_in_the_same_way()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        world.Network.Credits = key => new MinerCredit(key, true, world.Clock.GetUtcNow(), 1);
        var plan = await world.PlanAsync(new PlanRequest(BudgetUsdPerHour: 1m));
        var releases = plan.Moves.Where(m => m.Kind == MoveKind.Release).ToList();
        await world.Get<ApprovePlan>().RunAsync(plan.Plan.Id, [.. releases.Select(m => m.Id)], "admin@test", CancellationToken.None);
        await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
        await world.PassAsync(TimeSpan.FromSeconds(20));
        (await world.InstancesAsync()).Count(i => i is { State: InstanceState.Draining, WaitsFor: not null }).ShouldBe(Math.Min(6, releases.Sum(m => m.Count)));
        world.Akash.Billing.Count().ShouldBe(6);
    }

    private async Task<FleetWorld> RunningAsync()
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        return world;
    }

    private static async Task RetireAsync(FleetWorld world) =>
        (await world.Get<RetireInstance>().RunAsync((await InstanceAsync(world)).Id, "ops@test", "done with it", CancellationToken.None)).ShouldBe(RetireOutcome.Retiring);

    private static async Task<Instance> InstanceAsync(FleetWorld world) => (await world.InstancesAsync()).ShouldHaveSingleItem();

    private static async Task HearAsync(FleetWorld world, string state, DateTimeOffset? lastJobAt)
    {
        await using var db = await world.DbAsync();
        (await db.Miners.SingleAsync()).Hear(state, world.Clock.GetUtcNow(), 1, lastJobAt);
        await db.SaveChangesAsync();
    }
}
