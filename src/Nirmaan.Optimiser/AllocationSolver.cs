using Nirmaan.Optimiser.Solving;

namespace Nirmaan.Optimiser;

/// <summary>
/// Finds the plan of greatest worth: prices first (they bound every plan), then whole miners, then local search. The bound
/// is recomputed from the prices by <see cref="DualCertificate"/>, the worth from the assignments by
/// <see cref="PlanEvaluator"/>, neither of which shares code with the search.
/// </summary>
public static class AllocationSolver
{
    /// <summary>Changes with every change that can change an answer: a plan kept with it can be solved again and must come out the same.</summary>
    public const string Version = "3";

    /// <summary>Solves an instance on the calling thread.</summary>
    /// <exception cref="InvalidInstanceException">The instance breaks a rule of its format.</exception>
    /// <exception cref="InfeasibleInstanceException">No plan keeps every row.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static AllocationSolution Solve(AllocationInstance instance, SolveOptions? options = null, CancellationToken cancellationToken = default)
    {
        instance.Validate();
        options ??= SolveOptions.Default;
        return instance is { Pins: null or { Count: 0 }, Vetoes: null or { Count: 0 } }
            ? new Solve(instance, options, cancellationToken).Run()
            : new RuledInstance(instance).Solve(options, cancellationToken);
    }
}
