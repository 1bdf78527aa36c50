using System.Net;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class IoNetContractTests
{
    public static TheoryData<string, string, string> Misfits() => new()
    {
        { """{"resource_private_name":null}""", "resource_private_name", "string_type" },
        { """{"surprise":1}""", "surprise", "extra_forbidden" },
        { """{"gpus_per_container":9}""", "gpus_per_container", "less_than_equal" },
        { """{"hardware_id":"gpu_1x_a4000"}""", "hardware_id", "int_parsing" },
        { """{"location_ids":[1,2]}""", "location_ids", "too_long" },
        { """{"location_ids":[]}""", "location_ids", "too_short" },
        { """{"container_config":{"replica_count":1,"traffic_port":8080,"entrypoint":[]}}""", "entrypoint", "too_short" },
        { """{"container_config":{"traffic_port":8080}}""", "replica_count", "missing" },
        { """{"container_config":{"replica_count":1,"traffic_port":8080,"env_variables":{"A":1}}}""", "A", "string_type" },
        { """{"registry_config":{"image_url":"x","env":1}}""", "env", "extra_forbidden" },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public async Task A_body_that_does_not_fit_is_answered_as_a_list_of_places_and_types(string change, string field, string type)
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var body = IoNetTenant.Body();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject()) { body[name] = value?.DeepClone(); }
        var answer = await new IoNetTenant(sandbox).SendAsync(HttpMethod.Post, "/deploy", body);
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Json["detail"]!.AsArray().ShouldContain(d => d!["type"]!.GetValue<string>() == type && d["loc"]!.AsArray().Last()!.ToString() == field);
    }

    [Fact]
    public async Task The_wrapper_of_deploy_is_forbidden_in_a_patch()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        var id = await tenant.DeployAsync();
        var answer = await tenant.SendAsync(HttpMethod.Patch, $"/deployment/{id}", new JsonObject { ["container_config"] = new JsonObject() });
        answer.Json["detail"]![0]!["type"]!.GetValue<string>().ShouldBe("extra_forbidden");
    }

    [Fact]
    public async Task A_patch_replaces_the_plain_environment_and_merges_the_secret_one()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        var id = await tenant.DeployAsync();
        var patch = new JsonObject { ["env_variables"] = new JsonObject { ["OTHER"] = "2" },
            ["secret_env_variables"] = new JsonObject { ["SECRET"] = null, ["NEW"] = "n" } };
        (await tenant.SendAsync(HttpMethod.Patch, $"/deployment/{id}", patch)).Status.ShouldBe(HttpStatusCode.OK);
        var config = (await tenant.GetAsync(id))["container_config"]!;
        config["env_variables"]!.ToJsonString().ShouldBe("""{"OTHER":"2"}""");
        config["secret_env_keys"]!.ToJsonString().ShouldBe("""["NEW"]""");
    }

    [Fact]
    public async Task Pages_count_from_zero_and_the_newest_comes_first()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        List<string> ids = [];
        for (var i = 0; i < 3; i++) { ids.Add(await tenant.DeployAsync()); }
        var second = (await tenant.SendAsync(HttpMethod.Get, "/deployments?page=1&page_size=2")).Json["data"]!;
        second["total"]!.GetValue<int>().ShouldBe(3);
        second["deployments"]!.AsArray().Select(d => d!["id"]!.GetValue<string>()).ShouldBe([ids[0]]);
        (await tenant.SendAsync(HttpMethod.Get, "/deployments?status=gone")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await tenant.SendAsync(HttpMethod.Get, "/deployments?page_size=101")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Ids_may_be_text_when_so_configured()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:IoNet:Ids=Text");
        var tenant = new IoNetTenant(sandbox);
        var body = IoNetTenant.Body(gpus: 8);
        (body["hardware_id"], body["location_ids"]) = ("gpu_8x_a4000", new JsonArray("US"));
        var id = await tenant.DeployAsync(body);
        (await tenant.GetAsync(id))["hardware_id"]!.GetValue<string>().ShouldBe("gpu_8x_a4000");
        (await tenant.SendAsync(HttpMethod.Get, "/price?location_ids=US&hardware_id=gpu_1x_a4000&duration_hours=1&gpus_per_container=1&replica_count=1"))
            .Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_is_needed_for_everything_but_the_catalogue()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        (await sandbox.SendAsync(HttpMethod.Get, "/ionet/enterprise/v1/io-cloud/caas/deployments")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        var rows = (await sandbox.SendAsync(HttpMethod.Get, "/ionet/v1/io-cloud/caas/hardware")).Json["data"]!["hardware"]!.AsArray();
        var eight = rows.Single(r => r!["id"]!.GetValue<string>() == "gpu_8x_a4000__US")!;
        var one = rows.Single(r => r!["id"]!.GetValue<string>() == "gpu_1x_a4000__US")!;
        eight["price"]!.GetValue<decimal>().ShouldBe(one["price"]!.GetValue<decimal>() * 8);
        rows.ShouldContain(r => r!["num_cards"]!.GetValue<int>() == 0);
        rows.ShouldContain(r => r!["price"]!.GetValue<decimal>() == 0);
    }

    [Fact]
    public async Task The_price_holds_its_fees_and_is_for_all_replicas_and_the_whole_time()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        async Task<JsonNode> PriceAsync(int hours, int replicas) =>
            (await tenant.SendAsync(HttpMethod.Get,
                $"/price?location_ids=[1]&hardware_id=203&duration_hours={hours}&gpus_per_container=2&replica_count={replicas}")).Json["data"]!;
        var (small, big) = (await PriceAsync(1, 1), await PriceAsync(10, 3));
        var (total, fees) = (big["total_cost_usdc"]!.GetValue<decimal>(),
            big["ionet_fee"]!.GetValue<decimal>() + big["currency_conversion_fee"]!.GetValue<decimal>());
        total.ShouldBe(small["total_cost_usdc"]!.GetValue<decimal>() * 30, 0.0001m);
        fees.ShouldBe((total - fees) * 0.0225m, 0.0001m);
    }

    [Fact]
    public async Task Without_credit_or_machines_a_deployment_is_refused_in_words_and_nothing_is_charged()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:IoNet:CreditUsd=1");
        var tenant = new IoNetTenant(sandbox);
        var poor = await tenant.SendAsync(HttpMethod.Post, "/deploy", IoNetTenant.Body(gpus: 8, hours: 100));
        poor.Status.ShouldBe(HttpStatusCode.PaymentRequired);
        poor.Json["detail"]!.GetValue<string>().ShouldContain("credits");
        (await tenant.SendAsync(HttpMethod.Post, "/deploy", IoNetTenant.Body(replicas: 500))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await tenant.SendAsync(HttpMethod.Get, "/deployments")).Json["data"]!["total"]!.GetValue<int>().ShouldBe(0);
    }

    [Fact]
    public async Task One_key_never_sees_anothers_deployments()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var id = await new IoNetTenant(sandbox).DeployAsync();
        (await new IoNetTenant(sandbox, "sandbox-ionet-key-2").SendAsync(HttpMethod.Get, $"/deployment/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}
