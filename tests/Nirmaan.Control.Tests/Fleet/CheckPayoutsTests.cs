using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>Where running miners are paid is read back, and one that pays elsewhere is stopped.</summary>
public sealed class CheckPayoutsTests(ControlPostgres database)
{
    private const string Stranger = "0x00000000000000000000000000000000000bad00";

    [Fact]
    public async Task A_miner_that_pays_elsewhere_is_stopped_with_both_addresses_and_its_machine_given_back()
    {
        await using var world = await RunningAsync();
        var miner = (await world.MinersAsync()).ShouldHaveSingleItem();
        await TellAsync(world, miner, new PayoutReading("environment MINER_ID_0", $"{Stranger}-tag"));
        (await CheckAsync(world)).ShouldBe("1 miners: 1 read back, 1 stopped.");

        var after = (await world.MinersAsync()).ShouldHaveSingleItem();
        after.State.ShouldBe(MinerState.Stopped);
        after.Reason.ShouldBe($"it pays to another address: {Stranger} (environment MINER_ID_0), expected {miner.PayoutAddress}");
        await world.PassAsync(TimeSpan.FromMinutes(10));
        (await world.InstancesAsync()).ShouldHaveSingleItem().State.ShouldBe(InstanceState.Closed);
    }

    [Fact]
    public async Task It_stands_in_the_miners_history_who_stopped_it_and_why()
    {
        await using var world = await RunningAsync();
        var miner = (await world.MinersAsync())[0];
        await TellAsync(world, miner, new PayoutReading(".env MINER_ID_0", Stranger));
        await CheckAsync(world);
        await using var db = await world.DbAsync();
        var line = await db.Timeline.AsNoTracking().SingleAsync(e => e.Kind == "miner" && e.Subject == miner.Id.ToString() && e.What == "stopped");
        (line.Actor, line.Why.Contains(Stranger, StringComparison.Ordinal)).ShouldBe((nameof(CheckPayouts), true));
    }

    [Fact]
    public async Task A_miner_that_pays_where_it_should_goes_on()
    {
        await using var world = await RunningAsync();
        var miner = (await world.MinersAsync())[0];
        await TellAsync(world, miner, new PayoutReading("environment MINER_ID_0", $"{miner.PayoutAddress.ToUpperInvariant().Replace("0X", "0x", StringComparison.Ordinal)}-tag"));
        (await CheckAsync(world)).ShouldBe("1 miners: 1 read back, 0 stopped.");
        (await world.MinersAsync())[0].IsLive.ShouldBeTrue();
    }

    [Fact]
    public async Task A_miner_of_which_nothing_was_read_goes_on_and_counts_as_not_read()
    {
        await using var world = await RunningAsync();
        await TellAsync(world, (await world.MinersAsync())[0]);
        (await CheckAsync(world)).ShouldBe("1 miners: 0 read back, 0 stopped.");
    }

    [Fact]
    public async Task A_network_that_pays_another_for_an_enrolled_miner_stops_it()
    {
        await using var world = await RunningAsync();
        world.Network.Pays = _ => new PayoutReading("owner on the chain", Stranger);
        (await CheckAsync(world)).ShouldBe("1 miners: 0 read back, 0 stopped.");
        await using (var db = await world.DbAsync())
        {
            db.Miners.Single().MarkEnrolled(world.Clock.GetUtcNow());
            await db.SaveChangesAsync();
        }
        (await CheckAsync(world)).ShouldBe("1 miners: 1 read back, 1 stopped.");
    }

    [Fact]
    public async Task A_network_that_cannot_be_asked_stops_nobody_and_is_named()
    {
        await using var world = await RunningAsync();
        world.Network.IsPayUnreadable = true;
        await using (var db = await world.DbAsync())
        {
            db.Miners.Single().MarkEnrolled(world.Clock.GetUtcNow());
            await db.SaveChangesAsync();
        }
        (await CheckAsync(world)).ShouldBe("1 miners: 0 read back, 0 stopped; not readable: heurist.");
    }

    [Fact]
    public async Task A_report_without_a_reading_does_not_forget_the_last_one()
    {
        await using var world = await RunningAsync();
        var miner = (await world.MinersAsync())[0];
        var reading = new PayoutReading("environment MINER_ID_0", miner.PayoutAddress);
        await TellAsync(world, miner, reading);
        world.Clock.MoveTo(world.Clock.GetUtcNow().AddMinutes(1));
        await world.Get<RecordHeartbeats>().RunAsync(miner.Id, [Report(world, 2, null)], CancellationToken.None);
        var after = (await world.MinersAsync())[0];
        (after.Payouts!.ShouldHaveSingleItem(), after.PayoutsAt).ShouldBe((reading, world.Clock.GetUtcNow().AddMinutes(-1)));
    }

    [Fact]
    public async Task The_page_of_the_policy_shows_what_was_read_and_who_differs()
    {
        await using var world = await RunningAsync();
        var miner = (await world.MinersAsync())[0];
        var other = new PayoutReading("environment MINER_ID_0", Stranger);
        await TellAsync(world, miner, other);
        var report = await world.Get<PayoutQueries>().ReadAsync(CancellationToken.None);
        report.Strays.ShouldHaveSingleItem().Differing.ShouldBe([other]);
        report.Reach.ShouldBe([new PayoutReach(miner.Network, 1, 1, world.Clock.GetUtcNow())]);
    }

    [Fact]
    public async Task Ops_are_told_for_a_day_and_the_policys_page_names_it_also_when_the_network_told_of_it()
    {
        await using var world = await RunningAsync();
        world.Network.Pays = _ => new PayoutReading("owner on the chain", Stranger);
        await using (var db = await world.DbAsync())
        {
            db.Miners.Single().MarkEnrolled(world.Clock.GetUtcNow());
            await db.SaveChangesAsync();
        }
        await CheckAsync(world);
        var queries = world.Get<PayoutQueries>();
        var told = (await queries.StoppedTodayAsync(CancellationToken.None)).ShouldHaveSingleItem();
        told.Why.ShouldContain($"{Stranger} (owner on the chain)");
        told.InstanceId.ShouldBe((await world.InstancesAsync()).Single().Id);
        (await queries.ReadAsync(CancellationToken.None)).Strays.ShouldHaveSingleItem().State.ShouldBe(MinerState.Stopped);
        world.Clock.MoveTo(world.Clock.GetUtcNow().AddDays(1).AddMinutes(1));
        (await queries.StoppedTodayAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    private async Task<FleetWorld> RunningAsync()
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        return world;
    }

    private static Task<string> CheckAsync(FleetWorld world) => world.Get<CheckPayouts>().RunAsync(CancellationToken.None);

    private static Task<HeartbeatOutcome> TellAsync(FleetWorld world, Miner miner, params PayoutReading[] readings) => world.Get<RecordHeartbeats>().RunAsync(miner.Id, [Report(world, 1, readings)], CancellationToken.None);

    private static HeartbeatReport Report(FleetWorld world, long sequence, IReadOnlyList<PayoutReading>? readings) =>
        new(Guid.Parse("00000000-0000-0000-0000-00000000b001"), sequence, world.Clock.GetUtcNow(), "serving", [], 0, null, readings);
}
