using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Uptime;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class OptionsTests
{
    private static T Read<T>(string key, string value) where T : class
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();
        using var services = new ServiceCollection().AddUptimeRewardsAndStaking(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<T>>().Value;
    }

    [Theory]
    [InlineData("Rewards:FeeBasisPoints", "10001", "expected 0 to 10000")]
    [InlineData("Rewards:FeeBasisPoints", "-1", "expected 0 to 10000")]
    [InlineData("Rewards:PriceReach", "0", "greater than zero")]
    [InlineData("Rewards:AdjustFor", "-1", "greater than zero")]
    public void A_faulty_rewards_option_names_its_key(string key, string value, string expected) =>
        Should.Throw<OptionsValidationException>(() => Read<RewardsOptions>(key, value)).Message.ShouldSatisfyAllConditions(m => m.ShouldContain(key), m => m.ShouldContain(expected));

    [Theory]
    [InlineData("Uptime:SilentAfter", "00:00:00", "greater than zero")]
    [InlineData("Uptime:HeartbeatReach", "00:00:30", "expected at least HeartbeatEvery")]
    public void A_faulty_uptime_option_names_its_key(string key, string value, string expected) =>
        Should.Throw<OptionsValidationException>(() => Read<UptimeOptions>(key, value)).Message.ShouldSatisfyAllConditions(m => m.ShouldContain(key), m => m.ShouldContain(expected));

    [Fact]
    public void The_first_epoch_is_given_as_a_day() => Read<RewardsOptions>("Rewards:FirstEpoch", "2026-03-01").FirstEpoch.ShouldBe(new DateOnly(2026, 3, 1));

    [Fact]
    public void The_defaults_are_sound() => Read<UptimeOptions>("Uptime:CreditReach", "00:45:00").CreditReach.ShouldBe(TimeSpan.FromMinutes(45));
}
