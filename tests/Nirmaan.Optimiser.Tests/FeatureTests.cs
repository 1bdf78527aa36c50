namespace Nirmaan.Optimiser.Tests;

/// <summary>
/// <see cref="ExactTests"/> holds the solver to the best of all plans of the tiny instances. Here each part of the model is shown to decide some of those: a solver that
/// overlooked it would answer them wrongly.
/// </summary>
public sealed class FeatureTests
{
    private const int Seeds = 2_000, Wanted = 3;

    /// <summary>Each part, and the instance without it.</summary>
    private static readonly Dictionary<string, Func<AllocationInstance, AllocationInstance>> s_without = new()
    {
        ["budget"] = i => i with { BudgetUsdPerHour = 1e6 },
        ["exposure"] = i => i with { Networks = [.. i.Networks.Select(n => n with { ExposureCapUsdPerHour = null })] },
        ["gpu caps"] = i => i with { Networks = [.. i.Networks.Select(n => n with { GpuCap = null })] },
        ["stake"] = i => i with { Networks = [.. i.Networks.Select(n => n with { StakeOwned = null })] },
        ["provider caps"] = i => i with { Caps = i.Caps with { ProviderUsdPerHour = null } },
        ["bucket ceilings"] = i => i with { Caps = i.Caps with { BucketMaxUsdPerHour = null } },
        ["bucket floors"] = i => i with { Caps = i.Caps with { BucketMinUsdPerHour = null } },
        ["move limit"] = i => i with { Caps = i.Caps with { MaxMoves = null } },
        ["cost of moving"] = i => i with { Workloads = [.. i.Workloads.Select(w => w with { MoveCostUsd = 0 })] },
        ["cost of starting"] = i => i with { Workloads = [.. i.Workloads.Select(w => w with { StartCostUsd = 0 })] },
        ["held GPUs"] = i => i with { Items = [.. i.Items.Select(x => x with { Held = null })] },
        ["locks"] = i => i with { Items = [.. i.Items.Select(x => x.Held is { } h ? x with { Held = h with { Locked = false } } : x)] },
        ["miners of several GPUs"] = i => i with { Workloads = [.. i.Workloads.Select(w => w with { GpusPerMiner = 1 })] },
        ["reliability"] = i => i with { Items = [.. i.Items.Select(x => x with { Reliability = 1 })] },
        ["others' work"] = i => i with { Networks = [.. i.Networks.Select(n => n.Reward == RewardShape.ProRata ? n with { OthersWork = 0 } : n)] },
        ["demand"] = i => i with { Networks = [.. i.Networks.Select(n => n.Reward == RewardShape.DemandCapped ? n with { ValueUsdPerHour = n.ValueUsdPerHour * 1e3, DemandWorkPerHour = n.DemandWorkPerHour * 1e3, ScenarioValuesUsdPerHour = Times(n, 1e3) } : n)] },
        ["demand at our bid"] = i => i with { Networks = [.. i.Networks.Select(n => n.Reward == RewardShape.BidPriced ? n with { ValueUsdPerHour = n.ValueUsdPerHour * 1e3, DemandWorkPerHour = n.DemandWorkPerHour * 1e3, ScenarioValuesUsdPerHour = Times(n, 1e3) } : n)] },
        ["scenarios"] = i => i with { Networks = [.. i.Networks.Select(n => n with { ScenarioValuesUsdPerHour = null })] },
        ["weight on the tail"] = i => i with { RiskWeight = 0 },
        ["which tail"] = i => i with { TailLevel = 0 },
    };

    public static TheoryData<string> Parts => [.. s_without.Keys];

    [Theory, MemberData(nameof(Parts))]
    public void Each_part_of_the_model_decides_some_of_the_instances_that_the_solver_is_held_to(string part)
    {
        var decided = Enumerable.Range(0, Seeds).Where(seed =>
        {
            var instance = TinyInstances.Make(seed, mostPlans: 300);
            var without = s_without[part](instance);
            return without.ToJson() != instance.ToJson() && BruteForce.Best(instance) is var best && BruteForce.Best(without) is var other
                && (best is null != other is null || (best is { } b && other is { } o && !b.Assignments.SequenceEqual(o.Assignments)));
        }).Take(Wanted).ToList();
        decided.Count.ShouldBe(Wanted);
        foreach (var seed in decided)
        {
            var instance = TinyInstances.Make(seed, mostPlans: 300);
            if (BruteForce.Best(instance) is { } best)
            {
                AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken).Plan.ObjectiveUsdPerHour.ShouldBe(best.Objective, 1e-7, $"seed {seed}");
            }
            else
            {
                Should.Throw<InfeasibleInstanceException>(() => AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken));
            }
        }
    }

    private static double[]? Times(RewardNetwork network, double factor) => network.ScenarioValuesUsdPerHour?.Select(v => v * factor).ToArray();
}
