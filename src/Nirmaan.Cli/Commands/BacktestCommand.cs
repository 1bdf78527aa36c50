using System.Globalization;
using Nirmaan.Cli.Files;
using Nirmaan.Optimiser;
using Nirmaan.Optimiser.Backtest;

namespace Nirmaan.Cli.Commands;

internal static class BacktestCommand
{
    public static readonly Command Backtest = new(
        "backtest", "backtest DIR | --simulate N [--days D] [--step-hours H] [--offers N] [--write DIR]  [--seed N] [--start-hours H] [--move-hours H] [--failed-bids SHARE] [--losses-per-day SHARE] > report.json", """
        Compares the optimiser with other ways of deciding, on a recorded history or on simulated ones.
        DIR holds an instance.json for each decision, named by its time (2026-11-22T060000Z.json), and outcomes.csv: time,network,valueUsdPerHour,othersWork.
        Each policy sees only what was believed at a decision and is paid what turned out to be true, with the same luck: GPUs that start or move do not work
        for a while, bids fail, machines are lost. --simulate plays N made-up markets from seed 1 on; --write keeps the first of them as a DIR.
        The report is JSON on standard output; a table of it goes to standard error.
        """, ["simulate", "days", "step-hours", "offers", "write", "seed", "start-hours", "move-hours", "failed-bids", "losses-per-day"], [], RunAsync);

    private static readonly string[] s_worldOnly = ["days", "step-hours", "offers", "write"];

    /// <summary>Options that change the result.</summary>
    private static readonly string[] s_asked = ["seed", "days", "step-hours", "offers", "start-hours", "move-hours", "failed-bids", "losses-per-day"];

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            if (arguments.Whole("simulate") is { } worlds)
            {
                arguments.None();
                terminal.Out.WriteLine((await SimulateAsync(worlds, arguments, terminal, cancellationToken)).ToJson());
                return Exit.Done;
            }
            if (s_worldOnly.FirstOrDefault(arguments.Has) is { } stray) { throw FailureException.BadInput($"--{stray}", "given with a folder", "it together with --simulate"); }
            var history = await HistoryFolder.ReadAsync(arguments.Only("DIR"), terminal, cancellationToken);
            var report = Backtester.Run(history, Rules(new BacktestOptions(), arguments), cancellationToken);
            terminal.Out.WriteLine(report.ToJson());
            Show(terminal, BacktestSummary.Of([report]), report.Against, "day");
            return Exit.Done;
        }
        catch (InvalidInstanceException e) { throw FailureException.BadInput(e.Message, e); }
    }

    private static async Task<BacktestSummary> SimulateAsync(int worlds, Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        if (worlds is < 1 or > 10_000) { throw FailureException.BadInput("--simulate", $"{worlds}", "1 to 10000 markets"); }
        var market = new SimulatedMarket { Seed = arguments.Whole("seed") ?? 1 };
        market = market with { Days = arguments.Whole("days") ?? market.Days, StepHours = arguments.Whole("step-hours") ?? market.StepHours, Offers = arguments.Whole("offers") ?? market.Offers };
        var first = market.Play();
        // Before the work is spread out, where a fault would come wrapped.
        Rules(market.Rules, arguments).Validate();
        if (arguments.Find("write") is { } folder) { await HistoryFolder.WriteAsync(folder, first, cancellationToken); }
        var reports = new BacktestReport[worlds];
        var done = 0;
        Parallel.For(0, worlds, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            var world = market with { Seed = market.Seed + i };
            reports[i] = Backtester.Run(world.Play(), Rules(world.Rules, arguments), cancellationToken);
            var count = Interlocked.Increment(ref done);
            lock (reports) { terminal.Error.WriteLine($"market {count} of {worlds}"); }
        });
        var summary = BacktestSummary.Of(reports) with { Command = string.Join(' ', ["nirmaan backtest", $"--simulate {worlds}", .. s_asked.Where(arguments.Has).Select(o => $"--{o} {arguments.Find(o)}")]) };
        Show(terminal, summary, summary.Against, "market");
        return summary;
    }

    private static BacktestOptions Rules(BacktestOptions rules, Arguments arguments) => rules with
    {
        Seed = arguments.Has("simulate") ? rules.Seed : arguments.Whole("seed") ?? rules.Seed,
        StartHours = (double?)arguments.Number("start-hours") ?? rules.StartHours,
        MoveHours = (double?)arguments.Number("move-hours") ?? rules.MoveHours,
        FailedBids = (double?)arguments.Number("failed-bids") ?? rules.FailedBids,
        LossesPerDay = (double?)arguments.Number("losses-per-day") ?? rules.LossesPerDay,
    };

    private static void Show(Terminal terminal, BacktestSummary summary, IReadOnlyList<PairedDifference> against, string pair)
    {
        static string Percent(double? share) => share is { } s ? (100 * s).ToString("0.0", CultureInfo.InvariantCulture) : "-";
        (terminal with { Out = terminal.Error }).Table(
            ["policy", "profit % of budget", "regret %", "moves per GPU-day", "worst day %", "fall, budget days", "rent per $ of tokens", $"optimiser is better by % ({pair}s)"],
            summary.Policies.Select(p => new[]
            {
                p.Policy, Percent(p.ProfitOfBudget), Percent(p.Regret), p.MovesPerGpuDay.ToString("0.00", CultureInfo.InvariantCulture), Percent(p.WorstDayOfBudget), p.DrawdownBudgetDays.ToString("0.00", CultureInfo.InvariantCulture),
                p.AcquisitionCost?.ToString("0.00", CultureInfo.InvariantCulture),
                against.FirstOrDefault(a => a.Baseline == p.Policy) is { } a ? $"{Percent(a.Mean)} (95 %: {Percent(a.Lower95)} to {Percent(a.Upper95)})" : null,
            }));
        (terminal with { Out = terminal.Error }).Table(
            ["network", "rent per $ of tokens", "our share %", "revenue per $ of rent at no share"],
            summary.Networks.Select(n => new[] { n.Network, n.AcquisitionCost?.ToString("0.00", CultureInfo.InvariantCulture), Percent(n.Share), n.YieldAtNoShare?.ToString("0.00", CultureInfo.InvariantCulture) }));
        terminal.Error.WriteLine($"No policy can earn more than {Percent(summary.ClairvoyantOfBudget)} % of the budget here.");
    }
}
