using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Tests.Fleet;

public class RecoveryTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1), s_hour = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 8)]
    [InlineData(8, 60)]
    [InlineData(int.MaxValue, 60)]
    public void Each_further_loss_waits_twice_as_long_up_to_the_longest(int inARow, int minutes) =>
        new Recovery(LossCause.Gone, inARow, 5, 1, 5).BackOff(s_minute, s_hour).ShouldBe(TimeSpan.FromMinutes(minutes));

    [Theory]
    [InlineData(5, 3, null)]
    [InlineData(6, 3, "Fleet:MaxReplacements")]
    [InlineData(4, 4, "Fleet:ReplaceBudgets:Silent")]
    public void A_budget_is_spent_by_one_loss_more_than_it_allows(int inARow, int ofCause, string? setting)
    {
        var spent = new Recovery(LossCause.Silent, inARow, 5, ofCause, 3).Spent;
        if (setting is null) { spent.ShouldBeNull(); }
        else { spent.ShouldNotBeNull().ShouldContain(setting); }
    }
}
