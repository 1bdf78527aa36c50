using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nirmaan.Providers.Ssh;
using Nirmaan.Testing;

namespace Nirmaan.Providers.Tests.Ssh;

public sealed class SshPriceTests
{
    private static SshOptions Of(decimal? price, string currency, SshPricePer per) => new()
    {
        Machines = [new SshMachine { Name = "hyd-1", GpuCount = 4, Price = price, Currency = currency, Per = per }], Fx = new SshFx { InrPerUsd = 88.5m, On = new DateOnly(2026, 11, 20), Source = "RBI reference rate" },
    };

    [Theory]
    [InlineData(2, "USD", SshPricePer.Hour, 0.5)]
    [InlineData(1460, "USD", SshPricePer.Month, 0.5)]
    [InlineData(129210, "INR", SshPricePer.Month, 0.5)]
    [InlineData(0, "USD", SshPricePer.Hour, 0)]
    public void A_price_becomes_dollars_per_gpu_and_hour(decimal price, string currency, SshPricePer per, decimal expected)
    {
        var options = Of(price, currency, per);
        new SshPrices(options, new ManualClock(Rig.Start)).UsdPerGpuHour(options.Machines[0]).ShouldBe(expected);
    }

    [Fact]
    public void A_price_in_rupees_shows_its_rate_with_day_and_source_and_is_unknown_when_that_is_too_old()
    {
        var (options, clock) = (Of(129210, "INR", SshPricePer.Month), new ManualClock(Rig.Start));
        var prices = new SshPrices(options, clock);
        prices.Label(options.Machines[0]).ShouldBe("hyd-1 (INR at 88.5 of 2026-11-20, RBI reference rate)");
        clock.Advance(TimeSpan.FromDays(40));
        prices.UsdPerGpuHour(options.Machines[0]).ShouldBeNull();
        prices.Label(options.Machines[0]).ShouldEndWith("too old)");
    }

    [Fact]
    public void Without_an_agreed_price_it_is_unknown_not_nothing()
    {
        var options = Of(null, "USD", SshPricePer.Hour);
        new SshPrices(options, TimeProvider.System).UsdPerGpuHour(options.Machines[0]).ShouldBeNull();
    }

    [Theory]
    [InlineData("Machines:0:Name", "two words", "Machines:0:Name 'two words' must be letters")]
    [InlineData("Machines:0:Host", "-oProxyCommand=id", "Machines:0:Host '-oProxyCommand=id' must be a name or an address.")]
    [InlineData("Machines:0:User", "root;id", "Machines:0:User 'root;id' must be letters")]
    [InlineData("Machines:0:Currency", "EUR", "Machines:0:Currency 'EUR' must be USD or INR.")]
    [InlineData("Machines:0:Currency", "INR", "Fx must name InrPerUsd, On (the day of the rate) and Source")]
    [InlineData("Machines:0:GpuCount", "0", "Machines:0:GpuCount 0 must lie between 1 and 24.")]
    [InlineData("KnownHostsFile", "/nowhere", "KnownHostsFile '/nowhere' must be a file with the machines' host keys.")]
    [InlineData("WriteTimeout", "00:00:01", "WriteTimeout 00:00:01 must not be shorter than ReadTimeout")]
    public void A_wrong_setting_stops_the_start(string key, string value, string complaint)
    {
        var known = Path.GetTempFileName();
        try
        {
            var values = new Dictionary<string, string?>
            {
                ["Enabled"] = "true", ["KnownHostsFile"] = known, ["Machines:0:Name"] = "a", ["Machines:0:Host"] = "h", ["Machines:0:User"] = "u", ["Machines:0:Gpu"] = "t4", ["Machines:0:GpuCount"] = "1", [key] = value,
            };
            using var services = new ServiceCollection().AddLogging().AddNirmaanProviders(
                new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(v => $"Providers:Ssh:{v.Key}", v => v.Value)).Build()).BuildServiceProvider();
            Should.Throw<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate()).Message.ShouldContain($"Providers:Ssh:{complaint}");
        }
        finally { File.Delete(known); }
    }

    [Fact]
    public void No_script_holds_a_single_quote()
    {
        foreach (var script in new[] { SshScripts.List, SshScripts.Logs, SshScripts.Create, SshScripts.Change, SshScripts.Close }) { script.ShouldNotContain("'"); }
    }
}
