using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Domain.Tests.Notifications;

public sealed class NoticeRulesTests
{
    // A Sunday.
    private static readonly DateTimeOffset s_day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void At_once_is_now() => NoticeRules.DueAt(s_day.AddHours(3), NoticePace.AtOnce, null, null).ShouldBe(s_day.AddHours(3));

    [Theory]
    [InlineData(7, 8), InlineData(8, 8), InlineData(9, 32)]
    public void A_daily_digest_goes_out_at_the_next_eight(int now, int due) => NoticeRules.DueAt(s_day.AddHours(now), NoticePace.Daily, null, null).ShouldBe(s_day.AddHours(due));

    [Fact]
    public void A_weekly_digest_goes_out_on_monday() => NoticeRules.DueAt(s_day.AddHours(1), NoticePace.Weekly, null, null).ShouldBe(s_day.AddDays(1).AddHours(8));

    [Theory]
    [InlineData(23, 22, 7, 31), InlineData(3, 22, 7, 7), InlineData(7, 22, 7, 7), InlineData(12, 9, 17, 17), InlineData(17, 9, 17, 17)]
    public void Within_quiet_hours_it_waits_for_their_end(int now, int from, int to, int due) => NoticeRules.DueAt(s_day.AddHours(now), NoticePace.AtOnce, from, to).ShouldBe(s_day.AddHours(due));

    [Fact]
    public void Nothing_goes_out_in_quiet_hours_or_before_it_is_known() => Prop.ForAll(
        Gen.Choose(0, 60 * 24 * 14).ToArbitrary(), Gen.Choose(0, 23).Two().ToArbitrary(), Gen.Elements(Enum.GetValues<NoticePace>()).ToArbitrary(), (minute, quiet, pace) =>
        {
            var due = NoticeRules.DueAt(s_day.AddMinutes(minute), pace, quiet.Item1, quiet.Item2);
            var isQuiet = quiet.Item1 < quiet.Item2 ? due.Hour >= quiet.Item1 && due.Hour < quiet.Item2 : quiet.Item1 > quiet.Item2 && (due.Hour >= quiet.Item1 || due.Hour < quiet.Item2);
            return due >= s_day.AddMinutes(minute) && !isQuiet;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_retry_waits_four_times_as_long_until_six_hours_and_the_eighth_failure_is_the_last() =>
        Enumerable.Range(1, 8).Select(NoticeRules.RetryAfter).ShouldBe(
            [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(16), TimeSpan.FromMinutes(64), TimeSpan.FromMinutes(256), TimeSpan.FromHours(6), TimeSpan.FromHours(6), null]);
}
