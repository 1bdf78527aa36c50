using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class LoopQueriesTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private static readonly WorkloadName s_images = new("heurist-sd");

    private LoopQueries Queries() => new(
        Contexts, new RewardQueries(Contexts, new PriceBook(Contexts, Clock, With(Options)), Shelf, Clock), new PointsQueries(Contexts, Shelf, Clock), new AllocationQueries(Contexts),
        Shelf, Policies, Clock);

    private NetworkShelf Shelf => new([Network]);
    private Task<string> MeterAsync() => new MeterRent(Contexts, new SupplierShelf([]), Events, Clock, With(Options), Log<MeterRent>()).RunAsync(Token);
    private Task<LoopPicture> PictureAsync() => Queries().ReadAsync(Token);

    [Fact]
    public async Task Machines_that_bill_are_summed_by_supplier_gpu_and_network()
    {
        Network.Templates.Add(FakeMiningNetwork.TemplateOf("heurist-sd", Morpheus));
        await RentAsync(usdPerGpuHour: 0.5m, gpus: 2, at: Midnight);
        await RentAsync(usdPerGpuHour: 0.25m, at: Midnight);
        await RentAsync(usdPerGpuHour: 1m, supplier: SupplierName.IoNet, at: Midnight);
        (await PictureAsync()).Rent.Select(r => (r.Supplier.Value, r.Network?.Value, r.Gpus, r.UsdPerHour))
            .ShouldBe([("akash", "morpheus", 3, 1.25m), ("ionet", "morpheus", 1, 1m)]);
    }

    [Fact]
    public async Task A_machine_without_a_price_makes_the_sum_unknown_not_smaller()
    {
        await RentAsync(usdPerGpuHour: 0.5m, at: Midnight);
        var unpriced = await RentAsync(at: Midnight);
        await ReadAsync(db => db.Instances.Where(i => i.Id == unpriced.Id).ExecuteUpdateAsync(i => i.SetProperty(x => x.UsdPerGpuHour, (decimal?)null), Token));
        (await PictureAsync()).Rent.ShouldHaveSingleItem().UsdPerHour.ShouldBeNull();
    }

    [Fact]
    public async Task Only_gpus_whose_miner_is_credited_are_earning()
    {
        var working = await RentAsync(gpus: 2, at: Midnight);
        await RentAsync(gpus: 1, at: Midnight);
        var miner = await MineAsync(on: working, at: Midnight);
        await WriteAsync(db =>
        {
            var found = db.Miners.Single(m => m.Id == miner.Id);
            found.Become(MinerState.Idle, Noon, null);
            found.Become(MinerState.Earning, Noon, null);
        });
        var rent = (await PictureAsync()).Rent.ShouldHaveSingleItem();
        (rent.Gpus, rent.EarningGpus).ShouldBe((3, 2));
    }

    [Fact]
    public async Task Rent_is_also_a_mean_over_the_time_of_the_payments_and_counts_machines_that_are_gone()
    {
        await RentAsync(usdPerGpuHour: 0.5m, gpus: 2, at: Midnight);
        var gone = await RentAsync(usdPerGpuHour: 3m, at: Midnight);
        await WriteAsync(db =>
        {
            var found = db.Instances.Single(i => i.Id == gone.Id);
            found.MarkDraining(Midnight.AddHours(6), "test");
            found.MarkClosing(Midnight.AddHours(6), "test");
            found.MarkClosed(Midnight.AddHours(6));
        });
        var picture = await PictureAsync();
        picture.MeasuredFrom.ShouldBe(Midnight);
        (picture.Rent.Sum(r => r.UsdPerHour), picture.RentMeans.Sum(r => r.UsdPerHour)).ShouldBe((1m, 1m + 3m * 6 / 12));
    }

    [Fact]
    public async Task A_machine_given_back_is_not_in_the_picture()
    {
        var machine = await RentAsync(at: Midnight);
        await WriteAsync(db =>
        {
            var found = db.Instances.Single(i => i.Id == machine.Id);
            found.MarkDraining(Noon, "test");
            found.MarkClosing(Noon, "test");
            found.MarkClosed(Noon);
        });
        (await PictureAsync()).Rent.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_comes_in_is_a_mean_since_the_first_machine()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Pay(Midnight.AddHours(1), 6 * Token18);
        Pay(Midnight.AddHours(9), 4 * Token18);
        await WriteAsync(db => db.Prices.Add(new PriceQuote("MOR", 3m, Midnight, "feed")));
        await ReachAsync(Midnight.AddHours(20));
        var picture = await PictureAsync();
        picture.MeasuredFrom.ShouldBe(Midnight);
        var value = picture.Values.ShouldHaveSingleItem();
        (value.TokensPerHour, value.UsdPerHour, value.Payments).ShouldBe((0.5m, 1.5m, 2));
    }

    [Fact]
    public async Task A_rate_reaches_back_a_day_at_most()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Pay(Midnight.AddHours(1), 6 * Token18);
        await ReachAsync(Midnight.AddHours(40));
        var picture = await PictureAsync();
        picture.MeasuredFrom.ShouldBe(Midnight.AddHours(16));
        picture.Values.ShouldBeEmpty();
    }

    [Fact]
    public async Task Before_an_hour_has_passed_there_is_no_rate()
    {
        (await PictureAsync()).MeasuredFrom.ShouldBeNull();
        await RentAsync(at: Noon);
        Clock.Advance(TimeSpan.FromMinutes(59));
        (await PictureAsync()).MeasuredFrom.ShouldBeNull();
    }

    [Fact]
    public async Task Costs_say_how_far_payments_are_read()
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Pay(Noon, 20 * Token18);
        await ReachAsync(Midnight.AddDays(1));
        await MeterAsync();
        var cost = (await PictureAsync()).Costs.ShouldHaveSingleItem();
        (cost.Figures.AcquisitionUsd, cost.ReadTo).ShouldBe((0.6m, Midnight.AddDays(1)));
    }

    [Fact]
    public async Task Points_are_worth_something_only_under_the_scenarios_name()
    {
        Network.Kinds["waifu"] = s_images;
        var miner = await MineAsync(Morpheus, workload: s_images.Value, on: await RentAsync(usdPerGpuHour: 1m, at: Midnight), at: Midnight);
        await WriteAsync(db => db.PointsSamples.Add(new PointsSample(Morpheus, "waifu", miner.PayoutAddress, Noon, 2000, 2000, null, "fake")));
        Clock.MoveTo(Midnight.AddHours(20));
        await MeterAsync();
        (await PictureAsync()).Points.ShouldHaveSingleItem().ShouldSatisfyAllConditions(p => p.PerHour.ShouldBe(100), p => p.Scenario.ShouldBeNull());

        var work = new WorkEstimate(s_images, "rtx-a6000", 100, 1, 1, true, "test");
        await WriteAsync(db => db.Estimates.Add(new YieldEstimate(Guid.CreateVersion7(), Noon, [new PoolEstimate(
            new PoolName("heurist-waifu"), Morpheus, "Waifu", Bucket.Emerging, RewardShape.ProRata, "HEU", 40, 0.5m, 20, 300, null, "Waifu Point", true, "season 1", Noon, Noon, [work])])));
        var scenario = (await PictureAsync()).Points.ShouldHaveSingleItem().Scenario.ShouldNotBeNull();
        // 100 of 400 points an hour are ours: 10 of 40 HEU; the machine costs $1 an hour.
        (scenario.TokensPerHour, scenario.UsdPerHour, scenario.CostUsdPerToken, scenario.Source).ShouldBe((10m, 5m, 0.1m, "season 1"));
    }

    [Fact]
    public async Task Points_against_unknown_others_are_worth_the_unknown()
    {
        Network.Kinds["waifu"] = s_images;
        var miner = await MineAsync(Morpheus, workload: s_images.Value, at: Midnight);
        await WriteAsync(db =>
        {
            db.PointsSamples.Add(new PointsSample(Morpheus, "waifu", miner.PayoutAddress, Noon, 2000, 2000, null, "fake"));
            db.Estimates.Add(new YieldEstimate(Guid.CreateVersion7(), Noon, [new PoolEstimate(
                new PoolName("heurist-waifu"), Morpheus, "Waifu", Bucket.Emerging, RewardShape.ProRata, "HEU", 40, 0.5m, null, null, null, "Waifu Point", true, "season 1", Noon, null,
                [new WorkEstimate(s_images, "rtx-a6000", 100, 1, 1, true, "test")])]));
        });
        Clock.MoveTo(Midnight.AddHours(20));
        var scenario = (await PictureAsync()).Points.ShouldHaveSingleItem().Scenario.ShouldNotBeNull();
        (scenario.TokensPerHour, scenario.UsdPerHour, scenario.CostUsdPerToken).ShouldBe((null, null, null));
    }
}
