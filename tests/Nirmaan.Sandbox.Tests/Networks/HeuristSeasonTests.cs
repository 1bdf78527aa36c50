using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Containers;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class HeuristSeasonTests
{
    private const string Stats = "/heurist/stats?minerId=" + Played.Address;

    [Fact]
    public async Task The_stats_have_the_published_keys()
    {
        await using var world = await NetworksWorld.BeginAsync();

        (await world.GetAsync(Stats)).AsObject().Select(p => p.Key).ShouldBe(
        [
            "hardware", "status", "totalImageCount", "totalTextCount", "last24HrsImageCount", "last24HrsTextCount", "last24HrsAvailability", "totalLlamaPoints", "totalWaifuPoints",
            "s2CurrentEpochLlamaPoints", "s2CurrentEpochWaifuPoints", "s2CurrentEpochLlamaRewards", "s2CurrentEpochWaifuRewards", "s2Rewards"
        ]);
    }

    [Fact]
    public async Task The_stats_may_come_as_json_in_a_json_string()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.PostAsync("/sandbox/networks/heurist/stats-as-text", """{"on":true}""");

        var text = (await world.GetAsync(Stats)).GetValue<string>();

        JsonNode.Parse(text)!["status"]!.GetValue<string>().ShouldBe("offline");
    }

    [Fact]
    public async Task A_day_of_an_a6000_makes_points_rewards_and_availability()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.ImageMiner());

        await world.RunAsync(TimeSpan.FromHours(24), miner);

        var stats = await world.GetAsync(Stats);
        stats["totalWaifuPoints"]!.GetValue<decimal>().ShouldBeInRange(10_000, 45_000);
        stats["last24HrsImageCount"]!.GetValue<int>().ShouldBeGreaterThan(1000);
        stats["last24HrsAvailability"]!.GetValue<decimal>().ShouldBeGreaterThan(98);
        stats["hardware"]!.GetValue<string>().ShouldBe("RTX A6000");
    }

    [Fact]
    public async Task A_finished_days_reward_is_the_pools_share_by_points()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.ImageMiner());
        await world.RunAsync(TimeSpan.FromHours(12), miner);
        var network = await world.GetAsync("/heurist/network");
        await world.AdvanceAsync(TimeSpan.FromHours(12.1));

        var day = (await world.GetAsync(Stats))["s2Rewards"]!.AsArray().Single()!;

        day["daily_date"]!.GetValue<string>().ShouldBe("2030-11-20");
        var share = day["waifu_points"]!.GetValue<decimal>() / network["totalWaifuPoints"]!.GetValue<decimal>();
        share.ShouldBeGreaterThan(0);
        var ours = day["waifu_reward_tokens"]!.GetValue<decimal>();
        ours.ShouldBeGreaterThan(50);
        ours.ShouldBeLessThan(2000);
        day["llama_reward_tokens"]!.GetValue<decimal>().ShouldBe(0);
    }

    [Fact]
    public async Task The_network_earns_about_what_season_one_did_on_a_mean_day()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var before = await world.GetAsync("/heurist/network");

        await world.AdvanceAsync(TimeSpan.FromDays(7));

        var after = await world.GetAsync("/heurist/network");
        PerDay("totalLlamaPoints").ShouldBeInRange(1_900_000, 3_000_000);
        PerDay("totalWaifuPoints").ShouldBeInRange(5_500_000, 8_700_000);
        after["sandboxOnly"]!.GetValue<bool>().ShouldBeTrue();

        decimal PerDay(string key) => (after[key]!.GetValue<decimal>() - before[key]!.GetValue<decimal>()) / 7;
    }

    [Fact]
    public async Task Each_further_miner_of_ours_leaves_less_for_the_others()
    {
        await using var alone = await NetworksWorld.BeginAsync();
        await using var crowded = await NetworksWorld.BeginAsync();
        var first = await alone.StartAsync(Played.TextMiner("openhermes-mixtral-8x7b-gptq"));
        ISimulatedMiner[] many = await Task.WhenAll(Enumerable.Range(1, 100).Select(i => crowded.StartAsync(Played.TextMiner("openhermes-mixtral-8x7b-gptq", $"lease-{i}"))));

        await alone.RunAsync(TimeSpan.FromHours(6), first);
        await crowded.RunAsync(TimeSpan.FromHours(6), many);

        many[0].JobsDone.ShouldBeLessThan(first.JobsDone * 9 / 10);
    }

    [Fact]
    public async Task A_faster_card_does_more_jobs()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var slow = await world.StartAsync(Played.ImageMiner("lease-1", "rtx-3060", 12));
        var fast = await world.StartAsync(Played.ImageMiner("lease-2", "rtx-4090", 24));

        await world.RunAsync(TimeSpan.FromHours(12), slow, fast);

        fast.JobsDone.ShouldBeGreaterThan(slow.JobsDone);
    }

    [Fact]
    public async Task Counters_can_be_reset()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RunAsync(TimeSpan.FromHours(1), await world.StartAsync(Played.ImageMiner()));

        await world.PostAsync("/sandbox/networks/heurist/reset-counters", $$"""{"minerId":"{{Played.Address}}"}""");

        (await world.GetAsync(Stats))["totalWaifuPoints"]!.GetValue<decimal>().ShouldBe(0);
    }

    [Fact]
    public async Task Points_can_fall_as_after_a_slashing()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RunAsync(TimeSpan.FromHours(1), await world.StartAsync(Played.ImageMiner()));
        var before = (await world.GetAsync(Stats))["totalWaifuPoints"]!.GetValue<decimal>();

        await world.PostAsync("/sandbox/networks/heurist/points-fall", $$"""{"minerId":"{{Played.Address}}","share":0.9}""");

        (await world.GetAsync(Stats))["totalWaifuPoints"]!.GetValue<decimal>().ShouldBe(decimal.Round(before / 10, 8));
    }

    [Fact]
    public async Task A_miner_that_stops_loses_availability()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var miner = await world.StartAsync(Played.ImageMiner());
        await world.RunAsync(TimeSpan.FromHours(6), miner);

        await world.AdvanceAsync(TimeSpan.FromHours(12));

        var stats = await world.GetAsync(Stats);
        stats["last24HrsAvailability"]!.GetValue<decimal>().ShouldBeInRange(45, 55);
        stats["status"]!.GetValue<string>().ShouldBe("offline");
    }

    [Fact]
    public async Task The_same_seed_and_calls_give_the_same_season()
    {
        await using var one = await NetworksWorld.BeginAsync(seed: 5);
        await using var two = await NetworksWorld.BeginAsync(seed: 5);
        await using var other = await NetworksWorld.BeginAsync(seed: 6);

        var (a, b, c) = (await StoryAsync(one), await StoryAsync(two), await StoryAsync(other));

        a.ShouldBe(b);
        a.ShouldNotBe(c);
    }

    private static async Task<string> StoryAsync(NetworksWorld world)
    {
        var lines = await world.RunAsync(TimeSpan.FromHours(3), await world.StartAsync(Played.ImageMiner()), await world.StartAsync(Played.TextMiner("dolphin-2.9-llama3-8b", "lease-2")));
        return string.Join('\n', lines) + await world.GetAsync(Stats) + await world.GetAsync("/heurist/network");
    }
}
