using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class YieldTests(ControlPostgres database)
{
    private static readonly PoolName s_llama = new("llama"), s_waifu = new("waifu");

    [Fact]
    public async Task The_next_gpu_earns_what_the_pool_would_pay_more_with_it()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var pools = (await world.Get<YieldQueries>().ReadAsync(CancellationToken.None))!.Pools;
        var waifu = pools.Single(p => p.Pool.Pool == s_waifu);
        (waifu.OurWorkPerHour, waifu.IncomeUsdPerHour).ShouldBe((0m, 0m));
        var gpu = waifu.Gpus.ShouldHaveSingleItem();
        gpu.NextUsdPerHour!.Value.ShouldBe(40m * 97 / 1_097, 0.0000001m);
        (gpu.Running, gpu.CheapestUsdPerHour).ShouldBe((0, 0.42m));
        var llama = pools.Single(p => p.Pool.Pool == s_llama);
        (llama.OurWorkPerHour, llama.Gpus[0].Running).ShouldBe((582m, 6));
    }

    [Fact]
    public async Task Without_an_estimate_there_is_no_board()
    {
        await using var world = await Fleet.FleetWorld.CreateAsync(database);
        (await world.Get<YieldQueries>().ReadAsync(CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task History_keeps_the_last_estimate_of_each_stretch_and_its_gaps()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var began = world.Clock.GetUtcNow();
        for (var hour = 0; hour < 10; hour++)
        {
            if (hour == 9) { await using var db = await world.DbAsync(); await db.Prices.ExecuteDeleteAsync(); }
            foreach (var minutes in new[] { 20, 20, 20 })
            {
                world.Clock.Advance(TimeSpan.FromMinutes(minutes));
                await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
            }
        }
        var history = (await world.Get<YieldQueries>().HistoryAsync(began.AddSeconds(1), 5, CancellationToken.None)).Where(p => p.Pool == s_llama).ToList();
        history.Select(p => (p.At - began).TotalHours).ShouldBe([2, 4, 6, 8, 10], 0.35);
        history[0].ValueUsdPerHour.ShouldBe(4m);
        (history[^1].ValueUsdPerHour, history[^1].TokenUsd, history[^1].OthersWorkPerHour).ShouldBe((null, null, 10_000m));
    }

    [Fact]
    public async Task Only_measured_work_has_a_history()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var since = world.Clock.GetUtcNow().AddDays(-1);
        (await world.Get<YieldQueries>().WorkHistoryAsync(since, 50, CancellationToken.None)).ShouldBeEmpty();
        await using (var db = await world.DbAsync())
        {
            var newest = await db.Estimates.AsNoTracking().SingleAsync();
            var measured = newest.Pools.Select(p => p with { Work = [.. p.Work.Select(w => w with { Mean = 90, StandardDeviation = 3, Measured = p.Pool == s_llama })] });
            db.Estimates.Add(new YieldEstimate(Guid.CreateVersion7(), newest.At.AddMinutes(10), [.. measured]));
            await db.SaveChangesAsync();
        }
        world.Clock.Advance(TimeSpan.FromMinutes(20));
        var point = (await world.Get<YieldQueries>().WorkHistoryAsync(since, 50, CancellationToken.None)).ShouldHaveSingleItem();
        (point.Pool, point.Gpu, point.Mean, point.StandardDeviation).ShouldBe((s_llama, "rtx-a6000", 90d, 3d));
    }
}
