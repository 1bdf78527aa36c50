using Nirmaan.Benchmarks.Optimiser;

namespace Nirmaan.Optimiser.Tests;

/// <summary>What the bound does when a row is given more room, for every kind of row.</summary>
public sealed class RowPriceTests
{
    private const double Step = 0.02;

    /// <summary>Prices alone: the bound comes from them, not from the search.</summary>
    private static readonly SolveOptions s_pricesOnly = new() { MaxMovesTried = 0 };

    private static readonly AllocationInstance s_free = Free();

    /// <summary>Uses of the plan that nothing limits; half of each is a limit that binds.</summary>
    private static readonly PlanEvaluation s_used = AllocationSolver.Solve(s_free, s_pricesOnly).Evaluation;

    private static readonly (string Network, string Bucket) s_most = s_free.Networks.Where(n => n.Reward == RewardShape.ProRata).OrderByDescending(n => Used(RowNames.Exposure(n.Id))).Select(n => (n.Id, n.Bucket)).First();

    /// <summary>Each kind of row: its name and the instance with a limit on it.</summary>
    private static readonly Dictionary<string, (string Row, Func<double, AllocationInstance> Limited)> s_kinds = new()
    {
        ["budget"] = (RowNames.Budget, limit => s_free with { BudgetUsdPerHour = limit }),
        ["exposure"] = (RowNames.Exposure(s_most.Network), limit => OfMost(n => n with { ExposureCapUsdPerHour = limit })),
        ["gpuCap"] = (RowNames.GpuCap(s_most.Network), limit => OfMost(n => n with { GpuCap = (int)limit })),
        ["stake"] = (RowNames.Stake(s_most.Network), limit => OfMost(n => n with { StakeOwned = limit })),
        ["provider"] = (RowNames.Provider(s_free.Items[0].Provider), limit => s_free with { Caps = s_free.Caps with { ProviderUsdPerHour = Only(s_free.Items[0].Provider, limit) } }),
        ["bucketMax"] = (RowNames.BucketMax(s_most.Bucket), limit => s_free with { Caps = s_free.Caps with { BucketMaxUsdPerHour = Only(s_most.Bucket, limit) } }),
        ["moves"] = (RowNames.Moves, limit => s_free with { Caps = s_free.Caps with { MaxMoves = (int)limit } }),
    };

    public static TheoryData<string> Kinds => [.. s_kinds.Keys];

    [Theory, MemberData(nameof(Kinds))]
    public void More_room_never_lowers_the_bound_and_its_price_lies_between_what_a_step_down_and_a_step_up_are_worth(string kind)
    {
        var (row, limited) = s_kinds[kind];
        var at = Math.Round(Used(row) / 2);
        var step = Math.Max(1, Math.Round(Step * at));
        var (less, here, more) = (Bound(limited(at - step)), Bound(limited(at)), Bound(limited(at + step)));
        var slack = 1e-6 * here / step;
        less.ShouldBeLessThan(here - slack, "the row binds");
        more.ShouldBeGreaterThanOrEqualTo(here - slack);
        AllocationSolver.Solve(limited(at), s_pricesOnly).Plan.Prices[row].ShouldBeInRange(((more - here) / step) - slack, ((here - less) / step) + slack);
    }

    [Fact]
    public void A_lower_floor_never_lowers_the_bound_and_its_price_is_what_a_step_is_worth()
    {
        var row = RowNames.BucketMin("poor");
        var poor = s_free.Networks[0] with { Id = "poor", Bucket = "poor", ValueUsdPerHour = 0 };
        var floored = s_free with { Networks = [.. s_free.Networks, poor], Workloads = [.. s_free.Workloads, s_free.Workloads[0] with { Id = "poor", Network = "poor" }] };
        AllocationInstance Limited(double limit) => floored with { Caps = floored.Caps with { BucketMinUsdPerHour = Only("poor", limit) } };
        const double At = 4, By = 0.5;
        var (less, here, more) = (Bound(Limited(At - By)), Bound(Limited(At)), Bound(Limited(At + By)));
        var slack = 1e-6 * here / By;
        less.ShouldBeGreaterThan(here);
        more.ShouldBeLessThan(here);
        AllocationSolver.Solve(Limited(At), s_pricesOnly).Plan.Prices[row].ShouldBeInRange(((more - here) / By) - slack, ((here - less) / By) + slack);
    }

    [Fact]
    public void No_plan_drawn_at_random_is_worth_more_than_the_bound()
    {
        var instance = new InstanceGenerator(21).Make(80, 8, scenarios: 10);
        var bound = AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken).Plan.BoundUsdPerHour;
        var random = new Random(21);
        var feasible = 0;
        for (var i = 0; i < 3_000; i++)
        {
            // Locked GPUs stay; of the others a few, so that most plans keep the budget.
            var plan = instance.Items.Select(item => item.Held is { Locked: true } held
                ? new Assignment(item.Id, held.Workload, held.Count)
                : Drawn(instance, item, random)).OfType<Assignment>().Where(a => a.Count > 0).ToList();
            var evaluation = PlanEvaluator.Evaluate(instance, plan);
            if (evaluation.IsFeasible)
            {
                feasible++;
                evaluation.ObjectiveUsdPerHour.ShouldBeLessThanOrEqualTo(bound);
            }
        }
        feasible.ShouldBeGreaterThan(300);
    }

    [Fact]
    public void A_million_offers_are_answered_within_a_small_gap()
    {
        var instance = new InstanceGenerator(22).Make(1_000, 6);
        var many = instance with { Items = [.. Enumerable.Range(0, 1_000_000).Select(i => instance.Items[i % 1_000] with { Id = $"{i}", UsdPerGpuHour = instance.Items[i % 1_000].UsdPerGpuHour * (1 + (i * 1e-7)), Held = null })] };
        var solution = AllocationSolver.Solve(many, null, TestContext.Current.CancellationToken);
        solution.Evaluation.IsFeasible.ShouldBeTrue();
        solution.Plan.Gap.ShouldBeLessThan(1e-3);
    }

    [Fact]
    public void A_solve_that_is_cancelled_under_way_stops_there()
    {
        using var stop = new CancellationTokenSource();
        var stages = new List<SolveStage>();
        var progress = new Relay(p => { stages.Add(p.Stage); stop.Cancel(); });
        Should.Throw<OperationCanceledException>(() => AllocationSolver.Solve(new InstanceGenerator(23).Make(400, 16), new SolveOptions { Progress = progress }, stop.Token));
        stages.ShouldBe([SolveStage.Prices]);
    }

    /// <summary>Nothing limited, everything staked and nothing held, so that every row can be made to bind by itself.</summary>
    private static AllocationInstance Free()
    {
        var drawn = new InstanceGenerator(10).Make(150, 8);
        return drawn with
        {
            BudgetUsdPerHour = 1e6,
            Items = [.. drawn.Items.Select(i => i with { Held = null })],
            Networks = [.. drawn.Networks.Select(n => n with { ExposureCapUsdPerHour = 1e6, GpuCap = 1_000_000, StakeOwned = 1e6 })],
            Workloads = [.. drawn.Workloads.Select(w => w with { StakePerGpu = 1 })],
            Caps = new AllocationCaps
            {
                ProviderUsdPerHour = drawn.Items.Select(i => i.Provider).Distinct().ToDictionary(p => p, _ => 1e6),
                BucketMaxUsdPerHour = drawn.Networks.Select(n => n.Bucket).Distinct().ToDictionary(b => b, _ => 1e6),
                MaxMoves = 1_000_000,
            },
        };
    }

    private static AllocationInstance OfMost(Func<RewardNetwork, RewardNetwork> change) => s_free with { Networks = [.. s_free.Networks.Select(n => n.Id == s_most.Network ? change(n) : n)] };

    private static Dictionary<string, double> Only(string name, double limit) => new() { [name] = limit };

    private static double Used(string row) => s_used.Rows.Single(r => r.Name == row).Usage;

    private static double Bound(AllocationInstance instance) => AllocationSolver.Solve(instance, s_pricesOnly).Plan.BoundUsdPerHour;

    private static Assignment? Drawn(AllocationInstance instance, AllocationItem item, Random random)
    {
        var fit = instance.Workloads.Where(w => w.WorkPerGpuHour.ContainsKey(item.Gpu) && w.GpusPerMiner <= item.Available).ToList();
        return fit.Count == 0 || random.Next(12) > 0 ? null : fit[random.Next(fit.Count)] is var w ? new Assignment(item.Id, w.Id, random.Next(1, (item.Available / w.GpusPerMiner) + 1) * w.GpusPerMiner) : null;
    }

    private sealed class Relay(Action<SolveProgress> told) : IProgress<SolveProgress>
    {
        public void Report(SolveProgress value) => told(value);
    }
}
