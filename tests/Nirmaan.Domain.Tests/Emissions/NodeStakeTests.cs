using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Tests.Emissions;

/// <summary>The stake rules of the article "Heurist", each a sentence of it.</summary>
public sealed class NodeStakeTests
{
    private static readonly DateTimeOffset s_day = new(2024, 4, 1, 0, 0, 0, TimeSpan.Zero);

    private static BigInteger Hue(decimal tokens) => Vectors.Units(tokens);

    private static NodeStake Stake(decimal hue, decimal esHue = 0) => new(Hue(hue), Hue(esHue));

    [Fact]
    public void A_node_below_10000_is_inactive_and_its_launch_is_refused_with_what_is_missing()
    {
        var stake = new NodeStake(Hue(4_000), Hue(6_000) - 1);
        stake.IsActive.ShouldBeFalse();
        stake.Efficiency.ShouldBe(0);
        stake.CheckLaunch().ShouldBe(new NodeLaunch.Refused(1));
    }

    [Fact]
    public void Both_tokens_count_towards_the_10000() => Stake(4_000, 6_000).CheckLaunch().ShouldBe(new NodeLaunch.Allowed());

    [Theory]
    [InlineData(10_000, 0.1)]
    [InlineData(55_000, 0.55)]
    [InlineData(99_999, 0.99999)]
    [InlineData(100_000, 1.0)]
    [InlineData(250_000, 1.0)]
    public void Mining_is_more_efficient_in_proportion_to_the_stake_up_to_100000(int hue, double efficiency) => Stake(hue).Efficiency.ShouldBe((decimal)efficiency);

    [Fact]
    public void Mining_rewards_are_esHUE_and_join_the_nodes_stake()
    {
        var stake = Stake(9_990).AddReward(Hue(10));
        stake.ShouldBe(Stake(9_990, 10));
        stake.IsActive.ShouldBeTrue();
    }

    [Fact]
    public void Stake_moves_between_nodes_at_once()
    {
        var (from, to) = Stake(30_000, 500).MoveTo(Stake(5_000), HueKind.Hue, Hue(25_000));
        (from, to).ShouldBe((Stake(5_000, 500), Stake(30_000)));
        (from.IsActive, to.IsActive).ShouldBe((false, true));
    }

    [Fact]
    public void Unstaked_HUE_is_locked_for_30_days()
    {
        var (left, withdrawal) = Stake(30_000).Unstake(HueKind.Hue, Hue(10_000), s_day);
        left.ShouldBe(Stake(20_000));
        withdrawal.AvailableAt.ShouldBe(new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero));
        withdrawal.IsAvailable(withdrawal.AvailableAt.AddSeconds(-1)).ShouldBeFalse();
        withdrawal.IsAvailable(withdrawal.AvailableAt).ShouldBeTrue();
    }

    [Fact]
    public void Unstaked_esHUE_is_not_locked() => Stake(0, 500).Unstake(HueKind.EsHue, Hue(500), s_day).Withdrawal.IsAvailable(s_day).ShouldBeTrue();

    [Theory]
    [InlineData(HueKind.Hue, 101)]
    [InlineData(HueKind.EsHue, 51)]
    [InlineData(HueKind.Hue, -1)]
    public void What_is_not_there_can_neither_be_moved_nor_taken_out(HueKind kind, int amount)
    {
        var stake = new NodeStake(100, 50);
        Should.Throw<ArgumentOutOfRangeException>(() => stake.Unstake(kind, amount, s_day));
        Should.Throw<ArgumentOutOfRangeException>(() => stake.MoveTo(NodeStake.None, kind, amount));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(73, 200)]
    [InlineData(182.5, 500)]
    [InlineData(365, 1_000)]
    [InlineData(1_000, 1_000)]
    public void EsHUE_becomes_HUE_evenly_over_a_year(double days, int hue) => new EsHueVesting(Hue(1_000), s_day).VestedAt(s_day.AddDays(days)).ShouldBe(Hue(hue));

    [Fact]
    public void A_second_of_vesting_is_rounded_down() => new EsHueVesting(31_536_001, s_day).VestedAt(s_day.AddSeconds(1)).ShouldBe(1);

    [Fact]
    public void EsHUE_yields_more_than_HUE_and_each_pays_in_its_own_kind()
    {
        new StakingRates(500, 1_000).RewardsOf(Stake(10_000, 10_000), TimeSpan.FromDays(73)).ShouldBe((Hue(100), Hue(200)));
        Should.Throw<ArgumentOutOfRangeException>(() => new StakingRates(500, 500));
        Should.Throw<ArgumentOutOfRangeException>(() => new StakingRates(-1, 500));
    }

    [Fact]
    public void Slashing_takes_both_tokens_in_proportion_and_may_end_the_nodes_earning()
    {
        var (left, slash) = Stake(9_000, 3_000).Slashed(Hue(4_000));
        slash.ShouldBe(new NodeSlash(Hue(3_000), Hue(1_000)));
        left.ShouldBe(Stake(6_000, 2_000));
        left.CheckLaunch().ShouldBe(new NodeLaunch.Refused(Hue(2_000)));
    }

    [Fact]
    public void Slashing_takes_no_more_than_there_is_and_no_less_than_it_can() => Prop.ForAll(
        Gen.Choose(0, 1_000).ArrayOf(3).ToArbitrary(), n =>
        {
            var (left, slash) = new NodeStake(n[0], n[1]).Slashed(n[2]);
            return left.Hue >= 0 && left.EsHue >= 0 && slash.Hue >= 0 && slash.EsHue >= 0
                && slash.Hue + slash.EsHue == Math.Min(n[2], n[0] + n[1]) && left.Total + slash.Hue + slash.EsHue == n[0] + n[1];
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(LedgerAccounts.Pool)]
    [InlineData(LedgerAccounts.Treasury)]
    [InlineData("client:acme")]
    public void A_slash_is_booked_on_who_bears_it(string bearer) =>
        new NodeSlash(30, 10).ToBooking(s_day, "0xab-1", bearer).ToEntries().Select(e => (e.Account, e.AssetId, e.Units, e.Cause, e.Subject)).ShouldBe(
        [
            (bearer, "HUE", -30, "slashing", "heurist:0xab-1"), ("network:heurist", "HUE", 30, "slashing", "heurist:0xab-1"),
            (bearer, "esHUE", -10, "slashing", "heurist:0xab-1"), ("network:heurist", "esHUE", 10, "slashing", "heurist:0xab-1"),
        ]);

    [Fact]
    public void Somebody_must_bear_it() => Should.Throw<ArgumentException>(() => new NodeSlash(30, 10).ToBooking(s_day, "0xab-1", ""));
}
