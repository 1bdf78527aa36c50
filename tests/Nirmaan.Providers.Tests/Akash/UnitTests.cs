using Nirmaan.Providers.Akash;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class UnitTests
{
    [Theory]
    [InlineData("1000", "0.60")]
    [InlineData("750.000000000000000000", "0.45")]
    [InlineData("0.000000000000000001", "0.0000000000000000000006")]
    public void A_price_per_block_is_exact_in_dollars_per_hour(string uactPerBlock, string usdPerHour) =>
        AkashUnits.UsdPerHour(AkashUnits.Amount(uactPerBlock)!.Value).ShouldBe(decimal.Parse(usdPerHour, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("0.60", 1000)]
    [InlineData("0.40", 666)]
    [InlineData("0.0006", 1)]
    [InlineData("0.00059999", 0)]
    [InlineData("-1", 0)]
    public void A_ceiling_is_rounded_down(string usdPerHour, long amount) =>
        AkashUnits.Ceiling(decimal.Parse(usdPerHour, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(amount);

    [Fact]
    public void A_ceiling_never_exceeds_the_dollars_it_was_made_from()
    {
        for (var usd = 0.0001m; usd < 10; usd += 0.0137m) { AkashUnits.UsdPerHour(AkashUnits.Ceiling(usd)).ShouldBeLessThanOrEqualTo(usd); }
    }

    [Theory]
    [InlineData("-12.500000000000000000", "-12.5")]
    [InlineData("1234.567800000000000000", "1234.5678")]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("1e5", null)]
    [InlineData("1,5", null)]
    public void Amounts_of_the_chain_are_read_exactly_or_not_at_all(string? text, string? expected) =>
        AkashUnits.Amount(text).ShouldBe(expected is null ? null : decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("27743165", 27743165L)]
    [InlineData("0", null)]
    [InlineData("", null)]
    [InlineData("2026-01-01", null)]
    public void A_height_of_0_is_no_height(string text, long? expected) => AkashUnits.Height(text).ShouldBe(expected);
}
