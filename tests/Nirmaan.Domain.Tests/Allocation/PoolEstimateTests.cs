using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Tests.Allocation;

public sealed class PoolEstimateTests
{
    private static PoolEstimate Pool(RewardShape shape, decimal? value = 60, decimal? others = 200, decimal? demand = null, DateTimeOffset? at = null) => new(
        new PoolName("pool"), NetworkName.Heurist, "Pool", Bucket.Emerging, shape, "HEU", 1, value, value, others, demand, "points", false, "test", at ?? Some.Noon, Some.Noon, []);

    [Fact]
    public void A_pro_rata_pool_pays_by_our_part_of_all_work() => Pool(RewardShape.ProRata).IncomeUsdPerHour(100).ShouldBe(20);

    [Theory]
    [InlineData(RewardShape.DemandCapped)]
    [InlineData(RewardShape.BidPriced)]
    public void A_pool_with_a_demand_pays_per_unit_until_it_is_met(RewardShape shape)
    {
        var pool = Pool(shape, demand: 300);
        pool.IncomeUsdPerHour(100).ShouldBe(20);
        pool.IncomeUsdPerHour(300).ShouldBe(60);
        pool.IncomeUsdPerHour(900).ShouldBe(60);
    }

    [Fact]
    public void No_work_earns_nothing_even_where_nobody_works() => Pool(RewardShape.ProRata, others: 0).IncomeUsdPerHour(0).ShouldBe(0);

    [Fact]
    public void What_is_unknown_gives_no_income()
    {
        Pool(RewardShape.ProRata, value: null).IncomeUsdPerHour(100).ShouldBeNull();
        Pool(RewardShape.ProRata, others: null).IncomeUsdPerHour(100).ShouldBeNull();
        Pool(RewardShape.BidPriced, demand: null).IncomeUsdPerHour(100).ShouldBeNull();
    }

    [Fact]
    public void More_work_never_earns_less_and_never_more_than_the_pool_has() => Prop.ForAll(
        Gen.Choose(0, 1_000_000).Two().ToArbitrary(), Gen.Elements(RewardShape.ProRata, RewardShape.DemandCapped).ToArbitrary(),
        (work, shape) =>
        {
            var pool = Pool(shape, demand: 5_000);
            var (less, more) = (pool.IncomeUsdPerHour(Math.Min(work.Item1, work.Item2))!.Value, pool.IncomeUsdPerHour(Math.Max(work.Item1, work.Item2))!.Value);
            return less <= more && more <= pool.ValueUsdPerHour!.Value;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null, 200, 300, 0, "no price")]
    [InlineData(60, null, 300, 0, "no totals")]
    [InlineData(60, 200, 300, 3, "stale")]
    [InlineData(60, 200, null, 0, "no demand")]
    [InlineData(60, 200, 300, 2, null)]
    public void A_pool_is_frozen_by_what_is_missing(int? value, int? others, int? demand, int ageHours, string? why) =>
        Pool(RewardShape.BidPriced, value, others, demand, Some.Noon.AddHours(-ageHours)).WhyFrozen(Some.Noon, TimeSpan.FromHours(2)).ShouldBe(why);
}
