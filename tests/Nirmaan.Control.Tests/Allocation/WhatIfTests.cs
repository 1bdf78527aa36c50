using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class WhatIfTests(ControlPostgres database)
{
    private static async Task<IReadOnlyList<Stress>> RowsAsync(FleetWorld world) => (await world.Get<WhatIf>().RunAsync(null, CancellationToken.None)).Rows;

    private static Stress Row(IReadOnlyList<Stress> rows, StressKind kind, string? about = null) => rows.Single(r => r.Kind == kind && r.About == about);

    [Fact]
    public async Task The_present_comes_first_and_is_what_the_planner_says()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var preview = await world.Get<IPlanAllocation>().PreviewAsync(new PlanRequest(), CancellationToken.None);
        var now = (await RowsAsync(world))[0];
        (now.Kind, now.KeepUsdPerHour, now.BestUsdPerHour, now.BestRentUsdPerHour).ShouldBe((StressKind.None, preview.NowUsdPerHour, preview.ObjectiveUsdPerHour, preview.RentUsdPerHour));
        now.Shifts.ShouldBe(GpuShift.Between(preview.Now, preview.Proposed), ignoreOrder: true);
    }

    [Fact]
    public async Task Every_network_and_every_supplier_dies_once()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var rows = await RowsAsync(world);
        rows.Where(r => r.Kind == StressKind.NetworkDies).Select(r => r.About).ShouldBe(["heurist"]);
        rows.Where(r => r.Kind == StressKind.SupplierDies).Select(r => r.About).ShouldBe(["akash", "ionet"]);
    }

    [Fact]
    public async Task A_fleet_on_a_dead_network_only_costs_its_rent_and_the_best_is_to_give_it_back()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var dead = Row(await RowsAsync(world), StressKind.NetworkDies, "heurist");
        dead.KeepUsdPerHour.ShouldBe(-dead.KeepRentUsdPerHour, 0.0000001m);
        (dead.BestUsdPerHour, dead.BestRentUsdPerHour).ShouldBe((0m, 0m));
        dead.Shifts.ShouldAllBe(s => s.To == null);
        dead.ReplanningUsdPerHour!.Value.ShouldBe(dead.KeepRentUsdPerHour, 0.0000001m);
    }

    [Fact]
    public async Task A_dead_supplier_takes_its_machines_with_it()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var dead = Row(await RowsAsync(world), StressKind.SupplierDies, "akash");
        (dead.HeldGpus, dead.KeepUsdPerHour, dead.KeepRentUsdPerHour).ShouldBe((0, 0m, 0m));
    }

    [Fact]
    public async Task Half_the_price_takes_half_the_income_and_none_of_the_rent()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var rows = await RowsAsync(world);
        var (now, half) = (rows[0], Row(rows, StressKind.PricesHalve));
        (half.KeepUsdPerHour + half.KeepRentUsdPerHour).ShouldBe((now.KeepUsdPerHour + now.KeepRentUsdPerHour) / 2, 0.000001m);
        half.KeepRentUsdPerHour.ShouldBe(now.KeepRentUsdPerHour);
    }

    [Fact]
    public async Task More_budget_never_makes_the_best_plan_worse_and_less_never_makes_it_better()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var rows = await RowsAsync(world);
        Row(rows, StressKind.BudgetDoubles).BoundUsdPerHour!.Value.ShouldBeGreaterThanOrEqualTo(rows[0].BestUsdPerHour!.Value);
        Row(rows, StressKind.BudgetHalves).BestUsdPerHour!.Value.ShouldBeLessThanOrEqualTo(rows[0].BoundUsdPerHour!.Value);
    }

    [Fact]
    public async Task A_fleet_that_a_halved_budget_cannot_pay_says_which_limit_it_breaks()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var limits = world.Get<SetConstraints>();
        await limits.RunAsync(await limits.ReadAsync(CancellationToken.None) with { BudgetUsdPerHour = 3m }, "admin@test", "a test", CancellationToken.None);
        Row(await RowsAsync(world), StressKind.BudgetHalves).KeepBreaks.ShouldContain("budget");
    }

    [Fact]
    public async Task Points_that_pay_nothing_are_a_row_only_where_points_are_planned_with()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        Row(await RowsAsync(world), StressKind.PointsPayNothing).BestUsdPerHour.ShouldBe(0m);
    }

    [Fact]
    public async Task Nothing_is_stored()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        await RowsAsync(world);
        (await world.Get<AllocationQueries>().ListAsync(null, null, CancellationToken.None)).Items.ShouldBeEmpty();
    }
}
