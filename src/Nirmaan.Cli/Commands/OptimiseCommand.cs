using System.Globalization;
using Nirmaan.Cli.Files;
using Nirmaan.Optimiser;
using Nirmaan.Optimiser.Explaining;

namespace Nirmaan.Cli.Commands;

internal static class OptimiseCommand
{
    // Nobody asks why a gap is there that does not show.
    private const double Closed = 1e-4;

    public static readonly Command Optimise = new(
        "optimise", "optimise instance.json [--seed N] [--moves N] [--explain FILE] > plan.json", """
        Solves an allocation.
        The bound in the answer holds for every feasible plan; a plan that is proved best in spite of a gap is said to be. The same instance and seed give the same plan. - reads standard input.
        --moves lets the search try more than a million moves (six times as many where the gap stays wide): where caps leave networks only a few GPUs, ten million find a little more in seconds.
        --explain writes to FILE what each limit, pin and veto costs, why the rest lost and what would change the plan, and says the dearest of it.
        An instance without a feasible plan is exit 1, with the rows that contradict.
        """, ["seed", "moves", "explain"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = arguments.Only("instance.json");
        var seed = arguments.Whole("seed") ?? SolveOptions.Default.Seed;
        var moves = arguments.Whole("moves") ?? SolveOptions.Default.MaxMovesTried;
        if (moves < 0) { throw FailureException.BadInput("--moves", $"{moves}", "a whole number >= 0"); }
        var text = await TextFile.ReadAsync(path, terminal, cancellationToken);
        try
        {
            var instance = AllocationInstance.Parse(text);
            var solution = AllocationSolver.Solve(instance, SolveOptions.Default with { Seed = seed, MaxMovesTried = moves }, cancellationToken);
            terminal.Out.WriteLine(solution.Plan.ToJson());
            if (solution is { IsProvedOptimal: true, Plan.Gap: > Closed }) { terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"proved best: every plan that could be worth more was looked at; the gap of {solution.Plan.Gap:0.##%} is to a bound for GPUs that can be divided")); }
            if (arguments.Find("explain") is { } file) { await ExplainAsync(instance, solution, file, terminal, cancellationToken); }
            return Exit.Done;
        }
        catch (InvalidInstanceException e) { throw FailureException.BadInput($"{path}: {e.Message}", e); }
        catch (InfeasibleInstanceException e) { throw FailureException.Wrong(e.Message); }
    }

    private static async Task ExplainAsync(AllocationInstance instance, AllocationSolution solution, string file, Terminal terminal, CancellationToken cancellationToken)
    {
        var explanation = Explainer.Explain(instance, solution.Plan, new ExplainOptions { ScenarioWeights = solution.ScenarioWeights, IsProvedOptimal = solution.IsProvedOptimal }, cancellationToken);
        try { await File.WriteAllTextAsync(file, explanation.ToJson(), cancellationToken); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw FailureException.BadInput($"--explain: {e.Message}", e); }
        foreach (var text in explanation.Rules.Select(r => r.Text).Concat(explanation.Rows.Where(r => r.Step is not null).Select(r => r.Text)).Concat(explanation.Workloads.Select(w => w.Text)).Concat(explanation.Networks.Select(n => n.Text)))
        {
            terminal.Error.WriteLine(text);
        }
    }
}
