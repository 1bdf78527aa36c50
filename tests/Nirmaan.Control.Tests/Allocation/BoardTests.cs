using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Microsoft.EntityFrameworkCore;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class BoardTests(ControlPostgres database)
{
    private static async Task<AllocationBoard> ReadAsync(Fleet.FleetWorld world) => await world.Get<BoardQueries>().ReadAsync(CancellationToken.None);

    [Fact]
    public async Task The_board_counts_gpus_rent_and_expected_income_by_workload_and_gpu()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var cell = (await ReadAsync(world)).Cells.ShouldHaveSingleItem();
        (cell.Supplier, cell.Network, cell.Pool, cell.Workload, cell.Gpu.Id).ShouldBe((SupplierName.Akash, NetworkName.Heurist, new PoolName("llama"), new WorkloadName("heurist-llm"), "rtx-a6000"));
        (cell.Running, cell.OnTheWay, cell.Leaving, cell.Unknown).ShouldBe((6, 0, 0, 0));
        cell.RentUsdPerHour.ShouldBe(6 * 0.40m);
        // 100 tokens at $0.04, six GPUs of 100 points an hour that are up 97 % of the time, against 10,000 of others.
        cell.IncomeUsdPerHour!.Value.ShouldBe(4m * 582 / 10_582, 0.0000001m);
    }

    [Fact]
    public async Task Gpus_on_the_way_are_counted_apart_and_earn_nothing_yet()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await world.LaunchAsync(3, "more", "heurist-sd");
        var cell = (await ReadAsync(world)).Cells.Single(c => c.Workload.Value == "heurist-sd");
        (cell.Running, cell.OnTheWay, cell.Gpus, cell.IncomeUsdPerHour).ShouldBe((0, 3, 3, 0m));
    }

    [Fact]
    public async Task Earning_gpus_are_those_whose_miner_is_credited()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await world.ServeAsync();
        await using (var db = await world.DbAsync())
        {
            foreach (var miner in await db.Miners.OrderBy(m => m.Id).Take(2).ToListAsync()) { miner.Become(MinerState.Earning, world.Clock.GetUtcNow(), null); }
            await db.SaveChangesAsync();
        }
        (await ReadAsync(world)).Cells.Single().Earning.ShouldBe(2);
    }

    [Fact]
    public async Task Without_a_price_the_income_is_unknown_and_the_pool_is_frozen()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using (var db = await world.DbAsync()) { await db.Prices.ExecuteDeleteAsync(); }
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        var board = await ReadAsync(world);
        board.IncomeUsdPerHour.ShouldBeNull();
        board.Frozen[new PoolName("llama")].ShouldBe("no price");
    }

    [Fact]
    public async Task A_price_that_is_not_known_makes_the_rent_unknown()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await using (var db = await world.DbAsync()) { await db.Database.ExecuteSqlAsync($"UPDATE instances SET usd_per_gpu_hour = NULL WHERE id = (SELECT min(id::text)::uuid FROM instances)"); }
        (await ReadAsync(world)).RentUsdPerHour.ShouldBeNull();
    }

    [Fact]
    public async Task An_empty_fleet_costs_and_earns_nothing()
    {
        await using var world = await Fleet.FleetWorld.CreateAsync(database);
        var board = await ReadAsync(world);
        (board.RentUsdPerHour, board.IncomeUsdPerHour, board.Estimate).ShouldBe((0m, 0m, null));
    }
}
