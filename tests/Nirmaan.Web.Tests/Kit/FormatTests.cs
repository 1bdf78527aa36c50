using System.Globalization;
using System.Numerics;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Tests.Kit;

public sealed class FormatTests
{
    [Theory]
    [InlineData("1234567.891", "$1,234,567.89")]
    [InlineData("-3.25", "−$3.25")]
    [InlineData("0", "$0.00")]
    [InlineData("0.999", "$1.00")]
    [InlineData("0.0432", "$0.043")]
    [InlineData("0.00000173", "$0.0000017")]
    [InlineData("0.000000001", "$0.00000000")]
    public void A_price_shows_at_least_two_significant_digits_up_to_eight_decimals(string amount, string text)
    {
        var usd = decimal.Parse(amount, CultureInfo.InvariantCulture);
        Format.Usd(usd, Format.UsdDigits(usd)).ShouldBe(text);
    }

    [Theory]
    [InlineData("1500000000000000000", 18, "1.5")]
    [InlineData("1", 18, "0.000000000000000001")]
    [InlineData("-1", 9, "−0.000000001")]
    [InlineData("12345678901234567890123", 18, "12,345.678901234567890123")]
    [InlineData("0", 18, "0")]
    [InlineData("42", 0, "42")]
    public void A_token_amount_is_exact(string baseUnits, int decimals, string text) =>
        Format.Tokens(BigInteger.Parse(baseUnits, CultureInfo.InvariantCulture), decimals).ShouldBe(text);

    [Fact]
    public void A_cut_token_amount_never_shows_more_than_there_is()
    {
        Format.Tokens(1_999_999_999, 9, 2, out var isExact).ShouldBe("1.99");
        isExact.ShouldBeFalse();
    }

    [Fact]
    public void An_amount_that_fits_its_digits_is_exact()
    {
        Format.Tokens(1_990_000_000, 9, 2, out var isExact).ShouldBe("1.99");
        isExact.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0, "now")]
    [InlineData(45, "45 s ago")]
    [InlineData(180, "3 min ago")]
    [InlineData(7200, "2 h ago")]
    [InlineData(7500, "2 h 5 min ago")]
    [InlineData(367200, "4 d 6 h ago")]
    [InlineData(-7500, "in 2 h 5 min")]
    public void An_age_has_its_two_largest_units(int seconds, string text)
    {
        var now = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        Format.Age(now.AddSeconds(-seconds), now).ShouldBe(text);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.0042, "0.0042")]
    [InlineData(1.25, "1.25")]
    [InlineData(340.4, "340.4")]
    [InlineData(12_500, "12.5k")]
    [InlineData(-3_100_000, "−3.1M")]
    public void A_measured_figure_is_written_briefly(double value, string text) => Format.Brief(value).ShouldBe(text);

    [Fact]
    public void Times_are_written_in_utc() =>
        Format.Utc(new DateTimeOffset(2026, 11, 22, 12, 30, 4, TimeSpan.FromHours(5))).ShouldBe("2026-11-22 07:30:04 UTC");
}
