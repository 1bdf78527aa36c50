using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Emissions;

namespace Nirmaan.Domain.Tests.Emissions;

/// <summary>TAO, a subnet's split and Infernet's fee.</summary>
public sealed class OtherEmissionTests
{
    private const long Tao = 1_000_000_000;

    [Theory]
    [InlineData(0L, 1_000_000_000)]
    [InlineData(10_499_999_999_999_999L, 1_000_000_000)]
    [InlineData(10_500_000L * Tao, 500_000_000)]
    [InlineData(15_749_999L * Tao, 500_000_000)]
    [InlineData(15_750_000L * Tao, 250_000_000)]
    [InlineData(18_375_000L * Tao, 125_000_000)]
    [InlineData(20_999_999_999_999_999L, 0)]
    [InlineData(21_000_000L * Tao, 0)]
    public void A_blocks_TAO_halves_with_each_half_of_the_rest(long issued, int rao) => TaoEmission.PerBlock(issued).ShouldBe(rao);

    [Fact]
    public void A_day_has_7200_TAO_before_the_first_halving_and_3600_after_it()
    {
        TaoEmission.PerDay(0).ShouldBe(7_200 * Tao);
        TaoEmission.PerDay(10_500_000 * Tao).ShouldBe(3_600 * Tao);
    }

    [Fact]
    public void A_hundred_times_10500000_blocks_end_where_the_chains_own_test_ends()
    {
        // subtensor, test_issuance_bounds: rounding keeps the issuance 0.0105 TAO below 21 million.
        var issued = Enumerable.Range(0, 100).Aggregate(BigInteger.Zero, (sum, _) => sum + (TaoEmission.PerBlock(sum) * 10_500_000));
        issued.ShouldBe(20_999_999_989_500_000);
    }

    [Fact]
    public void The_next_halving_is_as_many_blocks_away_as_the_rest_needs()
    {
        TaoEmission.BlocksToHalving(0).ShouldBe(10_500_000);
        TaoEmission.BlocksToHalving(10_500_000 * Tao).ShouldBe(10_500_000);
        TaoEmission.BlocksToHalving((10_500_000 * Tao) - 1).ShouldBe(1);
        TaoEmission.BlocksToHalving(TaoEmission.Cap - 1).ShouldBeNull();
    }

    [Fact]
    public void At_the_block_of_a_halving_the_emission_is_half_of_what_it_was_before()
    {
        foreach (var number in Enumerable.Range(1, 9))
        {
            var issued = TaoEmission.IssuedAtHalving(number);
            TaoEmission.Halvings(issued).ShouldBe(number);
            TaoEmission.Halvings(issued - 1).ShouldBe(number - 1);
        }
    }

    [Fact]
    public void Less_than_nothing_cannot_have_been_issued() => Should.Throw<ArgumentOutOfRangeException>(() => TaoEmission.PerBlock(-1));

    [Fact]
    public void A_subnet_gives_18_percent_to_its_owner_and_41_each_to_miners_and_validators()
    {
        // 11,796 of 65,535 is the chain's 18 %: 17.9995.
        var split = SubnetSplit.Of(1_000_000_000);
        split.ShouldBe(new SubnetSplit(179_995_422, 410_002_289, 410_002_289));
    }

    [Fact]
    public void Without_any_incentive_validators_take_the_miners_part() =>
        SubnetSplit.Of(1_000, ownerCut: 0, anyIncentive: false).ShouldBe(new SubnetSplit(0, 0, 1_000));

    [Fact]
    public void A_subnets_parts_add_up_to_the_whole() => Prop.ForAll(Some.Units().ToArbitrary(), alpha =>
        SubnetSplit.Of(alpha) is var split && split.Owner + split.Miners + split.Validators == alpha && split.Validators - split.Miners is { IsZero: true } or { IsOne: true }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_miners_day_is_its_last_epoch_times_the_epochs_of_a_day()
    {
        SubnetSplit.PerDay(5 * Tao, 360).ShouldBe(100 * Tao);
        SubnetSplit.PerDay(5 * Tao, 50_400).ShouldBe(714_285_714);
        Should.Throw<ArgumentOutOfRangeException>(() => SubnetSplit.PerDay(1, 0));
    }

    [Fact]
    public void A_node_keeps_90_percent_of_an_Infernet_payment() => InfernetPayment.Of(1_000_000).ShouldBe(new InfernetPayment(100_000, 0, 900_000));

    [Fact]
    public void A_verifier_is_paid_out_of_the_nodes_part_and_gives_the_protocol_its_share() =>
        InfernetPayment.Of(1_000_000, verifierFee: 200_000).ShouldBe(new InfernetPayment(110_000, 190_000, 700_000));

    [Fact]
    public void A_job_that_pays_nothing_leaves_nothing() => InfernetPayment.Of(0).ShouldBe(new InfernetPayment(0, 0, 0));

    [Theory]
    [InlineData(100, 5_100, 0)]
    [InlineData(100, 500, 91)]
    [InlineData(-1, 500, 0)]
    [InlineData(100, -1, 0)]
    [InlineData(100, 500, -1)]
    public void Fees_that_do_not_fit_into_the_payment_are_refused(int payment, int fee, int verifierFee) =>
        Should.Throw<ArgumentOutOfRangeException>(() => InfernetPayment.Of(payment, fee, verifierFee));

    [Fact]
    public void An_Infernet_payments_parts_add_up() => Prop.ForAll(Some.Units().ToArbitrary(), Gen.Choose(0, 2_000).ToArbitrary(), (payment, fee) =>
        InfernetPayment.Of(payment, fee, payment / 3) is var split && split.Protocol + split.Verifier + split.Node == payment).QuickCheckThrowOnFailure();
}
