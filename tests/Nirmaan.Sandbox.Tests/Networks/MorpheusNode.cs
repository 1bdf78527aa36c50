using System.Globalization;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Networks.Morpheus;

namespace Nirmaan.Sandbox.Tests.Networks;

/// <summary>Our provider's node in a test's world: what an operator does to put a model on the market.</summary>
internal static class MorpheusNode
{
    public const string Admin = "admin:sandboxsandboxsandboxsandbox0001";
    public const string Provider = "0xa0ee7a142d267c1f36714e4a8f75612f20a79720";
    public const string Name = "Hermes-3-Llama-3.1-8B";

    /// <summary>A price in wei per second below and above every rival's.</summary>
    public const string Cheap = "20000000000000", Dear = "900000000000000";

    /// <summary>Approves, and registers the provider with 100 MOR.</summary>
    public static async Task RegisterAsync(this NetworksWorld world)
    {
        await world.PostAsync("/morpheus/blockchain/approve?spender=0x6aBE1d282f72B474E54527D93b979A4f64d3030a&amount=100000000000000000000", "", Admin);
        await world.PostAsync("/morpheus/blockchain/providers", """{"stake":"100000000000000000000","endpoint":"miner.nirmaan.example:3333"}""", Admin);
    }

    /// <summary>Registers a model of the name and bids; returns model id and bid.</summary>
    public static async Task<(string ModelId, JsonNode Bid)> OfferAsync(this NetworksWorld world, string pricePerSecond, int baseId = 1, string name = Name)
    {
        var model = await world.PostAsync("/morpheus/blockchain/models",
            $$"""{"id":"0x{{baseId.ToString("x64", CultureInfo.InvariantCulture)}}","ipfsID":"0x{{new string('0', 64)}}","fee":0,"stake":100000000000000000,"name":"{{name}}","tags":["LLM"]}""", Admin);
        var id = model["model"]!["Id"]!.GetValue<string>();
        var bid = await world.PostAsync("/morpheus/blockchain/bids", $$"""{"modelID":"{{id}}","pricePerSecond":"{{pricePerSecond}}"}""", Admin);
        return (id, bid["bid"]!);
    }

    /// <summary>Puts a model on the market with a server that answers as <paramref name="answer"/> says.</summary>
    public static async Task<string> ServeAsync(this NetworksWorld world, string pricePerSecond, Func<string?> answer, int baseId = 1, string name = Name)
    {
        var (id, _) = await world.OfferAsync(pricePerSecond, baseId, name);
        world.Get<IModelServers>().Up(id, (_, _) => Task.FromResult(answer()));
        return id;
    }

    /// <summary>A chat completion as a healthy server gives it.</summary>
    public static string? Answer() => """{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"}}]}""";

    /// <summary>Our provider's sessions, oldest first.</summary>
    public static async Task<JsonArray> SessionsAsync(this NetworksWorld world) =>
        (await world.GetAsync($"/morpheus/blockchain/sessions/provider?provider={Provider}&order=ASC&limit=255", Admin))["sessions"]!.AsArray();
}
