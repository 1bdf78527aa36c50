using Nirmaan.Benchmarks.Optimiser;
using static Nirmaan.Optimiser.Tests.Instances;

namespace Nirmaan.Optimiser.Tests;

public sealed class SolverTests
{
    private static AllocationSolution Solve(AllocationInstance instance, SolveOptions? options = null) =>
        AllocationSolver.Solve(instance, options, TestContext.Current.CancellationToken);

    private static string Uses(AllocationSolution solution) => string.Join(' ', solution.Plan.Assignments.Select(a => $"{a.Item}>{a.Workload}*{a.Count}").Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("1000x16", 0.0005)]
    [InlineData("1000x64", 0.0015)]
    [InlineData("1000x16s200", 0.0005)]
    [InlineData("10000x64", 0.0005)]
    public void Generated_instances_come_out_feasible_within_a_small_gap(string size, double gap)
    {
        var instance = new InstanceGenerator(1).Make(InstanceSize.Parse(size));
        var solution = Solve(instance);
        solution.Evaluation.IsFeasible.ShouldBeTrue();
        solution.Plan.BoundUsdPerHour.ShouldBeGreaterThanOrEqualTo(solution.Plan.ObjectiveUsdPerHour);
        solution.Plan.Gap.ShouldBeLessThan(gap);
        solution.PriceSteps.ShouldBeLessThan(300);
    }

    [Theory]
    [InlineData("20x6")]
    [InlineData("40x6s20")]
    [InlineData("60x6s20")]
    [InlineData("60x6t")]
    public void A_small_fleet_is_solved_in_few_steps_so_that_a_slider_can_ask_again_while_it_moves(string size)
    {
        for (var seed = 20; seed < 25; seed++)
        {
            var solution = Solve(new InstanceGenerator(seed).Make(InstanceSize.Parse(size)));
            solution.PriceSteps.ShouldBeLessThan(120);
            solution.MovesTried.ShouldBeLessThan(120_000);
        }
    }

    [Fact]
    public void The_same_instance_and_seed_give_the_same_plan_to_the_last_bit()
    {
        var instance = new InstanceGenerator(7).Make(300, 16, scenarios: 20);
        (Solve(instance).Plan with { Seconds = 0 }).ToJson().ShouldBe((Solve(instance).Plan with { Seconds = 0 }).ToJson());
    }

    [Fact]
    public void The_order_in_which_things_are_listed_does_not_matter()
    {
        var instance = new InstanceGenerator(8).Make(200, 12);
        var turned = instance with { Items = [.. instance.Items.Reverse()], Networks = [.. instance.Networks.Reverse()], Workloads = [.. instance.Workloads.Reverse()] };
        var (one, other) = (Solve(instance), Solve(turned));
        Uses(other).ShouldBe(Uses(one));
        other.Plan.BoundUsdPerHour.ShouldBe(one.Plan.BoundUsdPerHour, 1e-7);
        other.Plan.ObjectiveUsdPerHour.ShouldBe(one.Plan.ObjectiveUsdPerHour, 1e-7);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(0.01)]
    [InlineData(92.5)]
    public void Dollars_are_only_a_unit(double factor)
    {
        var instance = new InstanceGenerator(9).Make(150, 10, scenarios: 10);
        var scaled = instance with
        {
            BudgetUsdPerHour = instance.BudgetUsdPerHour * factor,
            Items = [.. instance.Items.Select(i => i with { UsdPerGpuHour = i.UsdPerGpuHour * factor })],
            Networks = [.. instance.Networks.Select(n => n with
            {
                ValueUsdPerHour = n.ValueUsdPerHour * factor,
                ExposureCapUsdPerHour = n.ExposureCapUsdPerHour * factor,
                ScenarioValuesUsdPerHour = [.. n.ScenarioValuesUsdPerHour!.Select(v => v * factor)],
            })],
            Workloads = [.. instance.Workloads.Select(w => w with { MoveCostUsd = w.MoveCostUsd * factor, StartCostUsd = w.StartCostUsd * factor })],
            Caps = new AllocationCaps { ProviderUsdPerHour = instance.Caps.ProviderUsdPerHour!.ToDictionary(c => c.Key, c => c.Value * factor) },
        };
        var (one, other) = (Solve(instance).Plan, Solve(scaled).Plan);
        (other.BoundUsdPerHour / factor).ShouldBe(one.BoundUsdPerHour, 1e-6 * one.BoundUsdPerHour);
        (other.ObjectiveUsdPerHour / factor).ShouldBe(one.ObjectiveUsdPerHour, (one.Gap + 1e-6) * one.ObjectiveUsdPerHour);
    }

    [Fact]
    public void More_room_in_a_row_never_lowers_the_bound_and_pays_its_price()
    {
        var instance = new InstanceGenerator(10).Make(200, 12);
        instance = instance with { BudgetUsdPerHour = 0.5 * Solve(instance).Evaluation.RentUsdPerHour }; // So that the budget binds.
        var pricesOnly = new SolveOptions { MaxMovesTried = 0 };
        double Bound(double budget) => Solve(instance with { BudgetUsdPerHour = budget }, pricesOnly).Plan.BoundUsdPerHour;
        var (at, step) = (instance.BudgetUsdPerHour, 0.02 * instance.BudgetUsdPerHour);
        var (less, here, more) = (Bound(at - step), Bound(at), Bound(at + step));
        var price = Solve(instance, pricesOnly).Plan.Prices["budget"];
        price.ShouldBeGreaterThan(0.01);
        less.ShouldBeLessThanOrEqualTo(here);
        here.ShouldBeLessThanOrEqualTo(more);
        var slack = 1e-6 * here / step;
        price.ShouldBeInRange(((more - here) / step) - slack, ((here - less) / step) + slack);
    }

    [Fact]
    public void Without_weight_on_risk_scenarios_count_by_their_mean()
    {
        var risky = new InstanceGenerator(11).Make(100, 8, scenarios: 30) with { RiskWeight = 0 };
        var mean = risky with { Networks = [.. risky.Networks.Select(n => n with { ValueUsdPerHour = n.ScenarioValuesUsdPerHour!.Average(), ScenarioValuesUsdPerHour = null })] };
        var (one, other) = (Solve(risky), Solve(mean));
        Uses(one).ShouldBe(Uses(other));
        one.Plan.BoundUsdPerHour.ShouldBe(other.Plan.BoundUsdPerHour, 1e-6);
    }

    [Fact]
    public void Weight_on_risk_moves_work_from_a_network_that_may_die()
    {
        var sure = ProRata("sure", 10, 10);
        var shaky = ProRata("shaky", 12, 10) with { ScenarioValuesUsdPerHour = [.. Enumerable.Range(0, 20).Select(s => s < 4 ? 0 : 15.0)] };
        var instance = Of([Item("a", usd: 0.2, available: 20)], [sure, shaky], [Work("w", "sure"), Work("v", "shaky")], budget: 3) with { TailLevel = 0.8 };
        double OnShaky(double weight) => Solve(instance with { RiskWeight = weight }).Plan.Assignments.Where(a => a.Workload == "v").Sum(a => a.Count);
        OnShaky(1).ShouldBe(0);
        OnShaky(0.5).ShouldBeInRange(0, OnShaky(0) - 1);
    }

    [Fact]
    public void A_dominated_network_gets_nothing()
    {
        // Same GPUs, same others, a tenth of the value and a higher start.
        var instance = Of([Item("a", usd: 0.5, available: 30)], [ProRata("good", 100, 50), ProRata("bad", 0.4, 50)], [Work("w", "good"), Work("v", "bad", start: 1)]);
        Solve(instance).Plan.Assignments.ShouldAllBe(a => a.Workload == "w");
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(3)]
    [InlineData(10)]
    public void Alone_the_best_share_is_one_less_the_root_of_the_yield(double yield)
    {
        // One pool, one class: s* = 1 - 1/sqrt(r), r being revenue per dollar of rent at no share; GPUs small enough to be nearly divisible.
        const double others = 1000, rent = 0.01, perGpu = 0.01;
        var value = yield * others * rent;
        var solution = Solve(Of([Item("a", usd: rent * perGpu, available: 1_000_000)], [ProRata("n", value, others)], [Work("w", "n", perGpuHour: perGpu)]));
        var work = solution.Evaluation.WorkPerHour["n"];
        (work / (work + others)).ShouldBe(1 - (1 / Math.Sqrt(yield)), 1e-3);
        solution.Plan.Gap.ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void With_slack_caps_noise_below_the_no_trade_band_moves_nothing()
    {
        var start = new InstanceGenerator(12).Make(120, 10);
        var free = start with
        {
            Items = [.. start.Items.Select(i => i with { Held = null })],
            Networks = [.. start.Networks.Select(n => n with { ExposureCapUsdPerHour = null, GpuCap = null })],
            Caps = new AllocationCaps(),
            BudgetUsdPerHour = 1e6,
        };
        var first = Solve(free);
        var byItem = first.Plan.Assignments.ToLookup(a => a.Item);
        // Every GPU in use is held where it is; an item in two uses is split in two.
        var held = free with
        {
            Items = [.. free.Items.SelectMany(i => byItem[i.Id].Any()
                ? byItem[i.Id].Select(a => i with { Id = $"{i.Id}/{a.Workload}", Available = a.Count, Held = Held(a.Workload, a.Count) })
                : [i])],
            Workloads = [.. free.Workloads.Select(w => w with { MoveCostUsd = 5, StartCostUsd = 5 })],
        };
        var random = new Random(12);
        var noisy = held with { Networks = [.. held.Networks.Select(n => n with { ValueUsdPerHour = n.ValueUsdPerHour * (1 + (0.002 * (random.NextDouble() - 0.5))) })] };
        var warm = Solve(noisy, new SolveOptions { WarmStart = first.Plan });
        warm.Evaluation.Moves.ShouldBe(0);
        Solve(noisy).Evaluation.Moves.ShouldBe(0);
    }

    [Fact]
    public void A_warm_start_ends_as_well_as_a_cold_one_and_sooner()
    {
        var generator = new InstanceGenerator(13);
        var instance = generator.Make(200, 16, scenarios: 20);
        var first = Solve(instance);
        var later = generator.Drift(instance, rents: 0.03, values: 0.01);
        var (cold, warm) = (Solve(later), Solve(later, new SolveOptions { WarmStart = first.Plan, WarmScenarioWeights = first.ScenarioWeights }));
        warm.Plan.BoundUsdPerHour.ShouldBe(cold.Plan.BoundUsdPerHour, 1e-6 * cold.Plan.BoundUsdPerHour);
        warm.Plan.ObjectiveUsdPerHour.ShouldBeGreaterThan(cold.Plan.ObjectiveUsdPerHour * (1 - 2e-4));
        warm.PriceSteps.ShouldBeLessThan(cold.PriceSteps);
    }

    [Fact]
    public void A_plan_from_another_market_is_a_harmless_warm_start()
    {
        var instance = new InstanceGenerator(14).Make(100, 8);
        var foreign = Solve(new InstanceGenerator(15).Make(50, 6)).Plan;
        var cold = Solve(instance).Plan;
        Solve(instance, new SolveOptions { WarmStart = foreign }).Plan.ObjectiveUsdPerHour.ShouldBe(cold.ObjectiveUsdPerHour, 2e-3 * cold.ObjectiveUsdPerHour);
    }

    [Fact]
    public void Free_GPUs_are_put_to_use()
    {
        var solution = Solve(Of([Item("a", usd: 0, available: 5)], [ProRata("n", 10, 5)], [Work("w", "n")], budget: 0));
        solution.Plan.Assignments.ShouldBe([new Assignment("a", "w", 5)]);
        solution.Plan.Gap.ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Nothing_worth_doing_is_an_empty_plan_with_no_gap()
    {
        var plan = Solve(Of([Item("a", usd: 5)], [ProRata("n", 1, 10)], [Work("w", "n")])).Plan;
        plan.Assignments.ShouldBeEmpty();
        plan.ObjectiveUsdPerHour.ShouldBe(0);
        plan.BoundUsdPerHour.ShouldBeInRange(0, 1e-5);
    }

    [Fact]
    public void Every_item_without_a_use_is_told_why()
    {
        var instance = Of(
            [Item("dear", usd: 9), Item("odd", gpu: "h"), Item("small", gpu: "k"), Item("none", available: 0), Item("taken", usd: 0.1)],
            [ProRata("n", 10, 5)],
            [Work("w", "n"), Work("v", "n", lot: 2, gpu: "k")]);
        var why = Solve(instance).Plan.Rejected.ToDictionary(r => r.Item, r => r.Why);
        why.Keys.Order().ShouldBe(["dear", "none", "odd", "small"]);
        why["dear"].ShouldStartWith("best use w earns $");
        why["dear"].ShouldContain("against $9.0000 rent");
        why["dear"].ShouldEndWith("short");
        why["odd"].ShouldBe("no workload runs on h");
        why["small"].ShouldBe("its 1 GPUs are fewer than a miner of any workload needs");
        why["none"].ShouldBe("no GPU of it is available");
    }

    [Fact]
    public void A_cap_that_shuts_an_item_out_is_named_in_its_rejection()
    {
        var network = ProRata("n", 100, 5) with { GpuCap = 2 };
        var rejected = Solve(Of([Item("a", usd: 0.1, available: 2), Item("b", usd: 0.2, available: 2)], [network], [Work("w", "n")])).Plan.Rejected.ShouldHaveSingleItem();
        rejected.Item.ShouldBe("b");
        rejected.Why.ShouldContain("gpuCap:n $");
    }

    [Fact]
    public void A_cancelled_solve_stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Should.Throw<OperationCanceledException>(() => AllocationSolver.Solve(new InstanceGenerator(1).Make(50, 4), null, stop.Token));
    }

    [Fact]
    public void Progress_passes_through_every_stage_in_order()
    {
        var seen = new List<SolveProgress>();
        Solve(new InstanceGenerator(16).Make(50, 4), new SolveOptions { Progress = new Recorder(seen) });
        seen.Select(p => p.Stage).Distinct().ShouldBe([SolveStage.Prices, SolveStage.Rounded, SolveStage.Improved, SolveStage.Certified]);
        seen.Where(p => p.Stage == SolveStage.Prices).Select(p => p.BoundUsdPerHour!.Value).ShouldBeInOrder(SortDirection.Descending);
    }

    private sealed class Recorder(List<SolveProgress> seen) : IProgress<SolveProgress>
    {
        public void Report(SolveProgress value) => seen.Add(value);
    }
}
