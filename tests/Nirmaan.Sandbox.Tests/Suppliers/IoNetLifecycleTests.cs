using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class IoNetLifecycleTests
{
    [Fact]
    public async Task A_deployment_is_paid_at_once_runs_for_its_hours_and_completes()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        var price = (await tenant.SendAsync(HttpMethod.Get,
            "/price?location_ids=%5B1%5D&hardware_id=203&duration_hours=4&gpus_per_container=8&replica_count=1"))
            .Json["data"]!["total_cost_usdc"]!.GetValue<decimal>();
        var id = await tenant.DeployAsync(IoNetTenant.Body(gpus: 8));
        var asked = await tenant.GetAsync(id);
        asked["amount_paid"]!.GetValue<decimal>().ShouldBe(price);
        asked["started_at"].ShouldBeNull();
        asked.AsObject().ContainsKey("name").ShouldBeFalse();
        asked["container_config"]!["secret_env_keys"]![0]!.GetValue<string>().ShouldBe("SECRET");

        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        var running = await tenant.GetAsync(id);
        running["status"]!.GetValue<string>().ShouldBe("running");
        (running["compute_minutes_served"]!.GetValue<int>() + running["compute_minutes_remaining"]!.GetValue<int>()).ShouldBe(240);
        var worker = await tenant.WorkerAsync(id);
        worker["status"]!.GetValue<string>().ShouldBe("running");
        (await sandbox.SendAsync(HttpMethod.Get, new Uri(worker["public_url"]!.GetValue<string>()).PathAndQuery)).Status.ShouldBe(HttpStatusCode.OK);

        await sandbox.AdvanceAsync(TimeSpan.FromHours(4));
        var done = await tenant.GetAsync(id);
        done["status"]!.GetValue<string>().ShouldBe("completed");
        done["completed_percent"]!.GetValue<decimal>().ShouldBe(100);
        (await tenant.WorkerAsync(id))["public_url"].ShouldBeNull();
        (await sandbox.SendAsync(HttpMethod.Get, "/sandbox/bills")).Json["items"]!.AsArray().Single()!["chargedUsd"]!.GetValue<decimal>().ShouldBe(price);
    }

    [Fact]
    public async Task The_address_appears_only_when_the_check_on_the_traffic_port_has_passed()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        var wrongPort = IoNetTenant.Body(port: 9999);
        wrongPort["container_config"]!["env_variables"]!["AGENT_PORT"] = "8080";
        var (good, wrong, missing) = (await tenant.DeployAsync(), await tenant.DeployAsync(wrongPort),
            await tenant.DeployAsync(IoNetTenant.Body(image: "registry.invalid/miner:1")));
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await tenant.WorkerAsync(good))["public_url"].ShouldNotBeNull();
        (await tenant.WorkerAsync(wrong))["public_url"].ShouldBeNull();
        var stuck = await tenant.WorkerAsync(missing);
        stuck["public_url"].ShouldBeNull();
        stuck["container_events"]!.AsArray().Select(e => e!["message"]!.GetValue<string>())
            .ShouldContain(m => m.StartsWith("Failed to pull", StringComparison.Ordinal));

        (await tenant.SendAsync(HttpMethod.Patch, $"/deployment/{missing}", new JsonObject { ["image_url"] = "ghcr.io/nirmaan/miner:1.0.0" }))
            .Status.ShouldBe(HttpStatusCode.OK);
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(3));
        (await tenant.WorkerAsync(missing))["public_url"].ShouldNotBeNull();
        (await tenant.GetAsync(missing, $"/containers-jobs/{stuck["container_id"]}"))["total"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task A_delete_is_a_request_and_by_default_gives_nothing_back()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        var id = await tenant.DeployAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        var paid = (await tenant.GetAsync(id))["amount_paid"]!.GetValue<decimal>();
        (await tenant.SendAsync(HttpMethod.Delete, $"/deployment/{id}")).Json["status"]!.GetValue<string>().ShouldBe("termination requested");
        (await tenant.GetAsync(id))["finished_at"].ShouldBeNull();
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(1));
        var gone = await tenant.GetAsync(id);
        gone["status"]!.GetValue<string>().ShouldBe("destroyed");
        gone["amount_paid"]!.GetValue<decimal>().ShouldBe(paid);
    }

    [Fact]
    public async Task With_refunds_on_the_unused_time_after_the_first_hour_comes_back()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:IoNet:Refunds=AfterFirstHour");
        var tenant = new IoNetTenant(sandbox);
        var id = await tenant.DeployAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        var paid = (await tenant.GetAsync(id))["amount_paid"]!.GetValue<decimal>();
        await tenant.SendAsync(HttpMethod.Delete, $"/deployment/{id}");
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await tenant.GetAsync(id))["amount_paid"]!.GetValue<decimal>().ShouldBe(paid / 4, 0.000002m);
    }

    [Fact]
    public async Task Extending_charges_again_and_moves_the_end()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        var id = await tenant.DeployAsync();
        (await tenant.SendAsync(HttpMethod.Post, $"/deployment/{id}/extend", new JsonObject { ["duration_hours"] = 2 }))
            .Status.ShouldBe(HttpStatusCode.BadRequest);
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        var before = (await tenant.GetAsync(id))["amount_paid"]!.GetValue<decimal>();
        var extended = await tenant.SendAsync(HttpMethod.Post, $"/deployment/{id}/extend", new JsonObject { ["duration_hours"] = 2 });
        extended.Json["data"]!["amount_paid"]!.GetValue<decimal>().ShouldBe(before * 1.5m, 0.000005m);
        await sandbox.AdvanceAsync(TimeSpan.FromHours(5));
        (await tenant.GetAsync(id))["status"]!.GetValue<string>().ShouldBe("running");
        await sandbox.AdvanceAsync(TimeSpan.FromHours(1));
        (await tenant.GetAsync(id))["status"]!.GetValue<string>().ShouldBe("completed");
    }

    [Fact]
    public async Task A_single_dollar_in_the_entrypoint_fails_the_deployment_and_a_doubled_one_does_not()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        var (single, doubled) = (IoNetTenant.Body(), IoNetTenant.Body());
        single["container_config"]!["entrypoint"] = new JsonArray("sh", "-c", "exec $MINER");
        doubled["container_config"]!["entrypoint"] = new JsonArray("sh", "-c", "exec $$MINER");
        var (bad, good) = (await tenant.DeployAsync(single), await tenant.DeployAsync(doubled));
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await tenant.GetAsync(bad))["status"]!.GetValue<string>().ShouldBe("failed");
        (await tenant.GetAsync(good))["status"]!.GetValue<string>().ShouldBe("running");
    }

    [Fact]
    public async Task A_deployment_that_lost_its_device_fails_after_a_while()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        var id = await tenant.DeployAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        await sandbox.StrikeAsync($$"""{"kind":"lose-machine","id":"{{id}}"}""");
        var lost = await tenant.WorkerAsync(id);
        lost["status"]!.GetValue<string>().ShouldBe("failed");
        lost["public_url"].ShouldBeNull();
        (await tenant.GetAsync(id))["status"]!.GetValue<string>().ShouldBe("running");
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await tenant.GetAsync(id))["status"]!.GetValue<string>().ShouldBe("failed");
    }

    [Fact]
    public async Task A_create_that_timed_out_is_found_by_its_name()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        await sandbox.StrikeAsync("""{"target":"ionet.deploy","kind":"act-then-time-out","times":1}""");
        await Should.ThrowAsync<HttpRequestException>(() => tenant.DeployAsync());
        var rows = (await tenant.SendAsync(HttpMethod.Get, "/deployments?page=0&page_size=100")).Json["data"]!["deployments"]!.AsArray();
        rows.Single()!["name"]!.GetValue<string>().ShouldBe("nirmaan-1");
    }

    [Fact]
    public async Task The_log_is_a_stream_of_events_that_ends_with_the_deployment()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new IoNetTenant(sandbox);
        var id = await tenant.DeployAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        var container = (await tenant.WorkerAsync(id))["container_id"]!.GetValue<string>();
        await sandbox.AdvanceAsync(TimeSpan.FromHours(5));
        var log = await tenant.SendAsync(HttpMethod.Get, $"/deployment/{id}/log/{container}?stream=stderr");
        log.MediaType.ShouldBe("text/event-stream");
        log.Text.ShouldBeEmpty();
    }

    [Fact]
    public async Task Times_bear_no_zone_except_in_the_strict_profile()
    {
        await using var normal = await TestSandbox.StartAsync();
        await using var strict = await TestSandbox.StartAsync("Sandbox:Profile=strict");
        var (plain, zoned) = (new IoNetTenant(normal), new IoNetTenant(strict));
        var text = (await plain.GetAsync(await plain.DeployAsync()))["created_at"]!.GetValue<string>();
        text.ShouldBe("2026-11-15T08:00:00.000000");
        (await zoned.GetAsync(await zoned.DeployAsync()))["created_at"]!.GetValue<string>().ShouldBe(text + "Z");
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ShouldBe(TestSandbox.Start);
    }
}
