using System.Globalization;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class ReleasesTests
{
    private const string List = "/releases/repos/makers/miner/releases";

    [Fact]
    public async Task A_repository_lists_its_newest_releases_first_and_none_of_the_future()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var times = (await world.GetAsync(List)).AsArray().Select(r => DateTimeOffset.Parse(r!["published_at"]!.GetValue<string>(), CultureInfo.InvariantCulture)).ToList();
        times.Count.ShouldBeInRange(1, 5);
        times.ShouldBe(times.OrderDescending());
        times[0].ShouldBeLessThanOrEqualTo(NetworksWorld.Start);
        times[0].ShouldBeGreaterThan(NetworksWorld.Start.AddDays(-61));
    }

    [Fact]
    public async Task It_says_that_it_is_simulated_and_stays_the_same_when_asked_again()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var first = (await world.GetAsync(List)).ToJsonString();
        first.ShouldContain("(simulated)");
        (await world.GetAsync(List)).ToJsonString().ShouldBe(first);
        (await world.GetAsync("/releases/repos/makers/other/releases")).ToJsonString().ShouldNotBe(first);
    }
}
