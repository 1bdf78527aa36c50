using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Tests.Rewards;

public sealed class FeePolicyTests
{
    private static readonly FeePolicy s_treasury = new(Some.Noon, 1000, RentTreasuryFunded: true);
    private static readonly FeePolicy s_receipts = new(Some.Noon, 1000, RentTreasuryFunded: false);

    [Fact]
    public void The_fee_is_rounded_down() => s_treasury.FeeOn(19).ShouldBe(1);

    [Fact]
    public void The_fee_is_never_more_than_its_share() => Prop.ForAll(Some.Units().ToArbitrary(), Gen.Choose(0, 10_000).ToArbitrary(), (units, basisPoints) =>
        new FeePolicy(Some.Noon, basisPoints, true).FeeOn(units) is var fee && fee >= 0 && fee * 10_000 <= units * basisPoints && (fee + 1) * 10_000 > units * basisPoints)
        .QuickCheckThrowOnFailure();

    [Fact]
    public void What_was_sold_fee_and_pool_add_up_to_what_was_received() => Prop.ForAll(
        Some.Units().ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (gross, thousandths) => s_receipts.Split(gross, gross * thousandths / 1000) is var split
            && split.Cost + split.Fee + split.Pool == gross && split.Cost == gross * thousandths / 1000 && split.Fee >= 0 && split.Pool >= 0).QuickCheckThrowOnFailure();

    [Fact]
    public void The_fee_is_taken_of_what_the_sale_left() => s_receipts.Split(100, sold: 20).ShouldBe(new EpochSplit(20, 8, 72));

    [Theory]
    [InlineData(101)]
    [InlineData(-1)]
    public void No_more_than_was_received_can_have_been_sold(int sold) => Should.Throw<ArgumentOutOfRangeException>(() => s_receipts.Split(100, sold));

    [Fact]
    public void Of_several_rules_the_narrowest_says_who_pays()
    {
        var policy = s_treasury with { Rents = [new RentRule("MOR", null, false), new RentRule(null, NetworkName.Heurist, false), new RentRule("MOR", NetworkName.Heurist, true)] };
        (policy.TreasuryPays("MOR", NetworkName.Morpheus), policy.TreasuryPays("HEU", NetworkName.Heurist), policy.TreasuryPays("MOR", NetworkName.Heurist), policy.TreasuryPays("HEU", NetworkName.Morpheus))
            .ShouldBe((false, false, true, true));
    }

    [Fact]
    public void A_rule_that_puts_one_assets_rent_on_its_receipts_takes_more_from_stakers()
    {
        var stricter = s_treasury with { Rents = [new RentRule("MOR", null, false)] };
        (stricter.IsNoWorseThan(s_treasury), s_treasury.IsNoWorseThan(stricter)).ShouldBe((false, true));
    }

    [Fact]
    public void Rules_that_change_nothing_say_the_same() => (s_treasury with { Rents = [new RentRule("MOR", null, true)] }).SaysTheSameAs(s_treasury).ShouldBeTrue();
}
