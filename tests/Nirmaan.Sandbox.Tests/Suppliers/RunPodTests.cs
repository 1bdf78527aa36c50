using System.Net;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

/// <summary>RunPod's REST interface v2 as its published contract words it.</summary>
public sealed class RunPodTests
{
    private const string Availability = "/catalog/gpus?include=AVAILABILITY&product=POD";

    [Fact]
    public async Task A_pod_is_placed_starts_runs_and_is_gone_when_deleted()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new RunPodTenant(sandbox);
        var created = await tenant.CreateAsync(RunPodTenant.Body(gpus: 2));
        var id = (string)created["id"]!;
        ((string)created["status"]!, (string)created["dataCenterId"]!, (decimal)created["cost"]!).ShouldBe(("PROVISIONING", "US-KS-2", 0.44m));
        created["actions"]!.AsArray().Select(a => (string)a!).ShouldBe(["stop", "terminate"]);

        await sandbox.AdvanceAsync(TimeSpan.FromSeconds(30));
        ((string)(await tenant.GetAsync(id))["status"]!).ShouldBe("STARTING");
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        var running = await tenant.GetAsync(id);
        ((string)running["status"]!).ShouldBe("RUNNING");
        running["runtime"]!["gpus"]!.AsArray().Count.ShouldBe(2);
        (await sandbox.SendAsync(HttpMethod.Get, $"/runpod/proxy/{id}/8080/")).Status.ShouldBe(HttpStatusCode.OK);
        (await sandbox.SendAsync(HttpMethod.Get, $"/runpod/proxy/{id}/9090/")).Status.ShouldBe(HttpStatusCode.NotFound);

        var gone = await tenant.SendAsync(HttpMethod.Delete, $"/pods/{id}");
        (gone.Status, gone.Text).ShouldBe((HttpStatusCode.NoContent, ""));
        (await tenant.SendAsync(HttpMethod.Delete, $"/pods/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await tenant.SendAsync(HttpMethod.Get, "/pods")).Json["pods"]!.AsArray().ShouldBeEmpty();
        (await sandbox.SendAsync(HttpMethod.Get, "/sandbox/world")).Json["runpod"]!["pods"]![0]!["status"]!.GetValue<string>().ShouldBe("TERMINATED");
    }

    [Fact]
    public async Task The_catalogue_names_prices_per_gpu_and_stock_only_on_demand()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new RunPodTenant(sandbox);
        var plain = (await tenant.SendAsync(HttpMethod.Get, "/catalog/gpus")).Json["gpus"]!.AsArray().Single(g => (string)g!["id"]! == "NVIDIA RTX A6000")!.AsObject();
        plain.Select(p => p.Key).ShouldBe(["id", "name", "pool", "manufacturer", "memory", "secure", "community", "price", "maxCount"]);
        var full = (await tenant.SendAsync(HttpMethod.Get, Availability + "&count=8&cloud=SECURE")).Json["gpus"]!.AsArray().Single(g => (string)g!["id"]! == "NVIDIA RTX A6000")!;
        ((decimal)full["price"]!["secure"]!, full["dataCenters"]!.AsArray().Count).ShouldBe((0.55m, 3));
        var none = (await tenant.SendAsync(HttpMethod.Get, Availability + "&count=8&cloud=COMMUNITY")).Json["gpus"]!.AsArray().Single(g => (string)g!["id"]! == "NVIDIA RTX A6000")!;
        ((string)none["availability"]!, none.AsObject().ContainsKey("dataCenters")).ShouldBe(("NONE", false));
    }

    [Theory]
    [InlineData("/catalog/gpus?include=AVAILABILITY", HttpStatusCode.BadRequest)]
    [InlineData("/catalog/gpus?product=POD", HttpStatusCode.BadRequest)]
    [InlineData("/catalog/gpus?count=2", HttpStatusCode.BadRequest)]
    [InlineData(Availability + "&cloud=secure", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/pods/unknown", HttpStatusCode.NotFound)]
    [InlineData("/pods/unknown/logs", HttpStatusCode.NotFound)]
    [InlineData("/billing/pods?bucketSize=fortnight", HttpStatusCode.UnprocessableEntity)]
    public async Task A_question_that_breaks_a_rule_is_answered_with_problem_details(string path, HttpStatusCode status)
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var answer = await new RunPodTenant(sandbox).SendAsync(HttpMethod.Get, path);
        (answer.Status, answer.MediaType, (int)answer.Json["status"]!).ShouldBe((status, "application/problem+json", (int)status));
    }

    public static TheoryData<string, string, HttpStatusCode> BadBodies => new()
    {
        { "name", "null", HttpStatusCode.UnprocessableEntity },
        { "image", "\"\"", HttpStatusCode.UnprocessableEntity },
        { "imageName", "\"x\"", HttpStatusCode.UnprocessableEntity },
        { "disk", "0", HttpStatusCode.UnprocessableEntity },
        { "ports", """["8080"]""", HttpStatusCode.UnprocessableEntity },
        { "env", """{"A":1}""", HttpStatusCode.UnprocessableEntity },
        { "cloud", "\"ALL\"", HttpStatusCode.UnprocessableEntity },
        { "cpu", """{"id":"cpu5c","vcpuCount":4}""", HttpStatusCode.BadRequest },
        { "gpu", """{"id":"NVIDIA RTX 9999"}""", HttpStatusCode.BadRequest },
        { "gpu", """{"id":"NVIDIA RTX A4000","count":9}""", HttpStatusCode.BadRequest },
        { "gpu", """{"id":"NVIDIA RTX A4000","minCudaVersion":"12"}""", HttpStatusCode.UnprocessableEntity },
        { "gpu", """{"id":"NVIDIA RTX A4000","minCudaVersion":"13.0"}""", HttpStatusCode.BadRequest },
        { "gpu", """{"id":"NVIDIA RTX A4000","minCudaVersion":"12.1","allowedCudaVersions":["12.8"]}""", HttpStatusCode.BadRequest },
        { "dataCenterIds", """["US-TX-3"]""", HttpStatusCode.BadRequest },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_body_that_breaks_the_contract_is_422_and_one_that_cannot_be_placed_400(string field, string value, HttpStatusCode status)
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var (tenant, body) = (new RunPodTenant(sandbox), RunPodTenant.Body());
        body[field] = JsonNode.Parse(value);
        (await tenant.SendAsync(HttpMethod.Post, "/pods", body)).Status.ShouldBe(status);
        (await tenant.SendAsync(HttpMethod.Get, "/pods")).Json["pods"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer short")]
    [InlineData("rpa_sandbox_key_0001")]
    public async Task Without_a_bearer_key_nothing_is_shown(string? header)
    {
        await using var sandbox = await TestSandbox.StartAsync();
        (await sandbox.SendAsync(HttpMethod.Get, "/runpod/v2/pods", null, header is null ? [] : [("Authorization", header)])).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Another_account_sees_nothing_of_a_pod()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var id = (string)(await new RunPodTenant(sandbox).CreateAsync())["id"]!;
        (await new RunPodTenant(sandbox, "rpa_sandbox_key_2").SendAsync(HttpMethod.Get, $"/pods/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_stopped_pod_keeps_its_disk_starts_again_and_is_billed_for_each_part()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new RunPodTenant(sandbox);
        var id = (string)(await tenant.CreateAsync())["id"]!;
        Task<Answer> ActAsync(string action) => tenant.SendAsync(HttpMethod.Post, $"/pods/{id}/action", new JsonObject { ["action"] = action });
        (await ActAsync("restart")).Status.ShouldBe(HttpStatusCode.Conflict);
        await sandbox.AdvanceAsync(TimeSpan.FromHours(1));
        var stopped = (await ActAsync("stop")).Json;
        ((string)stopped["status"]!, (decimal)stopped["cost"]!).ShouldBe(("EXITED", 0m));
        await sandbox.AdvanceAsync(TimeSpan.FromHours(73));
        (await ActAsync("start")).Status.ShouldBe(HttpStatusCode.OK);
        await sandbox.AdvanceAsync(TimeSpan.FromHours(1));
        ((string)(await tenant.GetAsync(id))["status"]!).ShouldBe("RUNNING");
        var bill = (await tenant.SendAsync(HttpMethod.Get, $"/billing/pods?podId={id}&bucketSize=day")).Json["records"]![0]!;
        ((decimal)bill["gpuAmount"]!, (decimal)bill["diskAmount"]!).ShouldBe((0.44m, 0.8m));
        ((decimal)bill["totalAmount"]!).ShouldBe(1.24m);
    }

    [Fact]
    public async Task A_list_may_lag_behind_a_create()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:RunPod:ListLag=00:00:30");
        var tenant = new RunPodTenant(sandbox);
        await tenant.CreateAsync();
        (await tenant.SendAsync(HttpMethod.Get, "/pods")).Json["pods"]!.AsArray().ShouldBeEmpty();
        await sandbox.AdvanceAsync(TimeSpan.FromSeconds(31));
        (await tenant.SendAsync(HttpMethod.Get, "/pods")).Json["pods"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_place_fills_up_and_frees_again()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new RunPodTenant(sandbox);
        var id = (string)(await tenant.CreateAsync(RunPodTenant.Body(gpus: 8)))["id"]!;
        (await tenant.SendAsync(HttpMethod.Post, "/pods", RunPodTenant.Body(gpus: 8))).Status.ShouldBe(HttpStatusCode.BadRequest);
        await tenant.SendAsync(HttpMethod.Delete, $"/pods/{id}");
        await tenant.CreateAsync(RunPodTenant.Body(gpus: 8));
    }
}
