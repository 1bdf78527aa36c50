using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Tests.Allocation;

public sealed class PreviewTests(ControlPostgres database)
{
    private static readonly WorkloadName s_text = new("heurist-llm"), s_image = new("heurist-sd");

    private static Task<PlanPreview> PreviewAsync(FleetWorld world, PlanRequest request) => world.Get<IPlanAllocation>().PreviewAsync(request, CancellationToken.None);

    [Fact]
    public async Task A_preview_shows_the_plan_that_would_be_made_and_stores_nothing()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var preview = await PreviewAsync(world, new PlanRequest());
        (await world.Get<AllocationQueries>().ListAsync(null, null, CancellationToken.None)).Items.ShouldBeEmpty();
        var plan = await world.PlanAsync();
        preview.Proposed.ShouldBe(plan.Proposed, ignoreOrder: true);
        (preview.ObjectiveUsdPerHour, preview.RentUsdPerHour, preview.NowUsdPerHour).ShouldBe((plan.Plan.ObjectiveUsdPerHour, plan.Plan.RentUsdPerHour, plan.Plan.NowUsdPerHour));
    }

    [Fact]
    public async Task A_preview_says_how_much_of_the_budget_it_uses()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var preview = await PreviewAsync(world, new PlanRequest(BudgetUsdPerHour: 3m));
        var budget = preview.Limits.Single(l => l.Row == "budget");
        (budget.Limit, budget.Usage, budget.Holds).ShouldBe((3m, preview.RentUsdPerHour, true));
    }

    [Fact]
    public async Task What_lies_between_now_and_then_are_the_moves_of_the_plan_and_what_stays()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var plan = await world.PlanAsync();
        var shifts = GpuShift.Between(plan.Now, plan.Proposed);
        shifts.Where(s => s.Kind is not null).GroupBy(s => (s.Kind, s.From, s.To)).Select(g => (g.Key.Kind!.Value, g.Key.From, g.Key.To, g.Sum(s => s.Count)))
            .ShouldBe(plan.Moves.GroupBy(m => (m.Kind, m.From, m.To)).Select(g => (g.Key.Kind, g.Key.From, g.Key.To, g.Sum(m => m.Count))), ignoreOrder: true);
        shifts.Where(s => s.From is not null).Sum(s => s.Count).ShouldBe(plan.Now.Sum(a => a.Count));
        shifts.Where(s => s.To is not null).Sum(s => s.Count).ShouldBe(plan.Proposed.Sum(a => a.Count));
    }

    [Fact]
    public void Held_gpus_stay_first_then_move_and_only_the_rest_is_new()
    {
        Assignment Of(WorkloadName workload, int count) => new("item", "akash", "rtx-a6000", workload.Value, count, 0.4m);
        var akash = SupplierName.Akash;
        GpuShift.Between([Of(s_text, 5)], [Of(s_text, 2), Of(s_image, 1)]).ShouldBe(
            [new(null, akash, "rtx-a6000", s_text, s_text, 2), new(MoveKind.Switch, akash, "rtx-a6000", s_text, s_image, 1), new(MoveKind.Release, akash, "rtx-a6000", s_text, null, 2)]);
        GpuShift.Between([Of(s_text, 1)], [Of(s_image, 3)]).ShouldBe(
            [new(MoveKind.Switch, akash, "rtx-a6000", s_text, s_image, 1), new(MoveKind.Start, akash, "rtx-a6000", null, s_image, 2)]);
    }

    [Fact]
    public async Task Where_nothing_may_move_the_preview_leaves_all_where_it_is()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var preview = await PreviewAsync(world, new PlanRequest(MaxMoves: 0));
        GpuShift.Between(preview.Now, preview.Proposed).ShouldAllBe(s => s.Kind == null || s.Kind == MoveKind.Release);
        preview.ObjectiveUsdPerHour.ShouldBeGreaterThanOrEqualTo(preview.NowUsdPerHour);
    }

    [Fact]
    public async Task A_limit_that_binds_costs_what_the_plan_would_earn_without_it()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        var capped = new PlanRequest(ExposureUsdPerHour: new Dictionary<string, decimal> { ["waifu"] = 0.9m, ["llama"] = 100m });
        var cost = (await world.Get<IPlanAllocation>().PriceLimitsAsync(capped, CancellationToken.None)).ShouldHaveSingleItem();
        cost.Row.ShouldBe("exposure:waifu");
        var free = await PreviewAsync(world, new PlanRequest(ExposureUsdPerHour: new Dictionary<string, decimal> { ["llama"] = 100m }));
        cost.UsdPerHour.ShouldBe(free.ObjectiveUsdPerHour - (await PreviewAsync(world, capped)).ObjectiveUsdPerHour);
        cost.UsdPerHour.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Pools_that_are_left_out_are_named_with_the_reason()
    {
        await using var world = await PoolWorld.CreateAsync(database);
        world.Network.Outlooks.Add(PoolWorld.Pool("mystery", "heurist-sd", 5, 5) with { OthersWorkPerHour = null });
        await world.Get<EstimateYields>().RunAsync(CancellationToken.None);
        (await PreviewAsync(world, new PlanRequest())).LeftOut.ShouldBe(new Dictionary<PoolName, string> { [new PoolName("mystery")] = "no totals" });
    }
}
