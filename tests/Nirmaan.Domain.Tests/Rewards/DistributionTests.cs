using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Tests.Rewards;

public sealed class DistributionTests
{
    private static Distribution Of(BigInteger gross, BigInteger fee, BigInteger pool, BigInteger carriedOut) =>
        new(1, Asset.Mor, Some.Noon, Some.Noon.AddDays(1), gross, 0, fee, pool, 0, carriedOut, 0, "0x", [], 1000, Some.Noon.AddDays(1));

    [Fact]
    public void Amounts_add_up_and_cumulative_amounts_grow_by_them() => Prop.ForAll(
        Some.Units().ToArbitrary(), Some.Weights().ToArbitrary(), Some.Weights().ToArbitrary(), (pool, weights, before) =>
        {
            var had = before.ToDictionary(b => b.Account, b => b.Value);
            var lines = Distribution.LinesFor(pool, weights, had);
            return lines.Aggregate(BigInteger.Zero, (sum, l) => sum + l.Amount) == pool
                && lines.All(l => l.Cumulative == l.Amount + had.GetValueOrDefault(l.Account))
                && had.Keys.All(account => lines.Any(l => l.Account == account))
                && lines.Select(l => l.Account).SequenceEqual(lines.Select(l => l.Account).Distinct().Order());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Who_has_nothing_now_or_before_has_no_line() =>
        Distribution.LinesFor(1, [new(Some.Wallet(1), 9), new(Some.Wallet(2), 1)], new Dictionary<WalletAddress, BigInteger>()).ShouldHaveSingleItem().Account.ShouldBe(Some.Wallet(1));

    [Fact]
    public void What_comes_in_is_fee_pool_and_carry_to_the_last_unit() =>
        Should.Throw<InvalidOperationException>(() => Of(gross: 100, fee: 10, pool: 89, carriedOut: 0)).Message.ShouldContain("100 is not cost 0 + fee 10 + pool 89 + carried 0");

    [Fact]
    public void The_fee_is_rounded_down() => new FeePolicy(Some.Noon, 1000, true).FeeOn(19).ShouldBe(1);

    [Fact]
    public void The_fee_is_never_more_than_its_share() => Prop.ForAll(Some.Units().ToArbitrary(), Gen.Choose(0, 10_000).ToArbitrary(), (units, basisPoints) =>
        new FeePolicy(Some.Noon, basisPoints, true).FeeOn(units) is var fee && fee >= 0 && fee * 10_000 <= units * basisPoints && (fee + 1) * 10_000 > units * basisPoints)
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Cost_fee_and_pool_add_up_to_what_was_received() => Prop.ForAll(
        Some.Units().ToArbitrary(), Gen.Choose(0, 10_000_000).ToArbitrary(), Gen.Choose(1, 100_000).ToArbitrary(), (gross, rentCents, priceCents) =>
            new FeePolicy(Some.Noon, 1000, RentTreasuryFunded: false).Split(new TokenAmount(gross, Asset.Mor), rentCents / 100m, priceCents / 100m) is var split
                && split.Cost + split.Fee + split.Pool == gross && split.Cost >= 0 && split.Fee >= 0 && split.Pool >= 0).QuickCheckThrowOnFailure();

    [Fact]
    public void Rent_is_deducted_in_tokens_before_the_fee() =>
        new FeePolicy(Some.Noon, 1000, RentTreasuryFunded: false).Split(TokenAmount.Of(100, Asset.Mor), rentUsd: 60, tokenUsd: 3)
            .ShouldBe(new EpochSplit(TokenAmount.Of(20, Asset.Mor).Units, TokenAmount.Of(8, Asset.Mor).Units, TokenAmount.Of(72, Asset.Mor).Units));

    [Fact]
    public void Rent_above_what_was_received_takes_all_of_it_and_no_more() =>
        new FeePolicy(Some.Noon, 1000, RentTreasuryFunded: false).Split(TokenAmount.Of(10, Asset.Mor), rentUsd: 60, tokenUsd: 3).ShouldBe(new EpochSplit(TokenAmount.Of(10, Asset.Mor).Units, 0, 0));

    [Fact]
    public void Rent_that_the_treasury_pays_is_not_deducted() =>
        new FeePolicy(Some.Noon, 1000, RentTreasuryFunded: true).Split(new TokenAmount(100, Asset.Mor), rentUsd: 60, tokenUsd: null).ShouldBe(new EpochSplit(0, 10, 90));

    [Fact]
    public void Rent_cannot_be_deducted_at_an_unknown_price() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new FeePolicy(Some.Noon, 1000, RentTreasuryFunded: false).Split(new TokenAmount(100, Asset.Mor), rentUsd: 60, tokenUsd: null));

    [Fact]
    public void A_reward_is_put_into_one_epoch_only()
    {
        var reward = new Reward(new RewardReading(NetworkName.Morpheus, "tx:0", Asset.Mor, 1, Some.Noon, "0x", null, "tx"), null, "nrm-pool", Some.Noon);
        reward.PutInto(1);
        Should.Throw<InvalidOperationException>(() => reward.PutInto(2)).Message.ShouldContain("already in epoch 1");
    }

    [Fact]
    public void A_reward_cursor_never_forgets_how_far_it_read()
    {
        var cursor = new RewardCursor(NetworkName.Morpheus);
        cursor.MarkReadTo(Some.Noon);
        cursor.MarkReadTo(Some.Noon.AddHours(-1));
        cursor.ReadTo.ShouldBe(Some.Noon);
    }
}
