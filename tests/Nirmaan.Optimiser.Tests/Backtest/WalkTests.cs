using Nirmaan.Optimiser.Backtest;
using static Nirmaan.Optimiser.Tests.Instances;

namespace Nirmaan.Optimiser.Tests.Backtest;

/// <summary>Histories so small that what each policy earns can be worked out by hand.</summary>
public sealed class WalkTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Nothing fails, nothing is lost, nothing takes time.</summary>
    private static readonly BacktestOptions s_plain = new() { StartHours = 0, MoveHours = 0, FailedBids = 0, LossesPerDay = 0, Slippage = 0 };

    private static AllocationInstance One(double value, double others, int gpus = 1, double usd = 1) =>
        Of([Item("a", usd, gpus)], [ProRata("n", value, others)], [Work("w", "n")], budget: 10);

    private static BacktestHistory History(params IReadOnlyList<(AllocationInstance Believed, double Value, double Others)> steps) => BacktestHistory.Of(
        steps.Select((s, i) => new Decision(s_start.AddHours(i), s.Believed)),
        steps.Select((s, i) => new Outcome(s_start.AddHours(i), "n", s.Value, s.Others)));

    private static PolicyResult Result(BacktestReport report, string policy = Backtester.Optimiser) => report.Policies.Single(p => p.Policy == policy);

    private static BacktestReport Run(BacktestHistory history, BacktestOptions? options = null) => Backtester.Run(history, options ?? s_plain, TestContext.Current.CancellationToken);

    [Fact]
    public void A_policy_is_paid_what_turned_out_to_be_true_and_pays_the_rent_it_agreed_to()
    {
        // Believed 8 of 1 other; truly 6 of 2 others: one GPU of three is paid a third of 6, and costs 1.
        var result = Result(Run(History((One(8, 1), 6, 2), (One(8, 1), 6, 2))));
        result.RevenueUsd.ShouldBe(4, 1e-9);
        result.RentUsd.ShouldBe(2, 1e-9);
        result.ProfitOfBudget.ShouldBe(2.0 / 20, 1e-9);
        result.AcquisitionCost!.Value.ShouldBe(0.5, 1e-9);
    }

    [Fact]
    public void What_a_network_s_tokens_cost_is_told_with_the_share_and_the_yield_that_make_it()
    {
        // 6 of 2 others for a rent of 1: 3 per dollar at no share; with a third of the pool a dollar of tokens costs 1 / (3 x 2/3).
        var network = Result(Run(History((One(8, 1), 6, 2), (One(8, 1), 6, 2)))).Networks.ShouldHaveSingleItem();
        network.Share!.Value.ShouldBe(1 / 3.0, 1e-9);
        network.YieldAtNoShare!.Value.ShouldBe(3, 1e-9);
        network.AcquisitionCost!.Value.ShouldBe(AcquisitionCost.At(3, 1 / 3.0), 1e-9);
    }

    [Theory]
    [InlineData(0.7, 1.43, 2.04)]
    [InlineData(0.6, 1.67, 2.78)]
    [InlineData(0.1, 10, 100)]
    [InlineData(0.05, 20, 400)]
    public void A_cost_takes_its_inverse_in_yield_at_no_share_and_the_square_of_it_at_the_best_share(double cost, double alone, double grown)
    {
        AcquisitionCost.YieldFor(cost, 0).ShouldBe(alone, 0.01);
        AcquisitionCost.YieldAtBestShareFor(cost).ShouldBe(grown, 0.01);
        AcquisitionCost.At(AcquisitionCost.YieldAtBestShareFor(cost), 1 - cost).ShouldBe(cost, 1e-12);
    }

    [Fact]
    public void Pins_and_vetoes_of_the_day_bind_no_policy_of_a_backtest()
    {
        var ruled = One(8, 1) with { Pins = [new Pin { Item = "a", Workload = "w", Count = 1 }], Vetoes = [new Veto { Item = "a" }] };
        Result(Run(History((ruled, 8, 1), (ruled, 8, 1)))).RevenueUsd.ShouldBe(8, 1e-9);
    }

    [Fact]
    public void Its_own_weight_lowers_what_a_pool_pays_per_GPU()
    {
        // A value of 4 for each of two GPUs alone is 8 x 2/4 = 4 for both together beside two others.
        Result(Run(History((One(8, 2, gpus: 2, usd: 0.1), 8, 2), (One(8, 2, gpus: 2, usd: 0.1), 8, 2)))).RevenueUsd.ShouldBe(8, 1e-9);
    }

    [Fact]
    public void A_lease_keeps_its_price_when_the_market_moves()
    {
        Result(Run(History((One(8, 1, usd: 1), 8, 1), (One(8, 1, usd: 2), 8, 1))), "hold").RentUsd.ShouldBe(2, 1e-9);
    }

    [Fact]
    public void A_GPU_that_starts_costs_rent_and_earns_nothing_yet()
    {
        var result = Result(Run(History((One(8, 1), 8, 1), (One(8, 1), 8, 1)), s_plain with { StartHours = 0.5 }));
        result.RevenueUsd.ShouldBe(1.5 * 4, 1e-9);
        result.RentUsd.ShouldBe(2, 1e-9);
        result.IdleShare.ShouldBe(0.25, 1e-9);
    }

    [Fact]
    public void A_start_that_outlasts_a_step_goes_on_in_the_next()
    {
        Result(Run(History((One(8, 1), 8, 1), (One(8, 1), 8, 1)), s_plain with { StartHours = 1.5 })).RevenueUsd.ShouldBe(0.5 * 4, 1e-9);
    }

    [Fact]
    public void A_move_stops_work_for_as_long_as_moving_takes()
    {
        static AllocationInstance Two(double left, double right) =>
            Of([Item("a")], [ProRata("l", left, 1), ProRata("r", right, 1)], [Work("wl", "l"), Work("wr", "r")], budget: 10);
        var history = BacktestHistory.Of(
            [new Decision(s_start, Two(8, 4)), new Decision(s_start.AddHours(1), Two(4, 8))],
            [new Outcome(s_start, "l", 8, 1), new Outcome(s_start, "r", 8, 1)]);
        var result = Result(Run(history, s_plain with { MoveHours = 0.25 }));
        result.GpusMoved.ShouldBe(1);
        result.RevenueUsd.ShouldBe(4 + (0.75 * 4), 1e-9);
    }

    [Fact]
    public void An_outcome_in_the_midst_of_a_step_counts_from_then_on()
    {
        var history = BacktestHistory.Of(
            [new Decision(s_start, One(8, 1)), new Decision(s_start.AddHours(2), One(8, 1))],
            [new Outcome(s_start, "n", 8, 1), new Outcome(s_start.AddHours(1.5), "n", 4, 1)]);
        Result(Run(history)).RevenueUsd.ShouldBe((1.5 * 4) + (2.5 * 2), 1e-9);
    }

    [Fact]
    public void Where_every_bid_fails_nothing_is_rented()
    {
        var result = Result(Run(History((One(8, 1), 8, 1), (One(8, 1), 8, 1)), s_plain with { FailedBids = 1 }));
        result.RentUsd.ShouldBe(0);
        result.FailedBids.ShouldBe(2);
    }

    [Fact]
    public void Where_every_machine_is_lost_the_optimiser_rents_again_and_hold_does_not()
    {
        var report = Run(History((One(8, 1), 8, 1), (One(8, 1), 8, 1), (One(8, 1), 8, 1)), s_plain with { LossesPerDay = 1 });
        Result(report).GpusStarted.ShouldBe(3);
        Result(report, "hold").RentUsd.ShouldBe(1, 1e-9);
    }

    [Theory]
    [InlineData(Backtester.Optimiser)]
    [InlineData("switching 0 %")]
    public void What_is_committed_is_paid_to_its_end_though_it_earns_nothing(string policy)
    {
        var steps = new[] { (One(8, 1), 8.0, 1.0), (One(0, 1), 0.0, 1.0), (One(0, 1), 0.0, 1.0), (One(0, 1), 0.0, 1.0) };
        Result(Run(History(steps)), policy).RentUsd.ShouldBe(1, 1e-9);
        Result(Run(History(steps), s_plain with { LeaseHours = new Dictionary<string, double> { ["p"] = 3 } }), policy).RentUsd.ShouldBe(3, 1e-9);
    }

    [Fact]
    public void Buying_the_token_loses_what_buying_costs()
    {
        var bought = Result(Run(History((One(8, 1), 8, 1), (One(8, 1), 8, 1)), s_plain with { Slippage = 0.25 }), "buying the token");
        bought.RentUsd.ShouldBe(20, 1e-9);
        bought.ProfitUsd.ShouldBe(-4, 1e-9);
    }

    [Fact]
    public void An_equal_split_spends_the_same_on_each_network()
    {
        var two = Of([Item("a", available: 20)], [ProRata("l", 80, 1), ProRata("r", 1, 100)], [Work("wl", "l"), Work("wr", "r")], budget: 10);
        var history = BacktestHistory.Of(
            [new Decision(s_start, two), new Decision(s_start.AddHours(1), two)],
            [new Outcome(s_start, "l", 12, 1), new Outcome(s_start, "r", 210, 100)]);
        // Five GPUs each: 12 x 5/6 = 10 and 210 x 5/105 = 10.
        Result(Run(history), "equal split").RevenueUsd.ShouldBe(2 * 20, 1e-9);
    }

    [Fact]
    public void The_bound_is_what_is_earned_where_the_truth_was_known_and_nothing_switches()
    {
        var report = Run(History((One(8, 1), 8, 1), (One(8, 1), 8, 1)));
        report.ClairvoyantUsd.ShouldBe(6, 1e-4);
        Result(report).Regret!.Value.ShouldBe(0, 1e-4);
    }

    [Fact]
    public void Days_are_told_apart()
    {
        var steps = Enumerable.Range(0, 49).Select(i => (One(8, 1), i < 24 ? 8.0 : 2.0, 1.0)).ToArray();
        var days = Result(Run(History(steps)), "hold").DailyProfitUsd;
        days.Count.ShouldBe(3);
        days[0].ShouldBe(24 * 3, 1e-6);
        days[1].ShouldBe(0, 1e-6);
    }

    [Fact]
    public void What_nobody_measured_is_not_judged() =>
        Should.Throw<InvalidInstanceException>(() => BacktestHistory.Of([new Decision(s_start, One(1, 1)), new Decision(s_start.AddHours(1), One(1, 1))], [new Outcome(s_start.AddHours(1), "n", 1, 1)]))
            .Message.ShouldContain("none of n at or before 2026-01-01T00:00:00");

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(double.NaN, 0)]
    [InlineData(0, double.PositiveInfinity)]
    public void An_outcome_that_cannot_be_is_refused(double value, double others) =>
        Should.Throw<InvalidInstanceException>(() => BacktestHistory.Of([new Decision(s_start, One(1, 1)), new Decision(s_start.AddHours(1), One(1, 1))], [new Outcome(s_start, "n", value, others)]))
            .Path.ShouldStartWith("outcome of n at 2026-01-01");

    [Fact]
    public void One_decision_leads_nowhere() =>
        Should.Throw<InvalidInstanceException>(() => BacktestHistory.Of([new Decision(s_start, One(1, 1))], [new Outcome(s_start, "n", 1, 1)])).Message.ShouldContain("two at least");

    [Fact]
    public void A_share_of_failed_bids_above_one_is_refused() =>
        Should.Throw<InvalidInstanceException>(() => Run(History((One(8, 1), 8, 1), (One(8, 1), 8, 1)), s_plain with { FailedBids = 1.5 })).Message.ShouldContain("failedBids is 1.5");

    [Theory]
    [InlineData(1, 12.706205)]
    [InlineData(2, 4.302653)]
    [InlineData(3, 3.182446)]
    [InlineData(5, 2.570582)]
    [InlineData(10, 2.228139)]
    [InlineData(15, 2.131450)]
    [InlineData(30, 2.042272)]
    [InlineData(120, 1.979930)]
    public void A_confidence_interval_is_as_wide_as_the_tables_say(int degrees, double quantile) =>
        // Three degrees are the coarsest that the series is used for.
        StudentT.Quantile975(degrees).ShouldBe(quantile, degrees == 3 ? 0.02 : 0.002);

    [Fact]
    public void Two_pairs_that_agree_leave_no_doubt_and_one_leaves_it_open()
    {
        PairedDifference.Of("b", [0.5, 0.5]).ShouldBe(new PairedDifference("b", 0.5, 0, 0.5, 0.5, 2));
        PairedDifference.Of("b", [0.5]).Lower95.ShouldBeNull();
    }
}
