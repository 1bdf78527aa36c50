using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>What a plan makes of each pool, and between what its moves' gains would have lain.</summary>
public sealed class PoolChangeTests(ControlPostgres database)
{
    [Fact]
    public async Task What_pools_leave_after_rent_adds_up_to_what_staying_put_and_the_plan_are_worth()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        plan.Pools.Sum(p => p.NetNow!.Value).ShouldBe(plan.Plan.NowUsdPerHour, 0.00001m);
        // Switching is spread over the horizon and belongs to no pool.
        (plan.Pools.Sum(p => p.NetThen!.Value) - plan.Moves.Sum(m => m.CostUsd) / plan.Constraints!.HorizonHours).ShouldBe(plan.Plan.ObjectiveUsdPerHour, 0.00001m);
        plan.Pools.Sum(p => p.RentThen).ShouldBe(plan.Plan.RentUsdPerHour);
    }

    [Fact]
    public async Task What_comes_and_goes_is_what_lies_between_a_pools_gpus_now_and_then()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        plan.Pools.Select(p => p.Pool.Value).ShouldBe(["llama", "waifu"], ignoreOrder: true);
        plan.Pools.ShouldAllBe(p => p.Deltas.Sum(d => d.Count) == p.GpusThen - p.GpusNow);
        var llama = plan.Pools.Single(p => p.Pool.Value == "llama");
        (llama.GpusNow, llama.GpusThen, llama.Label).ShouldBe((6, 0, "The llama pool"));
        plan.Pools[0].ShouldBe(plan.Pools.MaxBy(p => Math.Abs(p.NetThen!.Value - p.NetNow!.Value)));
    }

    [Fact]
    public async Task A_preview_says_the_same_of_pools_as_the_plan_made_of_it()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var preview = await world.Get<IPlanAllocation>().PreviewAsync(new PlanRequest(), CancellationToken.None);
        var plan = await world.PlanAsync();
        preview.Pools.Select(p => (p.Pool, p.GpusThen, p.NetThen)).ShouldBe(plan.Pools.Select(p => (p.Pool, p.GpusThen, p.NetThen)));
    }

    [Fact]
    public async Task The_gain_of_a_move_has_the_band_of_the_readings_before_its_plan()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        foreach (var price in new[] { 0.02m, 0.05m, 0.06m, 0.03m, 0.07m, 0.04m })
        {
            world.Clock.Advance(TimeSpan.FromMinutes(1));
            await using (var db = await world.DbAsync())
            {
                db.Prices.Add(new PriceQuote("HEU", price, world.Clock.GetUtcNow(), "test"));
                await db.SaveChangesAsync();
            }
            await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        }
        var plan = await world.PlanAsync();
        plan.Moves.ShouldNotBeEmpty();
        plan.Moves.ShouldAllBe(m => m.Band!.Value.Low < m.GainUsdPerHour && m.GainUsdPerHour < m.Band.Value.High);
    }

    [Fact]
    public async Task Too_few_readings_make_no_band()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        (await world.PlanAsync()).Moves.ShouldAllBe(m => m.Band == null);
    }
}
