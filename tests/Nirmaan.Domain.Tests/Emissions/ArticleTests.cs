using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Tests.Emissions;

/// <summary>
/// Every worked number of the articles about what networks pay: "Morpheus Token Economics" (2024-05-08), "Morpheus Yellowstone Compute Model"
/// (2024-04-10). Where an article slipped the right value is asserted and the slip is named. Figures about capital, coders and the launch price
/// are not ours.
/// </summary>
public sealed class ArticleTests
{
    private static string Mor(BigInteger wei) => new TokenAmount(wei, Asset.Mor).ToDecimalText();

    private static decimal Whole(BigInteger wei) => new TokenAmount(wei, Asset.Mor).ToDecimal();

    [Fact]
    public void The_first_day_emits_14400_MOR_of_which_each_of_four_gets_24_percent_and_protection_4()
    {
        Mor(MorEmission.OfDay(1)).ShouldBe("14400");
        Enum.GetValues<MorBucket>().Select(b => Mor(MorEmission.OfDay(b, 1))).ShouldBe(["3456", "3456", "3456", "3456", "576"]);
    }

    [Fact]
    public void Each_day_emits_2_468994701_MOR_less_split_by_the_same_shares()
    {
        Mor(MorEmission.OfDay(1) - MorEmission.OfDay(2)).ShouldBe("2.468994701");
        Mor(MorEmission.OfDay(MorBucket.Compute, 1) - MorEmission.OfDay(MorBucket.Compute, 2)).ShouldBe("0.59255872824");
        Mor(MorEmission.OfDay(MorBucket.Protection, 1) - MorEmission.OfDay(MorBucket.Protection, 2)).ShouldBe("0.09875978804");
    }

    [Fact]
    public void Day_5833_is_the_last_that_emits_anything_where_the_article_has_it_at_zero()
    {
        Mor(MorEmission.OfDay(5833)).ShouldBe("0.822903768");
        MorEmission.OfDay(5834).ShouldBe(0);
        (14_400m / 2.468994701m).ShouldBe(5832.33m, 0.01m);
    }

    [Fact]
    public void The_schedule_lasts_about_16_years_and_5833_days_not_5883_as_the_tail_section_once_says()
    {
        MorEmission.Days.ShouldBe(5833);
        (MorEmission.Days / 365.25m).ShouldBe(15.97m, 0.005m);
    }

    [Fact]
    public void At_the_beginning_of_day_91_there_are_1286112_MOR_or_3_06_percent_where_the_article_cuts_off_at_1286111()
    {
        Mor(MorEmission.UpToDay(90)).ShouldBe("1286111.676222495");
        (Whole(MorEmission.UpToDay(90)) / Whole(MorEmission.MaxSupply)).ShouldBe(0.0306m, 0.00005m);
    }

    [Fact]
    public void Protection_has_51444_MOR_after_the_90_days_where_the_article_says_50482()
    {
        Mor(MorEmission.UpToDay(MorBucket.Protection, 90)).ShouldBe("51444.4670488998");
        // No number of whole days gives the article's figure.
        Enumerable.Range(80, 20).ShouldAllBe(day => decimal.Truncate(Whole(MorEmission.UpToDay(MorBucket.Protection, day))) != 50_482m);
    }

    [Fact]
    public void A_quarter_burned_leaves_a_tail_of_5040000_MOR_because_16_percent_is_less_than_half_of_what_was_burned()
    {
        var tail = MorTail.After(MorEmission.MaxSupply, Vectors.Units(10_500_000));
        Mor(tail.Circulating).ShouldBe("31500000");
        (5_250_000m / 31_500_000m).ShouldBe(0.1667m, 0.00005m);
        tail.Capped.ShouldBeTrue();
        Mor(tail.Emission).ShouldBe("5040000");
    }

    [Fact]
    public void That_tail_is_864_MOR_a_day_where_the_article_divides_by_16_times_365_and_gets_863()
    {
        var tail = MorTail.After(MorEmission.MaxSupply, Vectors.Units(10_500_000));
        Whole(tail.PerDay).ShouldBe(864.05m, 0.005m);
        (Whole(tail.Emission) / (16 * 365)).ShouldBe(863.01m, 0.005m);
    }

    [Fact]
    public void A_tail_at_its_cap_is_about_one_percent_of_what_circulates_a_year() =>
        (16m / (MorEmission.Days / 365.25m)).ShouldBe(1.002m, 0.0005m);

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1_000, 2_100_000, false)]
    [InlineData(2_424, 5_090_400, false)]
    [InlineData(2_425, 5_090_400, true)]
    [InlineData(5_000, 3_360_000, true)]
    [InlineData(10_000, 0, true)]
    public void The_cap_binds_from_a_burn_of_24_24_percent(int burnBasisPoints, int emission, bool capped)
    {
        var tail = MorTail.Epochs(burnBasisPoints).First();
        tail.Capped.ShouldBe(capped);
        // At 24.25 % the cap is 5,090,400 too: 16 % of 31,815,000.
        Whole(tail.Emission).ShouldBe(emission);
    }

    [Fact]
    public void From_epoch_to_epoch_never_more_circulates_than_before_and_never_more_than_the_maximum()
    {
        foreach (var burn in new[] { 0, 500, 2_500, 7_500, 10_000 })
        {
            var epochs = MorTail.Epochs(burn).Take(12).ToList();
            epochs.Select(e => e.Number).ShouldBe(Enumerable.Range(1, 12));
            epochs.ShouldAllBe(e => e.Circulating + e.Emission <= MorEmission.MaxSupply && e.Emission * 100 <= e.Circulating * 16);
            epochs.Zip(epochs.Skip(1)).ShouldAllBe(pair => pair.Second.Circulating <= pair.First.Circulating);
        }
    }

    [Fact]
    public void More_than_there_is_cannot_be_burned() => Should.Throw<ArgumentOutOfRangeException>(() => MorTail.After(100, 101));

    [Fact]
    public void A_hundred_providers_that_burned_the_same_get_34_56_of_the_days_3456_MOR_each()
    {
        // The white paper's first model: pro rata by fees burned.
        var burned = Enumerable.Range(1, 100).Select(n => new BalanceSeconds(Some.Wallet(n), Vectors.Units(100))).ToList();
        Shares.LargestRemainder(MorEmission.OfDay(MorBucket.Compute, 1), burned).ShouldAllBe(part => Mor(part) == "34.56");
    }

    [Fact]
    public void Half_of_the_compute_emission_as_budget_starts_at_1728_MOR_a_day_and_ends_with_the_schedule()
    {
        Mor(MorEmission.OfDay(MorBucket.Compute, 1) / 2).ShouldBe("1728");
        MorEmission.OfDay(MorBucket.Compute, 5834).ShouldBe(0);
    }

    [Fact]
    public void Compute_holds_308667_MOR_after_the_90_days_where_the_article_takes_the_312069_of_91()
    {
        Whole(MorEmission.UpToDay(MorBucket.Compute, 90)).ShouldBe(308_666.80m, 0.005m);
        Whole(MorEmission.UpToDay(MorBucket.Compute, 91)).ShouldBe(312_069.47m, 0.005m);
    }

    [Fact]
    public void The_articles_supply_of_1300289_MOR_is_that_of_91_days_too() => decimal.Truncate(Whole(MorEmission.UpToDay(91))).ShouldBe(1_300_289m);

    [Fact]
    public void A_hundredth_of_312069_MOR_is_the_articles_budget_of_3120_69() => (312_069m / 100).ShouldBe(Vectors.One("seedIps").Number("budget"));

    [Fact]
    public void The_articles_budget_buys_62413800000_IPS_a_day()
    {
        var vector = Vectors.One("seedIps");
        new InferenceBudget(vector.Number("budget"), 50m, 0.0025m).MaxIps.ShouldBe(vector.Number("maxIps"));
    }

    [Fact]
    public void That_is_47999_94_IPS_for_each_MOR_where_the_article_says_48_067()
    {
        var vector = Vectors.One("seedIps");
        decimal.Round(new InferenceBudget(vector.Number("budget"), 50m, 0.0025m).AccessRate(1_300_289m), 10).ShouldBe(vector.Number("accessRate"));
    }

    [Fact]
    public void And_479999_45_IPS_for_who_holds_ten_where_the_article_says_480_067()
    {
        var vector = Vectors.One("seedIps");
        decimal.Round(new InferenceBudget(vector.Number("budget"), 50m, 0.0025m).UserMax(10m, 1_300_289m), 9).ShouldBe(vector.Number("userMax10"));
    }

    [Fact]
    public void Yellowstones_own_example_is_right()
    {
        // "Yellowstone Compute Model": 3,000 MOR at $20, $0.002 per 1,000 IPS, 10,000,000 MOR of which a user holds 5.
        var budget = new InferenceBudget(3_000m, 20m, 0.002m);
        (budget.MaxIps, budget.AccessRate(10_000_000m), budget.UserMax(5m, 10_000_000m)).ShouldBe((30_000_000_000m, 3_000m, 15_000m));
    }
}
