using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Domain.Tests.Staking;

public sealed class DowntimeBillTests
{
    private static readonly MinerId s_one = new(Guid.Parse("00000000-0000-0000-0000-000000000001")), s_two = new(Guid.Parse("00000000-0000-0000-0000-000000000002"));
    private static readonly DateOnly s_day = new(2026, 3, 1);
    private static readonly NetworkPaid s_paid = new(NetworkName.Morpheus, Asset.Mor, 90, 180);

    private static MinerDay Day(MinerId miner, long up, long down, int day = 0, NetworkName? network = null) => new(miner, network ?? NetworkName.Morpheus, s_day.AddDays(day), up, down);

    [Fact]
    public void What_was_missed_is_time_down_at_the_mean_of_the_time_up()
    {
        var line = DowntimeBill.Of([Day(s_one, 600, 100), Day(s_two, 300, 0)], [s_paid], null).ShouldHaveSingleItem();
        line.ShouldBe(new DowntimeLine(s_one, NetworkName.Morpheus, 100, Asset.Mor, 10, 20, null, null));
    }

    [Fact]
    public void Ones_part_follows_each_days_share()
    {
        var line = DowntimeBill.Of([Day(s_one, 800, 50), Day(s_one, 100, 50, day: 1)], [s_paid], day => day == s_day ? 0.5m : 0.1m).ShouldHaveSingleItem();
        (line.LostTokens, line.MyLostTokens, line.MyLostUsd).ShouldBe((10m, 3m, 6m));
    }

    [Fact]
    public void Where_nothing_was_paid_what_was_missed_is_unknown_and_not_nothing() =>
        DowntimeBill.Of([Day(s_one, 800, 50, network: NetworkName.Heurist)], [s_paid], null).ShouldHaveSingleItem().LostTokens.ShouldBeNull();

    [Fact]
    public void Where_no_miner_was_up_what_was_missed_is_unknown() => DowntimeBill.Of([Day(s_one, 0, 50)], [s_paid], null).ShouldHaveSingleItem().LostUsd.ShouldBeNull();

    [Fact]
    public void A_price_that_is_unknown_leaves_the_tokens() =>
        DowntimeBill.Of([Day(s_one, 900, 10)], [s_paid with { Usd = null }], null).ShouldHaveSingleItem().ShouldSatisfyAllConditions(l => l.LostTokens.ShouldBe(1m), l => l.LostUsd.ShouldBeNull());

    [Fact]
    public void Who_was_never_down_has_no_line() => DowntimeBill.Of([Day(s_one, 900, 0)], [s_paid], null).ShouldBeEmpty();

    [Fact]
    public void The_parts_of_all_accounts_add_up_to_the_whole() => Prop.ForAll(Gen.Choose(1, 86_400).Two().NonEmptyListOf().ToArbitrary(), days =>
    {
        var miner = days.Select((d, n) => Day(s_one, d.Item1, d.Item2, n)).ToList();
        decimal Lost(decimal share) => DowntimeBill.Of(miner, [s_paid], _ => share).Sum(l => l.MyLostTokens!.Value);
        var whole = DowntimeBill.Of(miner, [s_paid], null).Sum(l => l.LostTokens!.Value);
        return Math.Abs(Lost(0.3m) + Lost(0.7m) - whole) < 1e-12m;
    }).QuickCheckThrowOnFailure();
}
