using System.Net;
using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Tests.Shared;

/// <summary>The steps that every tenant of io.net takes.</summary>
internal sealed class IoNetTenant(TestSandbox sandbox, string key = "sandbox-ionet-key-1")
{
    private const string Caas = "/ionet/enterprise/v1/io-cloud/caas";

    public Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body = null) =>
        sandbox.SendAsync(method, Caas + path, body?.ToJsonString(), ("X-API-KEY", key));

    /// <summary>The body of a deployment on RTX A4000s in the United States.</summary>
    public static JsonObject Body(int gpus = 1, int replicas = 1, int hours = 4, string image = "ghcr.io/nirmaan/miner:1.0.0", int port = 8080) => new()
    {
        ["resource_private_name"] = "nirmaan-1", ["duration_hours"] = hours, ["gpus_per_container"] = gpus, ["hardware_id"] = 203,
        ["location_ids"] = new JsonArray(1),
        ["container_config"] = new JsonObject { ["replica_count"] = replicas, ["traffic_port"] = port, ["env_variables"] = new JsonObject { ["PLAIN"] = "1" },
            ["secret_env_variables"] = new JsonObject { ["SECRET"] = "s" } },
        ["registry_config"] = new JsonObject { ["image_url"] = image },
    };

    public async Task<string> DeployAsync(JsonObject? body = null)
    {
        var answer = await SendAsync(HttpMethod.Post, "/deploy", body ?? Body());
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        answer.Json["status"]!.GetValue<string>().ShouldBe("deployment requested");
        return answer.Json["deployment_id"]!.GetValue<string>();
    }

    public async Task<JsonNode> GetAsync(string id, string what = "")
    {
        var answer = await SendAsync(HttpMethod.Get, $"/deployment/{id}{what}");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json["data"]!;
    }

    public async Task<JsonNode> WorkerAsync(string id) => (await GetAsync(id, "/containers"))["workers"]![0]!;
}
