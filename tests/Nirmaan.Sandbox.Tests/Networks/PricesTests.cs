using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Networks.Prices;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class PricesTests
{
    private const string Feed = "/prices/api/v3/simple/price?ids=morpheusai,heurist,akash-network&vs_currencies=usd&include_last_updated_at=true";

    [Fact]
    public async Task The_feed_quotes_each_asset_with_its_time()
    {
        await using var world = await NetworksWorld.BeginAsync();

        var quotes = (await world.GetAsync(Feed)).AsObject();

        quotes.Select(q => q.Key).ShouldBe(["morpheusai", "heurist", "akash-network"]);
        quotes["morpheusai"]!["usd"]!.GetValue<decimal>().ShouldBeInRange(0.5m, 15m);
        quotes["morpheusai"]!["last_updated_at"]!.GetValue<long>().ShouldBe(NetworksWorld.Start.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task An_asset_nobody_knows_is_left_out_without_a_word()
    {
        await using var world = await NetworksWorld.BeginAsync();

        (await world.GetAsync("/prices/api/v3/simple/price?ids=nirmaan&vs_currencies=usd")).AsObject().ShouldBeEmpty();
    }

    [Fact]
    public async Task Nrm_is_quoted_under_an_id_that_says_it_is_made_up()
    {
        await using var world = await NetworksWorld.BeginAsync();

        (await world.GetAsync("/prices/api/v3/simple/price?ids=nirmaan-simulated&vs_currencies=usd"))["nirmaan-simulated"]!["usd"]!.GetValue<decimal>().ShouldBeInRange(0.01m, 0.3m);
    }

    [Fact]
    public async Task A_stale_asset_keeps_price_and_time_until_it_recovers()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var before = (await world.GetAsync(Feed))["heurist"]!.ToJsonString();
        await world.PostAsync("/sandbox/networks/prices/stale", """{"id":"heurist"}""");
        await world.AdvanceAsync(TimeSpan.FromDays(2));

        (await world.GetAsync(Feed))["heurist"]!.ToJsonString().ShouldBe(before);
        await world.PostAsync("/sandbox/networks/prices/recover", """{"id":"heurist"}""");

        (await world.GetAsync(Feed))["heurist"]!["last_updated_at"]!.GetValue<long>().ShouldBe(NetworksWorld.Start.AddDays(2).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_feed_can_disagree_by_a_factor()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var before = (await world.GetAsync(Feed))["morpheusai"]!["usd"]!.GetValue<decimal>();

        await world.PostAsync("/sandbox/networks/prices/disagree", """{"id":"morpheusai","factor":3}""");

        (await world.GetAsync(Feed))["morpheusai"]!["usd"]!.GetValue<decimal>().ShouldBe(3 * before);
    }

    [Fact]
    public void An_hours_price_does_not_depend_on_which_hours_were_asked_for_before()
    {
        var late = NetworksWorld.Start.AddDays(5);
        var (jumping, walking) = (new PriceWalk(new Seed(3), "morpheusai", 3.1m), new PriceWalk(new Seed(3), "morpheusai", 3.1m));
        for (var time = NetworksWorld.Start; time < late; time += TimeSpan.FromHours(1)) { walking.At(time); }

        jumping.At(late).ShouldBe(walking.At(late));
        jumping.At(late).ShouldNotBe(jumping.At(late.AddHours(1)));
    }
}
