using Nirmaan.Control.Fleet;
using Nirmaan.Web.Components.Fleet;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class SpendWordsTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 14, 43, 0, TimeSpan.Zero);

    [Fact]
    public void Books_say_how_far_they_reach_and_not_that_they_are_of_now() =>
        SpendWords.AsOf(new SpendState(12, 100, 10, 20, [], null, s_now, new DateTimeOffset(2026, 11, 22, 14, 0, 4, TimeSpan.Zero))).ShouldBe("as of 14:00 UTC");

    [Fact]
    public void Where_nothing_bills_they_are_of_now() => SpendWords.AsOf(new SpendState(0, 100, 10, 20, [], null, s_now)).ShouldBe("as of 14:43 UTC");

    [Theory]
    [InlineData(0, 0.42, 0.42, false, false)]
    [InlineData(0, 0.43, 0.42, false, true)]
    [InlineData(5.5, 5.2, 0.42, false, false)]
    [InlineData(5.5, 4.9, 0.42, false, true)]
    [InlineData(5.5, 5.52, 0.42, true, true)]
    public void A_difference_counts_only_beyond_what_one_step_is_worth(double books, double says, double perHour, bool isOver, bool isBeyond) =>
        SpendWords.IsBeyondStep((decimal)books, (decimal)says, (decimal)perHour, isOver).ShouldBe(isBeyond);

    [Fact]
    public void What_the_supplier_does_not_say_is_no_difference() => SpendWords.IsBeyondStep(5, null, 0.42m, isOver: false).ShouldBeFalse();
}
