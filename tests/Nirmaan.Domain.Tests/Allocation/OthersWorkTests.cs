using Nirmaan.Domain.Allocation;

namespace Nirmaan.Domain.Tests.Allocation;

public sealed class OthersWorkTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static decimal? Of(params IReadOnlyList<(double HoursAgo, decimal PerHour)> readings) => OthersWork.OverADay([.. readings.Select(r => (s_now.AddHours(-r.HoursAgo), r.PerHour))], s_now);

    [Fact]
    public void Half_a_day_of_much_and_half_a_day_of_little_count_as_their_harmonic_mean() => Of((23, 30m), (11.5, 10m)).ShouldBe(15m);

    [Fact]
    public void A_reading_counts_until_the_next_one() => Of((20, 10m), (5, 40m))!.Value.ShouldBe(20m / (15m / 10m + 5m / 40m), 0.001m);

    [Fact]
    public void What_pays_a_unit_over_the_day_is_what_the_mean_says()
    {
        // A value of 1 an hour, a little work of ours against 30 and against 10: half the day each.
        var mean = Of((23, 30m), (11.5, 10m))!.Value;
        (1m / mean).ShouldBe((1m / 30 + 1m / 10) / 2, 0.0001m);
    }

    [Fact]
    public void Before_half_a_day_is_seen_the_newest_counts() => Of((6, 30m), (1, 10m)).ShouldBe(10m);

    [Fact]
    public void What_is_older_than_a_day_does_not_count() => Of((40, 1_000m), (23, 20m), (12, 20m)).ShouldBe(20m);

    [Fact]
    public void Where_all_is_older_the_newest_counts() => Of((40, 1_000m), (30, 20m)).ShouldBe(20m);

    [Fact]
    public void Nobody_at_work_for_a_while_makes_it_the_plain_mean() => Of((20, 0m), (10, 10m)).ShouldBe(5m);

    [Fact]
    public void Without_a_reading_it_is_unknown() => Of().ShouldBeNull();
}
