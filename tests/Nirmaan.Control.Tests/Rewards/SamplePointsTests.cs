using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class SamplePointsTests : ControlTest
{
    private const string Waifu = "waifu";
    private const string Llama = "llama";
    private readonly FakeMiningNetwork _network = new(NetworkName.Heurist);
    private readonly string _account = Wallet(1).Value;

    public SamplePointsTests(ControlPostgres postgres) : base(postgres)
    {
        _network.Kinds[Waifu] = new WorkloadName("heurist-sd");
        _network.Kinds[Llama] = new WorkloadName("heurist-llm");
    }

    private Task<string> SampleAsync() => new SamplePoints(Contexts, new NetworkShelf([_network]), Events, Clock, Log<SamplePoints>()).RunAsync(Token);
    private Task<List<PointsSample>> SamplesAsync() => ReadAsync(db => db.PointsSamples.AsNoTracking().OrderBy(s => s.At).ToListAsync(Token));
    private Task<Dictionary<MinerId, decimal>> AwardsAsync() =>
        ReadAsync(db => db.PointsAwards.GroupBy(a => a.MinerId).Select(g => new { g.Key, Sum = g.Sum(a => a.Points) }).ToDictionaryAsync(g => g.Key, g => g.Sum, Token));

    private async Task<string> CountAsync(decimal counter, int minute, string kind = Waifu)
    {
        Clock.MoveTo(Noon.AddMinutes(minute));
        _network.Counters[(kind, _account)] = counter;
        return await SampleAsync();
    }

    [Fact]
    public async Task What_was_counted_before_us_is_not_claimed()
    {
        await MineAsync();
        await CountAsync(1000, 0);
        (await SamplesAsync()).ShouldHaveSingleItem().Earned.ShouldBe(0);
    }

    [Fact]
    public async Task A_rise_is_shared_out_by_jobs_of_that_time()
    {
        var (a, b) = (await MineAsync(), await MineAsync());
        await BeatAsync(a.Id, Report(Noon.AddMinutes(-1), 0, jobs: 50));
        await CountAsync(1000, 0);
        await BeatAsync(a.Id, Report(Noon.AddMinutes(4), 1, jobs: 51));
        await BeatAsync(b.Id, Report(Noon.AddMinutes(4), 0, jobs: 3));
        await CountAsync(1100, 10);
        (await AwardsAsync()).ShouldBe(new Dictionary<MinerId, decimal> { [a.Id] = 25, [b.Id] = 75 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_job_of_a_model_that_earns_less_weighs_less()
    {
        _network.Weights[Llama] = new() { [new WorkloadName("heurist-llm-small")] = 0.2m, [new WorkloadName("heurist-llm-unpaid")] = 0 };
        var (large, small, unpaid) = (await MineAsync(workload: "heurist-llm"), await MineAsync(workload: "heurist-llm-small"), await MineAsync(workload: "heurist-llm-unpaid"));
        await CountAsync(1000, 0, Llama);
        foreach (var miner in new[] { large, small, unpaid }) { await BeatAsync(miner.Id, Report(Noon.AddMinutes(4), 0, jobs: 10)); }
        await CountAsync(1120, 10, Llama);
        (await AwardsAsync()).ShouldBe(new Dictionary<MinerId, decimal> { [large.Id] = 100, [small.Id] = 20 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_kind_goes_to_the_miners_of_its_workload()
    {
        var (images, texts) = (await MineAsync(workload: "heurist-sd"), await MineAsync(workload: "heurist-llm"));
        await CountAsync(0, 0);
        await CountAsync(0, 0, Llama);
        await BeatAsync(images.Id, Report(Noon, 0, jobs: 5));
        await BeatAsync(texts.Id, Report(Noon, 0, jobs: 1));
        await CountAsync(40, 10, Llama);
        (await AwardsAsync()).ShouldBe(new Dictionary<MinerId, decimal> { [texts.Id] = 40 });
    }

    [Fact]
    public async Task Miners_of_another_account_get_nothing()
    {
        var (mine, other) = (await MineAsync(), await MineAsync(payout: 2));
        await CountAsync(0, 0);
        await BeatAsync(mine.Id, Report(Noon, 0, jobs: 1));
        await BeatAsync(other.Id, Report(Noon, 0, jobs: 99));
        await CountAsync(10, 10);
        (await AwardsAsync()).ShouldBe(new Dictionary<MinerId, decimal> { [mine.Id] = 10 });
    }

    [Fact]
    public async Task A_miner_that_worked_while_its_counter_rose_is_credited_and_an_idle_one_is_not()
    {
        var (worker, idler) = (await MineAsync(), await MineAsync());
        await CountAsync(0, 0);
        await BeatAsync(worker.Id, Report(Noon.AddMinutes(1), 0, jobs: 2));
        await BeatAsync(idler.Id, Report(Noon.AddMinutes(1), 0, jobs: 0));
        await CountAsync(10, 10);
        var credits = await ReadAsync(db => db.Miners.ToDictionaryAsync(m => m.Id, m => m.LastCreditAt, Token));
        (credits[worker.Id], credits[idler.Id]).ShouldBe((Noon.AddMinutes(10), null));
    }

    [Fact]
    public async Task A_counter_that_was_reset_adds_its_new_count()
    {
        await MineAsync();
        await CountAsync(1000, 0);
        (await CountAsync(30, 10)).ShouldContain("1 irregular");
        (await SamplesAsync())[1].ShouldSatisfyAllConditions(s => s.Earned.ShouldBe(30), s => s.Irregularity.ShouldBe("counter reset from 1000 to 30"));
    }

    [Fact]
    public async Task A_counter_that_fell_takes_points_back_and_credits_nobody()
    {
        var miner = await MineAsync();
        await CountAsync(1000, 0);
        await BeatAsync(miner.Id, Report(Noon.AddMinutes(1), 0, jobs: 2));
        await CountAsync(900, 10);
        (await AwardsAsync()).ShouldBe(new Dictionary<MinerId, decimal> { [miner.Id] = -100 });
        (await ReadAsync(db => db.Miners.SingleAsync(Token))).LastCreditAt.ShouldBeNull();
    }

    [Fact]
    public async Task The_sum_of_awards_follows_the_counter_through_falls()
    {
        var (a, b) = (await MineAsync(), await MineAsync());
        decimal[] counts = [100, 170.123456m, 165, 900, 899.5m, 1200];
        for (var i = 0; i < counts.Length; i++)
        {
            if (i > 0) { await BeatAsync(a.Id, Report(Noon.AddMinutes(10 * i - 5), i, jobs: i)); await BeatAsync(b.Id, Report(Noon.AddMinutes(10 * i - 5), i, jobs: 2 * i)); }
            await CountAsync(counts[i], 10 * i);
        }
        (await AwardsAsync()).Values.Sum().ShouldBe(1100m);
    }

    [Fact]
    public async Task A_second_run_at_the_same_time_adds_nothing()
    {
        var miner = await MineAsync();
        await CountAsync(0, 0);
        await BeatAsync(miner.Id, Report(Noon, 0, jobs: 1));
        await CountAsync(10, 10);
        (await SampleAsync()).ShouldBe("heurist: 0 of 1 readings are new");
        (await AwardsAsync()).Values.Sum().ShouldBe(10);
    }

    [Fact]
    public async Task Points_that_nobody_of_ours_worked_for_are_awarded_to_nobody()
    {
        var miner = await MineAsync();
        await CountAsync(0, 0);
        await WriteAsync(db => db.Miners.Single(m => m.Id == miner.Id).Become(MinerState.Stopped, Noon, "ended"));
        await CountAsync(10, 10);
        (await AwardsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_network_that_is_down_samples_nothing()
    {
        await MineAsync();
        _network.Down = true;
        (await SampleAsync()).ShouldBe("heurist: not readable");
        (await SamplesAsync()).ShouldBeEmpty();
    }
}
