using Nirmaan.Cli.Files;
using Nirmaan.Optimiser;

namespace Nirmaan.Cli.Commands;

internal static class OptimiseCommand
{
    public static readonly Command Optimise = new(
        "optimise", "optimise instance.json [--seed N] > plan.json", """
        Solves an allocation.
        The bound in the answer holds for every feasible plan. The same instance and seed give the same plan. - reads standard input.
        An instance without a feasible plan is exit 1, with the rows that contradict.
        """, ["seed"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = arguments.Only("instance.json");
        var seed = arguments.Whole("seed") ?? SolveOptions.Default.Seed;
        var text = await TextFile.ReadAsync(path, terminal, cancellationToken);
        try
        {
            var solution = AllocationSolver.Solve(AllocationInstance.Parse(text), SolveOptions.Default with { Seed = seed }, cancellationToken);
            terminal.Out.WriteLine(solution.Plan.ToJson());
            return Exit.Done;
        }
        catch (InvalidInstanceException e) { throw FailureException.BadInput($"{path}: {e.Message}", e); }
        catch (InfeasibleInstanceException e) { throw FailureException.Wrong(e.Message); }
    }
}
