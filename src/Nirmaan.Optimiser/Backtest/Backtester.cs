namespace Nirmaan.Optimiser.Backtest;

/// <summary>
/// Walk-forward comparison: every policy goes through the same history with the same luck, knows at each decision only what was believed
/// then, and is paid what turned out to be true, its own weight in each pool included.
/// </summary>
public static class Backtester
{
    /// <summary>Name of the policy all others are compared with.</summary>
    public const string Optimiser = "optimiser";

    /// <summary>Every policy by name, the optimiser first.</summary>
    public static IReadOnlyList<(string Name, string Description)> Policies { get; } =
    [
        (Optimiser, "the solver, with what moving and starting cost"),
        ("optimiser, switching ignored", "the solver, as if moving and starting were free"),
        ("hold", "the solver's first plan, never changed"),
        ("equal split", "the same budget for each network, on the GPUs that do its work at the lowest rent"),
        ("switching 0 %", "every GPU to what pays best now, however little more it is"),
        ("switching 5 %", "the same once it pays 5 % more"),
        ("switching 12 %", "the same once it pays 12 % more"),
        ("gradual switching", "5 % more, and a tenth of the fleet at most in one step"),
        ("buying the token", "the whole budget spent on tokens at the market price"),
    ];

    /// <summary>Walks every policy through a history.</summary>
    /// <exception cref="InvalidInstanceException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static BacktestReport Run(BacktestHistory history, BacktestOptions? options = null, CancellationToken cancellationToken = default)
    {
        var given = options ?? new BacktestOptions();
        given.Validate();
        var walk = new Walk(history, given);
        var clairvoyant = walk.ClairvoyantUsd(cancellationToken);
        var budget = history.Steps().Sum(s => s.Decision.Instance.BudgetUsdPerHour * (s.Until - s.Decision.At).TotalHours);
        List<PolicyResult> results = [.. Policies.Select(p => (Make(p.Name, given) is { } policy ? walk.Run(p.Name, policy, cancellationToken) : walk.Buy(p.Name)) is var r
            ? r with { Regret = clairvoyant > 0 ? 1 - (r.ProfitUsd / clairvoyant) : null } : r)];
        var perDay = budget / history.Hours * 24;
        return new BacktestReport
        {
            From = history.Decisions[0].At,
            To = history.End,
            Decisions = history.Decisions.Count,
            ClairvoyantUsd = clairvoyant,
            ClairvoyantOfBudget = clairvoyant / budget,
            Policies = results,
            Against = [.. results.Skip(1).Select(r => PairedDifference.Of(r.Policy, [.. results[0].DailyProfitUsd.Zip(r.DailyProfitUsd, (mine, theirs) => (mine - theirs) / perDay)]))],
        };
    }

    private static IPolicy? Make(string name, BacktestOptions options) => name switch
    {
        Optimiser => new OptimiserPolicy(options.Solving),
        "optimiser, switching ignored" => new OptimiserPolicy(options.Solving, ignoresSwitching: true),
        "hold" => new HoldPolicy(options.Solving),
        "equal split" => new EqualSplitPolicy(),
        "switching 0 %" => new SwitchingPolicy(0),
        "switching 5 %" => new SwitchingPolicy(0.05),
        "switching 12 %" => new SwitchingPolicy(0.12),
        "gradual switching" => new SwitchingPolicy(0.05, 0.1),
        _ => null,
    };
}
