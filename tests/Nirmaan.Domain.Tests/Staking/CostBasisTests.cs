using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Domain.Tests.Staking;

public sealed class CostBasisTests
{
    private static readonly ReceivedLot[] s_lots = [Lot(1, 10, 10), Lot(2, 10, 30), Lot(3, 10, 20)];

    private static ReceivedLot Lot(int day, decimal tokens, decimal? usd) => new(Some.Noon.AddDays(day), tokens, usd);
    private static SoldLot Sale(int day, decimal tokens, decimal usd) => new(Some.Noon.AddDays(day), tokens, usd);

    [Theory]
    [InlineData(BasisChoice.Fifo, 10), InlineData(BasisChoice.Lifo, 20), InlineData(BasisChoice.Hifo, 30), InlineData(BasisChoice.Average, 20)]
    public void A_choice_says_which_lot_is_sold(BasisChoice choice, int basis) =>
        CostBasis.Of(s_lots, [Sale(4, 10, 50)], choice).ShouldHaveSingleItem().ShouldSatisfyAllConditions(g => g.BasisUsd.ShouldBe(basis), g => g.GainUsd.ShouldBe(50 - basis));

    [Fact]
    public void A_lot_is_used_up_once() => CostBasis.Of(s_lots, [Sale(4, 15, 0), Sale(5, 15, 0)], BasisChoice.Fifo).Select(g => g.BasisUsd).ShouldBe([25m, 35m]);

    [Fact]
    public void What_is_received_later_is_not_sold_before() => CostBasis.Of(s_lots, [Sale(1, 10, 50)], BasisChoice.Hifo).ShouldHaveSingleItem().BasisUsd.ShouldBe(10);

    [Theory]
    [InlineData(BasisChoice.Fifo), InlineData(BasisChoice.Average)]
    public void What_was_not_received_has_no_basis(BasisChoice choice) =>
        CostBasis.Of(s_lots, [Sale(4, 31, 50)], choice).ShouldHaveSingleItem().ShouldBe(new Gain(Sale(4, 31, 50), null, null, 1));

    [Fact]
    public void An_unknown_value_makes_the_gain_unknown() => CostBasis.Of([Lot(1, 10, null)], [Sale(2, 1, 5)], BasisChoice.Fifo).ShouldHaveSingleItem().GainUsd.ShouldBeNull();

    [Fact]
    public void Whatever_the_choice_all_sold_has_the_basis_of_all_received() => Prop.ForAll(
        Gen.Choose(1, 1000).Two().NonEmptyListOf().ToArbitrary(), Gen.Elements(Enum.GetValues<BasisChoice>()).ToArbitrary(), Gen.Choose(1, 9).ToArbitrary(), (lots, choice, pieces) =>
        {
            var received = lots.Select((l, n) => Lot(n, l.Item1, l.Item2)).ToList();
            var all = received.Sum(l => l.Tokens);
            var sales = Enumerable.Range(0, pieces).Select(n => Sale(lots.Count + n, n < pieces - 1 ? decimal.Truncate(all / pieces) : all - decimal.Truncate(all / pieces) * (pieces - 1), 1));
            var gains = CostBasis.Of(received, sales, choice);
            return gains.All(g => g.Uncovered == 0) && Math.Abs(gains.Sum(g => g.BasisUsd!.Value) - received.Sum(l => l.Usd!.Value)) < 1e-9m;
        }).QuickCheckThrowOnFailure();
}
