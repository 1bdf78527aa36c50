using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Tests.Shared;

/// <summary>The steps that every tenant of Akash takes, over the Console API.</summary>
internal sealed class AkashTenant(TestSandbox sandbox, int account = 1)
{
    /// <summary>A created deployment.</summary>
    public sealed record Created(string Dseq, string Manifest);

    public async Task<Created> CreateAsync(string? sdl = null, string? name = null)
    {
        var data = new JsonObject { ["sdl"] = sdl ?? Sdls.Miner(), ["deposit"] = 5 };
        if (name is not null) { data["name"] = name; }
        var answer = await sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments", new JsonObject { ["data"] = data }.ToJsonString(), account);
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return new Created(answer.Json["data"]!["dseq"]!.GetValue<string>(), answer.Json["data"]!["manifest"]!.GetValue<string>());
    }

    public async Task<IReadOnlyList<JsonNode>> BidsAsync(string dseq, string? state = "open")
    {
        var answer = await sandbox.AkashAsync(HttpMethod.Get, $"/v1/bids?dseq={dseq}", account: account);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return [.. answer.Json["data"]!.AsArray().Select(b => b!["bid"]!).Where(b => state is null || b["state"]!.GetValue<string>() == state)];
    }

    public Task<Answer> LeaseAsync(string dseq, string manifest, string provider) => sandbox.AkashAsync(HttpMethod.Post, "/v1/leases",
        JsonSerializer.Serialize(new { manifest, leases = new[] { new { dseq, gseq = 1, oseq = 1, provider } } }), account);

    public async Task<JsonNode> GetAsync(string dseq)
    {
        var answer = await sandbox.AkashAsync(HttpMethod.Get, $"/v1/deployments/{dseq}", account: account);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json["data"]!;
    }

    /// <summary>Creates, waits for bids, takes the cheapest and hands over the manifest.</summary>
    public async Task<(string Dseq, JsonNode Bid)> RentAsync(string? sdl = null, string? name = null)
    {
        var created = await CreateAsync(sdl, name);
        await sandbox.AdvanceAsync(TimeSpan.FromSeconds(60));
        var bid = (await BidsAsync(created.Dseq)).MinBy(Price)!;
        var answer = await LeaseAsync(created.Dseq, created.Manifest, Provider(bid));
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return (created.Dseq, bid);
    }

    public static string Provider(JsonNode bid) => bid["id"]!["provider"]!.GetValue<string>();

    public static decimal Price(JsonNode bid) => Amount(bid["price"]!);

    public static decimal Amount(JsonNode coin)
    {
        coin["denom"]!.GetValue<string>().ShouldBe("uact");
        return decimal.Parse(coin["amount"]!.GetValue<string>(), CultureInfo.InvariantCulture);
    }
}
