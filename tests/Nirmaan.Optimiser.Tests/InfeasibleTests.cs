using static Nirmaan.Optimiser.Tests.Instances;

namespace Nirmaan.Optimiser.Tests;

public sealed class InfeasibleTests
{
    private static InfeasibleInstanceException Refused(AllocationInstance instance) =>
        Should.Throw<InfeasibleInstanceException>(() => AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken));

    [Fact]
    public void Locked_rent_above_the_budget_names_the_budget_and_the_lock()
    {
        var refused = Refused(Of([Item("a", usd: 3, available: 2, held: Held("w", 2, locked: true)), Item("b")], [ProRata("n", 9, 1)], [Work("w", "n")], budget: 5));
        refused.Rows.ShouldBe(["budget", "locked:a"], ignoreOrder: true);
        refused.Proved.ShouldBeTrue();
    }

    [Fact]
    public void A_floor_above_the_ceiling_of_its_bucket_names_both()
    {
        var instance = Of([Item("a", available: 9)], [ProRata("n", 9, 1)], [Work("w", "n")]) with
        {
            Caps = new AllocationCaps
            {
                BucketMinUsdPerHour = new Dictionary<string, double> { ["b"] = 4 },
                BucketMaxUsdPerHour = new Dictionary<string, double> { ["b"] = 2 },
                ProviderUsdPerHour = new Dictionary<string, double> { ["p"] = 8 },
            },
        };
        Refused(instance).Rows.ShouldBe(["bucketMin:b", "bucketMax:b"], ignoreOrder: true);
    }

    [Fact]
    public void A_floor_under_a_bucket_without_networks_contradicts_itself()
    {
        var instance = Of([Item("a")], [ProRata("n", 9, 1)], [Work("w", "n")]) with
        {
            Caps = new AllocationCaps { BucketMinUsdPerHour = new Dictionary<string, double> { ["nobody"] = 4 } },
        };
        Refused(instance).Rows.ShouldBe(["bucketMin:nobody"]);
    }

    [Fact]
    public void Locked_GPUs_that_no_workload_accepts_are_named()
    {
        var refused = Refused(Of([Item("a", gpu: "h", held: Held("w", 1, locked: true))], [ProRata("n", 9, 1)], [Work("w", "n")]));
        refused.Rows.ShouldBe(["locked:a"]);
        refused.Message.ShouldContain("at least 1 and at most 1 GPUs of h");
    }

    [Fact]
    public void Locked_GPUs_that_fill_no_whole_miner_are_named() =>
        Refused(Of([Item("a", available: 3, held: Held("w", 3, locked: true))], [ProRata("n", 9, 1)], [Work("w", "n", lot: 2)])).Rows.ShouldBe(["locked:a"]);

    [Fact]
    public void Whole_GPUs_that_cannot_meet_a_floor_within_the_budget_are_proved_so()
    {
        var instance = Of([Item("a", usd: 0.3, available: 9)], [ProRata("n", 9, 1)], [Work("w", "n")], budget: 1) with
        {
            Caps = new AllocationCaps { BucketMinUsdPerHour = new Dictionary<string, double> { ["b"] = 1 } },
        };
        var refused = Refused(instance);
        refused.Rows.ShouldBe(["bucketMin:b", "budget"], ignoreOrder: true);
        refused.Proved.ShouldBeTrue();
    }

    [Fact]
    public void Fractions_that_only_together_meet_a_floor_are_found()
    {
        // 0.7 + 0.3 is the only way to spend exactly 1.
        var instance = Of([Item("a", usd: 0.3), Item("b", usd: 0.7), Item("c", usd: 0.6)], [ProRata("n", 9, 1)], [Work("w", "n")], budget: 1) with
        {
            Caps = new AllocationCaps { BucketMinUsdPerHour = new Dictionary<string, double> { ["b"] = 1 } },
        };
        AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken).Plan.Assignments.Select(a => a.Item).ShouldBe(["a", "b"]);
    }
}
