using System.Numerics;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Tests.Rewards;

public sealed class SharesTests
{
    private static readonly DateTimeOffset s_to = Some.Noon.AddDays(1);

    /// <summary>Stakes and unstakes of five accounts around two days; no balance falls below zero.</summary>
    private static Gen<StakeDelta[]> Histories() =>
        from moves in (from account in Gen.Choose(1, 5)
                       from second in Gen.Choose(-100_000, 200_000)
                       from units in Some.Units(10)
                       from leaves in Gen.Elements(true, false)
                       select (account, second, units, leaves)).ListOf()
        select History(moves);

    private static StakeDelta[] History(IEnumerable<(int Account, int Second, BigInteger Units, bool Leaves)> moves)
    {
        var balances = new Dictionary<int, BigInteger>();
        var deltas = new List<StakeDelta>();
        foreach (var (account, second, units, leaves) in moves.OrderBy(m => m.Second))
        {
            var balance = balances.GetValueOrDefault(account);
            var delta = leaves ? -BigInteger.Min(units, balance) : units;
            balances[account] = balance + delta;
            deltas.Add(new StakeDelta(Some.Noon.AddSeconds(second), Some.Wallet(account), delta));
        }
        return [.. deltas];
    }

    private static BigInteger Of(IReadOnlyList<BalanceSeconds> weights, int account) => weights.FirstOrDefault(w => w.Account == Some.Wallet(account))?.Value ?? 0;

    [Fact]
    public void Parts_add_up_to_the_pool() => Prop.ForAll(Some.Units().ToArbitrary(), Some.Weights().ToArbitrary(), (pool, weights) =>
        Shares.LargestRemainder(pool, weights).Aggregate(BigInteger.Zero, (sum, part) => sum + part) == pool).QuickCheckThrowOnFailure();

    [Fact]
    public void No_part_is_a_unit_away_from_its_exact_share() => Prop.ForAll(Some.Units().ToArbitrary(), Some.Weights().ToArbitrary(), (pool, weights) =>
    {
        var total = weights.Aggregate(BigInteger.Zero, (sum, w) => sum + w.Value);
        return Shares.LargestRemainder(pool, weights).Select((part, i) => BigInteger.Abs(part * total - pool * weights[i].Value)).All(off => off < total);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Who_has_more_gets_no_less() => Prop.ForAll(Some.Units().ToArbitrary(), Some.Weights().ToArbitrary(), (pool, weights) =>
    {
        var parts = Shares.LargestRemainder(pool, weights).Zip(weights).OrderBy(x => x.Second.Value).Select(x => x.First).ToList();
        return parts.Zip(parts.Skip(1)).All(pair => pair.First <= pair.Second || pair.First - pair.Second == 1);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_tie_goes_to_the_lower_address() =>
        Shares.LargestRemainder(1, [new(Some.Wallet(2), 5), new(Some.Wallet(1), 5)]).ShouldBe([0, 1]);

    [Fact]
    public void Nothing_to_split_needs_nobody() => Shares.LargestRemainder(0, []).ShouldBeEmpty();

    [Fact]
    public void Something_to_split_among_nobody_is_refused() => Should.Throw<StakeHistoryException>(() => Shares.LargestRemainder(1, []));

    [Fact]
    public void Order_of_the_history_does_not_matter() => Prop.ForAll(Histories().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (history, seed) =>
    {
        var shuffled = history.ToArray();
        new Random(seed).Shuffle(shuffled);
        return Shares.TimeWeighted(shuffled, Some.Noon, s_to).SequenceEqual(Shares.TimeWeighted(history, Some.Noon, s_to));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_periods_side_by_side_weigh_as_much_as_both_together() => Prop.ForAll(Histories().ToArbitrary(), Gen.Choose(1, 86_399).ToArbitrary(), (history, cut) =>
    {
        var middle = Some.Noon.AddSeconds(cut);
        var (all, first, second) = (Shares.TimeWeighted(history, Some.Noon, s_to), Shares.TimeWeighted(history, Some.Noon, middle), Shares.TimeWeighted(history, middle, s_to));
        return Enumerable.Range(1, 5).All(a => Of(first, a) + Of(second, a) == Of(all, a));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_staked_or_unstaked_after_the_end_changes_nobodys_part() => Prop.ForAll(Histories().ToArbitrary(), Some.Units().ToArbitrary(), (history, pool) =>
    {
        var (all, before) = (Shares.TimeWeighted(history, Some.Noon, s_to), Shares.TimeWeighted(history.Where(d => d.At < s_to), Some.Noon, s_to));
        return all.SequenceEqual(before) && (all.Count == 0 || Shares.LargestRemainder(pool, all).SequenceEqual(Shares.LargestRemainder(pool, before)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_another_stakes_inside_the_period_changes_ones_part_only_by_the_total() => Prop.ForAll(
        Histories().ToArbitrary(), Gen.Choose(0, 86_399).ToArbitrary(), Some.Units(10).ToArbitrary(), (history, second, units) =>
        {
            StakeDelta[] more = [.. history, new StakeDelta(Some.Noon.AddSeconds(second), Some.Wallet(9), units)];
            var (before, after) = (Shares.TimeWeighted(history, Some.Noon, s_to), Shares.TimeWeighted(more, Some.Noon, s_to));
            return after.Where(w => w.Account != Some.Wallet(9)).SequenceEqual(before) && Of(after, 9) == units * (86_400 - second);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_stake_counts_from_its_own_second()
    {
        var weights = Shares.TimeWeighted([new(s_to.AddSeconds(-10), Some.Wallet(1), 7)], Some.Noon, s_to);
        weights.ShouldBe([new BalanceSeconds(Some.Wallet(1), 70)]);
    }

    [Fact]
    public void A_change_at_the_end_belongs_to_the_next_period() =>
        Shares.TimeWeighted([new(s_to, Some.Wallet(1), 7)], Some.Noon, s_to).ShouldBeEmpty();

    [Fact]
    public void Within_one_second_only_the_sum_counts() =>
        Shares.TimeWeighted([new(Some.Noon, Some.Wallet(1), -3), new(Some.Noon, Some.Wallet(1), 5)], Some.Noon, Some.Noon.AddSeconds(1)).ShouldBe([new BalanceSeconds(Some.Wallet(1), 2)]);

    [Fact]
    public void A_balance_below_zero_is_refused() =>
        Should.Throw<StakeHistoryException>(() => Shares.TimeWeighted([new(Some.Noon, Some.Wallet(1), -1)], Some.Noon, s_to)).Message.ShouldContain("cannot be below zero");

    [Fact]
    public void A_fraction_of_a_second_is_refused() =>
        Should.Throw<StakeHistoryException>(() => Shares.TimeWeighted([new(Some.Noon.AddTicks(1), Some.Wallet(1), 1)], Some.Noon, s_to)).Message.ShouldContain("fraction of a second");

    [Fact]
    public void An_empty_period_is_refused() => Should.Throw<StakeHistoryException>(() => Shares.TimeWeighted([], Some.Noon, Some.Noon));

    [Fact]
    public void Every_account_weighs_what_its_balance_of_each_second_adds_up_to() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var accounts = Enumerable.Range(0, 20).Select(i => Account(random, alike: i < 6)).Distinct().ToArray();
        var balances = accounts.ToDictionary(a => a, _ => BigInteger.Zero);
        var history = new List<StakeDelta>();
        for (var second = -30; second < 60; second += random.Next(2))
        {
            var account = accounts[random.Next(accounts.Length)];
            var delta = random.Next(3) == 0 ? -balances[account] : BigInteger.Pow(random.Next(1, 1000), random.Next(1, 20));
            balances[account] += delta;
            history.Add(new StakeDelta(Some.Noon.AddSeconds(second), account, delta));
        }
        var expected = accounts.Order().Select(a => new BalanceSeconds(a, Enumerable.Range(0, 50).Aggregate(BigInteger.Zero, (sum, second) =>
            sum + history.Where(d => d.Account == a && d.At <= Some.Noon.AddSeconds(second)).Aggregate(BigInteger.Zero, (s, d) => s + d.Delta)))).Where(w => w.Value > 0);
        random.Shuffle(CollectionsMarshal.AsSpan(history));
        return Shares.TimeWeighted(history, Some.Noon, Some.Noon.AddSeconds(50)).SequenceEqual(expected);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ten_thousand_changes_of_one_account_are_one_weight()
    {
        var changes = Enumerable.Range(0, 10_000).Select(i => new StakeDelta(Some.Noon.AddSeconds(i), Some.Wallet(1), i % 2 == 0 ? 3 : -3));
        Shares.TimeWeighted(changes, Some.Noon, Some.Noon.AddSeconds(10_000)).ShouldBe([new BalanceSeconds(Some.Wallet(1), 15_000)]);
    }

    [Theory]
    [InlineData(254, 1)]
    [InlineData(208, 2)]
    public void The_widest_stake_of_a_token_has_its_weight(int bits, int seconds)
    {
        var stake = (BigInteger.One << bits) - 1;
        Shares.TimeWeighted([new(Some.Noon, Some.Wallet(1), stake)], Some.Noon, Some.Noon.AddSeconds(seconds)).ShouldBe([new BalanceSeconds(Some.Wallet(1), stake * seconds)]);
    }

    [Theory]
    [InlineData(256, 1, 1)]
    [InlineData(254, 1, 4)]
    [InlineData(254, 2, 1)]
    public void More_than_any_token_has_is_refused(int bits, int times, int seconds) => Should.Throw<StakeHistoryException>(() => Shares.TimeWeighted(
        Enumerable.Repeat(new StakeDelta(Some.Noon, Some.Wallet(1), BigInteger.One << bits), times), Some.Noon, Some.Noon.AddSeconds(seconds))).Message.ShouldContain("256 bits");

    [Fact]
    public void A_time_that_is_a_lifetime_away_is_refused() =>
        Should.Throw<StakeHistoryException>(() => Shares.TimeWeighted([new(Some.Noon.AddYears(-70), Some.Wallet(1), 1)], Some.Noon, s_to)).Message.ShouldContain("68 years");

    [Fact]
    public void Ties_of_rounded_remainders_are_decided_by_the_exact_ones()
    {
        // Remainders of 200 bits that differ by a few units only: one double stands for all three.
        var third = BigInteger.One << 200;
        BalanceSeconds[] weights = [new(Some.Wallet(1), third - 1), new(Some.Wallet(2), third), new(Some.Wallet(3), third + 1)];
        Shares.LargestRemainder(1, weights).ShouldBe([0, 0, 1]);
        Shares.LargestRemainder(2, weights).ShouldBe([0, 1, 1]);
    }

    private static WalletAddress Account(Random random, bool alike)
    {
        var bytes = new byte[WalletAddress.Size];
        random.NextBytes(bytes);
        // Accounts that begin alike lie in one bucket.
        if (alike) { bytes.AsSpan(0, 19).Clear(); }
        return WalletAddress.Of(bytes);
    }
}
