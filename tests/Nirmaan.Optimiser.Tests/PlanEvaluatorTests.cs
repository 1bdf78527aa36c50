using static Nirmaan.Optimiser.Tests.Instances;

namespace Nirmaan.Optimiser.Tests;

/// <summary>Against figures worked out by hand.</summary>
public sealed class PlanEvaluatorTests
{
    private static PlanEvaluation Evaluate(AllocationInstance instance, params (string Item, string Workload, int Count)[] uses) =>
        PlanEvaluator.Evaluate(instance, [.. uses.Select(u => new Assignment(u.Item, u.Workload, u.Count))]);

    [Fact]
    public void A_pro_rata_network_pays_by_share_of_reliable_work()
    {
        var instance = Of([Item("a", usd: 2, available: 3, reliability: 0.5)], [ProRata("n", value: 100, others: 10)], [Work("w", "n", perGpuHour: 20)]);
        var evaluation = Evaluate(instance, ("a", "w", 3));
        evaluation.MeanRevenueUsdPerHour.ShouldBe(100 * 30 / 40.0, 1e-12);
        evaluation.RentUsdPerHour.ShouldBe(6);
    }

    [Fact]
    public void Nothing_over_nothing_is_nothing() =>
        Evaluate(Of([Item("a")], [ProRata("n", value: 5, others: 0)], [Work("w", "n")])).ObjectiveUsdPerHour.ShouldBe(0);

    [Fact]
    public void Alone_on_a_network_one_earns_it_all() =>
        Evaluate(Of([Item("a", usd: 0)], [ProRata("n", value: 5, others: 0)], [Work("w", "n")]), ("a", "w", 1)).ObjectiveUsdPerHour.ShouldBe(5);

    [Fact]
    public void Work_beyond_the_demand_earns_nothing() =>
        Evaluate(Of([Item("a", usd: 0, available: 3)], [Capped("n", value: 8, demand: 20)], [Work("w", "n", perGpuHour: 8)]), ("a", "w", 3)).ObjectiveUsdPerHour.ShouldBe(8);

    [Fact]
    public void The_tail_is_the_mean_of_the_worst_share_in_part()
    {
        // Worst 40 % of five scenarios is two of them; worst 30 % is one and a half.
        var network = ProRata("n", 0, 0) with { ScenarioValuesUsdPerHour = [5, 1, 4, 2, 3] };
        var instance = Of([Item("a", usd: 0)], [network], [Work("w", "n")]) with { RiskWeight = 0.25, TailLevel = 0.6 };
        var evaluation = Evaluate(instance, ("a", "w", 1));
        evaluation.TailRevenueUsdPerHour.ShouldBe(1.5, 1e-12);
        evaluation.ObjectiveUsdPerHour.ShouldBe((0.75 * 3) + (0.25 * 1.5), 1e-12);
        Evaluate(instance with { TailLevel = 0.7 }, ("a", "w", 1)).TailRevenueUsdPerHour.ShouldBe((1 + (0.5 * 2)) / 1.5, 1e-12);
    }

    [Fact]
    public void A_network_without_scenarios_is_constant_and_its_array_overrules_its_value()
    {
        var withArray = ProRata("m", value: 77, others: 0) with { ScenarioValuesUsdPerHour = [2, 4] };
        var instance = Of([Item("a", usd: 0, available: 2)], [ProRata("n", 10, 0), withArray], [Work("w", "n"), Work("v", "m")]) with { RiskWeight = 1, TailLevel = 0.5 };
        var evaluation = Evaluate(instance, ("a", "w", 1), ("a", "v", 1));
        evaluation.MeanRevenueUsdPerHour.ShouldBe(13);
        evaluation.TailRevenueUsdPerHour.ShouldBe(12);
    }

    [Fact]
    public void Staying_is_free_moving_and_starting_cost_over_the_horizon()
    {
        var instance = Of([Item("a", usd: 0, available: 6, held: Held("w", 3))], [ProRata("n", 0, 1)], [Work("w", "n", move: 50, start: 7), Work("v", "n", move: 10, start: 20)], horizon: 10);
        Evaluate(instance, ("a", "w", 3)).SwitchingUsdPerHour.ShouldBe(0);
        Evaluate(instance, ("a", "w", 5)).SwitchingUsdPerHour.ShouldBe(2 * 7 / 10.0, 1e-12);
        Evaluate(instance, ("a", "v", 2)).SwitchingUsdPerHour.ShouldBe(2 * 10 / 10.0, 1e-12);
        Evaluate(instance, ("a", "w", 2), ("a", "v", 3)).SwitchingUsdPerHour.ShouldBe(((1 * 10) + (2 * 20)) / 10.0, 1e-12);
        Evaluate(instance, ("a", "w", 2), ("a", "v", 3)).Moves.ShouldBe(3);
    }

    [Fact]
    public void The_cheaper_feasible_reading_counts()
    {
        // Moving to v costs more than starting there: as many as fit beside the held ones are new.
        var instance = Of([Item("a", usd: 0, available: 3, held: Held("w", 2))], [ProRata("n", 0, 1)], [Work("w", "n"), Work("v", "n", move: 30, start: 10)], horizon: 10);
        Evaluate(instance, ("a", "v", 1)).SwitchingUsdPerHour.ShouldBe(1, 1e-12);
        Evaluate(instance, ("a", "v", 2)).SwitchingUsdPerHour.ShouldBe(1 + 3, 1e-12);
        Evaluate(instance, ("a", "v", 3)).SwitchingUsdPerHour.ShouldBe(1 + 3 + 3, 1e-12);
    }

    [Fact]
    public void Of_several_new_uses_the_one_where_a_move_saves_most_is_moved()
    {
        var instance = Of([Item("a", usd: 0, available: 2, held: Held("w", 1))], [ProRata("n", 0, 1)],
            [Work("w", "n"), Work("u", "n", move: 4, start: 5), Work("v", "n", move: 2, start: 9)], horizon: 1);
        Evaluate(instance, ("a", "u", 1), ("a", "v", 1)).SwitchingUsdPerHour.ShouldBe(5 + 2, 1e-12);
    }

    [Fact]
    public void The_rest_of_locked_GPUs_moves_even_where_a_start_were_cheaper()
    {
        var instance = Of([Item("a", usd: 0, available: 4, held: Held("w", 2, locked: true))], [ProRata("n", 0, 1)], [Work("w", "n"), Work("v", "n", move: 30, start: 10)], horizon: 10);
        Evaluate(instance, ("a", "v", 2)).SwitchingUsdPerHour.ShouldBe(6, 1e-12);
        Evaluate(instance, ("a", "v", 1)).IsFeasible.ShouldBeFalse();
        Evaluate(instance).Rows.Single(r => r.Name == "locked:a").Holds.ShouldBeFalse();
    }

    [Fact]
    public void Every_row_is_measured()
    {
        var network = ProRata("n", 1, 1, bucket: "emerging") with { ExposureCapUsdPerHour = 5, GpuCap = 3, StakeOwned = 10 };
        var instance = Of([Item("a", usd: 2, available: 4)], [network], [Work("w", "n", stake: 3)], budget: 7) with
        {
            Caps = new AllocationCaps
            {
                ProviderUsdPerHour = new Dictionary<string, double> { ["p"] = 6 },
                BucketMinUsdPerHour = new Dictionary<string, double> { ["emerging"] = 9, ["established"] = 1 },
                BucketMaxUsdPerHour = new Dictionary<string, double> { ["emerging"] = 4 },
                MaxMoves = 2,
            },
        };
        var rows = Evaluate(instance, ("a", "w", 4)).Rows.ToDictionary(r => r.Name, r => (r.Usage, r.Limit, r.Holds));
        rows.ShouldBe(new Dictionary<string, (double, double, bool)>
        {
            ["budget"] = (8, 7, false),
            ["provider:p"] = (8, 6, false),
            ["bucketMin:emerging"] = (8, 9, false),
            ["bucketMin:established"] = (0, 1, false),
            ["bucketMax:emerging"] = (8, 4, false),
            ["exposure:n"] = (8, 5, false),
            ["gpuCap:n"] = (4, 3, false),
            ["stake:n"] = (12, 10, false),
            ["moves"] = (4, 2, false),
        }, ignoreOrder: true);
    }

    [Fact]
    public void Money_rows_hold_within_the_tolerance_and_counts_exactly()
    {
        var instance = Of([Item("a", usd: 0.1, available: 3)], [ProRata("n", 1, 1)], [Work("w", "n")], budget: 0.3);
        Evaluate(instance, ("a", "w", 3)).IsFeasible.ShouldBeTrue("0.1 * 3 is 0.30000000000000004");
        Evaluate(instance with { BudgetUsdPerHour = 0.3 - 2e-7 }, ("a", "w", 3)).IsFeasible.ShouldBeFalse();
    }

    [Theory]
    [InlineData("b", "w", 2)]
    [InlineData("a", "x", 2)]
    [InlineData("a", "w", 3)]
    [InlineData("a", "w", -2)]
    [InlineData("a", "w", 6)]
    [InlineData("a", "other-gpu", 1)]
    public void An_assignment_that_means_nothing_is_a_fault(string item, string workload, int count)
    {
        var instance = Of([Item("a", available: 4)], [ProRata("n", 1, 1)], [Work("w", "n", lot: 2), Work("other-gpu", "n", gpu: "h")]);
        Evaluate(instance, (item, workload, count)).Faults.Count.ShouldBe(1);
    }

    [Fact]
    public void A_workload_given_twice_for_an_item_is_a_fault() =>
        Evaluate(Of([Item("a", available: 4)], [ProRata("n", 1, 1)], [Work("w", "n")]), ("a", "w", 1), ("a", "w", 1)).IsFeasible.ShouldBeFalse();
}
