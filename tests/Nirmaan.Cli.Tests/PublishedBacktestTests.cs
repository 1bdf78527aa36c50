using System.Globalization;
using System.Runtime.CompilerServices;
using Nirmaan.Control.Allocation;
using Nirmaan.Optimiser;
using Nirmaan.Optimiser.Backtest;

namespace Nirmaan.Cli.Tests;

/// <summary>The backtest that the documentation and the methodology page publish, as docs/methodology/backtest.json keeps it.</summary>
public sealed class PublishedBacktestTests
{
    private static readonly string s_docs = Path.Combine(Root(), "docs");
    private static readonly BacktestSummary s_kept = BacktestSummary.Parse(File.ReadAllText(Path.Combine(s_docs, "methodology", "backtest.json")));

    [Fact]
    public void It_is_of_this_version_of_the_optimiser() => s_kept.OptimiserVersion.ShouldBe(AllocationSolver.Version);

    [Fact]
    public void It_is_what_the_page_shows()
    {
        var shown = AllocationMethod.Published;
        (shown.Markets, shown.Decisions, shown.Command).ShouldBe((s_kept.Histories, s_kept.Decisions, s_kept.Command));
        shown.Rows.Select(r => (r.Policy, r.ProfitOfBudget)).ShouldBe(s_kept.Policies.Select(p => (p.Policy, p.ProfitOfBudget)));
        shown.Networks.Select(n => n.RentPerTokenUsd).ShouldBe(s_kept.Networks.Select(n => n.AcquisitionCost));
    }

    [Fact]
    public void On_sixteen_markets_or_more_the_optimiser_beats_every_baseline_beyond_chance()
    {
        s_kept.Histories.ShouldBeGreaterThanOrEqualTo(16);
        s_kept.Against.Count.ShouldBe(Backtester.Policies.Count - 1);
        s_kept.Against.ShouldAllBe(a => a.Lower95 > 0);
    }

    [Fact]
    public void Whole_fleet_switching_loses()
    {
        var switching = s_kept.Policies.Where(p => p.Policy.StartsWith("switching", StringComparison.Ordinal)).ToList();
        switching.Count.ShouldBe(3);
        switching.ShouldAllBe(p => p.ProfitOfBudget < 0);
    }

    [Theory]
    [InlineData("backtest.md")]
    [InlineData("methodology/optimiser.md")]
    public void The_documents_tables_are_those_of_the_file(string document)
    {
        var text = File.ReadAllText(Path.Combine(s_docs, document));
        text.ShouldContain(s_kept.Command!);
        var rows = s_kept.Policies.Select(Row).Concat(s_kept.Networks.Select(n => Text($"| {n.Network} | {n.AcquisitionCost:0.00} | {100 * n.Share:0.0} | {n.YieldAtNoShare:0.00} |"))).ToList();
        var missing = rows.Where(r => !text.Contains(r, StringComparison.Ordinal)).ToList();
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void The_example_of_the_method_is_what_calculus_says()
    {
        var example = AllocationMethod.Example;
        example.Share.ShouldBe(example.BestShare, 0.005);
        example.CostPerTokenUsd.ShouldBe(example.Gpus * example.UsdPerGpuHour / (example.ValueUsdPerHour * example.Share), 1e-9);
        example.BoundUsdPerHour.ShouldBeInRange(example.ProfitUsdPerHour, example.ProfitUsdPerHour * 1.001);
    }

    private static string Row(PolicySummary p)
    {
        var better = s_kept.Against.SingleOrDefault(a => a.Baseline == p.Policy) is { } a ? Text($"{100 * a.Mean:0.0} ({100 * a.Lower95:0.0} to {100 * a.Upper95:0.0})") : "";
        return Text($"| {p.Policy} | {100 * p.ProfitOfBudget:0.0} | {100 * p.Regret:0.0} | {p.MovesPerGpuDay:0.00} | {100 * p.WorstDayOfBudget:0.0} | {p.AcquisitionCost:0.00} | {better} |").Replace(" |  |", " | |", StringComparison.Ordinal);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
