using Nirmaan.Optimiser.Backtest;

namespace Nirmaan.Optimiser.Tests.Backtest;

/// <summary>Sixteen made-up markets, each walked through by every policy. `nirmaan backtest --simulate 16` plays larger ones for longer.</summary>
public sealed class SimulatedMarketTests(SixteenMarkets markets) : IClassFixture<SixteenMarkets>
{
    public static TheoryData<string> Baselines => [.. Backtester.Policies.Skip(1).Select(p => p.Name).Where(name => name != "optimiser, switching ignored")];

    [Theory]
    [MemberData(nameof(Baselines))]
    public void The_optimiser_beats_every_baseline_beyond_chance(string baseline) =>
        markets.Summary.Against.Single(a => a.Baseline == baseline).Lower95!.Value.ShouldBeGreaterThan(0);

    [Fact]
    public void What_switching_costs_is_worth_knowing()
    {
        var ignorant = markets.Summary.Against.Single(a => a.Baseline == "optimiser, switching ignored");
        ignorant.Lower95!.Value.ShouldBeGreaterThan(0);
        markets.Summary.Policies[0].MovesPerGpuDay.ShouldBeLessThan(markets.Summary.Policies[1].MovesPerGpuDay);
    }

    [Theory]
    [InlineData("switching 0 %")]
    [InlineData("switching 5 %")]
    [InlineData("switching 12 %")]
    public void A_whole_fleet_that_runs_after_the_best_price_loses_money(string policy) =>
        markets.Summary.Policies.Single(p => p.Policy == policy).ProfitOfBudget.ShouldBeLessThan(0);

    [Fact]
    public void No_policy_earns_more_than_the_clairvoyant_bound()
    {
        foreach (var report in markets.Reports) { report.Policies.ShouldAllBe(p => p.ProfitUsd <= report.ClairvoyantUsd); }
    }

    [Fact]
    public void The_solver_never_breaks_a_limit() => markets.Reports.ShouldAllBe(r => r.Policies[0].DecisionsBeyondLimits == 0);

    [Fact]
    public void The_same_market_gives_the_same_report_to_the_last_bit()
    {
        var again = SixteenMarkets.Walk(1, TestContext.Current.CancellationToken);
        again.ToJson().ShouldBe(markets.Reports[0].ToJson());
    }
}

/// <summary>The markets of the tests: smaller and shorter than the command's, and searched less deeply, so that they take seconds.</summary>
public sealed class SixteenMarkets
{
    public SixteenMarkets()
    {
        Reports = new BacktestReport[16];
        Parallel.For(0, 16, i => ((BacktestReport[])Reports)[i] = Walk(i + 1, TestContext.Current.CancellationToken));
        Summary = BacktestSummary.Of(Reports);
    }

    public IReadOnlyList<BacktestReport> Reports { get; }

    public BacktestSummary Summary { get; }

    public static BacktestReport Walk(int seed, CancellationToken cancellationToken)
    {
        var market = new SimulatedMarket { Seed = seed, Days = 7, Offers = 100, Networks = 6 };
        return Backtester.Run(market.Play(), market.Rules with { Solving = new SolveOptions { GapWanted = 1e-3, MaxMovesTried = 10_000 } }, cancellationToken);
    }
}
