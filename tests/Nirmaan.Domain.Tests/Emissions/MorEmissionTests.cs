using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;

namespace Nirmaan.Domain.Tests.Emissions;

/// <summary>MOR's schedule and what the compute contract makes of it, against the real contract's answers.</summary>
public sealed class MorEmissionTests
{
    private static readonly DateTimeOffset s_start = new(2024, 2, 8, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<long> Timestamps => [.. Vectors.List("chainChecked").Select(v => v.GetProperty("timestamp").GetInt64())];

    public static TheoryData<int> Days => [.. Vectors.List("days").Select(v => v.GetProperty("day").GetInt32())];

    [Theory]
    [MemberData(nameof(Timestamps))]
    public void The_contract_answers_the_same(long timestamp)
    {
        var vector = Vectors.List("chainChecked").Single(v => v.GetProperty("timestamp").GetInt64() == timestamp);
        var state = MorComputeState.Of(DateTimeOffset.FromUnixTimeSeconds(timestamp), 0);
        state.ComputeBalance.ShouldBe(vector.Wei("computeBalance"));
        state.TodaysBudget.ShouldBe(vector.Wei("todaysBudget"));
        state.SupplyExCompute.ShouldBe(vector.Wei("totalMorSupplyExCompute"));
    }

    [Theory]
    [MemberData(nameof(Days))]
    public void A_days_emission_and_all_until_its_end_are_the_schedules(int day)
    {
        var vector = Vectors.List("days").Single(v => v.GetProperty("day").GetInt32() == day);
        MorEmission.OfDay(day).ShouldBe(vector.Wei("emissionTotalWei"));
        MorEmission.OfDay(MorBucket.Compute, day).ShouldBe(vector.Wei("computeEmissionWei"));
        MorEmission.UpToDay(day).ShouldBe(vector.Wei("cumTotalWei"));
        MorEmission.UpToDay(MorBucket.Compute, day).ShouldBe(vector.Wei("cumComputeWei"));
    }

    [Fact]
    public void What_providers_claimed_leaves_the_balance_and_joins_the_supply()
    {
        var vector = Vectors.One("withClaimed");
        var state = MorComputeState.Of(DateTimeOffset.FromUnixTimeSeconds(vector.GetProperty("timestamp").GetInt64()), vector.Wei("claimed"));
        state.ComputeBalance.ShouldBe(vector.Wei("computeBalance"));
        state.SupplyExCompute.ShouldBe(vector.Wei("supply"));
        state.TodaysBudget.ShouldBe(vector.Wei("budget"));
        state.StipendOf(Vectors.Units(1000)).ShouldBe(vector.Wei("stakeToStipend_1000MOR"));
        state.StakeFor(Vectors.Units(1)).ShouldBe(vector.Wei("stipendToStake_1MOR"));
    }

    [Fact]
    public void With_nothing_claimed_a_session_needs_316_times_its_price_as_stake() =>
        // 600 s at 0.001 MOR per second are 0.6 MOR; 76/24 x 100 of it are 190.
        MorComputeState.Of(new(2024, 2, 9, 12, 0, 0, TimeSpan.Zero), 0).StakeFor(Vectors.Units(0.6m)).ShouldBe(Vectors.Units(190));

    [Fact]
    public void Before_the_first_midnight_there_is_neither_balance_nor_supply_nor_a_rate_between_them()
    {
        var state = MorComputeState.Of(s_start, 0);
        (state.ComputeBalance, state.SupplyExCompute, state.TodaysBudget).ShouldBe((BigInteger.Zero, BigInteger.Zero, BigInteger.Zero));
        state.StipendOf(1000).ShouldBeNull();
        state.StakeFor(1).ShouldBeNull();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_728)]
    public void More_than_was_emitted_or_less_than_nothing_cannot_have_been_claimed(int mor) =>
        Should.Throw<ArgumentOutOfRangeException>(() => MorComputeState.Of(s_start.AddDays(1), Vectors.Units(mor) + (mor > 0 ? 1 : 0)));

    [Theory]
    [InlineData("2024-02-08T11:59:59Z", null)]
    [InlineData("2024-02-08T12:00:00Z", 1)]
    [InlineData("2024-02-09T11:59:59Z", 1)]
    [InlineData("2024-02-09T12:00:00Z", 2)]
    [InlineData("2026-11-22T11:59:59Z", 1018)]
    [InlineData("2026-11-22T13:00:00+01:00", 1019)]
    [InlineData("2040-01-28T11:59:59Z", 5833)]
    [InlineData("2040-01-28T12:00:00Z", null)]
    public void A_day_runs_from_noon_to_noon(string at, int? day) =>
        MorEmission.DayAt(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(day);

    [Fact]
    public void Within_a_day_it_flows_evenly_to_the_second()
    {
        MorEmission.Between(MorBucket.Compute, s_start, s_start.AddSeconds(1)).ShouldBe(Vectors.Units(0.04m));
        MorEmission.Between(MorBucket.Compute, s_start.AddHours(6), s_start.AddHours(12)).ShouldBe(Vectors.Units(864));
        // The step lies between the two seconds.
        var noon = s_start.AddDays(1);
        MorEmission.Between(MorBucket.Compute, noon.AddSeconds(-1), noon.AddSeconds(1)).ShouldBe(Vectors.Units(0.04m) + (MorEmission.OfDay(MorBucket.Compute, 2) / 86_400));
    }

    [Fact]
    public void Wherever_a_span_is_cut_its_parts_add_up_but_for_a_wei_at_each_cut() => Prop.ForAll(
        Gen.Choose(-86_400, 600_000_000).ArrayOf(3).ToArbitrary(), seconds =>
        {
            var times = seconds.Order().Select(s => s_start.AddSeconds(s)).ToArray();
            var parts = MorEmission.Between(MorBucket.Compute, times[0], times[1]) + MorEmission.Between(MorBucket.Compute, times[1], times[2]);
            var whole = MorEmission.Between(MorBucket.Compute, times[0], times[2]);
            return whole - parts >= 0 && whole - parts <= 2;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_span_is_the_sum_of_its_days() => Prop.ForAll(
        Gen.Choose(0, 6000).Two().ToArbitrary(), days =>
        {
            var (from, to) = (Math.Min(days.Item1, days.Item2), Math.Max(days.Item1, days.Item2));
            return MorEmission.Between(MorBucket.Protection, s_start.AddDays(from), s_start.AddDays(to))
                == Enumerable.Range(from + 1, to - from).Aggregate(BigInteger.Zero, (sum, day) => sum + MorEmission.OfDay(MorBucket.Protection, day));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_emission_that_divides_evenly_ends_with_a_whole_decrease()
    {
        var emission = new LinearEmission(10, 5, 0, 10);
        (emission.Intervals, emission.End, emission.Of(2), emission.Of(3)).ShouldBe((2, 20, new BigInteger(5), BigInteger.Zero));
        emission.Between(0, 100).ShouldBe(15);
    }

    [Fact]
    public void The_schedule_ends_in_January_2040_just_below_its_maximum()
    {
        MorEmission.End.ShouldBe(new DateTimeOffset(2040, 1, 28, 12, 0, 0, TimeSpan.Zero));
        new TokenAmount(MorEmission.MaxSupply - MorEmission.UpToDay(MorEmission.Days), Asset.Mor).ToDecimalText().ShouldBe("0.001160628");
        MorEmission.UpToDay(10_000).ShouldBe(MorEmission.UpToDay(MorEmission.Days));
    }
}
