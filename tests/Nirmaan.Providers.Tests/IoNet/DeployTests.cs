using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using static Nirmaan.Providers.Tests.Strikes;

namespace Nirmaan.Providers.Tests.IoNet;

public sealed class DeployTests : IAsyncLifetime
{
    private const string Price = "GET /enterprise/v1/io-cloud/caas/price";

    private readonly IoNetDouble _stand = new();
    private Rig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await Rig.IoNetAsync(_stand.Answer);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private static RentRequest Request(string? offerKey = "203@1x1", int gpus = 1, decimal maxUsd = 0.60m, int hours = 24, string gpu = "rtx-a4000") =>
        Rig.Request(SupplierName.IoNet, gpu, gpus, offerKey, maxUsd, hours);

    private Task<Effect> CreateAsync(RentRequest? request = null) => _rig.Provider.CreateAsync(request ?? Request(), Rig.Token);

    private string Sent => _rig.Server.Requests.Single(r => r.Call == _stand.CreateCall).Body;

    [Fact]
    public async Task A_deploy_names_everything_and_nothing_more()
    {
        await CreateAsync();
        Sent.ShouldBe($$$"""
            {"resource_private_name":"{{{Rig.Name}}}","duration_hours":24,"gpus_per_container":1,"hardware_id":203,"location_ids":[1],"container_config":{"replica_count":1,"traffic_port":8080,"env_variables":{"AGENT_CONTROL_URL":"http://127.0.0.1:5280","MINER_ID_0":"0x8ba1f109551bd432803012645ac136ddd64dba72-a","NIRMAAN_OPERATION":"{{{Rig.Name}}}"},"secret_env_variables":{"AGENT_TOKEN":"token-of-the-agent-42","MINER_SECRET":"secret-of-the-miner-42"}},"registry_config":{"image_url":"ghcr.io/nirmaan/heurist-llm:1.4.2"}}
            """.Trim());
    }

    [Fact]
    public async Task Ids_of_the_newer_kind_go_out_as_text()
    {
        await using var rig = await Rig.IoNetAsync(_stand.Answer, ("LocationForm", "Iso2"));
        await rig.Provider.CreateAsync(Request("gpu_1x_a6000@USx1"), Rig.Token);
        rig.Server.Requests.Single(r => r.Call == Price).Query["location_ids"].ShouldBe("[\"US\"]");
        rig.Server.Requests.Single(r => r.Call == _stand.CreateCall).Body.ShouldContain("\"hardware_id\":\"gpu_1x_a6000\",\"location_ids\":[\"US\"]");
    }

    [Fact]
    public async Task A_location_may_go_plain_into_the_price_call()
    {
        await using var rig = await Rig.IoNetAsync(_stand.Answer, ("LocationForm", "Iso2Plain"));
        await rig.Provider.CreateAsync(Request("gpu_1x_a6000@USx1"), Rig.Token);
        rig.Server.Requests.Single(r => r.Call == Price).Query["location_ids"].ShouldBe("US");
    }

    [Fact]
    public async Task Dollar_signs_of_the_agents_command_are_doubled()
    {
        await using var rig = await Rig.IoNetAsync(_stand.Answer, ("AgentCommand:0", "/agent"), ("AgentCommand:1", "$HOME"));
        await rig.Provider.CreateAsync(Request(), Rig.Token);
        rig.Server.Requests.Single(r => r.Call == _stand.CreateCall).Body.ShouldContain("\"entrypoint\":[\"/agent\",\"$$HOME\"]");
    }

    [Fact]
    public async Task The_total_is_fixed_before_the_deploy_and_reported_as_paid()
    {
        (await CreateAsync()).ShouldBeOfType<Effect.Done>().UsdPaid.ShouldBe(4.8m);
        var asked = _rig.Server.Requests.First();
        (asked.Call, asked.Query["location_ids"], asked.Query["hardware_id"], asked.Query["duration_hours"], asked.Query["gpus_per_container"], asked.Query["replica_count"]).ShouldBe((Price, "[1]", "203", "24", "1", "1"));
    }

    [Fact]
    public async Task A_total_above_the_ceiling_is_refused_before_anything_is_paid()
    {
        (await CreateAsync(Request(maxUsd: 0.1999m))).ShouldBe(new Effect.Refused("price", "0.2 USD per GPU-hour with fees is above the ceiling of 0.1999", RetryElsewhere: true));
        _stand.Machines.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_total_that_is_no_price_is_unknown(decimal total)
    {
        _stand.Price = IoNetDouble.Total(total);
        (await CreateAsync()).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("price-unknown");
    }

    [Fact]
    public async Task An_offer_with_no_machine_left_is_refused()
    {
        _stand.Price = IoNetDouble.Total(4.8m, 0);
        (await CreateAsync()).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("no-capacity");
    }

    [Fact]
    public async Task A_price_that_cannot_be_read_means_that_nothing_was_sent()
    {
        _rig.Server.Next(Price, Say(500, ""));
        (await CreateAsync()).ShouldBeOfType<Effect.NotSent>();
        _stand.Machines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_price_refused_for_good_refuses_the_deploy()
    {
        _rig.Server.Next(Price, Say(422, """{"detail":[{"loc":["query","hardware_id"],"msg":"Input should be a valid integer","type":"int_parsing","input":"x"}]}"""));
        (await CreateAsync()).ShouldBe(new Effect.Refused("bad-request", "422 query.hardware_id: Input should be a valid integer", RetryElsewhere: false));
    }

    [Theory]
    [InlineData("""{"status":"ok","data":{"deployment_id":"d1"}}""")]
    [InlineData("""{"cluster_id":"d1"}""")]
    [InlineData("""{"data":{"id":"d1"}}""")]
    [InlineData("""{"status":"ok","deployment_id":"d1","id":"other"}""")]
    public async Task The_id_is_taken_from_wherever_it_stands(string answer)
    {
        _rig.Server.Next(_stand.CreateCall, Say(200, answer));
        (await CreateAsync()).ShouldBeOfType<Effect.Done>().ExternalId.ShouldBe("d1");
    }

    [Theory]
    [InlineData("""{"detail":"Something went wrong"}""")]
    [InlineData("""{"status":"payment_required","payment":{"url":"x"}}""")]
    [InlineData("""{"deployment_id":"d1","detail":[{"msg":"no"}]}""")]
    public async Task A_good_status_with_an_error_in_it_is_uncertain(string answer)
    {
        _rig.Server.Next(_stand.CreateCall, Say(200, answer));
        (await CreateAsync()).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("bad-answer");
    }

    [Theory]
    [InlineData(400, """{"detail":"Not enough capacity in this location"}""", "no-capacity", true)]
    [InlineData(400, """{"detail":"Insufficient credits"}""", "no-funds", true)]
    [InlineData(409, "\"Hardware is not available\"", "no-capacity", true)]
    [InlineData(403, """{"detail":"Deployment quota exceeded for this account"}""", "quota", true)]
    [InlineData(400, """{"detail":"Maximum number of running deployments reached"}""", "quota", true)]
    [InlineData(422, """{"detail":[{"loc":["body","x"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}]}""", "bad-request", false)]
    public async Task A_refusal_is_understood_in_each_form(int status, string body, string code, bool elsewhere)
    {
        _rig.Server.Next(_stand.CreateCall, Say(status, body));
        var refused = (await CreateAsync()).ShouldBeOfType<Effect.Refused>();
        (refused.Code, refused.RetryElsewhere).ShouldBe((code, elsewhere));
    }

    [Fact]
    public async Task Without_a_named_offer_the_cheapest_that_fits_is_taken()
    {
        _stand.Catalogue = """{"data":{"hardware":[{"id":"a","deploy_id":203,"name":"RTX A4000","num_cards":1,"price":0.18,"vram_per_card":16},{"id":"b","deploy_id":204,"name":"RTX A6000","num_cards":1,"price":0.01}]}}""";
        _stand.Replicas["203x1"] = new[] { new { id = 7, iso2 = "FI", name = "Finland", available_replicas = 0 }, new { id = 8, iso2 = "US", name = "United States", available_replicas = 2 } };
        _stand.Replicas["204x1"] = new[] { new { id = 7, iso2 = "FI", name = "Finland", available_replicas = 5 } };
        (await CreateAsync(Request(offerKey: null))).ShouldBeOfType<Effect.Done>();
        Sent.ShouldContain("\"hardware_id\":203,\"location_ids\":[8]");
    }

    [Fact]
    public async Task Without_any_offer_that_fits_there_is_no_capacity() =>
        (await CreateAsync(Request(offerKey: null))).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("no-capacity");

    [Theory]
    [InlineData("203", 1, 24, "expected hardware@locationxgpus")]
    [InlineData("203@1x0", 1, 24, "expected hardware@locationxgpus")]
    [InlineData("203@1x1", 2, 24, "expected what offer '203@1x1' has")]
    [InlineData("8H100.80S@FIx8", 1, 24, "expected what offer '8H100.80S@FIx8' has")]
    [InlineData("203@1x1", 1, 0, "hours: 0; expected at least 1")]
    public async Task A_wish_that_makes_no_sense_is_refused_before_anything_is_sent(string key, int gpus, int hours, string why)
    {
        (await CreateAsync(Request(key, gpus, hours: hours))).ShouldBeOfType<Effect.Refused>().Why.ShouldContain(why);
        _rig.Server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_change_is_flat_and_takes_away_the_secrets_that_the_new_work_does_not_have()
    {
        var id = ((Effect.Done)await CreateAsync()).ExternalId!;
        (await _rig.Provider.ChangeAsync(id, Request(), Rig.Token)).ShouldBe(new Effect.Done(id));
        var sent = _rig.Server.Requests.Last();
        sent.Call.ShouldBe($"PATCH /enterprise/v1/io-cloud/caas/deployment/{id}");
        using var body = JsonDocument.Parse(sent.Body);
        body.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(["env_variables", "secret_env_variables", "traffic_port", "image_url"]);
        body.RootElement.GetProperty("secret_env_variables").GetRawText().ShouldBe("""{"AGENT_TOKEN":"token-of-the-agent-42","MINER_SECRET":"secret-of-the-miner-42","OLD_SECRET":null}""");
    }

    [Fact]
    public async Task A_change_of_the_number_of_gpus_is_no_change_in_place()
    {
        var id = ((Effect.Done)await CreateAsync()).ExternalId!;
        (await _rig.Provider.ChangeAsync(id, Request(gpus: 2), Rig.Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("resources-changed");
    }

    [Fact]
    public async Task A_change_of_what_is_gone_is_refused() => (await _rig.Provider.ChangeAsync("nobody", Request(), Rig.Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("gone");

    [Fact]
    public async Task An_extension_reports_what_it_cost_by_what_was_paid_more()
    {
        var id = ((Effect.Done)await CreateAsync()).ExternalId!;
        _rig.Server.Next($"POST /enterprise/v1/io-cloud/caas/deployment/{id}/extend", Say(200, """{"data":{"id":"x","status":"running","amount_paid":7.25}}"""));
        (await _rig.Provider.ExtendAsync(id, 12, Rig.Token)).ShouldBe(new Effect.Done(id, UsdPaid: 2.45m));
        _rig.Server.Requests.Last().Body.ShouldBe("""{"duration_hours":12}""");
    }

    [Fact]
    public async Task An_extension_whose_payment_does_not_show_yet_costs_what_was_quoted()
    {
        var id = ((Effect.Done)await CreateAsync()).ExternalId!;
        _stand.Price = IoNetDouble.Total(2.5m);
        (await _rig.Provider.ExtendAsync(id, 12, Rig.Token)).ShouldBe(new Effect.Done(id, UsdPaid: 2.5m));
        _rig.Server.Requests.Last(r => r.Call == Price).Query["duration_hours"].ShouldBe("12");
    }

    [Fact]
    public async Task An_extension_is_sent_once()
    {
        var id = ((Effect.Done)await CreateAsync()).ExternalId!;
        var call = $"POST /enterprise/v1/io-cloud/caas/deployment/{id}/extend";
        _rig.Server.Next(call, ActThenDrop);
        (await _rig.Provider.ExtendAsync(id, 12, Rig.Token)).ShouldBeOfType<Effect.Uncertain>();
        _rig.Server.Count(call).ShouldBe(1);
    }

    [Theory]
    [InlineData(400, """{"detail":"Deployment is already terminated"}""")]
    [InlineData(409, "\"termination requested\"")]
    [InlineData(404, "\"not found\"")]
    public async Task Closing_what_is_ending_already_is_done(int status, string body)
    {
        var id = ((Effect.Done)await CreateAsync()).ExternalId!;
        _rig.Server.Next(_stand.CloseCall(id), Say(status, body));
        (await _rig.Provider.CloseAsync(id, Rig.Token)).ShouldBeOfType<Effect.Done>();
    }

    [Fact]
    public async Task A_key_reads_no_balance_and_says_why()
    {
        var balance = await _rig.Provider.ReadBalanceAsync(Rig.Token);
        balance.ShouldBe(new SupplierBalance(null, null, Rig.Start, balance.WhyUnknown));
        balance.WhyUnknown.ShouldNotBeNullOrWhiteSpace();
    }
}
