using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Uptime;

public sealed class RecordHeartbeatsTests(ControlPostgres postgres) : ControlTest(postgres)
{
    private Task<Miner> MinerAsync(MinerId id) => ReadAsync(db => db.Miners.AsNoTracking().SingleAsync(m => m.Id == id, Token));

    [Fact]
    public async Task A_batch_is_stored_as_it_was_sent()
    {
        var miner = await MineAsync();
        var report = Report(Noon.AddSeconds(-1), 7, "working", jobs: 3, gpus: 2, lastJobAt: Noon.AddSeconds(-5));
        (await BeatAsync(miner.Id, report)).ShouldBe(new HeartbeatOutcome.Recorded(1, 0));

        var stored = await ReadAsync(db => db.Heartbeats.AsNoTracking().SingleAsync(Token));
        (stored.MinerId, stored.BootId, stored.Sequence, stored.SentAt, stored.ReceivedAt, stored.State, stored.JobsDone, stored.LastJobAt)
            .ShouldBe((miner.Id, report.BootId, 7, report.SentAt, Noon, "working", 3, report.LastJobAt));
        stored.Gpus.ShouldBe(report.Gpus);
    }

    [Fact]
    public async Task The_first_copy_wins()
    {
        var miner = await MineAsync();
        await BeatAsync(miner.Id, Report(Noon, 1, "loading"));
        (await BeatAsync(miner.Id, Report(Noon, 1, "working"), Report(Noon, 2))).ShouldBe(new HeartbeatOutcome.Recorded(1, 1));
        (await ReadAsync(db => db.Heartbeats.SingleAsync(h => h.Sequence == 1, Token))).State.ShouldBe("loading");
    }

    [Fact]
    public async Task A_copy_within_one_batch_is_stored_once()
    {
        var miner = await MineAsync();
        (await BeatAsync(miner.Id, Report(Noon), Report(Noon))).ShouldBe(new HeartbeatOutcome.Recorded(1, 1));
    }

    [Fact]
    public async Task The_miners_last_word_is_the_newest_whatever_arrives_last()
    {
        var miner = await MineAsync();
        await BeatAsync(miner.Id, Report(Noon, 5, "working", jobs: 9, lastJobAt: Noon));
        await BeatAsync(miner.Id, Report(Noon.AddMinutes(-2), 3, "loading"), Report(Noon.AddMinutes(-1), 4, "serving", jobs: 2));
        var now = await MinerAsync(miner.Id);
        (now.ReportedState, now.LastHeartbeatAt, now.JobsDone, now.LastJobAt).ShouldBe(("working", Noon, 9, Noon));
    }

    [Fact]
    public async Task A_report_without_a_job_does_not_forget_the_last_job()
    {
        var miner = await MineAsync();
        await BeatAsync(miner.Id, Report(Noon.AddMinutes(-1), 1, lastJobAt: Noon.AddMinutes(-3)));
        await BeatAsync(miner.Id, Report(Noon, 2));
        (await MinerAsync(miner.Id)).LastJobAt.ShouldBe(Noon.AddMinutes(-3));
    }

    [Fact]
    public async Task A_faulty_report_refuses_its_whole_batch()
    {
        var miner = await MineAsync();
        var outcome = await BeatAsync(miner.Id, Report(Noon), Report(Noon, 1, "earning"));
        outcome.ShouldBeOfType<HeartbeatOutcome.Invalid>().Errors.ShouldHaveSingleItem().Field.ShouldBe("batch[1].state");
        (await ReadAsync(db => db.Heartbeats.CountAsync(Token))).ShouldBe(0);
    }

    [Fact]
    public async Task An_unknown_miner_stores_nothing()
    {
        (await BeatAsync(MinerId.New(Noon), Report(Noon))).ShouldBeOfType<HeartbeatOutcome.UnknownMiner>();
        (await ReadAsync(db => db.Heartbeats.CountAsync(Token))).ShouldBe(0);
    }

    [Fact]
    public async Task A_stopped_miner_stores_nothing()
    {
        var miner = await MineAsync();
        await WriteAsync(db => db.Miners.Single(m => m.Id == miner.Id).Become(MinerState.Stopped, Noon, "ended"));
        (await BeatAsync(miner.Id, Report(Noon))).ShouldBeOfType<HeartbeatOutcome.StoppedMiner>();
        (await ReadAsync(db => db.Heartbeats.CountAsync(Token))).ShouldBe(0);
    }

    [Fact]
    public async Task Five_hundred_reports_go_in_at_once()
    {
        var miner = await MineAsync();
        (await BeatAsync(miner.Id, [.. Enumerable.Range(0, 500).Select(i => Report(Noon.AddSeconds(-i), i))])).ShouldBe(new HeartbeatOutcome.Recorded(500, 0));
    }

    [Fact]
    public async Task Times_of_other_zones_are_the_same_instants()
    {
        var miner = await MineAsync();
        await BeatAsync(miner.Id, Report(Noon.ToOffset(TimeSpan.FromHours(9)), lastJobAt: Noon.ToOffset(TimeSpan.FromHours(-3))));
        (await MinerAsync(miner.Id)).LastHeartbeatAt.ShouldBe(Noon);
    }

    [Fact]
    public async Task Many_senders_of_the_same_batch_store_it_once()
    {
        var miner = await MineAsync();
        var batch = Enumerable.Range(0, 50).Select(i => Report(Noon.AddSeconds(-i), i)).ToArray();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => BeatAsync(miner.Id, batch)));
        outcomes.Cast<HeartbeatOutcome.Recorded>().Sum(o => o.Accepted).ShouldBe(50);
    }
}
