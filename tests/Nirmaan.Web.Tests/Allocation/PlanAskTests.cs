using Nirmaan.Domain.Allocation;
using Nirmaan.Web.Components.Allocation;

namespace Nirmaan.Web.Tests.Allocation;

public sealed class PlanAskTests
{
    private static readonly Constraints s_inForce = new(
        3, DateTimeOffset.UnixEpoch, "admin", "test", 16m, 48, 0, new Dictionary<string, decimal> { ["llama"] = 2.5m, ["waifu"] = 4m }, new Dictionary<string, decimal>(), null, 0.3m, 0.2m);

    [Fact]
    public void An_untouched_page_asks_for_the_limits_in_force() =>
        new PlanAsk(null, null).Request(s_inForce).ShouldSatisfyAllConditions(r => r.BudgetUsdPerHour.ShouldBeNull(), r => r.ExposureUsdPerHour.ShouldBeNull());

    [Fact]
    public void A_dragged_cap_is_asked_for_together_with_those_that_were_not() =>
        new PlanAsk("7.5", "llama:1").Request(s_inForce).ShouldSatisfyAllConditions(
            r => r.BudgetUsdPerHour.ShouldBe(7.5m),
            r => r.ExposureUsdPerHour.ShouldBe(new Dictionary<string, decimal> { ["llama"] = 1m, ["waifu"] = 4m }, ignoreOrder: true));

    [Fact]
    public void A_cap_dragged_to_the_end_is_no_cap() => new PlanAsk(null, "llama:none").Exposure(s_inForce).Keys.ShouldBe(["waifu"]);

    [Fact]
    public void A_cap_of_nothing_is_a_cap() => new PlanAsk(null, "llama:0").Exposure(s_inForce)["llama"].ShouldBe(0m);

    [Theory]
    [InlineData("-4", null)]
    [InlineData("0", null)]
    [InlineData("1e9", null)]
    [InlineData("100001", null)]
    [InlineData("12.25", 12.25)]
    public void A_budget_that_is_no_amount_is_not_asked_for(string typed, double? budget) => new PlanAsk(typed, null).BudgetUsdPerHour.ShouldBe((decimal?)budget);

    [Theory]
    [InlineData("llama")]
    [InlineData("llama:-1")]
    [InlineData("llama:x,:,,a:b:c")]
    public void Nonsense_in_the_address_is_passed_over(string caps) => new PlanAsk(null, caps).Exposure(s_inForce).ShouldBe(s_inForce.ExposureUsdPerHour, ignoreOrder: true);

    [Fact]
    public void What_is_as_the_limits_say_leaves_the_address()
    {
        new PlanAsk(null, "llama:1").WithCap("llama", 2.5m, s_inForce).ShouldBeNull();
        new PlanAsk(null, "llama:1").WithCap("waifu", null, s_inForce).ShouldBe("llama:1,waifu:none");
        new PlanAsk(null, "llama:1,waifu:none").WithCap("llama", 2.5m, s_inForce).ShouldBe("waifu:none");
    }
}
