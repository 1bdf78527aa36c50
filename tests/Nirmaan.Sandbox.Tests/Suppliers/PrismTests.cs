using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

/// <summary>Whole lifecycles in the strict profile through Prism: it answers 500 or 422 with VIOLATIONS where either side breaks the contract.</summary>
public sealed class PrismTests
{
    [Theory]
    [InlineData("published")]
    [InlineData("next")]
    public async Task A_whole_life_on_Akash_violates_nothing_of_the_published_contract(string contract)
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:Profile=strict", $"Sandbox:Akash:Contract={contract}");
        await using var prism = await Prism.StartAsync("akash-console.openapi.json", $"{sandbox.Url}/akash");

        async Task<JsonNode> CallAsync(HttpMethod method, string path, HttpStatusCode expected = HttpStatusCode.OK, object? body = null)
        {
            var answer = await sandbox.SendAsync(method, prism.Url + path, body is null ? null : JsonSerializer.Serialize(body),
                ("x-api-key", TestSandbox.AkashKey()));
            answer.Status.ShouldBe(expected, $"{method} {path}: {answer.Text}");
            return answer.Json;
        }

        foreach (var path in new[]
        {
            "/v1/providers", "/v1/gpu-prices", "/v1/gpu-models", "/v1/gpu?vendor=nvidia", "/v1/network-capacity", "/v1/auditors", "/v1/blockchain-status",
            "/v1/blocks?limit=3", "/v1/market-data/akt", "/v1/balances", "/v1/weekly-cost", "/v1/wallet-settings",
        })
        {
            await CallAsync(HttpMethod.Get, path);
        }
        var user = (await CallAsync(HttpMethod.Get, "/v1/user/me"))["data"]!["id"]!.GetValue<string>();
        var owner = (await CallAsync(HttpMethod.Get, $"/v1/wallets?userId={user}"))["data"]![0]!["address"]!.GetValue<string>();
        var unit = JsonNode.Parse("""
            {"resource":{"id":1,"cpu":{"units":{"val":"4000"}},"memory":{"quantity":{"val":"17179869184"}},"gpu":{"units":{"val":"1"},"attributes":[{"key":"vendor/nvidia/model/rtxa6000","value":"true"}]},
             "storage":[{"name":"default","quantity":{"val":"68719476736"}}]},"count":1,"price":{"denom":"uact","amount":"5000"}}
            """);
        await CallAsync(HttpMethod.Post, "/v1/bid-screening", body: new { resources = new[] { unit }, timezone = "UTC" });

        var created = (await CallAsync(HttpMethod.Post, "/v1/deployments", HttpStatusCode.Created,
            new { data = new { sdl = Sdls.Miner(), deposit = 5 } }))["data"]!;
        var (dseq, manifest) = (created["dseq"]!.GetValue<string>(), created["manifest"]!.GetValue<string>());
        await sandbox.AdvanceAsync(TimeSpan.FromSeconds(60));
        var bids = (await CallAsync(HttpMethod.Get, $"/v1/bids?dseq={dseq}"))["data"]!.AsArray();
        var provider = bids.First(b => b!["bid"]!["state"]!.GetValue<string>() == "open")!["bid"]!["id"]!["provider"]!.GetValue<string>();
        await CallAsync(HttpMethod.Get, $"/v1/bids/{dseq}");
        await CallAsync(HttpMethod.Get, $"/v1/providers/{provider}");
        await CallAsync(HttpMethod.Post, "/v1/leases", body: new { manifest, leases = new[] { new { dseq, gseq = 1, oseq = 1, provider } } });
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(4));
        (await CallAsync(HttpMethod.Get, $"/v1/deployments/{dseq}"))["data"]!["leases"]![0]!["status"]!["services"]!["miner"]!["available"]!.GetValue<int>()
            .ShouldBe(1);
        await CallAsync(HttpMethod.Get, "/v1/deployments?skip=0&limit=100");
        await CallAsync(HttpMethod.Post, "/v1/deposit-deployment", body: new { data = new { dseq, deposit = 2.5 } });
        await CallAsync(HttpMethod.Post, "/v2/deployment-settings", HttpStatusCode.Created, new { data = new { dseq, autoTopUpEnabled = true } });
        await CallAsync(HttpMethod.Get, $"/v2/deployment-settings/{dseq}");
        await CallAsync(HttpMethod.Patch, $"/v2/deployment-settings/{dseq}", body: new { data = new { autoTopUpEnabled = true } });
        await CallAsync(HttpMethod.Post, "/v1/create-jwt-token", HttpStatusCode.Created,
            new { data = new { ttl = 1800, leases = new { access = "scoped", scope = new[] { "status", "logs", "events" } } } });
        await CallAsync(HttpMethod.Put, $"/v1/deployments/{dseq}", body: new { data = new { sdl = Sdls.Miner(image: "ghcr.io/nirmaan/miner:1.0.1") } });
        await CallAsync(HttpMethod.Get, $"/v1/deployment/{owner}/{dseq}");
        await CallAsync(HttpMethod.Delete, $"/v1/deployments/{dseq}");
        await CallAsync(HttpMethod.Get, $"/v1/deployments/{dseq}");
        await CallAsync(HttpMethod.Get, $"/v1/addresses/{owner}/deployments/0/100?status=closed");
        (await CallAsync(HttpMethod.Get, $"/v1/leases-duration/{owner}"))["leaseCount"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task A_whole_life_on_io_net_violates_nothing_of_its_specification()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:Profile=strict");
        await using var prism = await Prism.StartAsync("ionet-enterprise.openapi.json", $"{sandbox.Url}/ionet");

        async Task<JsonNode> CallAsync(HttpMethod method, string path, JsonNode? body = null)
        {
            var answer = await sandbox.SendAsync(method, $"{prism.Url}/enterprise/v1/io-cloud/caas{path}", body?.ToJsonString(),
                ("x-api-key", "sandbox-ionet-key-1"));
            answer.Status.ShouldBe(HttpStatusCode.OK, $"{method} {path}: {answer.Text}");
            return answer.Json;
        }

        await CallAsync(HttpMethod.Get, "/hardware/max-gpus-per-container");
        await CallAsync(HttpMethod.Get, "/available-replicas?hardware_id=203&hardware_qty=8");
        await CallAsync(HttpMethod.Get, "/price?location_ids=%5B1%5D&hardware_id=203&duration_hours=4&gpus_per_container=8&replica_count=1");
        await CallAsync(HttpMethod.Get, "/node-pools");
        var id = (await CallAsync(HttpMethod.Post, "/deploy", IoNetTenant.Body(gpus: 8)))["deployment_id"]!.GetValue<string>();
        await CallAsync(HttpMethod.Get, $"/deployment/{id}");
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        await CallAsync(HttpMethod.Get, "/deployments?page=0&page_size=100&status=running");
        await CallAsync(HttpMethod.Get, $"/deployment/{id}");
        var container = (await CallAsync(HttpMethod.Get,
            $"/deployment/{id}/containers?page=0&page_size=100"))["data"]!["workers"]![0]!["container_id"]!.GetValue<string>();
        await CallAsync(HttpMethod.Get, $"/deployment/{id}/containers-jobs/{container}");
        await CallAsync(HttpMethod.Patch, $"/deployment/{id}", new JsonObject { ["image_url"] = "ghcr.io/nirmaan/miner:1.0.1" });
        await CallAsync(HttpMethod.Post, $"/deployment/{id}/extend", new JsonObject { ["duration_hours"] = 2 });
        await CallAsync(HttpMethod.Delete, $"/deployment/{id}");
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(2));
        await CallAsync(HttpMethod.Get, $"/deployment/{id}");
    }

    [Fact]
    public async Task A_whole_life_of_a_vm_on_io_net_violates_nothing_of_its_specification()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:Profile=strict");
        await using var prism = await Prism.StartAsync("ionet-enterprise.openapi.json", $"{sandbox.Url}/ionet");

        async Task<JsonNode> CallAsync(HttpMethod method, string path, JsonNode? body = null)
        {
            var answer = await sandbox.SendAsync(method, $"{prism.Url}/enterprise/v1/io-cloud/vmaas{path}", body?.ToJsonString(), ("x-api-key", "sandbox-ionet-key-1"));
            answer.Status.ShouldBe(HttpStatusCode.OK, $"{method} {path}: {answer.Text}");
            return answer.Json;
        }

        await CallAsync(HttpMethod.Get, "/hardware/max-gpus-per-vm");
        await CallAsync(HttpMethod.Get, "/available-vms?hardware_id=203&hardware_qty=8");
        await CallAsync(HttpMethod.Get, "/price?location_ids=%5B1%5D&hardware_id=203&currency=usdc&duration_hours=4&gpus_per_vm=8&replica_count=1");
        var id = (await CallAsync(HttpMethod.Post, "/deploy", IoNetVmTests.Body(gpus: 8)))["deployment_id"]!.GetValue<string>();
        await CallAsync(HttpMethod.Get, $"/deployment/{id}");
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        await CallAsync(HttpMethod.Get, "/deployments?page=0&page_size=100&status=running");
        await CallAsync(HttpMethod.Get, $"/deployment/{id}");
        var vm = (await CallAsync(HttpMethod.Get, $"/deployment/{id}/vms?page=0&page_size=100"))["data"]!["workers"]![0]!;
        vm["status"]!.GetValue<string>().ShouldBe("running");
        await CallAsync(HttpMethod.Get, $"/deployment/{id}/vms-jobs/{vm["vm_id"]}");
        await CallAsync(HttpMethod.Post, $"/deployment/{id}/extend", new JsonObject { ["duration_hours"] = 2 });
        await CallAsync(HttpMethod.Delete, $"/deployment/{id}");
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(2));
        await CallAsync(HttpMethod.Get, $"/deployment/{id}");
    }

    [Fact]
    public async Task Prism_would_have_told()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:Profile=normal");
        await using var prism = await Prism.StartAsync("akash-console.openapi.json", $"{sandbox.Url}/akash");
        var tenant = new AkashTenant(sandbox);
        var (dseq, _) = await tenant.RentAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(1));
        var answer = await sandbox.SendAsync(HttpMethod.Get, $"{prism.Url}/v1/deployments/{dseq}", null, ("x-api-key", TestSandbox.AkashKey()));
        answer.Status.ShouldBe(HttpStatusCode.InternalServerError, "null maps are real and violate the contract");
        answer.Text.ShouldContain("VIOLATIONS");
    }
}
