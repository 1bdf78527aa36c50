using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Nirmaan.Sandbox.Tests.Shared;

namespace Nirmaan.Sandbox.Tests.Suppliers;

public sealed class AkashMoneyTests
{
    [Fact]
    public async Task A_clients_reckoning_from_funds_rate_and_height_gives_what_was_truly_spent_and_held()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, _) = await tenant.RentAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromHours(31));

        var deployment = await tenant.GetAsync(dseq);
        var escrow = deployment["escrow_account"]!["state"]!;
        var height = (await sandbox.AkashAsync(HttpMethod.Get, "/v1/blocks?limit=1")).Json[0]!["height"]!.GetValue<long>();
        var rate = deployment["leases"]!.AsArray().Where(l => l!["state"]!.GetValue<string>() is "active" or "reclaiming")
            .Sum(l => AkashTenant.Amount(l!["price"]!));
        var unsettled = rate * (height - long.Parse(escrow["settled_at"]!.GetValue<string>(), CultureInfo.InvariantCulture));
        unsettled.ShouldBeGreaterThan(0);
        var bill = (await BillsAsync(sandbox)).Single();
        bill["chargedUsd"]!.GetValue<decimal>().ShouldBe((AkashTenant.Amount(escrow["transferred"]![0]!) + unsettled) / 1_000_000m);
        bill["heldUsd"]!.GetValue<decimal>().ShouldBe((AkashTenant.Amount(escrow["funds"]![0]!) - unsettled) / 1_000_000m);
        bill["chargedUsd"]!.GetValue<decimal>().ShouldBe(rate * 31 * 600 / 1_000_000m);
    }

    [Fact]
    public async Task The_platform_keeps_a_running_deployment_between_24_and_48_hours_of_runway()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, bid) = await tenant.RentAsync();
        Runway(await tenant.GetAsync(dseq), bid).ShouldBe(48m, 0.01m);
        for (var day = 0; day < 4; day++)
        {
            await sandbox.AdvanceAsync(TimeSpan.FromHours(17));
            (await BillsAsync(sandbox)).Single()["heldUsd"]!.GetValue<decimal>()
                .ShouldBeInRange(23 * AkashTenant.Price(bid) * 600 / 1_000_000m, 48.01m * AkashTenant.Price(bid) * 600 / 1_000_000m);
        }
    }

    [Fact]
    public async Task When_the_credit_is_gone_the_deployment_closes_for_good_and_no_more_than_the_credit_was_charged()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:Akash:CreditUsd=7");
        var tenant = new AkashTenant(sandbox);
        var (dseq, bid) = await tenant.RentAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromHours(2));
        await sandbox.AdvanceAsync(TimeSpan.FromHours(10));
        var after = await tenant.GetAsync(dseq);
        after["deployment"]!["state"]!.GetValue<string>().ShouldBe("closed");
        after["leases"]![0]!["state"]!.GetValue<string>().ShouldBe("insufficient_funds");
        after["escrow_account"]!["state"]!["state"]!.GetValue<string>().ShouldBe("overdrawn");
        AkashTenant.Amount(after["escrow_account"]!["state"]!["funds"]![0]!).ShouldBeLessThan(0);
        var charged = (await BillsAsync(sandbox)).Single()["chargedUsd"]!.GetValue<decimal>();
        var balance = (await sandbox.AkashAsync(HttpMethod.Get, "/v1/balances")).Json["data"]!["balance"]!.GetValue<decimal>();
        (charged + balance / 1_000_000m).ShouldBe(7m);
        balance.ShouldBeGreaterThanOrEqualTo(5_000_000m);
        (await sandbox.WorldAsync())["containers"]!.AsArray().ShouldAllBe(c => c!["phase"]!.GetValue<string>() == "stopped");
        _ = bid;
    }

    [Fact]
    public async Task A_create_without_credit_names_what_is_needed_and_what_is_there()
    {
        await using var sandbox = await TestSandbox.StartAsync("Sandbox:Akash:CreditUsd=0.25");
        var answer = await sandbox.AkashAsync(HttpMethod.Post, "/v1/deployments",
            new JsonObject { ["data"] = new JsonObject { ["sdl"] = Sdls.Miner() } }.ToJsonString());
        answer.Status.ShouldBe(HttpStatusCode.PaymentRequired);
        answer.Json["code"]!.GetValue<string>().ShouldBe("insufficient_balance");
        answer.Json["data"]!["availableAmountUsd"]!.GetValue<decimal>().ShouldBe(0.25m);
        (await sandbox.SendAsync(HttpMethod.Post, "/sandbox/akash/credit", $$"""{"apiKey":"{{TestSandbox.AkashKey()}}","usd":10}""")).Status.ShouldBe(HttpStatusCode.OK);
        await new AkashTenant(sandbox).CreateAsync();
    }

    [Fact]
    public async Task A_closed_lease_leaves_the_escrow_locked_until_the_owner_deletes_the_deployment()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var (dseq, _) = await tenant.RentAsync();
        await sandbox.StrikeAsync($$"""{"kind":"close-lease","id":"{{dseq}}"}""");
        await sandbox.AdvanceAsync(TimeSpan.FromDays(1));
        var left = await tenant.GetAsync(dseq);
        left["deployment"]!["state"]!.GetValue<string>().ShouldBe("active");
        left["leases"]![0]!["state"]!.GetValue<string>().ShouldBe("closed");
        var held = (await BillsAsync(sandbox)).Single()["heldUsd"]!.GetValue<decimal>();
        held.ShouldBeGreaterThan(10);
        await sandbox.AkashAsync(HttpMethod.Delete, $"/v1/deployments/{dseq}");
        (await BillsAsync(sandbox)).Single()["heldUsd"]!.GetValue<decimal>().ShouldBe(0);
    }

    [Fact]
    public async Task A_deployment_that_never_got_a_lease_is_swept_at_half_past_ten()
    {
        await using var sandbox = await TestSandbox.StartAsync();
        var tenant = new AkashTenant(sandbox);
        var created = await tenant.CreateAsync();
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(149));
        (await tenant.GetAsync(created.Dseq))["deployment"]!["state"]!.GetValue<string>().ShouldBe("active");
        await sandbox.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await tenant.GetAsync(created.Dseq))["deployment"]!["state"]!.GetValue<string>().ShouldBe("closed");
    }

    [Fact]
    public async Task Balances_come_in_millionths_or_in_dollars_as_configured()
    {
        await using var uact = await TestSandbox.StartAsync();
        await using var usd = await TestSandbox.StartAsync("Sandbox:Akash:Balances=usd");
        (await uact.AkashAsync(HttpMethod.Get, "/v1/balances")).Json["data"]!["total"]!.GetValue<decimal>().ShouldBe(25_000_000_000m);
        (await usd.AkashAsync(HttpMethod.Get, "/v1/balances")).Json["data"]!["total"]!.GetValue<decimal>().ShouldBe(25_000m);
    }

    private static decimal Runway(JsonNode deployment, JsonNode bid) =>
        AkashTenant.Amount(deployment["escrow_account"]!["state"]!["funds"]![0]!) / AkashTenant.Price(bid) / 600;

    private static async Task<IReadOnlyList<JsonNode>> BillsAsync(TestSandbox sandbox) =>
        [.. (await sandbox.SendAsync(HttpMethod.Get, "/sandbox/bills")).Json["items"]!.AsArray().Select(b => b!)];
}
