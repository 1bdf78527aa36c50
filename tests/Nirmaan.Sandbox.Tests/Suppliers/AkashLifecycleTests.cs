using System.Net;
using System.Text.Json;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class AkashLifecycleTests
{
    [Fact]
    public async Task A_deployment_gets_bids_a_lease_a_running_container_and_its_money_back()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var created = await tenant.CreateAsync(name: "nirmaan-1");
        created.Dseq.ShouldBe(TestSandbox.Start.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
        (await tenant.BidsAsync(created.Dseq, null)).ShouldBeEmpty();

        await sandbox.AdvanceAsync(TimeSpan.FromSeconds(60));
        var bids = await tenant.BidsAsync(created.Dseq);
        bids.Count.ShouldBeGreaterThan(3);
        var best = bids.MinBy(AkashTenant.Price)!;
        best["price"]!["amount"]!.GetValue<string>().ShouldMatch(@"^\d+\.\d{18}$");
        best["resources_offer"]![0]!["resources"]!["gpu"]!["attributes"]![0]!["key"]!.GetValue<string>()
            .ShouldBe("vendor/nvidia/model/rtxa6000/ram/48Gi/interface/pcie");

        (await tenant.LeaseAsync(created.Dseq, created.Manifest, AkashTenant.Provider(best))).Status.ShouldBe(HttpStatusCode.OK);
        (await tenant.BidsAsync(created.Dseq, null)).Select(b => b["state"]!.GetValue<string>()).Distinct().Order().ShouldBe(["active", "lost"]);
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(3));
        var lease = (await tenant.GetAsync(created.Dseq))["leases"]![0]!;
        lease["state"]!.GetValue<string>().ShouldBe("active");
        lease["closed_on"]!.GetValue<string>().ShouldBe("0");
        lease["status"]!["services"]!["miner"]!["available"]!.GetValue<int>().ShouldBe(1);
        var uri = lease["status"]!["services"]!["miner"]!["uris"]![0]!.GetValue<string>();
        uri.ShouldNotContain("://");
        (await sandbox.SendAsync(HttpMethod.Get, new Uri($"http://{uri}").PathAndQuery)).Status.ShouldBe(HttpStatusCode.OK);

        (await sandbox.AkashAsync(HttpMethod.Delete, $"/v1/deployments/{created.Dseq}")).Text.ShouldBe("""{"data":{"success":true}}""");
        (await sandbox.AkashAsync(HttpMethod.Delete, $"/v1/deployments/{created.Dseq}")).Status.ShouldBe(HttpStatusCode.OK);
        var closed = await tenant.GetAsync(created.Dseq);
        closed["deployment"]!["state"]!.GetValue<string>().ShouldBe("closed");
        closed["leases"]![0]!["reason"]!.GetValue<string>().ShouldBe("lease_closed_owner");
        closed["escrow_account"]!["state"]!["state"]!.GetValue<string>().ShouldBe("closed");
        var spent = AkashTenant.Amount(closed["escrow_account"]!["state"]!["transferred"]![0]!);
        spent.ShouldBe(AkashTenant.Price(best) * 30);
        (await sandbox.AkashAsync(HttpMethod.Get, "/v1/balances")).Json["data"]!["balance"]!.GetValue<decimal>().ShouldBe(25_000_000_000m - spent);
    }

    [Fact]
    public async Task A_bid_closes_five_minutes_after_it_was_made_and_can_no_longer_be_taken()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var created = await tenant.CreateAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromSeconds(60));
        var provider = AkashTenant.Provider((await tenant.BidsAsync(created.Dseq))[0]);
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        (await tenant.BidsAsync(created.Dseq, null)).ShouldAllBe(b => b["state"]!.GetValue<string>() == "closed");
        var refused = await tenant.LeaseAsync(created.Dseq, created.Manifest, provider);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Json["message"]!.GetValue<string>().ShouldContain("no longer open");
    }

    [Fact]
    public async Task A_lease_request_sent_again_takes_nothing_new()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, bid) = await tenant.RentAsync();
        var again = await tenant.LeaseAsync(dseq, "[]", AkashTenant.Provider(bid));
        again.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        again.Json["code"]!.GetValue<string>().ShouldBe("manifest_not_delivered");
        (await tenant.GetAsync(dseq))["leases"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_global_port_the_lease_is_paid_the_manifest_refused_and_the_deployment_left_active()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var created = await tenant.CreateAsync(Sdls.Miner(expose: "[]"));
        await sandbox.AdvanceAsync(TimeSpan.FromSeconds(60));
        var refused = await tenant.LeaseAsync(created.Dseq, created.Manifest, AkashTenant.Provider((await tenant.BidsAsync(created.Dseq))[0]));
        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        refused.Json["message"]!.GetValue<string>().ShouldBe("invalid manifest: zero global services");
        (await tenant.GetAsync(created.Dseq))["leases"]![0]!["state"]!.GetValue<string>().ShouldBe("active");

        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(5));
        var after = await tenant.GetAsync(created.Dseq);
        after["leases"]![0]!["reason"]!.GetValue<string>().ShouldBe("lease_closed_reason_manifest_timeout");
        after["deployment"]!["state"]!.GetValue<string>().ShouldBe("active");
    }

    [Fact]
    public async Task A_workload_that_never_becomes_available_loses_its_lease_after_eight_minutes()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, _) = await tenant.RentAsync(Sdls.Miner(image: "ghcr.io/nirmaan/miner:missing"));
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(7.5));
        (await tenant.GetAsync(dseq))["leases"]![0]!["status"]!["services"]!["miner"]!["available"]!.GetValue<int>().ShouldBe(0);
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(1));
        var after = await tenant.GetAsync(dseq);
        after["leases"]![0]!["reason"]!.GetValue<string>().ShouldBe("lease_closed_reason_unstable");
        after["deployment"]!["state"]!.GetValue<string>().ShouldBe("active");
    }

    [Fact]
    public async Task A_lost_machine_stays_leased_until_the_providers_patience_ends()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, _) = await tenant.RentAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(30));
        await sandbox.StrikeAsync($$"""{"kind":"lose-machine","id":"akash/{{dseq}}/1/miner-0"}""");
        var lost = (await tenant.GetAsync(dseq))["leases"]![0]!;
        lost["state"]!.GetValue<string>().ShouldBe("active");
        lost["status"]!["services"]!["miner"]!["available"]!.GetValue<int>().ShouldBe(0);
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(8));
        (await tenant.GetAsync(dseq))["leases"]![0]!["state"]!.GetValue<string>().ShouldBe("closed");
    }

    [Fact]
    public async Task A_provider_that_goes_offline_has_no_status_and_goes_on_costing()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, bid) = await tenant.RentAsync();
        await sandbox.StrikeAsync($$"""{"kind":"lose-provider","id":"{{AkashTenant.Provider(bid)}}"}""");
        await sandbox.AdvanceAsync(TimeSpan.FromHours(1));
        var lease = (await tenant.GetAsync(dseq))["leases"]![0]!;
        lease["status"].ShouldBeNull();
        lease["state"]!.GetValue<string>().ShouldBe("active");
        var bill = (await sandbox.SendAsync(HttpMethod.Get, "/sandbox/bills")).Json["items"]![0]!;
        bill["chargedUsd"]!.GetValue<decimal>().ShouldBe(AkashTenant.Price(bid) * 600 / 1_000_000);
        (await sandbox.AkashAsync(HttpMethod.Get, $"/v1/providers/{AkashTenant.Provider(bid)}")).Json["isOnline"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task A_reclaimed_lease_names_its_deadline_and_ends_there()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, _) = await tenant.RentAsync();
        await sandbox.StrikeAsync($$"""{"kind":"reclaim-lease","id":"{{dseq}}"}""");
        var lease = (await tenant.GetAsync(dseq))["leases"]![0]!;
        lease["state"]!.GetValue<string>().ShouldBe("reclaiming");
        var deadline = DateTimeOffset.FromUnixTimeSeconds(long.Parse(lease["reclamation"]!["deadline"]!.GetValue<string>(),
            System.Globalization.CultureInfo.InvariantCulture));
        await sandbox.AdvanceAsync(deadline - sandbox.Now);
        (await tenant.GetAsync(dseq))["leases"]![0]!["state"]!.GetValue<string>().ShouldBe("closed");
    }

    [Fact]
    public async Task An_update_on_equal_resources_restarts_the_container_on_the_same_lease_and_other_resources_are_refused()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, _) = await tenant.RentAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(3));
        var changed = await sandbox.AkashAsync(HttpMethod.Put, $"/v1/deployments/{dseq}",
            JsonSerializer.Serialize(new { data = new { sdl = Sdls.Miner(image: "ghcr.io/nirmaan/other:2") } }));
        changed.Status.ShouldBe(HttpStatusCode.OK, changed.Text);
        (await sandbox.WorldAsync())["containers"]!.AsArray().Single()!["image"]!.GetValue<string>().ShouldBe("ghcr.io/nirmaan/other:2");
        (await tenant.GetAsync(dseq))["leases"]!.AsArray().Count.ShouldBe(1);

        var bigger = await sandbox.AkashAsync(HttpMethod.Put, $"/v1/deployments/{dseq}",
            JsonSerializer.Serialize(new { data = new { sdl = Sdls.Miner(gpus: 2) } }));
        bigger.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        bigger.Json["code"]!.GetValue<string>().ShouldBe("deployment_resources_changed");
    }

    [Fact]
    public async Task A_patch_changes_env_entries_and_is_refused_when_the_definition_moved_on()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, _) = await tenant.RentAsync(Sdls.Miner(env: [new("KEEP", "1"), new("DROP", "2"), new("NIRMAAN_OPERATION", "op-1")]));
        var version = (await tenant.GetAsync(dseq))["consoleSettings"]!["manifestVersion"]!.GetValue<string>();
        var body = new { data = new { ifManifestVersion = version,
            services = new { miner = new { env = new Dictionary<string, string?> { ["DROP"] = null, ["NIRMAAN_OPERATION"] = "op-2" } } } } };
        (await sandbox.AkashAsync(HttpMethod.Patch, $"/v1/deployments/{dseq}", JsonSerializer.Serialize(body))).Status.ShouldBe(HttpStatusCode.OK);
        (await sandbox.WorldAsync())["containers"]!.AsArray().Single()!["operation"]!.GetValue<string>().ShouldBe("op-2");
        var late = await sandbox.AkashAsync(HttpMethod.Patch, $"/v1/deployments/{dseq}", JsonSerializer.Serialize(body));
        late.Status.ShouldBe(HttpStatusCode.Conflict);
        late.Json["code"]!.GetValue<string>().ShouldBe("deployment_definition_changed");
    }

    [Fact]
    public async Task Offline_and_unaudited_providers_never_bid_nor_any_above_the_ceiling()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var created = await tenant.CreateAsync(Sdls.Miner(ceiling: 760));
        var dear = await tenant.CreateAsync(Sdls.Miner(ceiling: 1));
        var unknown = await tenant.CreateAsync(Sdls.Miner(model: "RTXA6000"));
        await sandbox.AdvanceAsync(TimeSpan.FromSeconds(90));
        var providers = (await sandbox.AkashAsync(HttpMethod.Get, "/v1/providers")).Json.AsArray().ToDictionary(p => p!["owner"]!.GetValue<string>(), p => p!);
        var bids = await tenant.BidsAsync(created.Dseq);
        bids.ShouldNotBeEmpty();
        bids.ShouldAllBe(b => AkashTenant.Price(b) <= 760 && providers[AkashTenant.Provider(b)]["isOnline"]!.GetValue<bool>()
            && providers[AkashTenant.Provider(b)]["isAudited"]!.GetValue<bool>());
        (await tenant.BidsAsync(dear.Dseq)).ShouldBeEmpty();
        (await tenant.BidsAsync(unknown.Dseq)).ShouldBeEmpty();
    }
}
