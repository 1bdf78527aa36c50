using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Tests.Rewards;

public sealed class PointsCounterTests
{
    private static Gen<(MinerId, decimal)[]> Miners() =>
        Gen.Choose(0, 1000).NonEmptyListOf().Select(work => work.Select(w => (MinerId.New(Some.Noon), (decimal)w)).ToArray());

    [Fact]
    public void A_first_reading_claims_nothing() => PointsCounter.Difference(null, 500).ShouldBe((0m, null));

    [Fact]
    public void A_rise_is_what_was_earned() => PointsCounter.Difference(500, 512.5m).ShouldBe((12.5m, null));

    [Fact]
    public void A_reset_adds_the_new_count() => PointsCounter.Difference(500, 12).ShouldBe((12m, "counter reset from 500 to 12"));

    [Fact]
    public void A_fall_is_a_correction_that_sums_follow() => PointsCounter.Difference(500, 450).ShouldBe((-50m, "counter fell from 500 to 450"));

    [Fact]
    public void Without_a_reset_what_was_earned_is_the_last_count_less_the_first() => Prop.ForAll(
        Gen.Choose(100, 900).NonEmptyListOf().ToArbitrary(), counts =>
        {
            var earned = counts.Zip(counts.Skip(1)).Sum(pair => PointsCounter.Difference(pair.First, pair.Second).Earned);
            return earned == counts[^1] - counts[0];
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Shared_points_add_up_and_keep_their_sign() => Prop.ForAll(Miners().ToArbitrary(), Gen.Choose(-2_000_000, 2_000_000).ToArbitrary(), (miners, millionths) =>
    {
        var points = millionths / 1_000_000m;
        var parts = PointsCounter.ShareOut(points, miners);
        return parts.Sum(p => p.Points) == points && parts.All(p => p.Points * points >= 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Points_go_by_work()
    {
        var (a, b) = (MinerId.New(Some.Noon), MinerId.New(Some.Noon));
        PointsCounter.ShareOut(100, [(a, 1), (b, 3)]).ShouldBe([(a, 25m), (b, 75m)]);
    }

    [Fact]
    public void Without_any_work_points_are_shared_equally()
    {
        var (a, b) = (MinerId.New(Some.Noon), MinerId.New(Some.Noon));
        PointsCounter.ShareOut(100, [(a, 0), (b, 0)]).ShouldBe([(a, 50m), (b, 50m)]);
    }

    [Fact]
    public void Where_nobody_works_nothing_is_shared() => PointsCounter.ShareOut(100, []).ShouldBeEmpty();
}
