namespace Nirmaan.Optimiser.Tests;

/// <summary>Exchanging all that a network has at once, over drawn instances with every feature of the format.</summary>
public sealed class PackTests(ITestOutputHelper output)
{
    private const int Instances = 300;

    /// <summary>NIRMAAN_PROPERTY_RUNS=N looks at N instances.</summary>
    private static readonly int s_instances = int.TryParse(Environment.GetEnvironmentVariable("NIRMAAN_PROPERTY_RUNS"), out var runs) ? runs : Instances;

    /// <summary>Any gap is far, so that packs are looked through wherever a plan is not proved best.</summary>
    private static readonly SolveOptions s_with = new() { FarGap = 0, MaxPacksTried = 300_000, MaxMovesTried = 2_000, FarFactor = 1 }, s_without = s_with with { MaxPacksTried = 0 };

    [Fact]
    public void Every_plan_keeps_its_limits_is_worth_no_more_than_the_bound_and_no_less_than_without_packs()
    {
        var (solved, gained) = (0, 0);
        for (var seed = 0; seed < s_instances; seed++)
        {
            var instance = TinyInstances.MakeTight(seed);
            if (Solve(instance, s_without) is not { } without) { continue; }
            solved++;
            var plan = Solve(instance, s_with).ShouldNotBeNull($"seed {seed}");
            var evaluated = PlanEvaluator.Evaluate(instance, plan.Assignments);
            evaluated.Rows.Where(r => !r.Holds).Select(r => r.Name).ShouldBeEmpty($"seed {seed}");
            evaluated.ObjectiveUsdPerHour.ShouldBe(plan.ObjectiveUsdPerHour, 1e-8, $"seed {seed}");
            plan.BoundUsdPerHour.ShouldBeGreaterThanOrEqualTo(plan.ObjectiveUsdPerHour - 1e-8, $"seed {seed}");
            plan.ObjectiveUsdPerHour.ShouldBeGreaterThanOrEqualTo(without.ObjectiveUsdPerHour - 1e-8, $"seed {seed}");
            gained += plan.ObjectiveUsdPerHour > without.ObjectiveUsdPerHour + 1e-6 ? 1 : 0;
        }
        output.WriteLine($"{solved} of {s_instances} have a plan; packs gained on {gained}");
        gained.ShouldBeGreaterThan(0, "else nothing was tried here");
    }

    [Fact]
    public void The_same_instance_gives_the_same_plan_to_the_last_bit()
    {
        for (var seed = 0; seed < s_instances; seed += 10)
        {
            var instance = TinyInstances.MakeTight(seed);
            (Solve(instance, s_with) is { } once ? (once with { Seconds = 0 }).ToJson() : null).ShouldBe(Solve(instance, s_with) is { } again ? (again with { Seconds = 0 }).ToJson() : null, $"seed {seed}");
        }
    }

    private static AllocationPlan? Solve(AllocationInstance instance, SolveOptions options)
    {
        try { return AllocationSolver.Solve(instance, options).Plan; }
        catch (InfeasibleInstanceException) { return null; }
    }
}
