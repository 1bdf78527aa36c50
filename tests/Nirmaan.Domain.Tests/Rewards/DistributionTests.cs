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
