using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class AkashContractTests
{
    [Fact]
    public async Task The_newer_list_bears_names_and_finds_them_the_published_one_does_not()
    {
        await using var next = await TestSandbox.StartAsync();
        await using var published = await TestSandbox.StartAsync("Sandbox:Akash:Contract=published");
        foreach (var sandbox in new[] { next, published })
        {
            var tenant = new AkashTenant(sandbox);
            await tenant.CreateAsync(name: "nirmaan-a");
            await tenant.CreateAsync(name: "nirmaan-b");
        }
        var found = (await next.AkashAsync(HttpMethod.Get, "/v1/deployments?skip=0&limit=100&search=nirmaan-b")).Json["data"]!["deployments"]!.AsArray();
        found.Single()!["name"]!.GetValue<string>().ShouldBe("nirmaan-b");
        var rows = (await published.AkashAsync(HttpMethod.Get, "/v1/deployments?skip=0&limit=100&search=nirmaan-b")).Json["data"]!["deployments"]!.AsArray();
        rows.Count.ShouldBe(2);
        rows.ShouldAllBe(r => !r!.AsObject().ContainsKey("name"));
    }

    [Fact]
    public async Task More_is_only_told_when_skip_and_limit_were_both_sent()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        for (var i = 0; i < 3; i++) { await tenant.CreateAsync(); }
        (await sandbox.AkashAsync(HttpMethod.Get, "/v1/deployments?skip=0&limit=2")).Json["data"]!["pagination"]!.ToJsonString().ShouldBe("""{"total":3,"skip":0,"limit":2,"hasMore":true}""");
        (await sandbox.AkashAsync(HttpMethod.Get, "/v1/deployments?limit=2")).Json["data"]!["pagination"]!["hasMore"]!.GetValue<bool>().ShouldBeFalse();
        (await sandbox.AkashAsync(HttpMethod.Get, "/v1/deployments?skip=2&limit=2")).Json["data"]!["deployments"]!.AsArray().Count.ShouldBe(1);
        (await sandbox.AkashAsync(HttpMethod.Get, "/v1/deployments?skip=0&limit=101")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Each_create_makes_another_deployment_with_a_later_number()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (first, second) = (await tenant.CreateAsync(name: "same"), await tenant.CreateAsync(name: "same"));
        string.CompareOrdinal(second.Dseq, first.Dseq).ShouldBePositive();
    }

    [Theory]
    [InlineData("""{"sdl":"x"}""", "data")]
    [InlineData("""{"data":{"sdl":5}}""", "sdl")]
    [InlineData("""{"data":{}}""", "sdl")]
    [InlineData("""{"data":{"sdl":"x","deposit":"5"}}""", "deposit")]
    public async Task A_body_of_another_shape_is_a_validation_error_that_names_the_field(string body, string field)
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var answer = await sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments", body);
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Json["code"]!.GetValue<string>().ShouldBe("validation_error");
        answer.Json["data"]!.AsArray().ShouldContain(issue => issue!["path"]!.AsArray().Last()!.GetValue<string>() == field);
    }

    [Fact]
    public async Task Errors_come_in_the_consoles_envelope()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var bad = await sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments",
            JsonSerializer.Serialize(new { data = new { sdl = Sdls.Miner().Replace("count: 1", "count: 0", StringComparison.Ordinal) } }));
        bad.Status.ShouldBe(HttpStatusCode.BadRequest);
        bad.Json.AsObject().Select(p => p.Key).ShouldBe(["error", "message", "code", "type", "data"]);
        bad.Json["message"]!.GetValue<string>().ShouldStartWith("Invalid SDL: ");
        var crashed = await sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments",
            JsonSerializer.Serialize(new { data = new { sdl = Sdls.Miner().Replace("16Gi", "\"4096\"", StringComparison.Ordinal) } }));
        crashed.Status.ShouldBe(HttpStatusCode.InternalServerError);
        crashed.Json["type"]!.GetValue<string>().ShouldBe("server_error");
        (await sandbox.AkashAsync(HttpMethod.Get, "/v1/deployments/123")).Json["message"]!.GetValue<string>().ShouldBe("Deployment not found");
    }

    [Fact]
    public async Task Keys_are_checked_and_one_account_never_sees_anothers_deployments()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        (await sandbox.SendAsync(HttpMethod.Get, "/akash/v1/deployments")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await sandbox.SendAsync(HttpMethod.Get, "/akash/v1/deployments", null, ("x-api-key", "ac.sk.production." + new string('a', 64))))
            .Json["message"]!.GetValue<string>().ShouldBe("Invalid API key");
        (await sandbox.SendAsync(HttpMethod.Get, "/akash/v1/deployments", null, ("x-api-key", TestSandbox.AkashKey()), ("Authorization", "Bearer x")))
            .Status.ShouldBe(HttpStatusCode.BadRequest);
        var created = await new AkashTenant(sandbox).CreateAsync();
        (await sandbox.AkashAsync(HttpMethod.Get, $"/v1/deployments/{created.Dseq}", account: 2)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await sandbox.AkashAsync(HttpMethod.Get, "/v1/deployments", account: 2)).Json["data"]!["deployments"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Empty_maps_are_null_as_a_provider_prints_them_and_empty_in_the_strict_profile()
    {
        await using var normal = await TestSandbox.StartAsync();
        await using var strict = await TestSandbox.StartAsync("Sandbox:Profile=strict");
        foreach (var (sandbox, expected) in new[] { (normal, "null"), (strict, "{}") })
        {
            var tenant = new AkashTenant(sandbox);
            var (dseq, _) = await tenant.RentAsync();
            var status = (await tenant.GetAsync(dseq))["leases"]![0]!["status"]!.AsObject();
            status.Select(s => s.Value?.ToJsonString() ?? "null").ShouldBe([expected, expected, expected]);
        }
    }

    [Fact]
    public async Task The_stored_definition_keeps_the_environments_names_and_hides_its_values()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var created = await tenant.CreateAsync(Sdls.Miner(env: [new("WALLET", "0xabc")]));
        var stored = (await tenant.GetAsync(created.Dseq))["consoleSettings"]!["sdl"]!.GetValue<string>();
        stored.ShouldContain("WALLET=ac-secret://");
        stored.ShouldNotContain("0xabc");
    }

    [Fact]
    public async Task Screening_foretells_who_bids()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var created = await tenant.CreateAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromSeconds(90));
        var bidders = (await tenant.BidsAsync(created.Dseq)).Select(AkashTenant.Provider).Order();
        var screening = new JsonObject
        {
            ["timezone"] = "UTC",
            ["resources"] = new JsonArray(JsonNode.Parse("""
                {"resource":{"id":1,"cpu":{"units":{"val":"4000"}},"memory":{"quantity":{"val":"17179869184"}},"gpu":{"units":{"val":"1"},"attributes":[{"key":"vendor/nvidia/model/rtxa6000","value":"true"}]},
                 "storage":[{"name":"default","quantity":{"val":"68719476736"}}]},"count":1,"price":{"denom":"uact","amount":"5000"}}
                """)),
        };
        var foretold = await sandbox.SendAsync(HttpMethod.Post, "/akash/v1/bid-screening", screening.ToJsonString());
        foretold.Status.ShouldBe(HttpStatusCode.OK, foretold.Text);
        foretold.Json["providers"]!.AsArray().Select(p => p!["owner"]!.GetValue<string>()).Order().ShouldBe(bidders);
    }

    [Fact]
    public async Task The_same_seed_and_the_same_calls_give_the_same_answers()
    {
        async Task<string> PlayAsync(int seed)
        {
            await using var sandbox = await TestSandbox.StartAsync($"Sandbox:Seed={seed}", "Sandbox:Url=http://sandbox.example");
            var tenant = new AkashTenant(sandbox);
            var (dseq, _) = await tenant.RentAsync();
            await sandbox.AdvanceAsync(TimeSpan.FromHours(30));
            return (await tenant.GetAsync(dseq)).ToJsonString() + (await sandbox.AkashAsync(HttpMethod.Get, $"/v1/bids/{dseq}")).Text
                + (await sandbox.AkashAsync(HttpMethod.Get, "/v1/gpu-prices")).Text + (await sandbox.WorldAsync()).ToJsonString();
        }
        var first = await PlayAsync(3);
        (await PlayAsync(3)).ShouldBe(first);
        (await PlayAsync(4)).ShouldNotBe(first);
    }
}
