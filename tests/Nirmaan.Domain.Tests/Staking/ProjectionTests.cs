using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Domain.Tests.Staking;

public sealed class ProjectionTests
{
    private static List<decimal?> Days(params int[] values) => [.. values.Select(v => (decimal?)v)];

    [Fact]
    public void Days_that_were_all_alike_make_a_band_without_width() => Projection.Of(Days(2, 2, 2), 10).ShouldBe(new ProjectedSum(10, 3, 20, 20, 20));

    [Fact]
    public void The_band_is_that_of_students_t()
    {
        // Mean 2, variance 1, t(2) = 1.886: 1.886 x sqrt(3 x (1 + 3/3)).
        var band = Projection.Of(Days(1, 2, 3), 3)!;
        band.Middle.ShouldBe(6);
        ((double)(band.High - band.Middle)).ShouldBe(1.886 * Math.Sqrt(6), 1e-9);
    }

    [Fact]
    public void Two_days_say_nothing() => Projection.Of(Days(1, 2), 30).ShouldBeNull();

    [Fact]
    public void An_unknown_day_makes_it_unknown() => Projection.Of([1, null, 2, 3], 30).ShouldBeNull();

    [Fact]
    public void Days_older_than_thirty_do_not_count() =>
        Projection.Of([null, .. Enumerable.Repeat((decimal?)1, 30)], 1).ShouldBe(new ProjectedSum(1, 30, 1, 1, 1));

    [Fact]
    public void The_middle_lies_in_the_band_and_nothing_is_below_zero() => Prop.ForAll(Gen.Choose(0, 1000).ListOf(12).ToArbitrary(), Gen.Choose(1, 400).ToArbitrary(), (days, ahead) =>
        Projection.Of(Days([.. days]), ahead) is { } p && p.Low >= 0 && p.Low <= p.Middle && p.Middle <= p.High).QuickCheckThrowOnFailure();

    [Fact]
    public void A_share_of_each_day_has_the_same_share_of_the_band() => Prop.ForAll(Gen.Choose(1, 1000).ListOf(8).ToArbitrary(), days =>
    {
        var (whole, part) = (Projection.Of(Days([.. days]), 30)!, Projection.Of([.. days.Select(d => (decimal?)d / 4)], 30)!);
        return Math.Abs(part.High - whole.High / 4) < 1e-6m && Math.Abs(part.Low - whole.Low / 4) < 1e-6m;
    }).QuickCheckThrowOnFailure();
}
