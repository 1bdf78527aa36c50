using static Nirmaan.Optimiser.Tests.Instances;

namespace Nirmaan.Optimiser.Tests;

public sealed class DualCertificateTests
{
    private static Dictionary<string, double> Prices(params (string Row, double Price)[] prices) => prices.ToDictionary(p => p.Row, p => p.Price);

    [Fact]
    public void Free_work_bounds_a_network_by_all_it_pays_and_GPUs_by_nothing() =>
        DualCertificate.Bound(Of([Item("a")], [ProRata("n", 9, 1)], [Work("w", "n")]), Prices()).ShouldBe(9, 1e-9);

    [Fact]
    public void Priced_work_is_what_a_network_leaves_and_a_GPU_earns()
    {
        // Network: (sqrt(V) - sqrt(price * T))^2; item: work * price - rent, for two GPUs.
        var instance = Of([Item("a", usd: 0.5, available: 2)], [ProRata("n", 9, 4)], [Work("w", "n", perGpuHour: 1)]);
        DualCertificate.Bound(instance, Prices(("work:n", 1))).ShouldBe(Math.Pow(3 - 2, 2) + (2 * 0.5), 1e-9);
    }

    [Fact]
    public void A_capped_network_leaves_its_value_less_the_price_of_its_demand() =>
        DualCertificate.Bound(Of([Item("a", usd: 9)], [Capped("n", value: 8, demand: 20)], [Work("w", "n")]), Prices(("work:n", 0.1))).ShouldBe(8 - 2, 1e-9);

    [Fact]
    public void A_row_with_a_price_adds_its_limit_and_charges_its_users()
    {
        var instance = Of([Item("a", usd: 1, available: 4)], [ProRata("n", 0, 1)], [Work("w", "n")], budget: 3);
        DualCertificate.Bound(instance, Prices(("budget", 2))).ShouldBe(6, 1e-6);
    }

    [Fact]
    public void A_floor_with_a_price_pays_its_users()
    {
        var instance = Of([Item("a", usd: 1, available: 4)], [ProRata("n", 0, 1)], [Work("w", "n")]) with
        {
            Caps = new AllocationCaps { BucketMinUsdPerHour = new Dictionary<string, double> { ["b"] = 2 } },
        };
        // Each GPU is paid 1.5 for a rent of 1, and the floor of 2 takes 3.
        DualCertificate.Bound(instance, Prices(("bucketMin:b", -1.5))).ShouldBe((4 * 0.5) - 3, 1e-6);
    }

    [Fact]
    public void GPUs_that_fill_no_miner_earn_nothing()
    {
        // 5 GPUs: one miner of 4 at 3 per GPU, and one of 1 at 2.
        var instance = Of([Item("a", usd: 0, available: 5)], [ProRata("n", 0, 1), ProRata("m", 0, 1)], [Work("w", "n", perGpuHour: 3, lot: 4), Work("v", "m", perGpuHour: 2)]);
        DualCertificate.Bound(instance, Prices(("work:n", 1), ("work:m", 1))).ShouldBe((4 * 3) + 2, 1e-9);
    }

    [Theory]
    [InlineData("budget", -1)]
    [InlineData("bucketMin:b", 1)]
    [InlineData("budget", double.NaN)]
    [InlineData("exposure:n", 1)]
    [InlineData("nonsense", 1)]
    public void A_price_that_cannot_be_one_is_refused(string row, double price) =>
        Should.Throw<ArgumentException>(() => DualCertificate.Bound(Of([Item("a")], [ProRata("n", 9, 1)], [Work("w", "n")]), Prices((row, price))));

    [Fact]
    public void Scenario_weights_off_the_rules_are_brought_back_to_them()
    {
        var network = ProRata("n", 0, 1) with { ScenarioValuesUsdPerHour = [2, 4] };
        var instance = Of([Item("a", usd: 0)], [network], [Work("w", "n")]) with { RiskWeight = 1, TailLevel = 0.5 };
        var best = BruteForce.Best(instance)!.Value.Objective;
        foreach (var weights in new double[][] { [0, 0], [9, 9], [double.NaN, 0], [2, 0] })
        {
            DualCertificate.Bound(instance, Prices(("work:n", 0.1)), weights).ShouldBeGreaterThanOrEqualTo(best);
        }
    }

    [Fact]
    public void Without_scenario_weights_it_finds_some_as_good_as_the_solver_s()
    {
        var instance = new Benchmarks.Optimiser.InstanceGenerator(5).Make(60, 8, scenarios: 40);
        var solution = AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken);
        DualCertificate.Bound(instance, solution.Plan.Prices).ShouldBe(solution.Plan.BoundUsdPerHour, 1e-4 * solution.Plan.BoundUsdPerHour);
    }
}
