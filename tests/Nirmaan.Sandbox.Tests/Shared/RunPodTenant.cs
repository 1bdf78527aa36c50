using System.Net;
using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Tests.Shared;

/// <summary>The steps that every tenant of RunPod takes.</summary>
internal sealed class RunPodTenant(TestSandbox sandbox, string key = "rpa_sandbox_key_1")
{
    public Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body = null) =>
        sandbox.SendAsync(method, "/runpod/v2" + path, body?.ToJsonString(), ("Authorization", $"Bearer {key}"));

    /// <summary>The body of a pod on RTX A4000s in Kansas.</summary>
    public static JsonObject Body(int gpus = 1, string image = "ghcr.io/nirmaan/miner:1.0.0") => new()
    {
        ["name"] = "nirmaan-1", ["image"] = image, ["gpu"] = new JsonObject { ["id"] = "NVIDIA RTX A4000", ["count"] = gpus }, ["disk"] = 40,
        ["dataCenterIds"] = new JsonArray("US-KS-2"), ["env"] = new JsonObject { ["PLAIN"] = "1" }, ["ports"] = new JsonArray("8080/http"),
    };

    public async Task<JsonNode> CreateAsync(JsonObject? body = null)
    {
        var answer = await SendAsync(HttpMethod.Post, "/pods", body ?? Body());
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return answer.Json;
    }

    public async Task<JsonNode> GetAsync(string id)
    {
        var answer = await SendAsync(HttpMethod.Get, $"/pods/{id}");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }
}
