using Nirmaan.Optimiser.Explaining;
using static Nirmaan.Optimiser.Tests.Instances;

namespace Nirmaan.Optimiser.Tests;

public sealed class ExplainerTests
{
    /// <summary>A unit of work pays 0.4 until 20 are done; b is too dear by 0.1 per GPU-hour.</summary>
    private static readonly AllocationInstance s_linear = Of([Item("a", usd: 0.3, available: 2), Item("b", usd: 0.5)], [Capped("n", 8, 20)], [Work("w", "n")]);

    private static PlanExplanation Explain(AllocationInstance instance, ExplainOptions? options = null)
    {
        var solution = AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken);
        return Explainer.Explain(instance, solution.Plan, (options ?? new ExplainOptions()) with { ScenarioWeights = solution.ScenarioWeights, IsProvedOptimal = solution.IsProvedOptimal }, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void What_a_limit_a_pin_or_a_veto_costs_lies_between_its_certain_ends()
    {
        var checkedGains = 0;
        for (var seed = 0; seed < 80; seed++)
        {
            var instance = TinyInstances.MakeRuled(seed);
            if (BruteForce.CountPlans(instance) > 2000 || BruteForce.Best(instance) is not { } best)
            {
                continue;
            }
            var explanation = Explain(instance);
            var gains = explanation.Rows.Select(r => (r.Row, Gain: r.WholeGain)).Concat(explanation.Rules.Select(r => (r.Row, Gain: r.Cost)));
            foreach (var (row, gain) in gains.Where(g => g.Gain is not null))
            {
                var truth = BruteForce.Best(Without(instance, row))!.Value.Objective - best.Objective;
                truth.ShouldBeInRange(gain!.AtLeastUsdPerHour - 1e-6, gain.AtMostUsdPerHour + 1e-6, $"seed {seed}, {row}: {instance.ToJson()}");
                gain.UsdPerHour.ShouldBeInRange(gain.AtLeastUsdPerHour, gain.AtMostUsdPerHour, $"seed {seed}, {row}");
                checkedGains++;
            }
        }
        checkedGains.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void What_is_certain_to_be_no_part_of_a_better_plan_is_none()
    {
        var certain = 0;
        for (var seed = 0; seed < 80; seed++)
        {
            var instance = TinyInstances.Make(seed);
            if (BruteForce.CountPlans(instance) > 2000 || BruteForce.Best(instance) is not { } best)
            {
                continue;
            }
            var explanation = Explain(instance, new ExplainOptions { MaxSolves = 0 });
            bool IsOut(Assignment a) => explanation.Workloads.Any(w => w.IsCertain && w.Workload == a.Workload) || explanation.Rejected.Any(r => r.IsCertain && r.Item == a.Item);
            certain += explanation.Workloads.Count(w => w.IsCertain) + explanation.Rejected.Count(r => r.IsCertain);
            foreach (var plan in BruteForce.Plans(instance).Where(p => p.Any(IsOut)))
            {
                var evaluation = PlanEvaluator.Evaluate(instance, plan);
                (evaluation.IsFeasible && evaluation.ObjectiveUsdPerHour > best.Objective - 1e-9).ShouldBeFalse($"seed {seed}: {instance.ToJson()}");
            }
        }
        certain.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void A_rejected_item_gets_in_below_the_rent_that_is_named()
    {
        var rejected = Explain(s_linear).Rejected.ShouldHaveSingleItem();
        (rejected.Item, rejected.Workload).ShouldBe(("b", "w"));
        rejected.WorthUsd.ShouldBe(-0.1, 1e-4);
        rejected.BreakEvenRentUsd!.Value.ShouldBe(0.4, 1e-4);
        AllocationPlan At(double rent) => AllocationSolver.Solve(s_linear with { Items = [s_linear.Items[0], s_linear.Items[1] with { UsdPerGpuHour = rent }] }, null, TestContext.Current.CancellationToken).Plan;
        At(0.39).Assignments.ShouldContain(a => a.Item == "b");
        At(0.41).Assignments.ShouldNotContain(a => a.Item == "b");
    }

    [Fact]
    public void A_chosen_use_names_the_rent_above_which_it_drops_out()
    {
        var chosen = Explain(s_linear).Chosen.ShouldHaveSingleItem();
        (chosen.Item, chosen.Gpus).ShouldBe(("a", 2));
        chosen.BreakEvenRentUsd!.Value.ShouldBe(0.4, 1e-4);
    }

    [Fact]
    public void A_network_names_between_which_changes_of_its_value_the_plan_changes()
    {
        // At 0.3 per unit of work a is not worth its rent, and at 0.5 b is worth its own: a quarter down, a quarter up.
        var value = Explain(s_linear).Networks.ShouldHaveSingleItem();
        value.Down.ShouldNotBeNull().ShouldSatisfyAllConditions(d => d.HoldsAt.ShouldBe(0.2), d => d.ChangesAt.ShouldBe(0.4), d => d.LostUsdPerHour.ShouldBe(2 * 0.06, 1e-3));
        value.Up.ShouldNotBeNull().ShouldSatisfyAllConditions(u => u.HoldsAt.ShouldBe(0.2), u => u.ChangesAt.ShouldBe(0.4));
    }

    [Fact]
    public void A_budget_that_binds_tells_the_next_dollar_from_the_whole_cost()
    {
        var instance = s_linear with { BudgetUsdPerHour = 0.3, Items = [Item("a", usd: 0.3, available: 3)] };
        var budget = Explain(instance).Rows.Single(r => r.Row == "budget");
        budget.SlopeUsdPerHour.ShouldBe(1 / 3.0, 1e-3);
        budget.WholeGain.ShouldNotBeNull().UsdPerDay.ShouldBe(24 * 0.2, 1e-2);
        budget.StepGain.ShouldNotBeNull().UsdPerHour.ShouldBe(0.1, 1e-3);
        budget.Text.ShouldContain("$4.80 a day");
    }

    [Fact]
    public void A_limit_with_room_costs_nothing_and_says_how_much_room()
    {
        var budget = Explain(s_linear with { BudgetUsdPerHour = 1 }).Rows.ShouldHaveSingleItem();
        budget.Room.ShouldBe(0.4, 1e-9);
        (budget.Step, budget.WholeGain).ShouldBe((null, null));
    }

    [Fact]
    public void A_workload_without_GPUs_names_what_beats_it_and_the_value_that_would_do()
    {
        var instance = Of([Item("a", usd: 0.1, available: 3)], [Capped("good", 8, 20), Capped("poor", 2, 20)], [Work("w", "good"), Work("v", "poor")]);
        var loser = Explain(instance).Workloads.ShouldHaveSingleItem();
        (loser.Workload, loser.BestItem, loser.BeatenBy).ShouldBe(("v", "a", "w"));
        loser.ShortUsd.ShouldBe(0.3, 1e-3);
        loser.ValueFactor!.Value.ShouldBe(4, 0.02);
    }

    [Fact]
    public void When_solves_run_out_the_rest_is_said_to_be_missing()
    {
        var none = Explain(s_linear with { BudgetUsdPerHour = 0.3, Vetoes = [new Veto { Item = "b" }] }, new ExplainOptions { MaxSolves = 0 });
        (none.IsComplete, none.Solves, none.Rules.ShouldHaveSingleItem().Cost).ShouldBe((false, 0, null));
        Explain(s_linear).IsComplete.ShouldBeTrue();
    }

    [Fact]
    public void The_same_plan_is_explained_in_the_same_words()
    {
        var instance = new Benchmarks.Optimiser.InstanceGenerator(30).Make(60, 8);
        Explain(instance).ToJson().ShouldBe(Explain(instance).ToJson());
    }

    [Fact]
    public void A_plan_that_breaks_a_limit_is_not_explained()
    {
        var plan = AllocationSolver.Solve(s_linear, null, TestContext.Current.CancellationToken).Plan;
        Should.Throw<ArgumentException>(() => Explainer.Explain(s_linear with { BudgetUsdPerHour = 0.1 }, plan, null, TestContext.Current.CancellationToken)).Message.ShouldContain("budget");
    }

    [Fact]
    public void Progress_is_told_and_a_cancelled_explanation_stops()
    {
        var plan = AllocationSolver.Solve(s_linear, null, TestContext.Current.CancellationToken).Plan;
        using var stop = new CancellationTokenSource();
        var told = new StopAfterFirst(stop);
        Should.Throw<OperationCanceledException>(() => Explainer.Explain(s_linear, plan, new ExplainOptions { Progress = told }, stop.Token));
        told.Told.ShouldBe([(1, 100)]);
    }

    private static AllocationInstance Without(AllocationInstance instance, string row)
    {
        var name = row[(row.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var caps = instance.Caps;
        IReadOnlyList<RewardNetwork> Networks(Func<RewardNetwork, RewardNetwork> change) => [.. instance.Networks.Select(n => n.Id == name ? change(n) : n)];
        return row.Split(':')[0] switch
        {
            "budget" => instance with { BudgetUsdPerHour = 1e6 },
            "moves" => instance with { Caps = caps with { MaxMoves = null } },
            "provider" => instance with { Caps = caps with { ProviderUsdPerHour = null } },
            "bucketMin" => instance with { Caps = caps with { BucketMinUsdPerHour = null } },
            "bucketMax" => instance with { Caps = caps with { BucketMaxUsdPerHour = null } },
            "exposure" => instance with { Networks = Networks(n => n with { ExposureCapUsdPerHour = null }) },
            "gpuCap" => instance with { Networks = Networks(n => n with { GpuCap = null }) },
            "stake" => instance with { Networks = Networks(n => n with { StakeOwned = null }) },
            "pin" => instance with { Pins = [.. instance.Pins!.Where(p => p.Row != row)] },
            _ => instance with { Vetoes = [.. instance.Vetoes!.Where(v => v.Row != row)] },
        };
    }

    private sealed class StopAfterFirst(CancellationTokenSource stop) : IProgress<(int Done, int AtMost)>
    {
        public List<(int, int)> Told { get; } = [];

        public void Report((int Done, int AtMost) value)
        {
            Told.Add(value);
            stop.Cancel();
        }
    }
}
