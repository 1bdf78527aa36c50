using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Web.Components.Rewards.Schedules;

namespace Nirmaan.Web.Tests.Rewards;

public sealed class PayChartsTests
{
    private static double Sum(PayBars bars) => bars.Series.Sum(s => s.Values.Sum(v => v!.Value));

    [Fact]
    public void The_years_of_MOR_add_up_to_the_whole_schedule()
    {
        var bars = PayCharts.MorByYear();
        bars.Labels.ShouldBe(Enumerable.Range(2024, 17).Select(y => $"{y}"));
        Sum(bars).ShouldBe((double)new TokenAmount(MorEmission.UpToDay(MorEmission.Days), Asset.Mor).ToDecimal(), 0.001);
        bars.Series.Select(s => s.Values.Sum(v => v!.Value) / 42_000_000).ShouldBe([0.24, 0.72, 0.04], 1e-6);
    }

    [Fact]
    public void The_months_of_HEU_add_up_to_the_seasons_pools_and_a_season_counts_only_where_it_was()
    {
        var bars = PayCharts.HeuByMonth(HeuristSeason.Known);
        (bars.Labels[0], bars.Labels[^1], bars.Labels.Count).ShouldBe(("Apr 2024", "Jan 2025", 10));
        bars.Series.Select(s => s.Values.Sum(v => v!.Value)).ShouldBe([50_000_000.0, 10_000_000.0], 0.001);
        bars.Series[0].Values[4].ShouldBe(0);
        bars.Series[1].Values[2].ShouldBe(0);
    }

    [Fact]
    public void A_season_without_a_published_pool_is_unknown_in_its_months_and_nothing_in_others()
    {
        var unknown = HeuristSeason.Known[1] with { Heu = null };
        PayCharts.HeuByMonth([HeuristSeason.Known[0], unknown]).Series[1].Values.Select(v => v is null).ShouldBe([false, false, false, true, true, true, true, true, true, true]);
    }

    [Fact]
    public void TAO_halves_from_era_to_era()
    {
        var bars = PayCharts.TaoByEra();
        bars.Labels.Take(4).ShouldBe(["0 M", "10.5 M", "15.75 M", "18.38 M"]);
        bars.Series[0].Values.Take(4).ShouldBe([7_200.0, 3_600.0, 1_800.0, 900.0]);
    }

    [Fact]
    public void A_payment_of_100_is_shown_to_the_last_part() =>
        PayCharts.InfernetOf100().Series.Select(s => (s.Name, s.Values[0], s.Values[1])).ShouldBe([("Node", 90.0, 80.0), ("Protocol", 10.0, 10.5), ("Verifier", 0.0, 9.5)]);
}
