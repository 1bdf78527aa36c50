using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Tests.Uptime;

public sealed class CloseUptimeWindowTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private Task<string> CloseAsync() => new CloseUptimeWindow(Contexts, Clock, With<UptimeOptions>(), Events, Log<CloseUptimeWindow>()).RunAsync(Token);
    private Task<List<UptimeWindow>> WindowsAsync() => ReadAsync(db => db.UptimeWindows.AsNoTracking().OrderBy(w => w.StartsAt).ThenBy(w => w.MinerId).ToListAsync(Token));

    /// <summary>An hour of reports from noon: loading for 10 minutes, then working, one job a minute, a reboot at 40, silence from 50.</summary>
    private static HeartbeatReport[] Hour() => [.. Enumerable.Range(0, 50).Select(m =>
        Report(Noon.AddMinutes(m), m, m < 10 ? "loading" : "working", jobs: m < 40 ? m : m - 40, boot: m < 40 ? Boot : Guid.Parse("00000000-0000-0000-0000-00000000b002")))];

    [Fact]
    public async Task An_hour_is_scored_from_its_heartbeats()
    {
        var miner = await MineAsync();
        Clock.MoveTo(Noon.AddHours(1));
        await BeatAsync(miner.Id, Hour());
        await CloseAsync();
        (await WindowsAsync()).ShouldBe([new UptimeWindow(miner.Id, Noon, 3600, UpSeconds: 2700, StartingSeconds: 600, FailedSeconds: 0, UnheardSeconds: 300, Heartbeats: 50, Jobs: 48)]);
    }

    [Fact]
    public async Task Heartbeats_sent_three_times_and_shuffled_give_the_same_window()
    {
        var miner = await MineAsync();
        var twin = await MineAsync();
        Clock.MoveTo(Noon.AddHours(1));
        await BeatAsync(miner.Id, Hour());
        var reports = Hour().Concat(Hour()).Concat(Hour()).ToArray();
        new Random(7).Shuffle(reports);
        foreach (var batch in reports.Chunk(11)) { await BeatAsync(twin.Id, batch); }
        await CloseAsync();
        var windows = await WindowsAsync();
        windows.Single(w => w.MinerId == twin.Id).ShouldBe(windows.Single(w => w.MinerId == miner.Id) with { MinerId = twin.Id });
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        var miner = await MineAsync();
        Clock.MoveTo(Noon.AddHours(1));
        await BeatAsync(miner.Id, Hour());
        await CloseAsync();
        var first = await WindowsAsync();
        (await CloseAsync()).ShouldBe("Scored 1 hours; 0 windows are new or changed.");
        (await WindowsAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task Late_heartbeats_change_the_score_for_two_hours()
    {
        var miner = await MineAsync();
        Clock.MoveTo(Noon.AddHours(1));
        await CloseAsync();
        Clock.MoveTo(Noon.AddHours(3));
        await BeatAsync(miner.Id, Hour());
        await CloseAsync();
        (await WindowsAsync())[0].UpSeconds.ShouldBe(2700);
    }

    [Fact]
    public async Task Later_than_that_the_score_stands()
    {
        var miner = await MineAsync();
        Clock.MoveTo(Noon.AddHours(4));
        await CloseAsync();
        Clock.MoveTo(Noon.AddHours(5));
        await BeatAsync(miner.Id, Hour());
        await CloseAsync();
        (await WindowsAsync())[0].ShouldSatisfyAllConditions(w => w.UpSeconds.ShouldBe(0), w => w.UnheardSeconds.ShouldBe(3600));
    }

    [Fact]
    public async Task The_hour_under_way_is_not_scored()
    {
        await MineAsync();
        Clock.MoveTo(Noon.AddMinutes(59));
        (await CloseAsync()).ShouldBe("Scored 0 hours; 0 windows are new or changed.");
    }

    [Fact]
    public async Task Hours_missed_while_the_job_was_away_are_made_up()
    {
        await MineAsync();
        Clock.MoveTo(Noon.AddHours(1));
        await CloseAsync();
        Clock.MoveTo(Noon.AddHours(30));
        await CloseAsync();
        (await WindowsAsync()).Select(w => w.StartsAt).ShouldBe(Enumerable.Range(0, 30).Select(h => Noon.AddHours(h)));
    }

    [Fact]
    public async Task A_miner_counts_from_its_start_to_its_end()
    {
        var miner = await MineAsync(at: Noon.AddMinutes(15));
        await WriteAsync(db => db.Miners.Single(m => m.Id == miner.Id).Become(MinerState.Stopped, Noon.AddMinutes(45), "ended"));
        Clock.MoveTo(Noon.AddHours(2));
        await CloseAsync();
        (await WindowsAsync()).ShouldHaveSingleItem().CountedSeconds.ShouldBe(1800);
    }

    [Fact]
    public async Task The_last_heartbeat_of_the_hour_before_speaks_into_the_next()
    {
        var miner = await MineAsync();
        Clock.MoveTo(Noon.AddHours(2));
        await BeatAsync(miner.Id, Report(Noon.AddMinutes(58), jobs: 4), Report(Noon.AddMinutes(90), 1, jobs: 6));
        await CloseAsync();
        (await WindowsAsync())[1].ShouldSatisfyAllConditions(w => w.UpSeconds.ShouldBe(240 + 360), w => w.Jobs.ShouldBe(2));
    }

    [Fact]
    public async Task Without_miners_there_is_nothing_to_score() => (await CloseAsync()).ShouldBe("No miner to score.");
}
