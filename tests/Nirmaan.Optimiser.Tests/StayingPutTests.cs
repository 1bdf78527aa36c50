using Nirmaan.Benchmarks.Optimiser;
using static Nirmaan.Optimiser.Tests.Instances;

namespace Nirmaan.Optimiser.Tests;

/// <summary>What is held is not given back for its like, and a ceiling of no moves leaves everything where it is.</summary>
public sealed class StayingPutTests
{
    private static AllocationPlan Solve(AllocationInstance instance) => AllocationSolver.Solve(instance, cancellationToken: TestContext.Current.CancellationToken).Plan;

    [Fact]
    public void In_no_plan_is_a_held_gpu_released_while_its_like_is_rented_at_no_lower_price()
    {
        for (var seed = 1; seed <= 12; seed++)
        {
            // Too many choices for a proof, so that the plan comes from rounding and search.
            var instance = new InstanceGenerator(seed).Make(150, 12);
            instance = instance with { Items = [.. instance.Items.Select(i => i with { Reliability = 0.97 })] };
            var plan = Solve(instance);
            var used = plan.Assignments.GroupBy(a => a.Item).ToDictionary(g => g.Key, g => g.ToList());
            var held = instance.Items.Where(i => i.Held is not null && i.Held.Count > used.GetValueOrDefault(i.Id, []).Sum(a => a.Count)).ToList();
            foreach (var rented in instance.Items.Where(i => i.Held is null && used.ContainsKey(i.Id)))
            {
                foreach (var workload in used[rented.Id].Select(a => a.Workload))
                {
                    held.ShouldNotContain(h => h.Gpu == rented.Gpu && h.Held!.Workload == workload && h.Provider == rented.Provider && h.UsdPerGpuHour <= rented.UsdPerGpuHour, $"seed {seed}: {rented.Id}");
                }
            }
        }
    }

    [Fact]
    public void Where_nothing_may_move_prices_and_bound_are_numbers_that_money_can_hold()
    {
        var instance = Of(
            [Item("held", held: Held("a", 1)), Item("free", available: 3)], [ProRata("na", 4, 1), ProRata("nb", 400, 0.001), Capped("nc", 5, 2)],
            [Work("a", "na"), Work("b", "nb"), Work("c", "nc")]) with { Caps = new AllocationCaps { MaxMoves = 0 } };
        var plan = Solve(instance);
        plan.Assignments.ShouldBe([new Assignment("held", "a", 1)]);
        plan.BoundUsdPerHour.ShouldBe(1, 1e-6);
        plan.Prices.Values.ShouldAllBe(p => Math.Abs(p) < 1e12);
    }
}
