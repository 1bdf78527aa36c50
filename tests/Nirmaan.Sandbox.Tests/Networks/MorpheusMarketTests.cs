using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Networks.Morpheus;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class MorpheusMarketTests
{
    private const string Market = "/sandbox/networks/morpheus/market";

    [Fact]
    public async Task The_lowest_bid_is_nearly_always_taken()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);

        await world.AdvanceAsync(TimeSpan.FromHours(8));

        (await OpenSecondsAsync(world)).ShouldBeGreaterThan(8 * 3600 * 85 / 100);
    }

    [Fact]
    public async Task A_bid_dearer_than_any_user_pays_is_never_taken()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Dear, MorpheusNode.Answer);

        await world.AdvanceAsync(TimeSpan.FromHours(8));

        (await world.SessionsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Rivals_of_the_same_name_stand_beside_us_and_serve_the_rest()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);

        await world.AdvanceAsync(TimeSpan.FromHours(3));

        var bids = (await world.GetAsync(Market))["bids"]!.AsArray().Where(b => b!["name"]!.GetValue<string>() == MorpheusNode.Name).ToArray();
        bids.Count(b => !b!["ours"]!.GetValue<bool>()).ShouldBeInRange(6, 10);
        bids.Where(b => !b!["ours"]!.GetValue<bool>()).Sum(b => b!["activeSessions"]!.GetValue<int>()).ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task No_provider_has_more_sessions_than_slots()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        for (var miner = 1; miner <= 4; miner++) { await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer, miner); }
        await world.PostAsync("/sandbox/networks/morpheus/demand", """{"factor":10}""");

        for (var hour = 1; hour <= 6; hour++)
        {
            await world.AdvanceAsync(TimeSpan.FromHours(hour));
            (await world.GetAsync(Market))["bids"]!.AsArray().ShouldAllBe(b => b!["activeSessions"]!.GetValue<int>() <= b["slots"]!.GetValue<int>());
        }
    }

    [Fact]
    public async Task A_users_session_lasts_five_minutes_to_an_hour_and_pays_price_times_seconds()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);
        await world.AdvanceAsync(TimeSpan.FromHours(12));

        var closed = (await world.SessionsAsync()).Where(s => Number(s!, "ClosedAt") > 0).ToArray();

        closed.ShouldNotBeEmpty();
        closed.ShouldAllBe(s => Number(s!, "EndsAt") - Number(s!, "OpenedAt") >= 300 && Number(s!, "EndsAt") - Number(s!, "OpenedAt") <= 3600);
        closed.ShouldAllBe(s => Number(s!, "ProviderWithdrawnAmount") == (Number(s!, "ClosedAt") - Number(s!, "OpenedAt")) * Number(s!, "PricePerSecond"));
    }

    [Fact]
    public async Task A_model_that_does_not_answer_loses_its_session_and_its_success()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, () => null);

        await world.AdvanceAsync(TimeSpan.FromHours(2));

        var ours = (await world.GetAsync(Market))["bids"]!.AsArray().Single(b => b!["ours"]!.GetValue<bool>())!;
        ours["endedSessions"]!.GetValue<int>().ShouldBeGreaterThan(0);
        ours["successes"]!.GetValue<int>().ShouldBe(0);
        (await OpenSecondsAsync(world)).ShouldBeLessThan(1800);
    }

    [Fact]
    public async Task A_user_who_gives_up_closes_without_a_receipt_and_todays_part_is_held_until_midnight()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, () => null);
        await world.AdvanceAsync(TimeSpan.FromHours(1));
        var session = (await world.SessionsAsync()).First(s => Number(s!, "ClosedAt") > 0)!;
        var claim = $"/morpheus/proxy/sessions/{session["Id"]}/providerClaim";
        (Number(session, "CloseoutType"), Number(session, "ProviderWithdrawnAmount")).ShouldBe((BigInteger.One, BigInteger.Zero));

        await world.AdvanceAsync(TimeSpan.FromDays(1));
        await world.PostAsync(claim, "{}", MorpheusNode.Admin);

        var after = (await world.SessionsAsync()).Single(s => s!["Id"]!.GetValue<string>() == session["Id"]!.GetValue<string>())!;
        Number(after, "ProviderWithdrawnAmount").ShouldBe((Number(session, "ClosedAt") - Number(session, "OpenedAt")) * Number(session, "PricePerSecond"));
    }

    [Fact]
    public async Task A_model_whose_server_is_down_gets_no_new_session()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        var model = await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        world.Get<IModelServers>().Down(model);
        await world.AdvanceAsync(TimeSpan.FromHours(3.5));
        var before = (await world.SessionsAsync()).Count;

        await world.AdvanceAsync(TimeSpan.FromHours(8));

        before.ShouldBeGreaterThan(0);
        (await world.SessionsAsync()).Count.ShouldBe(before);
    }

    [Fact]
    public async Task A_node_that_forgot_its_models_is_healthy_and_serves_nobody()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);
        (await world.GetAsync("/morpheus/v1/models", MorpheusNode.Admin)).AsArray().Count.ShouldBe(1);

        await world.PostAsync("/sandbox/networks/morpheus/forget-models", """{"on":true}""");
        await world.AdvanceAsync(TimeSpan.FromHours(2));

        (await world.GetAsync("/morpheus/healthcheck"))["status"]!.GetValue<string>().ShouldBe("healthy");
        (await world.GetAsync("/morpheus/v1/models", MorpheusNode.Admin)).AsArray().ShouldBeEmpty();
        (await world.SessionsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_its_user_never_closes_can_be_claimed_once_after_its_end()
    {
        await using var world = await NetworksWorld.BeginAsync(settings: ("Sandbox:Morpheus:NeverClosedShare", "1"));
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);
        await world.AdvanceAsync(TimeSpan.FromHours(3));
        var session = (await world.SessionsAsync())[0]!;
        var claimable = $"/morpheus/proxy/sessions/{session["Id"]}/providerClaimableBalance";
        var due = (Number(session, "EndsAt") - Number(session, "OpenedAt")) * Number(session, "PricePerSecond");

        (await world.GetAsync(claimable, MorpheusNode.Admin))["balance"]!.GetValue<string>().ShouldBe(due.ToString(CultureInfo.InvariantCulture));
        await world.PostAsync($"/morpheus/proxy/sessions/{session["Id"]}/providerClaim", "{}", MorpheusNode.Admin);

        (await world.GetAsync(claimable, MorpheusNode.Admin))["balance"]!.GetValue<string>().ShouldBe("0");
        Number((await world.SessionsAsync())[0]!, "ProviderWithdrawnAmount").ShouldBe(due);
    }

    [Fact]
    public async Task A_running_session_has_no_claimable_balance()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        var running = (await world.SessionsAsync()).Last(s => Number(s!, "ClosedAt") == 0)!;

        var (status, body) = await world.SendAsync(HttpMethod.Get, $"/morpheus/proxy/sessions/{running["Id"]}/providerClaimableBalance", null, MorpheusNode.Admin);

        status.ShouldBe(500);
        body.ShouldContain("session not ended or does not exist");
    }

    [Fact]
    public async Task The_same_seed_and_calls_give_the_same_sessions()
    {
        await using var one = await NetworksWorld.BeginAsync(seed: 9);
        await using var two = await NetworksWorld.BeginAsync(seed: 9);

        (await StoryAsync(one)).ShouldBe(await StoryAsync(two));
    }

    [Fact]
    public async Task A_played_model_server_serves_sessions()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        var (model, _) = await world.OfferAsync(MorpheusNode.Cheap);
        var miner = await world.StartAsync(Played.Spec("morpheus-llm", env: [("MODEL_ID", model), ("MODEL_NAME", MorpheusNode.Name)]));
        world.Get<IModelServers>().Up(model, miner.PromptAsync);

        await world.RunAsync(TimeSpan.FromHours(6), miner);

        miner.JobsDone.ShouldBeGreaterThan(100);
        (await world.SessionsAsync()).Count.ShouldBeGreaterThan(4);
    }

    private static async Task<string> StoryAsync(NetworksWorld world)
    {
        await world.RegisterAsync();
        await world.ServeAsync("90000000000000", MorpheusNode.Answer);
        await world.AdvanceAsync(TimeSpan.FromDays(2));
        return (await world.SessionsAsync()).ToJsonString() + await world.GetAsync(Market);
    }

    private static async Task<BigInteger> OpenSecondsAsync(NetworksWorld world)
    {
        var now = world.Clock.GetUtcNow().ToUnixTimeSeconds();
        return (await world.SessionsAsync()).Select(s => (Number(s!, "ClosedAt") is { IsZero: false } closed ? closed : BigInteger.Min(now, Number(s!, "EndsAt"))) - Number(s!, "OpenedAt"))
            .Aggregate(BigInteger.Zero, (sum, seconds) => sum + seconds);
    }

    private static BigInteger Number(JsonNode session, string name) => BigInteger.Parse(session[name]!.ToJsonString(), CultureInfo.InvariantCulture);
}
