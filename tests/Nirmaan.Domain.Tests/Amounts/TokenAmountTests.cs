using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Tests.Amounts;

public sealed class TokenAmountTests
{
    [Fact]
    public void Text_and_amount_say_the_same() => Prop.ForAll(Some.Units(12).ToArbitrary(), units =>
    {
        foreach (var sign in new[] { 1, -1 })
        {
            var text = new TokenAmount(sign * units, Asset.Mor).ToDecimalText();
            var digits = text.TrimStart('-').Split('.');
            var back = BigInteger.Parse(digits[0], CultureInfo.InvariantCulture) * Asset.Mor.One
                + (digits.Length == 1 ? 0 : BigInteger.Parse(digits[1].PadRight(18, '0'), CultureInfo.InvariantCulture));
            if ((text.StartsWith('-') ? -back : back) != sign * units) { return false; }
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whole_tokens_and_their_text_are_the_same_number() => Prop.ForAll(
        ArbMap.Default.ArbFor<decimal>(), tokens => decimal.Round(tokens % 1_000_000_000m, 9) is var t
            && decimal.Parse(TokenAmount.Of(t, Asset.Mor).ToDecimalText(), CultureInfo.InvariantCulture) == t).QuickCheckThrowOnFailure();

    [Fact]
    public void More_digits_than_the_asset_has_are_refused() =>
        Should.Throw<ArgumentException>(() => TokenAmount.Of(0.000000001m, Asset.Usd)).Message.ShouldContain("8 decimals");

    [Fact]
    public void Amounts_of_different_assets_do_not_add() =>
        Should.Throw<InvalidOperationException>(() => TokenAmount.Zero(Asset.Mor) + TokenAmount.Zero(Asset.Heu)).Message.ShouldBe("MOR and HEU do not add.");

    [Theory]
    [InlineData("0.000000005", "0.00000001")]
    [InlineData("-0.000000005", "-0.00000001")]
    [InlineData("0.0000000049", "0")]
    [InlineData("12.5", "12.5")]
    public void Dollars_round_half_away_from_zero_at_eight_decimals(string dollars, string expected) =>
        TokenAmount.Usd(decimal.Parse(dollars, CultureInfo.InvariantCulture)).ToDecimalText().ShouldBe(expected);

    [Fact]
    public void An_unknown_asset_names_those_that_are_known() =>
        Should.Throw<ArgumentException>(() => Asset.Of("XYZ")).Message.ShouldContain("NRM, MOR, HEU, USD");
}
