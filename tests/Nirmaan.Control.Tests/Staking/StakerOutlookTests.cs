using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Tests.Staking;

public sealed class StakerOutlookTests
{
    private static readonly System.Numerics.BigInteger s_token = System.Numerics.BigInteger.Pow(10, 18);
    private static readonly DateTimeOffset s_day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private static ReturnEpoch Epoch(int n, int stake, int net, decimal? usd) => new(
        n, s_day.AddDays(n), s_day.AddDays(n + 1), stake * s_token, 1, 0, [new ReturnLine(Asset.Mor, net * s_token, 0, 0, net * s_token, net * s_token, null, usd, "0x")], usd);

    private static StakerReturns Returns(int staked, params ReturnEpoch[] epochs) => new(
        WalletAddress.Parse($"0x{new string('a', 40)}"), s_day, s_day.AddDays(9), staked * s_token, s_day, staked * s_token, 1, epochs, [], [], null, null, null, null, "share-rate-1");

    [Fact]
    public void Days_ahead_are_those_seen_per_token_staked_times_the_stake_now()
    {
        // Twice the stake brought twice as much: per NRM the days were alike, so the band has no width.
        var ahead = Returns(500, Epoch(1, 1000, 10, 20), Epoch(2, 2000, 20, 40), Epoch(3, 1000, 10, 20)).Project(30);
        ahead.Usd.ShouldBe(new ProjectedSum(30, 3, 300, 300, 300));
        ahead.Tokens.ShouldBe([(Asset.Mor, new ProjectedSum(30, 3, 150, 150, 150))]);
    }

    [Fact]
    public void Without_a_price_only_tokens_are_looked_ahead_to()
    {
        var ahead = Returns(500, Epoch(1, 1000, 10, 20), Epoch(2, 1000, 10, null), Epoch(3, 1000, 10, 20)).Project(30);
        (ahead.Usd, ahead.Tokens[0].Sum?.Middle).ShouldBe((null, 150m));
    }

    [Fact]
    public void Without_stake_there_is_nothing_ahead() => Returns(0, Epoch(1, 1000, 10, 20)).Project(30).Tokens.ShouldBeEmpty();

    [Fact]
    public void One_epoch_is_no_comparison() => Returns(500, Epoch(1, 1000, 10, 20)).Compare(Asset.Mor).ShouldBeNull();
}
