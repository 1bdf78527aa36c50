using Nirmaan.Web.Components.Jobs;

namespace Nirmaan.Web.Tests.Jobs;

public sealed class JobWordsTests
{
    [Theory]
    [InlineData("0 * * * * ?", "every minute")]
    [InlineData("0 0/5 * * * ?", "every 5 minutes")]
    [InlineData("0 10 * * * ?", "every hour, 10 minutes past")]
    [InlineData("0 0 * * * ?", "every hour")]
    [InlineData("0 5 0/6 * * ?", "every 6 hours, 5 minutes past")]
    [InlineData("0 30 7 * * ?", "daily at 07:30 UTC")]
    [InlineData("0 0 0 1 * ?", "by 0 0 0 1 * ?")]
    public void A_schedule_is_said_in_words(string cron, string words) => CronWords.Of(cron).ShouldBe(words);

    [Theory]
    [InlineData("System.TimeoutException: It took too long.\n   at A.B()", "It took too long.")]
    [InlineData("It took too long: 3 s", "It took too long: 3 s")]
    public void Of_an_exception_its_words_are_shown_first(string exception, string words) => JobWords.FirstLine(exception).ShouldBe(words);

    [Theory]
    [InlineData(4, "4 ms")]
    [InlineData(3_040, "3 s")]
    [InlineData(3_440, "3.4 s")]
    [InlineData(90_000, "1 min")]
    public void A_short_run_is_measured_finely(int milliseconds, string words) => JobWords.Took(TimeSpan.FromMilliseconds(milliseconds)).ShouldBe(words);

    [Theory]
    [InlineData("BROKEN: USD adds up (it is off by 1)", true)]
    [InlineData("All 4 hold.", false)]
    [InlineData(null, false)]
    public void A_broken_invariant_is_told_from_a_run_that_went_well(string? note, bool isBroken) => JobWords.IsBroken(note).ShouldBe(isBroken);
}
