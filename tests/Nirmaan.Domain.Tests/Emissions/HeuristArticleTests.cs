using Nirmaan.Domain.Emissions;

namespace Nirmaan.Domain.Tests.Emissions;

/// <summary>What the article "Heurist" (2024-03-24) says in numbers, and what season 1 made of it.</summary>
public sealed class HeuristArticleTests
{
    private const decimal MaxSupply = 1_000_000_000m;

    [Fact]
    public void Five_percent_of_the_supply_is_for_the_testnets_miners() => HeuristSeason.TestnetPool.ShouldBe(MaxSupply * 5 / 100);

    [Fact]
    public void Season_1_begins_on_the_first_of_April_2024_and_pays_that_pool()
    {
        var season = HeuristSeason.Known[0];
        (season.Name, season.From, season.Days, season.Heu).ShouldBe(("season 1", new DateTimeOffset(2024, 4, 1, 0, 0, 0, TimeSpan.Zero), 109, 50_000_000m));
    }

    [Fact]
    public void Seasons_follow_without_a_gap_and_end_with_the_second()
    {
        HeuristSeason.Known.Zip(HeuristSeason.Known.Skip(1)).ShouldAllBe(pair => pair.First.To == pair.Second.From);
        HeuristSeason.Known.ShouldAllBe(s => s.IsOpenAt(s.From) && !s.IsOpenAt(s.To));
        HeuristSeason.Known[^1].To.ShouldBe(new DateTimeOffset(2025, 1, 17, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void A_Llama_Point_is_a_thousand_tokens_of_Mixtral() => HeuristPoints.Llama(1_000, 1m).ShouldBe(1m);

    [Fact]
    public void A_Waifu_Point_is_one_image_of_512_pixels_square_in_20_steps() => HeuristPoints.Waifu(512, 512, 20, 1m).ShouldBe(1m);

    [Fact]
    public void A_larger_image_in_more_steps_counts_more_in_proportion() => HeuristPoints.Waifu(1024, 1024, 30, 1.2m).ShouldBe(7.2m);

    [Fact]
    public void A_smaller_model_earns_its_part_of_a_Llama_Point() => HeuristPoints.Llama(2_500, 0.2m).ShouldBe(0.5m);

    [Fact]
    public void Season_1_paid_a_flat_amount_to_every_address_with_Llama_Points_and_none_for_Waifu_Points()
    {
        (PointsConversion.Season1Llama.ToHeu(0), PointsConversion.Season1Waifu.ToHeu(0)).ShouldBe((0m, 0m));
        PointsConversion.Season1Llama.ToHeu(1_000).ShouldBe(64.0091m + 103.3427m, 0.0001m);
        PointsConversion.Season1Waifu.ToHeu(1_000).ShouldBe(29.0540m, 0.0001m);
        (PointsConversion.Season1Llama.HeuPerPoint / PointsConversion.Season1Waifu.HeuPerPoint).ShouldBe(3.557m, 0.0005m);
    }

    [Fact]
    public void An_address_that_the_review_cuts_down_keeps_a_tenth() =>
        PointsConversion.Season1Waifu.ToHeu(1_000, PointsConversion.ReviewKept).ShouldBe(2.90540m, 0.00001m);

    [Fact]
    public void More_than_all_cannot_be_kept() => Should.Throw<ArgumentOutOfRangeException>(() => PointsConversion.Season1Waifu.ToHeu(1_000, 1.1m));
}
