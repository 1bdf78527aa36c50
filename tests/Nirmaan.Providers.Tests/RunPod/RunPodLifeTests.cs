using System.Text.Json.Nodes;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Providers.RunPod;
using Nirmaan.Providers.Tests.Conformance;

namespace Nirmaan.Providers.Tests.RunPod;

/// <summary>What is RunPod's alone, against the sandbox.</summary>
public sealed class RunPodLifeTests
{
    private const string Billing = "GET /runpod/v2/billing/pods";
    private static readonly HttpSupplier s_runPod = RunPodConformance.RunPod;

    private static CancellationToken Token => Rig.Token;

    private static Task<HttpRig> StartAsync(params (string, string)[] settings) => HttpRig.StartAsync(s_runPod, settings);

    private static async Task<string> RunningAsync(HttpRig rig, RentRequest? request = null)
    {
        var created = (await rig.Provider.CreateAsync(request ?? rig.Request(), Token)).ShouldBeOfType<Effect.Done>();
        await rig.AdvanceAsync(TimeSpan.FromMinutes(20));
        (await rig.Provider.FindAsync(created.ExternalId!, Token)).ShouldNotBeNull().Status.ShouldBe(SupplierStatus.Running);
        return created.ExternalId!;
    }

    private static RentRequest With(RentRequest request, string? offerKey, int gpus = 2, decimal maxUsd = 2m, string? region = null) =>
        request with { Wish = request.Wish with { OfferKey = offerKey, GpuCount = gpus, MaxUsdPerGpuHour = maxUsd, Region = region } };

    [Fact]
    public async Task A_create_names_what_the_contract_knows_and_nothing_more()
    {
        await using var rig = await StartAsync(("AgentCommand:0", "/nirmaan-agent"), ("AgentCommand:1", "--verbose"));
        var request = rig.Request();
        request = request with { Template = request.Template with { Needs = request.Template.Needs with { InboundPorts = [8000, 8080], DiskGb = 61 } } };
        (await rig.Provider.CreateAsync(request, Token)).ShouldBeOfType<Effect.Done>();
        var body = JsonNode.Parse(rig.Strikes.Requests.Single(r => r.Call == s_runPod.Create).Body)!.AsObject();
        var env = body["env"]!.AsObject();
        (env["NIRMAAN_OPERATION"]!.GetValue<string>(), env["MINER_SECRET"]!.GetValue<string>()).ShouldBe((Rig.Name, "secret-of-the-miner-42"));
        body.Remove("env");
        body.ToJsonString().ShouldBe($$"""
            {"name":"{{Rig.Name}}","image":"ghcr.io/nirmaan/heurist-llm:1.4.2","gpu":{"id":"NVIDIA RTX A4000","count":2,"minCudaVersion":"12.1"},"cloud":"SECURE","disk":61,"ports":["8080/http","8000/tcp"],"args":"/nirmaan-agent --verbose","dataCenterIds":["US-KS-2"]}
            """);
    }

    [Fact]
    public async Task Offers_are_one_per_type_place_and_size_and_the_communitys_stand_nowhere()
    {
        await using var rig = await StartAsync(("Clouds:0", "SECURE"), ("Clouds:1", "COMMUNITY"), ("GpusPerMachine:1", "8"));
        var offers = (await rig.Provider.ListOffersAsync(Token)).Where(o => o.Gpu.Id == "rtx-a6000").ToList();
        offers.Select(o => o.Key).ShouldBe([
            "NVIDIA RTX A6000@COMMUNITY@x2", "NVIDIA RTX A6000@SECURE@CA-MTL-1x2", "NVIDIA RTX A6000@SECURE@CA-MTL-1x8", "NVIDIA RTX A6000@SECURE@US-KS-2x2",
            "NVIDIA RTX A6000@SECURE@US-KS-2x8", "NVIDIA RTX A6000@SECURE@US-TX-3x2", "NVIDIA RTX A6000@SECURE@US-TX-3x8"]);
        offers.ShouldAllBe(o => o.VramGb == 48 && o.PriceKind == PriceKind.Quoted && o.CudaMax == "12.8");
        // The list price is per GPU, whatever the size of the machine.
        offers.Where(o => o.Region is not null).Select(o => o.UsdPerGpuHour).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Without_a_named_offer_the_cheapest_place_that_fits_is_taken()
    {
        await using var rig = await StartAsync(("Clouds:0", "SECURE"), ("Clouds:1", "COMMUNITY"));
        (await rig.Provider.CreateAsync(With(rig.Request(), null), Token)).ShouldBeOfType<Effect.Done>();
        (await rig.Provider.CreateAsync(With(rig.Request("nirmaan-2"), null, region: "EU-RO-1"), Token)).ShouldBeOfType<Effect.Done>();
        (await rig.Provider.ListAsync(Token)).Select(i => (i.Name, i.Region)).ShouldBe([(Rig.Name, null), ("nirmaan-2", "EU-RO-1")], ignoreOrder: true);
    }

    [Theory]
    [InlineData("NVIDIA RTX A4000@SECURE@US-KS-2x2", 2, 0.01, "price", true)]
    [InlineData("NVIDIA RTX A4000@SECURE@US-TX-3x2", 2, 2, "no-capacity", true)]
    [InlineData("NVIDIA RTX A4000@SECURE@US-KS-2x2", 4, 2, "bad-request", false)]
    [InlineData("NVIDIA RTX A4000", 2, 2, "bad-request", false)]
    public async Task A_wish_that_no_offer_meets_is_refused_before_anything_is_sent(string key, int gpus, decimal maxUsd, string code, bool elsewhere)
    {
        await using var rig = await StartAsync();
        var refused = (await rig.Provider.CreateAsync(With(rig.Request(), key, gpus, maxUsd), Token)).ShouldBeOfType<Effect.Refused>();
        (refused.Code, refused.RetryElsewhere, rig.Creates).ShouldBe((code, elsewhere, 0));
    }

    [Theory]
    [InlineData("There are no longer any instances available with the requested specifications.", "no-capacity")]
    [InlineData("exactly one of gpu or cpu must be set", "bad-request")]
    public async Task A_400_may_mean_the_place_so_another_offer_may_do(string detail, string code)
    {
        await using var rig = await StartAsync();
        rig.Strikes.Next(s_runPod.Create, Strikes.Say(new Said(400, new JsonObject { ["title"] = "Bad Request", ["status"] = 400, ["detail"] = detail }.ToJsonString(), "application/problem+json")));
        (await rig.Provider.CreateAsync(rig.Request(), Token)).ShouldBe(new Effect.Refused(code, $"400 {detail}", RetryElsewhere: true));
    }

    [Fact]
    public async Task A_refused_body_names_each_finding()
    {
        await using var rig = await StartAsync();
        var request = rig.Request();
        request = request with { Template = request.Template with { Needs = request.Template.Needs with { CudaMin = "twelve" } } };
        (await rig.Provider.CreateAsync(request, Token)).ShouldBeOfType<Effect.Refused>().Why.ShouldStartWith("422 Request validation failed.; gpu.minCudaVersion: does not match");
    }

    [Fact]
    public async Task An_account_that_cannot_pay_an_hour_has_no_funds()
    {
        await using var rig = await StartAsync(("Sandbox:RunPod:CreditUsd", "0.2"));
        (await rig.Provider.CreateAsync(rig.Request(), Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("no-funds");
    }

    [Fact]
    public async Task Without_credit_the_pods_are_gone()
    {
        await using var rig = await StartAsync(("Sandbox:RunPod:CreditUsd", "2"));
        var id = await RunningAsync(rig);
        await rig.AdvanceAsync(TimeSpan.FromHours(12));
        (await rig.Provider.FindAsync(id, Token)).ShouldBeNull();
        (await rig.Provider.ListAsync(Token)).ShouldBeEmpty();
        (await rig.Provider.CloseAsync(id, Token)).ShouldBe(new Effect.Done(id));
    }

    [Fact]
    public async Task A_stopped_pod_is_lost_because_its_disk_costs_until_it_is_closed()
    {
        await using var rig = await StartAsync();
        var id = await RunningAsync(rig);
        await rig.SendAsync(HttpMethod.Post, $"/runpod/v2/pods/{id}/action", new { action = "stop" });
        var found = (await rig.Provider.FindAsync(id, Token)).ShouldNotBeNull();
        (found.Status, found.UsdPerGpuHour, found.Endpoint).ShouldBe((SupplierStatus.Lost, null, null));
        var stopped = (await rig.LivingAsync()).Single().ChargedUsd;
        await rig.AdvanceAsync(TimeSpan.FromHours(24));
        (await rig.LivingAsync()).Single().ChargedUsd.ShouldBe(stopped + 60 * 0.20m / 730 * 24, tolerance: 0.000001m);
        (await rig.Provider.CloseAsync(id, Token)).ShouldBeOfType<Effect.Done>();
        (await rig.LivingAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pod_whose_machine_died_is_lost_and_still_costs()
    {
        await using var rig = await StartAsync();
        var id = await RunningAsync(rig);
        await rig.HappenAsync("lose-machine", id);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(6));
        var found = (await rig.Provider.FindAsync(id, Token)).ShouldNotBeNull();
        (found.Status, found.RawState).ShouldBe((SupplierStatus.Lost, "ERROR"));
        found.UsdPerGpuHour.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_pod_that_runpod_ended_is_not_found()
    {
        await using var rig = await StartAsync();
        var id = await RunningAsync(rig);
        await rig.HappenAsync("close-lease", id);
        (await rig.Provider.FindAsync(id, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task The_agent_is_read_through_the_proxy()
    {
        await using var rig = await StartAsync();
        var id = await RunningAsync(rig);
        var endpoint = new Uri((await rig.Provider.FindAsync(id, Token)).ShouldNotBeNull().Endpoint.ShouldNotBeNull());
        (await rig.Agents.ReadTailAsync(endpoint, rig.Request().Env["AGENT_TOKEN"], 5, Token)).ShouldNotBeNull().Count.ShouldBeInRange(1, 5);
    }

    [Fact]
    public async Task Log_lines_bear_the_time_that_runpod_names()
    {
        await using var rig = await StartAsync();
        var id = await RunningAsync(rig);
        await rig.AdvanceAsync(TimeSpan.FromHours(1));
        var lines = (await rig.Provider.ReadLogTailAsync(id, 500, Token)).ShouldNotBeNull();
        lines[0].At.ShouldBeLessThan(rig.Now.AddMinutes(-50));
        lines.Select(l => l.At).ShouldBeInOrder();
        lines.ShouldAllBe(l => l.Source == LogLine.SupplierOutput);
    }

    [Fact]
    public async Task A_pod_without_a_line_has_no_log_and_one_that_is_gone_has_none_either()
    {
        await using var rig = await StartAsync(("LogReadTime", "00:00:00.3"));
        var id = ((Effect.Done)await rig.Provider.CreateAsync(rig.Request(), Token)).ExternalId!;
        (await rig.Provider.ReadLogTailAsync(id, 10, Token)).ShouldBeNull();
        (await rig.Provider.ReadLogTailAsync(rig.UnknownId, 10, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task One_read_of_the_bill_serves_all_pods_for_a_while()
    {
        await using var rig = await StartAsync();
        var first = await RunningAsync(rig);
        var second = await RunningAsync(rig, rig.Request("nirmaan-2"));
        await rig.AdvanceAsync(TimeSpan.FromMinutes(6));
        var before = rig.Count(Billing);
        foreach (var id in new[] { first, second, first }) { (await rig.Provider.FindAsync(id, Token)).ShouldNotBeNull().SpentUsd.ShouldNotBeNull().ShouldBeGreaterThan(0); }
        rig.Count(Billing).ShouldBe(before + 1);
    }

    [Fact]
    public async Task A_bill_that_cannot_be_read_leaves_the_cost_unknown_and_the_pod_in_sight()
    {
        await using var rig = await StartAsync(("QuickRetries", "0"));
        var id = await RunningAsync(rig);
        await rig.AdvanceAsync(TimeSpan.FromMinutes(6));
        await rig.FaultAsync("runpod.billing-pods", "refuse", 403);
        var found = (await rig.Provider.FindAsync(id, Token)).ShouldNotBeNull();
        (found.Status, found.SpentUsd).ShouldBe((SupplierStatus.Running, null));
    }

    [Theory]
    [InlineData("OnRestart")]
    [InlineData("AtOnce")]
    public async Task A_change_reaches_the_container_whichever_way_the_contract_is_meant(string changes)
    {
        await using var rig = await StartAsync(("Sandbox:RunPod:Changes", changes));
        var (id, request) = (await RunningAsync(rig), rig.Request());
        (await rig.Provider.ChangeAsync(id, request with { Template = request.Template with { Image = "ghcr.io/nirmaan/next:1.0.0" } }, Token)).ShouldBe(new Effect.Done(id));
        await rig.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await rig.RunsAsync(id)).ShouldBe("ghcr.io/nirmaan/next:1.0.0");
    }

    [Fact]
    public async Task A_change_whose_restart_got_lost_is_uncertain_and_done_when_repeated()
    {
        await using var rig = await StartAsync();
        var (id, request) = (await RunningAsync(rig), rig.Request());
        rig.Strikes.Next($"POST /runpod/v2/pods/{id}/action", Strikes.Say(502, "<html></html>"));
        (await rig.Provider.ChangeAsync(id, request, Token)).ShouldBeOfType<Effect.Uncertain>().Why.ShouldStartWith("changed, not restarted");
        (await rig.Provider.ChangeAsync(id, request, Token)).ShouldBe(new Effect.Done(id));
    }

    [Fact]
    public async Task A_change_of_the_number_of_gpus_is_no_change_in_place()
    {
        await using var rig = await StartAsync();
        var id = await RunningAsync(rig);
        (await rig.Provider.ChangeAsync(id, With(rig.Request(), null, gpus: 4), Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("resources-changed");
        (await rig.Provider.ChangeAsync(rig.UnknownId, rig.Request(), Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("gone");
    }

    [Fact]
    public async Task A_member_of_a_cluster_is_not_ours_to_end()
    {
        await using var rig = await StartAsync();
        rig.Strikes.Next(s_runPod.Close("abc"), Strikes.Say(409, """{"title":"Conflict","status":409,"detail":"pod belongs to a cluster"}"""));
        (await rig.Provider.CloseAsync("abc", Token)).ShouldBeOfType<Effect.Refused>().Why.ShouldBe("409 pod belongs to a cluster");
    }

    [Fact]
    public async Task Beyond_the_limit_of_a_minute_nothing_is_concluded_and_nothing_was_sent()
    {
        await using var rig = await StartAsync(("Sandbox:RunPod:CallsPerMinute", "2"), ("QuickRetries", "0"));
        await rig.Provider.ListAsync(Token);
        await rig.Provider.ListAsync(Token);
        await Should.ThrowAsync<SupplierUnavailableException>(() => rig.Provider.ListAsync(Token));
        (await rig.Provider.CloseAsync("abc", Token)).ShouldBeOfType<Effect.NotSent>().RetryAfter.ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        await rig.AdvanceAsync(TimeSpan.FromMinutes(1));
        (await rig.Provider.ListAsync(Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_read_that_waits_for_its_turn_is_not_late()
    {
        await using var rig = await StartAsync(("MaxCallsPerSecond", "1"), ("ReadTimeout", "00:00:01.2"), ("QuickRetries", "0"));
        (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => rig.Provider.ListAsync(Token)))).ShouldAllBe(list => list.Count == 0);
    }

    [Theory]
    [InlineData("PROVISIONING", SupplierStatus.Requested)]
    [InlineData("starting", SupplierStatus.Starting)]
    [InlineData("RUNNING", SupplierStatus.Running)]
    [InlineData("EXITED", SupplierStatus.Lost)]
    [InlineData("ERROR", SupplierStatus.Lost)]
    [InlineData("TERMINATED", SupplierStatus.Closed)]
    [InlineData(null, SupplierStatus.Unrecognised)]
    public void Status_words_are_read_in_any_case(string? word, SupplierStatus status) => RunPodInventory.StatusOf(word).ShouldBe(status);

    [Theory]
    [InlineData("NVIDIA GeForce RTX 4090", 24, "rtx-4090")]
    [InlineData("NVIDIA RTX A6000", 48, "rtx-a6000")]
    [InlineData("NVIDIA L40S", 48, "l40s")]
    [InlineData("NVIDIA H100 80GB HBM3", 80, "h100-sxm")]
    [InlineData("NVIDIA H100 PCIe", 80, "h100-pcie")]
    [InlineData("NVIDIA A100 80GB PCIe", 80, "a100-80gb")]
    [InlineData("NVIDIA RTX 6000 Ada Generation", 48, "rtx-6000-ada")]
    [InlineData("AMD Instinct MI300X OAM", 192, null)]
    public void Names_of_cards_become_canonical_or_stay_unknown(string id, int memory, string? expected) => (RunPodGpus.ModelOf(id, memory)?.Id).ShouldBe(expected);
}
