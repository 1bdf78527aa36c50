using FsCheck;
using FsCheck.Fluent;

namespace Nirmaan.Optimiser.Tests;

/// <summary>Against every plan of tiny instances.</summary>
public sealed class ExactTests
{
    /// <summary>The same instances in every run; NIRMAAN_PROPERTY_RUNS=N looks at N others, and a failure tells its seed.</summary>
    private static readonly Config s_config = int.TryParse(Environment.GetEnvironmentVariable("NIRMAAN_PROPERTY_RUNS"), out var runs)
        ? Config.QuickThrowOnFailure.WithMaxTest(runs)
        : Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20_261_122, 1);

    private static void ForEachSeed(bool ruled, Action<int, AllocationInstance> check) =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed => { check(seed, ruled ? TinyInstances.MakeRuled(seed) : TinyInstances.Make(seed)); return true; }).Check(s_config);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_plan_is_the_best_of_all_plans(bool withPinsAndVetoes) => ForEachSeed(withPinsAndVetoes, (seed, instance) =>
    {
        if (BruteForce.Best(instance) is { } best)
        {
            var solution = AllocationSolver.Solve(instance);
            solution.Plan.ObjectiveUsdPerHour.ShouldBe(best.Objective, 1e-7, $"seed {seed}: {instance.ToJson()}");
            solution.Plan.BoundUsdPerHour.ShouldBeGreaterThanOrEqualTo(best.Objective, $"seed {seed}");
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_instance_without_a_feasible_plan_is_refused_with_the_rows(bool withPinsAndVetoes) => ForEachSeed(withPinsAndVetoes, (seed, instance) =>
    {
        if (BruteForce.Best(instance) is null)
        {
            var thrown = Should.Throw<InfeasibleInstanceException>(() => AllocationSolver.Solve(instance), $"seed {seed}: {instance.ToJson()}");
            thrown.Rows.ShouldNotBeEmpty();
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_prices_bound_every_plan(bool withPinsAndVetoes) => ForEachSeed(withPinsAndVetoes, (seed, instance) =>
    {
        var random = new Random(seed);
        var prices = new Dictionary<string, double>();
        foreach (var row in PlanEvaluator.Evaluate(instance, []).Rows.Where(r => r.Name.Split(':')[0] is not ("locked" or "pin" or "veto")))
        {
            prices[row.Name] = random.Next(2) * random.NextDouble() * (row.IsFloor ? -1 : 1);
        }
        foreach (var network in instance.Networks)
        {
            prices[RowNames.Work(network.Id)] = random.Next(3) * 0.03 * random.NextDouble();
        }
        if (BruteForce.Best(instance) is { } best)
        {
            DualCertificate.Bound(instance, prices).ShouldBeGreaterThanOrEqualTo(best.Objective, $"seed {seed}: {instance.ToJson()}");
        }
    });
}
