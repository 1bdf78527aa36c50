using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Allocation;

/// <summary>A fleet on text beside a market where images pay far better.</summary>
internal static class PoolWorld
{
    public static PoolOutlook Pool(string pool, string workload, decimal tokensPerHour, decimal others) => new(
        new PoolName(pool), NetworkName.Heurist, $"The {pool} pool", Bucket.Emerging, RewardShape.ProRata, "HEU", tokensPerHour, "points", others, null, default, "test", true,
        [new WorkPrior(new WorkloadName(workload), "rtx-a6000", 100, 6, "test")]);

    public static async Task<FleetWorld> CreateAsync(ControlPostgres database, params (string Key, string Value)[] settings)
    {
        var world = await FleetWorld.CreateAsync(database, [("Allocation:BudgetUsdPerHour", "5"), .. settings]);
        world.Network.Outlooks.Add(Pool("llama", "heurist-llm", 100, 10_000));
        world.Network.Outlooks.Add(Pool("waifu", "heurist-sd", 1_000, 1_000));
        await world.LaunchAsync(6);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await using var db = await world.DbAsync();
        db.Prices.Add(new PriceQuote("HEU", 0.04m, world.Clock.GetUtcNow(), "test"));
        await db.SaveChangesAsync();
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        return world;
    }

    public static async Task<PlanDetail> PlanAsync(this FleetWorld world, PlanRequest? request = null)
    {
        var id = await world.Get<IPlanAllocation>().RunAsync(request ?? new PlanRequest(), "admin@test", CancellationToken.None);
        return (await world.Get<AllocationQueries>().FindAsync(id, CancellationToken.None))!;
    }

    /// <summary>Lets an approved plan go on until it ended, 40 minutes at most.</summary>
    public static async Task CarryOutAsync(this FleetWorld world, PlanId plan)
    {
        for (var i = 0; i < 40; i++)
        {
            await world.Get<ExecutePlan>().RunAsync(CancellationToken.None);
            await world.PassAsync(TimeSpan.FromMinutes(1));
            await world.ServeAsync();
            if ((await world.Get<AllocationQueries>().FindAsync(plan, CancellationToken.None))!.Plan.State != PlanState.Approved) { return; }
        }
    }

    /// <summary>Every running miner serves.</summary>
    public static async Task ServeAsync(this FleetWorld world)
    {
        await using var db = await world.DbAsync();
        var running = await db.Instances.Where(i => i.State == InstanceState.Running).Select(i => i.Id).ToListAsync();
        foreach (var miner in await db.Miners.Where(m => running.Contains(m.InstanceId) && (m.State == MinerState.Installing || m.State == MinerState.WarmingUp)).ToListAsync()) { miner.Become(MinerState.Idle, world.Clock.GetUtcNow(), null); }
        await db.SaveChangesAsync();
    }
}
