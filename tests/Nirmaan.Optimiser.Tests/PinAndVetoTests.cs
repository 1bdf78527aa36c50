using Nirmaan.Benchmarks.Optimiser;
using static Nirmaan.Optimiser.Tests.Instances;

namespace Nirmaan.Optimiser.Tests;

public sealed class PinAndVetoTests
{
    private static readonly AllocationInstance s_two = Of(
        [Item("a", usd: 0.1, available: 4, held: Held("w", 2)), Item("b", usd: 0.2, available: 2, provider: "q")],
        [ProRata("good", 10, 5), ProRata("poor", 1, 5)],
        [Work("w", "good", start: 0.1), Work("v", "poor", move: 0.3, start: 0.1)]);

    private static AllocationSolution Solve(AllocationInstance instance) => AllocationSolver.Solve(instance, null, TestContext.Current.CancellationToken);

    private static Pin Pinned(string item, string workload, int count) => new() { Item = item, Workload = workload, Count = count };

    [Fact]
    public void Pinned_GPUs_run_what_they_are_pinned_to_whatever_else_pays()
    {
        Solve(s_two).Plan.Assignments.ShouldAllBe(a => a.Workload == "w");
        var pinned = Solve(s_two with { Pins = [Pinned("a", "v", 3)] });
        pinned.Plan.Assignments.ShouldContain(new Assignment("a", "v", 3));
        pinned.Evaluation.Rows.Single(r => r.Name == "pin:a>v").ShouldBe(new RowState("pin:a>v", 3, 3, IsFloor: true, 0));
        // 3 GPUs of a leave one for w, so one held GPU moves and two start.
        pinned.Evaluation.SwitchingUsdPerHour.ShouldBe(Solve(s_two with { Pins = [Pinned("a", "v", 3), Pinned("a", "w", 1)] }).Evaluation.SwitchingUsdPerHour, 1e-9);
    }

    [Theory]
    [InlineData("item", "a")]
    [InlineData("provider", "p")]
    [InlineData("gpu", "g")]
    [InlineData("network", "good")]
    [InlineData("workload", "w")]
    public void What_is_vetoed_is_not_in_the_plan(string field, string name)
    {
        Veto veto = field switch
        {
            "item" => new() { Item = name },
            "provider" => new() { Provider = name },
            "gpu" => new() { Gpu = name },
            "network" => new() { Network = name },
            _ => new() { Workload = name },
        };
        Solve(s_two).Plan.Assignments.ShouldContain(a => a.Item == "a" && a.Workload == "w");
        var solution = Solve(s_two with { Vetoes = [veto] });
        solution.Plan.Assignments.ShouldNotContain(a => a.Item == "a" && a.Workload == "w");
        solution.Evaluation.Rows.Single(r => r.Name == veto.Row).Usage.ShouldBe(0);
    }

    [Fact]
    public void A_veto_of_a_pair_leaves_both_their_other_partners()
    {
        var plan = Solve(s_two with { Vetoes = [new Veto { Item = "b", Network = "good" }] }).Plan;
        plan.Assignments.ShouldContain(new Assignment("a", "w", 4));
        plan.Assignments.ShouldNotContain(new Assignment("b", "w", 2));
    }

    [Fact]
    public void An_item_whose_uses_are_all_vetoed_is_told_so() =>
        Solve(s_two with { Vetoes = [new Veto { Provider = "q" }] }).Plan.Rejected.ShouldHaveSingleItem().ShouldBe(new RejectedItem("b", "a veto forbids all it could run"));

    [Fact]
    public void A_plan_against_a_pin_or_a_veto_is_not_feasible()
    {
        var instance = s_two with { Pins = [Pinned("a", "w", 2)], Vetoes = [new Veto { Provider = "q" }] };
        PlanEvaluator.Evaluate(instance, [new Assignment("a", "w", 2)]).IsFeasible.ShouldBeTrue();
        PlanEvaluator.Evaluate(instance, [new Assignment("a", "w", 1)]).Rows.Where(r => !r.Holds).ShouldHaveSingleItem().Name.ShouldBe("pin:a>w");
        PlanEvaluator.Evaluate(instance, [new Assignment("a", "w", 2), new Assignment("b", "w", 1)]).Rows.Where(r => !r.Holds).ShouldHaveSingleItem().Name.ShouldBe("veto:q>*");
    }

    [Fact]
    public void A_pin_to_what_is_vetoed_has_no_plan_and_both_are_named() =>
        Refused(s_two with { Pins = [Pinned("a", "w", 1)], Vetoes = [new Veto { Network = "good" }] }).ShouldBe(["pin:a>w", "veto:*>good"]);

    [Fact]
    public void Pins_beyond_the_budget_are_named_with_it() =>
        Refused(s_two with { Pins = [Pinned("b", "w", 2)], BudgetUsdPerHour = 0.3 }).ShouldBe(["budget", "pin:b>w"], ignoreOrder: true);

    [Fact]
    public void Pins_beyond_the_moves_allowed_are_named_with_them() =>
        Refused(s_two with { Pins = [Pinned("b", "w", 2)], Caps = new AllocationCaps { MaxMoves = 1 } }).ShouldBe(["moves", "pin:b>w"]);

    [Fact]
    public void A_veto_that_leaves_locked_GPUs_no_use_is_named_with_the_lock() =>
        Refused(Of([Item("a", held: Held("w", 1, locked: true))], [ProRata("n", 9, 1)], [Work("w", "n")]) with { Vetoes = [new Veto { Workload = "w" }] })
            .ShouldBe(["locked:a", "veto:*>w"], ignoreOrder: true);

    [Theory]
    [InlineData("pins[0].item", "nobody", "w", 1)]
    [InlineData("pins[0].workload", "a", "nobody", 1)]
    [InlineData("pins[0].count", "a", "w", 0)]
    [InlineData("pins[0].count", "a", "w", 5)]
    public void A_senseless_pin_is_refused_by_its_field(string path, string item, string workload, int count) =>
        Should.Throw<InvalidInstanceException>(() => Solve(s_two with { Pins = [Pinned(item, workload, count)] })).Path.ShouldBe(path);

    [Fact]
    public void A_senseless_veto_is_refused_by_its_field()
    {
        Should.Throw<InvalidInstanceException>(() => Solve(s_two with { Vetoes = [new Veto()] })).Path.ShouldBe("vetoes[0]");
        Should.Throw<InvalidInstanceException>(() => Solve(s_two with { Vetoes = [new Veto { Network = "nobody" }] })).Path.ShouldBe("vetoes[0].network");
    }

    [Fact]
    public void Pins_and_vetoes_survive_being_written_and_read()
    {
        var json = (s_two with { Pins = [Pinned("a", "w", 2)], Vetoes = [new Veto { Provider = "q" }] }).ToJson();
        json.ShouldContain("""
            "pins":[{"item":"a","workload":"w","count":2}],"vetoes":[{"provider":"q"}]
            """.Trim());
        AllocationInstance.Parse(json).ToJson().ShouldBe(json);
        s_two.ToJson().ShouldNotContain("pins");
    }

    [Fact]
    public void Rules_that_forbid_nothing_the_plan_does_leave_it_and_its_gap_as_they_are()
    {
        var instance = new InstanceGenerator(21).Make(300, 12);
        var free = Solve(instance).Plan;
        var first = free.Assignments[0];
        var ruled = Solve(instance with { Pins = [Pinned(first.Item, first.Workload, first.Count)], Vetoes = [new Veto { Item = free.Rejected[0].Item }] }).Plan;
        ruled.ObjectiveUsdPerHour.ShouldBe(free.ObjectiveUsdPerHour, 2e-3 * free.ObjectiveUsdPerHour);
        ruled.Gap.ShouldBeLessThan(free.Gap + 1e-3);
        ruled.BoundUsdPerHour.ShouldBeLessThanOrEqualTo(free.BoundUsdPerHour * (1 + 1e-5));
    }

    private static IReadOnlyList<string> Refused(AllocationInstance instance) => Should.Throw<InfeasibleInstanceException>(() => Solve(instance)).Rows;
}
