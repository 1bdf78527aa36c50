using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Tests.Rewards;

public sealed class PriceAgreementTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static PriceQuote Quote(string source, decimal usd, double hoursAgo = 0) => new("MOR", usd, s_now.AddHours(-hoursAgo), source);

    [Fact]
    public void Five_percent_apart_is_still_agreed() => PriceAgreement.Of([Quote("a", 2m), Quote("b", 2.1m)], s_now).Standing.ShouldBe(PriceStanding.Agreed);

    [Fact]
    public void More_than_five_percent_apart_is_disputed_with_both_figures()
    {
        var judged = PriceAgreement.Of([Quote("a", 2m), Quote("b", 2.12m, 1)], s_now);
        (judged.Standing, judged.Freezes, judged.Apart).ShouldBe((PriceStanding.Disputed, true, 0.06m));
        judged.Why.ShouldBe("the price of MOR is disputed: a says $2 (2026-03-01 12:00 UTC), b says $2.12 (2026-03-01 11:00 UTC), 6.0 % apart; at most 5 % is accepted");
    }

    [Fact]
    public void Of_three_sources_the_outermost_two_are_compared()
    {
        var judged = PriceAgreement.Of([Quote("a", 2m), Quote("b", 2.06m), Quote("c", 2.12m)], s_now);
        (judged.Standing, judged.Low?.Source, judged.High?.Source).ShouldBe((PriceStanding.Disputed, "a", "c"));
    }

    [Fact]
    public void A_source_that_fell_silent_disputes_nothing() =>
        PriceAgreement.Of([Quote("a", 2m), Quote("b", 5m, 7)], s_now).Standing.ShouldBe(PriceStanding.OneSource);

    [Fact]
    public void An_old_quote_of_a_source_does_not_count_beside_its_newest() =>
        PriceAgreement.Of([Quote("a", 2m), Quote("b", 5m, 2), Quote("b", 2.02m)], s_now).Standing.ShouldBe(PriceStanding.Agreed);

    [Fact]
    public void When_every_source_is_silent_the_price_is_stale_and_each_last_word_is_named()
    {
        var judged = PriceAgreement.Of([Quote("a", 2m, 7), Quote("b", 2.5m, 8)], s_now);
        (judged.Standing, judged.Freezes).ShouldBe((PriceStanding.Stale, true));
        judged.Why.ShouldBe("the price of MOR is stale: no source has said anything for 6 hours (a last said $2 at 2026-03-01 05:00 UTC; b last said $2.5 at 2026-03-01 04:00 UTC)");
    }

    [Fact]
    public void A_token_that_nobody_quotes_freezes_nothing()
    {
        var judged = PriceAgreement.Of([], s_now);
        (judged.Standing, judged.Freezes, judged.Why).ShouldBe((PriceStanding.Unknown, false, null));
    }

    [Fact]
    public void The_mean_weighs_each_quote_by_how_long_it_stood() =>
        PriceHistory.Mean([Quote("a", 1m, 24), Quote("a", 5m, 6)], s_now, TimeSpan.FromHours(24)).ShouldBe(2m);

    [Fact]
    public void A_quote_from_before_the_window_stands_when_it_begins() =>
        PriceHistory.Mean([Quote("a", 9m, 40), Quote("a", 1m, 30), Quote("a", 3m, 12)], s_now, TimeSpan.FromHours(24)).ShouldBe(2m);

    [Fact]
    public void A_window_of_which_less_than_half_is_covered_has_no_mean() =>
        PriceHistory.Mean([Quote("a", 1m, 11)], s_now, TimeSpan.FromHours(24)).ShouldBeNull();

    [Fact]
    public void Ten_percent_up_and_down_each_day_is_the_volatility_of_that_return_over_a_year() =>
        PriceHistory.Volatility(Enumerable.Range(0, 11).Select(d => Quote("a", d % 2 == 0 ? 1m : 1.1m, 24 * d)))!.Value.ShouldBe(Math.Log(1.1) * Math.Sqrt(365), 1e-9);

    [Fact]
    public void A_price_that_stands_still_is_not_called_calm() =>
        PriceHistory.Volatility(Enumerable.Range(0, 11).Select(d => Quote("a", 1m, 24 * d))).ShouldBe(PriceHistory.LeastVolatility);

    [Fact]
    public void A_gap_of_days_is_not_a_day_s_return() =>
        PriceHistory.Volatility(Enumerable.Range(0, 11).Select(d => Quote("a", 1m + d, 48 * d))).ShouldBeNull();
}
