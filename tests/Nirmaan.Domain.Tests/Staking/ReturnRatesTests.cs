using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Domain.Tests.Staking;

public sealed class ReturnRatesTests
{
    private static EpochYield Day(int n, decimal? paid, decimal? stake) => new(Some.Noon.AddDays(n), Some.Noon.AddDays(n + 1), paid, stake);

    [Fact]
    public void A_yearly_rate_is_the_daily_rate_times_365() => ReturnRates.Apr([Day(0, 1, 1000), Day(1, 1, 1000)]).ShouldBe(0.365m);

    [Fact]
    public void Actual_return_is_what_was_paid_over_the_mean_stake() => ReturnRates.Roi([Day(0, 1, 500), Day(1, 2, 1500)]).ShouldBe(0.003m);

    [Fact]
    public void Stake_that_comes_or_goes_does_not_move_the_yearly_rate() => Prop.ForAll(Gen.Choose(1, 1_000_000).NonEmptyListOf().ToArbitrary(), stakes =>
        ReturnRates.Apr([.. stakes.Select((stake, n) => Day(n, stake * 0.001m, stake))]) == 0.365m).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(true), InlineData(false)]
    public void One_unknown_price_makes_the_rate_unknown(bool ofThePayment)
    {
        var days = new[] { Day(0, 1, 1000), ofThePayment ? Day(1, null, 1000) : Day(1, 1, null) };
        (ReturnRates.Apr(days), ReturnRates.Roi(days)).ShouldBe((null, null));
    }

    [Fact]
    public void Without_stake_there_is_no_rate() => ReturnRates.Apr([Day(0, 1, 0)]).ShouldBeNull();

    [Fact]
    public void Without_epochs_there_is_no_rate() => ReturnRates.Roi([]).ShouldBeNull();

    [Fact]
    public void A_cursor_that_rewinds_forgets_the_block()
    {
        var cursor = new ChainCursor("31337");
        cursor.MoveTo(new BlockRef(9, "0xa", Some.Noon));
        cursor.RewindTo(4);
        (cursor.BlockNumber, cursor.BlockHash, cursor.BlockAt).ShouldBe((4L, null, null));
    }
}
