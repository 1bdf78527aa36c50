using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Tests.Kit.Charts;

public sealed class ScaleTests
{
    [Theory]
    [InlineData(0, 0.88, "0 0.25 0.5 0.75 1")]
    [InlineData(0, 7, "0 2 4 6 8")]
    [InlineData(-130, 309, "-200 0 200 400")]
    [InlineData(0, 0, "0 0.25 0.5 0.75 1")]
    [InlineData(5, 5, "0 2 4 6")]
    public void Ticks_are_round_and_enclose_the_values(double low, double high, string ticks) =>
        string.Join(' ', Scale.Ticks(low, high)).ShouldBe(ticks);

    [Fact]
    public void Ticks_carry_no_dust() => Scale.Ticks(0, 0.6, 7).ShouldBe([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);

    [Fact]
    public void A_week_is_labelled_by_days()
    {
        var from = new DateTimeOffset(2026, 11, 15, 10, 0, 0, TimeSpan.Zero);
        Scale.Times(from, from.AddDays(7)).Select(t => t.Text).ShouldBe(["16 Nov", "17 Nov", "18 Nov", "19 Nov", "20 Nov", "21 Nov", "22 Nov"]);
    }

    [Fact]
    public void A_day_is_labelled_by_hours_and_names_midnight()
    {
        var from = new DateTimeOffset(2026, 11, 21, 13, 20, 0, TimeSpan.Zero);
        Scale.Times(from, from.AddHours(23)).Select(t => t.Text).ShouldBe(["15:00", "18:00", "21:00", "22 Nov", "03:00", "06:00", "09:00", "12:00"]);
    }

    [Fact]
    public void One_moment_is_one_label()
    {
        var at = new DateTimeOffset(2026, 11, 21, 13, 0, 0, TimeSpan.Zero);
        Scale.Times(at, at).Count.ShouldBe(1);
    }
}
