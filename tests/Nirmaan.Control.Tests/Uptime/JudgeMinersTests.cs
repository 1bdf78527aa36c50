using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Uptime;

public sealed class JudgeMinersTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private readonly FakeMiningNetwork _network = new(Morpheus);

    private Task<string> JudgeAsync() => new JudgeMiners(Contexts, new NetworkShelf([_network]), Events, Clock, With<UptimeOptions>(), Log<JudgeMiners>()).RunAsync(Token);
    private Task<Miner> OnlyMinerAsync() => ReadAsync(db => db.Miners.AsNoTracking().SingleAsync(Token));
    private Task<List<TimelineEvent>> TimelineAsync() => ReadAsync(db => db.Timeline.AsNoTracking().OrderBy(e => e.Sequence).ToListAsync(Token));

    [Fact]
    public async Task A_serving_miner_without_credit_is_idle()
    {
        var miner = await MineAsync(Morpheus);
        await BeatAsync(miner.Id, Report(Noon, state: "serving"));
        await JudgeAsync();
        (await OnlyMinerAsync()).State.ShouldBe(MinerState.Idle);
    }

    [Fact]
    public async Task Work_that_the_network_runs_makes_it_earning()
    {
        var miner = await MineAsync(Morpheus, key: "model-1");
        await BeatAsync(miner.Id, Report(Noon, state: "working"));
        _network.Credits.Add(new MinerCredit("model-1", Active: true, null, null));
        await JudgeAsync();
        var now = await OnlyMinerAsync();
        (now.State, now.LastCreditAt).ShouldBe((MinerState.Earning, Noon));
    }

    [Fact]
    public async Task Credit_ages_and_the_miner_is_idle_again()
    {
        var miner = await MineAsync(Morpheus, key: "model-1");
        _network.Credits.Add(new MinerCredit("model-1", Active: false, Noon, null));
        await BeatAsync(miner.Id, Report(Noon));
        await JudgeAsync();
        Clock.Advance(TimeSpan.FromMinutes(31));
        await BeatAsync(miner.Id, Report(Noon.AddMinutes(31), 1));
        await JudgeAsync();
        (await OnlyMinerAsync()).State.ShouldBe(MinerState.Idle);
    }

    [Fact]
    public async Task A_network_whose_clock_is_ahead_credits_no_longer_than_now()
    {
        var miner = await MineAsync(Morpheus, key: "model-1");
        await BeatAsync(miner.Id, Report(Noon));
        _network.Credits.Add(new MinerCredit("model-1", Active: false, Noon.AddDays(1), null));
        await JudgeAsync();
        (await OnlyMinerAsync()).LastCreditAt.ShouldBe(Noon);
    }

    [Fact]
    public async Task Silence_is_noticed_and_forgiven()
    {
        var miner = await MineAsync(Morpheus);
        await BeatAsync(miner.Id, Report(Noon));
        Clock.Advance(TimeSpan.FromMinutes(7));
        await JudgeAsync();
        (await OnlyMinerAsync()).State.ShouldBe(MinerState.Silent);
        await BeatAsync(miner.Id, Report(Clock.GetUtcNow(), 1));
        await JudgeAsync();
        (await OnlyMinerAsync()).State.ShouldBe(MinerState.Idle);
    }

    [Fact]
    public async Task Each_change_of_state_is_on_the_timeline_with_its_reason()
    {
        var miner = await MineAsync(Morpheus, key: "model-1");
        await BeatAsync(miner.Id, Report(Noon, state: "working"));
        _network.Credits.Add(new MinerCredit("model-1", Active: true, null, null));
        await JudgeAsync();
        var changes = (await TimelineAsync()).Where(e => e.After is not null).Select(e => (e.Subject, e.Actor, e.What, e.Before, e.After)).ToList();
        changes.ShouldBe([(miner.Id.ToString(), "JudgeMiners", "became idle", "Installing", "Idle"), (miner.Id.ToString(), "JudgeMiners", "became earning", "Idle", "Earning")]);
    }

    [Fact]
    public async Task The_articles_steps_are_filled_in_with_the_times_at_which_they_were_first_seen()
    {
        var miner = await MineAsync(Morpheus, key: "model-1");
        Clock.Advance(TimeSpan.FromMinutes(10));
        await BeatAsync(miner.Id,
            Report(Noon.AddMinutes(1), 0, "installing", gpus: 0), Report(Noon.AddMinutes(2), 1, "installing"), Report(Noon.AddMinutes(3), 2, "loading"),
            Report(Noon.AddMinutes(4), 3, "serving"), Report(Noon.AddMinutes(5), 4, "working"));
        _network.Credits.Add(new MinerCredit("model-1", Active: false, Noon.AddMinutes(6), null));
        await JudgeAsync();
        (await OnlyMinerAsync()).Steps.ShouldBe(new MinerSteps(Noon, Noon.AddMinutes(2), Noon.AddMinutes(3), Noon.AddMinutes(4), Enrolled: null, Noon.AddMinutes(6)));
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        var miner = await MineAsync(Morpheus, key: "model-1");
        await BeatAsync(miner.Id, Report(Noon));
        _network.Credits.Add(new MinerCredit("model-1", Active: true, null, null));
        await JudgeAsync();
        var lines = (await TimelineAsync()).Count;
        (await JudgeAsync()).ShouldBe("1 miners: 0 changed state, 0 steps reached.");
        (await TimelineAsync()).Count.ShouldBe(lines);
    }

    [Fact]
    public async Task A_network_that_is_down_does_not_stop_the_judging()
    {
        var miner = await MineAsync(Morpheus);
        await BeatAsync(miner.Id, Report(Noon));
        _network.Down = true;
        (await JudgeAsync()).ShouldContain("not readable: morpheus");
        (await OnlyMinerAsync()).State.ShouldBe(MinerState.Idle);
    }

    [Fact]
    public async Task A_stopped_miner_is_left_alone()
    {
        var miner = await MineAsync(Morpheus, key: "model-1");
        await BeatAsync(miner.Id, Report(Noon));
        await WriteAsync(db => db.Miners.Single(m => m.Id == miner.Id).Become(MinerState.Stopped, Noon, "ended"));
        _network.Credits.Add(new MinerCredit("model-1", Active: true, null, null));
        await JudgeAsync();
        var now = await OnlyMinerAsync();
        (now.State, now.LastCreditAt).ShouldBe((MinerState.Stopped, null));
    }
}
