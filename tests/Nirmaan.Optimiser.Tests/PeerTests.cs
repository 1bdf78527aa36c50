using Nirmaan.Benchmarks.Optimiser;

namespace Nirmaan.Optimiser.Tests;

/// <summary>Side by side with HiGHS, which knows nothing of our method.</summary>
public sealed class PeerTests
{
    [Theory]
    [InlineData("1000x16")]
    [InlineData("200x16s50")]
    public async Task HiGHS_bounds_us_from_above_by_little(string size)
    {
        if (HighsPeer.Missing() is { } missing)
        {
            Assert.Skip($"HiGHS: {missing}");
        }
        var instance = new InstanceGenerator(2).Make(InstanceSize.Parse(size));
        var ours = AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken).Plan;
        var theirs = await HighsPeer.SolveAsync(new TangentModel(instance).ToLp(whole: false), 120, TestContext.Current.CancellationToken);
        theirs.Status.ShouldBe("Optimal");
        // Tangents lie above the curves, so their optimum is a bound that is a little looser than ours.
        ours.ObjectiveUsdPerHour.ShouldBeLessThan(theirs.Objective!.Value);
        ours.BoundUsdPerHour.ShouldBeInRange(theirs.Objective.Value * 0.997, theirs.Objective.Value * (1 + 1e-7));
    }

    [Theory]
    [InlineData("100x8", 3, 6)]
    [InlineData("1000x16", 3, 60)]
    [InlineData("60x8t", 2, 60)]
    [InlineData("60x8t", 5, 60)]
    [InlineData("200x16t", 2, 60)]
    public async Task A_whole_plan_of_HiGHS_is_worth_no_more_than_ours(string size, int seed, double seconds)
    {
        if (HighsPeer.Missing() is { } missing)
        {
            Assert.Skip($"HiGHS: {missing}");
        }
        var instance = new InstanceGenerator(seed).Make(InstanceSize.Parse(size));
        var ours = AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken).Plan;
        var model = new TangentModel(instance);
        var theirs = await HighsPeer.SolveAsync(model.ToLp(whole: true), seconds, TestContext.Current.CancellationToken);
        var worth = PlanEvaluator.Evaluate(instance, model.Assignments(theirs.Columns));
        if (!worth.IsFeasible)
        {
            Assert.Skip($"HiGHS found no whole plan in {seconds} s ({theirs.Status})");
        }
        ours.ObjectiveUsdPerHour.ShouldBeGreaterThan(worth.ObjectiveUsdPerHour * (1 - 1e-4));
        ours.BoundUsdPerHour.ShouldBeGreaterThanOrEqualTo(worth.ObjectiveUsdPerHour);
    }
}
