using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>A pool that pays MOR by the session-second: what one second pays is known, so payments tell how many were served.</summary>
public sealed class MeasuredYieldTests(ControlPostgres database)
{
    private const decimal MorPerSecond = 0.0001m, Demand = 100_000, MorUsd = 5;

    private static readonly string[] s_gpus = ["rtx-a6000", "rtx-4090"];

    [Fact]
    public async Task Payments_make_a_paid_pools_work_measured_with_window_and_count()
    {
        await using var world = await WorldAsync();
        await ServeHoursAsync(world, 10, secondsPerHour: 2_700);
        var (work, untried) = await EstimateAsync(world);
        work.Measured.ShouldBeTrue(work.Source);
        work.Mean.ShouldBe(2_700, 60, "the assumption of 3,600 weighs one hour against twenty");
        var seen = work.Seen!;
        ((seen.To - seen.From).TotalHours, seen.GpuHours, seen.Jobs, seen.Payments).ShouldBe((10d, 20d, 80, 20));
        work.Source.ShouldStartWith("measured over 20 GPU-hours, 20 payments, 80 jobs");
        untried.Measured.ShouldBeFalse();
    }

    [Fact]
    public async Task An_untried_card_is_expected_to_do_no_better_than_the_tried_ones()
    {
        await using var world = await WorldAsync();
        await ServeHoursAsync(world, 10, secondsPerHour: 1_800);
        var (work, untried) = await EstimateAsync(world);
        untried.Mean.ShouldBe(work.Mean, 150, "and not the 3,600 of the assumption");
        untried.Source.ShouldContain("times 0.5");
    }

    [Fact]
    public async Task Too_little_stays_assumed_and_says_what_was_seen()
    {
        await using var world = await WorldAsync(evidenceHours: 6);
        await ServeHoursAsync(world, 1, secondsPerHour: 1_800);
        var (work, _) = await EstimateAsync(world);
        work.Measured.ShouldBeFalse();
        work.Source.ShouldStartWith("assumed; only 2 GPU-hours");
    }

    [Fact]
    public async Task A_demand_that_was_met_tells_nothing_of_a_card()
    {
        await using var world = await WorldAsync(demand: 3_000);
        await ServeHoursAsync(world, 10, secondsPerHour: 1_500);
        var (work, _) = await EstimateAsync(world);
        (work.Measured, work.Mean).ShouldBe((false, 3_600d));
    }

    [Fact]
    public async Task An_hour_whose_payments_are_not_read_yet_is_not_taken_for_an_idle_one()
    {
        await using var world = await WorldAsync();
        var begins = await ServeHoursAsync(world, 10, secondsPerHour: 2_700);
        await using (var db = await world.DbAsync())
        {
            await db.Rewards.Where(r => r.At >= begins.AddHours(8)).ExecuteDeleteAsync();
            await db.Database.ExecuteSqlAsync($"UPDATE reward_cursors SET read_to = {begins.AddHours(8)}");
        }
        (await EstimateAsync(world)).Tried.Mean.ShouldBe(2_700, 80);
    }

    [Fact]
    public async Task The_day_shows_received_beside_expected_and_less_work_as_its_cause()
    {
        await using var world = await WorldAsync();
        var begins = await ServeHoursAsync(world, 10, secondsPerHour: 2_700);
        var day = (await world.Get<YieldQueries>().ReadAsync(CancellationToken.None))!.Pools.Single().Day!;
        (day.From, day.To, day.Payments).ShouldBe((begins, begins.AddHours(10), 20));
        day.ExpectedUsd!.Value.ShouldBe(2 * 10 * 3_600 * 0.97m * MorPerSecond * MorUsd, 0.001m);
        day.ReceivedUsd!.Value.ShouldBe(2 * 10 * 2_700 * MorPerSecond * MorUsd, 0.001m);
        day.Ratio!.Value.ShouldBe(2_700 / (3_600 * 0.97), 0.001);
        day.Cause.ShouldBe(DayCause.LessWork);
    }

    [Fact]
    public async Task A_day_of_machines_that_were_down_names_downtime()
    {
        await using var world = await WorldAsync();
        await ServeHoursAsync(world, 10, secondsPerHour: 1_800, upSeconds: 1_800);
        var day = (await world.Get<YieldQueries>().ReadAsync(CancellationToken.None))!.Pools.Single().Day!;
        (day.UpShare, day.Cause).ShouldBe((0.5, DayCause.Downtime));
    }

    [Theory]
    [InlineData(100, 40, 60, 40, 40, 60, 0, 0)]
    [InlineData(100, 70, 60, 40, 70, 30, 0, 0)]
    [InlineData(100, 10, 60, 40, 10, 60, 30, 0)]
    [InlineData(100, 130, 60, 40, 100, 0, 0, 30)]
    [InlineData(100, 30, 90, null, 30, 70, 0, 0)]
    [InlineData(100, 30, 50, null, 30, 50, 20, 0)]
    public void Ours_others_and_unmet_add_up_to_the_demand(int demand, int ours, int served, int? before, int mine, int others, int unmet, int idle)
    {
        var split = DemandSplit.Of(demand, ours, served, before);
        split.ShouldBe(new DemandSplit(demand, mine, others, unmet, idle));
        (split.Ours + split.Others + split.Unmet).ShouldBe(demand);
    }

    private async Task<FleetWorld> WorldAsync(decimal demand = Demand, double evidenceHours = 1)
    {
        var world = await FleetWorld.CreateAsync(database);
        world.Network.Outlooks.Add(new PoolOutlook(
            new PoolName("paid"), NetworkName.Heurist, "Paid", Bucket.Established, RewardShape.BidPriced, "MOR", demand * MorPerSecond, "session-second", 60_000, demand, default, "test", false,
            [.. s_gpus.Select(gpu => new WorkPrior(new WorkloadName("heurist-llm"), gpu, 3_600, evidenceHours, "slots"))]));
        await world.LaunchAsync(2);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await using (var db = await world.DbAsync())
        {
            db.Prices.Add(new PriceQuote("MOR", MorUsd, world.Clock.GetUtcNow(), "test"));
            await db.SaveChangesAsync();
        }
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        return world;
    }

    private static async Task<(WorkEstimate Tried, WorkEstimate Untried)> EstimateAsync(FleetWorld world)
    {
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        await using var db = await world.DbAsync();
        var work = (await db.Estimates.AsNoTracking().OrderByDescending(e => e.At).FirstAsync()).Pools.Single().Work;
        return (work.Single(w => w.Gpu == s_gpus[0]), work.Single(w => w.Gpu == s_gpus[1]));
    }

    /// <summary>Full hours of both miners, each paid once an hour; answers when they begin.</summary>
    private static async Task<DateTimeOffset> ServeHoursAsync(FleetWorld world, int hours, int secondsPerHour, int upSeconds = 3_600)
    {
        var begins = UptimeWindow.StartOf(world.Clock.GetUtcNow()).AddHours(1);
        var miners = await world.MinersAsync();
        await using var db = await world.DbAsync();
        for (var hour = 0; hour < hours; hour++)
        {
            var at = begins.AddHours(hour);
            foreach (var miner in miners)
            {
                db.UptimeWindows.Add(new UptimeWindow(miner.Id, at, 3_600, upSeconds, 0, 0, 3_600 - upSeconds, 12, 4));
                var paid = new BigInteger(secondsPerHour * MorPerSecond * 1_000_000m) * BigInteger.Pow(10, 12);
                db.Rewards.Add(new Reward(new RewardReading(NetworkName.Heurist, $"{hour}:{miner.Id}", Asset.Mor, paid, at.AddMinutes(30), miner.PayoutAddress, miner.NetworkKey, "0x"), miner.Id, Beneficiary.NrmPool.Name, at));
            }
        }
        var cursor = new RewardCursor(NetworkName.Heurist);
        cursor.MarkReadTo(begins.AddHours(hours));
        db.RewardCursors.Add(cursor);
        await db.SaveChangesAsync();
        world.Clock.MoveTo(begins.AddHours(hours));
        return begins;
    }
}
