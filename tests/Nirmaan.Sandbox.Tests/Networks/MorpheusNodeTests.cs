using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Tests.Networks;

public sealed class MorpheusNodeTests
{
    private const string Providers = "/morpheus/blockchain/providers";

    [Theory]
    [InlineData(null, "no basic auth provided")]
    [InlineData("admin:wrong", "invalid username or password")]
    [InlineData("nobody:x", "invalid username or password")]
    public async Task A_call_without_a_known_user_is_401_with_the_nodes_words(string? user, string error)
    {
        await using var world = await NetworksWorld.BeginAsync();

        var (status, body) = await world.SendAsync(HttpMethod.Get, Providers, null, user);

        status.ShouldBe(401);
        JsonNode.Parse(body)!["error"]!.GetValue<string>().ShouldBe(error);
    }

    [Fact]
    public async Task A_scoped_user_may_do_what_it_was_given_and_nothing_else()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.PostAsync("/morpheus/auth/users", """{"username":"control","password":"p","perms":["get_providers","create_bid"]}""", MorpheusNode.Admin);

        (await world.SendAsync(HttpMethod.Get, Providers, null, "control:p")).Status.ShouldBe(200);
        var (status, body) = await world.SendAsync(HttpMethod.Get, "/morpheus/blockchain/balance", null, "control:p");

        status.ShouldBe(403);
        body.ShouldContain("method not allowed");
    }

    [Theory]
    [InlineData("GET", "/morpheus/healthcheck")]
    [InlineData("GET", "/morpheus/auth/cookie/path")]
    public async Task Health_and_cookie_path_need_no_user(string method, string path)
    {
        await using var world = await NetworksWorld.BeginAsync();

        (await world.SendAsync(new HttpMethod(method), path)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Providers_and_bids_write_their_numbers_as_strings()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        var (_, bid) = await world.OfferAsync(MorpheusNode.Cheap);

        var provider = (await world.GetAsync(Providers, MorpheusNode.Admin))["providers"]!.AsArray().Single(p => p!["Address"]!.GetValue<string>() == MorpheusNode.Provider)!;

        provider["Stake"]!.GetValue<string>().ShouldBe("100000000000000000000");
        bid["PricePerSecond"]!.GetValue<string>().ShouldBe(MorpheusNode.Cheap);
        bid["DeletedAt"]!.GetValue<string>().ShouldBe("0");
    }

    [Fact]
    public async Task Models_and_sessions_write_bare_numbers_beyond_what_a_double_holds()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        await world.ServeAsync(MorpheusNode.Cheap, MorpheusNode.Answer);
        await world.AdvanceAsync(TimeSpan.FromHours(2));

        var session = (await world.SessionsAsync())[0]!;

        session["Stake"]!.GetValueKind().ShouldBe(JsonValueKind.Number);
        session["Stake"]!.ToJsonString().Length.ShouldBeGreaterThan(17);
        session["PricePerSecond"]!.ToJsonString().ShouldBe(MorpheusNode.Cheap);
        session.AsObject().Select(p => p.Key).ShouldBe(
        [
            "Id", "User", "Provider", "ModelAgentId", "BidID", "Stake", "PricePerSecond", "CloseoutReceipt", "CloseoutType", "ProviderWithdrawnAmount", "OpenedAt", "EndsAt", "ClosedAt"
        ]);
    }

    [Fact]
    public async Task A_models_id_is_the_hash_of_owner_and_base_id()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();

        var (id, bid) = await world.OfferAsync(MorpheusNode.Cheap, baseId: 1);

        // cast keccak of the provider's 20 bytes and the base id's 32, made with foundry's cast 1.7.1.
        id.ShouldBe("0xc389d2176cef6d8cb0726e790f3a2006e76b0ab2ed82ff61c7a80a510992f104");
        bid["Id"]!.GetValue<string>().ShouldBe("0xb2667326af1d26f94c123a30b7ba83f773af4ca2fe5611fdf4e61bc635dc0e1c");
    }

    [Theory]
    [InlineData("order=ASC", true)]
    [InlineData("order=asc", false)]
    [InlineData("order=DESC", false)]
    [InlineData("", false)]
    public async Task Only_the_exact_word_ASC_lists_the_oldest_first(string order, bool oldestFirst)
    {
        await using var world = await NetworksWorld.BeginAsync();

        var all = (await world.GetAsync($"{Providers}?{order}", MorpheusNode.Admin))["providers"]!.AsArray().Select(p => p!["Endpoint"]!.GetValue<string>()).ToArray();

        all.Length.ShouldBe(10);
        (oldestFirst ? all[0] : all[^1]).ShouldBe("basalt.morpheus.sandbox:3333");
    }

    [Theory]
    [InlineData("limit=256", 400)]
    [InlineData("limit=ten", 400)]
    [InlineData("limit=255", 200)]
    public async Task A_limit_is_one_byte(string query, int expected)
    {
        await using var world = await NetworksWorld.BeginAsync();

        (await world.SendAsync(HttpMethod.Get, $"{Providers}?{query}", null, MorpheusNode.Admin)).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task Bids_come_ten_at_a_time_unless_more_are_asked_for()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        for (var i = 1; i <= 12; i++) { await world.OfferAsync(MorpheusNode.Cheap, i); }
        var bids = $"/morpheus/blockchain/providers/{MorpheusNode.Provider}/bids/active";

        (await world.GetAsync(bids, MorpheusNode.Admin))["bids"]!.AsArray().Count.ShouldBe(10);
        (await world.GetAsync(bids + "?limit=50&offset=5", MorpheusNode.Admin))["bids"]!.AsArray().Count.ShouldBe(7);
    }

    [Fact]
    public async Task A_model_without_a_type_tag_is_refused()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();

        var (status, body) = await world.SendAsync(HttpMethod.Post, "/morpheus/blockchain/models",
            $$"""{"ipfsID":"0x{{new string('0', 64)}}","fee":0,"stake":100000000000000000,"name":"x","tags":["chat"]}""", MorpheusNode.Admin);

        status.ShouldBe(400);
        body.ShouldContain("type tag");
    }

    [Fact]
    public async Task A_missing_field_is_refused_in_gins_words()
    {
        await using var world = await NetworksWorld.BeginAsync();

        var (status, body) = await world.SendAsync(HttpMethod.Post, "/morpheus/blockchain/bids", """{"pricePerSecond":"1"}""", MorpheusNode.Admin);

        status.ShouldBe(400);
        JsonNode.Parse(body)!["error"]!.GetValue<string>().ShouldBe("Key: 'CreateBidRequest.ModelID' Error:Field validation for 'ModelID' failed on the 'required' tag");
    }

    [Theory]
    [InlineData("9999999999999")]
    [InlineData("10000000000000001")]
    public async Task A_price_outside_the_contracts_limits_is_refused(string price)
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        var (id, _) = await world.OfferAsync(MorpheusNode.Cheap);

        var (status, body) = await world.SendAsync(HttpMethod.Post, "/morpheus/blockchain/bids", $$"""{"modelID":"{{id}}","pricePerSecond":"{{price}}"}""", MorpheusNode.Admin);

        status.ShouldBe(400);
        body.ShouldContain("MarketplaceBidPricePerSecondInvalid");
    }

    [Fact]
    public async Task A_bid_without_an_allowance_is_refused()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.PostAsync(Providers, """{"stake":200000000000000000,"endpoint":"a.example:3333"}""", MorpheusNode.Admin);

        var (status, body) = await world.SendAsync(HttpMethod.Post, "/morpheus/blockchain/models",
            $$"""{"ipfsID":"0x{{new string('0', 64)}}","fee":0,"stake":"100000000000000000","name":"x","tags":["llm"]}""", MorpheusNode.Admin);

        status.ShouldBe(400);
        body.ShouldContain("insufficient allowance");
    }

    [Fact]
    public async Task Posting_again_ends_the_bid_before_and_costs_the_fee_again()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        var (id, first) = await world.OfferAsync(MorpheusNode.Cheap);
        var before = await BalanceAsync(world);

        await world.PostAsync("/morpheus/blockchain/bids", $$"""{"modelID":"{{id}}","pricePerSecond":30000000000000}""", MorpheusNode.Admin);

        (before - await BalanceAsync(world)).ShouldBe(0.3m);
        (await world.GetAsync($"/morpheus/blockchain/bids/{first["Id"]}", MorpheusNode.Admin))["bid"]!["DeletedAt"]!.GetValue<string>().ShouldNotBe("0");
    }

    [Fact]
    public async Task A_deleted_bid_is_no_longer_active_and_cannot_be_deleted_again()
    {
        await using var world = await NetworksWorld.BeginAsync();
        await world.RegisterAsync();
        var (id, bid) = await world.OfferAsync(MorpheusNode.Cheap);

        (await world.SendAsync(HttpMethod.Delete, $"/morpheus/blockchain/bids/{bid["Id"]}", null, MorpheusNode.Admin)).Status.ShouldBe(200);

        (await world.GetAsync($"/morpheus/blockchain/models/{id}/bids/active", MorpheusNode.Admin))["bids"]!.AsArray().ShouldBeEmpty();
        (await world.SendAsync(HttpMethod.Delete, $"/morpheus/blockchain/bids/{bid["Id"]}", null, MorpheusNode.Admin)).Status.ShouldBe(500);
    }

    [Fact]
    public async Task A_provider_with_too_little_stake_is_refused()
    {
        await using var world = await NetworksWorld.BeginAsync();

        (await world.SendAsync(HttpMethod.Post, Providers, """{"stake":"1","endpoint":"a.example:3333"}""", MorpheusNode.Admin)).Body.ShouldContain("ProviderStakeTooLow(1, 200000000000000000)");
    }

    [Fact]
    public async Task A_rival_can_be_pinged_at_its_registered_endpoint_only()
    {
        await using var world = await NetworksWorld.BeginAsync();
        var rival = (await world.GetAsync($"{Providers}?limit=1", MorpheusNode.Admin))["providers"]![0]!;

        var ping = await world.PostAsync("/morpheus/proxy/provider/ping", $$"""{"providerAddr":"{{rival["Address"]}}","providerUrl":"{{rival["Endpoint"]}}"}""");

        ping["ping"]!.GetValue<int>().ShouldBeGreaterThan(0);
        (await world.SendAsync(HttpMethod.Post, "/morpheus/proxy/provider/ping", $$"""{"providerAddr":"{{rival["Address"]}}","providerUrl":"elsewhere:3333"}""")).Status.ShouldBe(500);
    }

    private static async Task<decimal> BalanceAsync(NetworksWorld world) =>
        decimal.Parse((await world.GetAsync("/morpheus/blockchain/balance", MorpheusNode.Admin))["mor"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture) / 1_000_000_000_000_000_000m;
}
