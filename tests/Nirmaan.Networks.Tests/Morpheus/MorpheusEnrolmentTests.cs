using System.Text;
using System.Text.Json.Nodes;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Networks.Tests.Morpheus;

public sealed class MorpheusEnrolmentTests : IAsyncLifetime
{
    private Outside _outside = null!;
    private Rig _rig = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _outside = Node.Answers(await Outside.StartAsync());
        _outside.Answers("POST /blockchain/models", $$"""{"model":{{Node.Model(Node.ModelId, Node.Wallet)}}}""");
        _outside.Answers("POST /blockchain/bids", $$"""{"bid":{{Node.Bid(5, Node.Wallet, Node.ModelId, 77)}}}""");
        _outside.Answers("POST /blockchain/approve", """{"tx":"0x1"}""");
        _outside.Answers("POST /blockchain/providers", """{"provider":{}}""");
        _rig = Rig.Morpheus(_outside.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _outside.DisposeAsync();
    }

    private Task<Effect> EnrolAsync() => _rig.Network.EnrolAsync(Node.Miner, Node.ModelId, Node.TemplateOf(_rig), Cancel);

    private Seen Sent(string call) => _outside.Calls.Single(c => c.ToString() == call);

    private JsonNode Body(string call) => JsonNode.Parse(Sent(call).Body)!;

    private bool Was(string call) => _outside.Calls.Any(c => c.ToString() == call);

    [Fact]
    public void A_miners_identity_is_its_model_under_the_payout_address()
    {
        var identity = _rig.Network.IdentityOf(Node.Miner, Node.TemplateOf(_rig), Rig.Provider);
        identity.Key.ShouldBe(Node.ModelId);
        identity.Env.ShouldBe(new Dictionary<string, string> { ["MODEL_ID"] = Node.ModelId, ["MODEL_PROVIDER"] = Rig.Provider });
        Node.TemplateOf(_rig).Env["MODEL_NAME"].ShouldBe(Node.Name);
        Node.TemplateOf(_rig).Env["MODEL_PORT"].ShouldBe("8000");
    }

    [Fact]
    public async Task Enrolment_registers_the_model_and_then_bids_on_it()
    {
        var done = (await EnrolAsync()).ShouldBeOfType<Effect.Done>();
        done.ExternalId.ShouldBe(Node.Id(5));
        var model = Body("POST /blockchain/models");
        (model["name"]!.GetValue<string>(), model["tags"]!.ToJsonString(), model["stake"]!.GetValue<string>(), model["fee"]!.GetValue<string>()).ShouldBe((Node.Name, """["LLM"]""", "100000000000000000", "0"));
        model["id"]!.GetValue<string>().ShouldBe(Nirmaan.Networks.Morpheus.MorpheusIds.BaseId(Node.Miner).ToString());
        Body("POST /blockchain/bids")["modelID"]!.GetValue<string>().ShouldBe(Node.ModelId);
        _outside.Calls.Select(c => c.ToString()).Where(c => c.StartsWith("POST", StringComparison.Ordinal)).ShouldBe(["POST /blockchain/models", "POST /blockchain/bids"]);
    }

    [Fact]
    public async Task Every_call_carries_the_nodes_user()
    {
        await EnrolAsync();
        var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:sandboxsandboxsandboxsandbox0001"));
        _outside.Calls.ShouldAllBe(c => c.Authorization == basic);
    }

    [Fact]
    public async Task A_standing_bid_is_not_posted_again()
    {
        _outside.Answers($"GET /blockchain/models/{Node.ModelId}/bids/active", Node.Bids(Node.Bid(9, Node.Rival, Node.ModelId, 5), Node.Bid(5, Node.Wallet, Node.ModelId, 77)));
        (await EnrolAsync()).ShouldBe(new Effect.Done(Node.Id(5), $"bid {Node.Id(5)} at 77 wei per second"));
        _outside.Calls.ShouldNotContain(c => c.Method == "POST");
    }

    [Fact]
    public async Task A_model_that_an_earlier_try_registered_is_not_staked_for_again()
    {
        _outside.Answers("GET /blockchain/models", Node.Models(Node.Model(Node.ModelId, Node.Wallet)));
        (await EnrolAsync()).ShouldBeOfType<Effect.Done>();
        Was("POST /blockchain/models").ShouldBeFalse();
    }

    [Fact]
    public async Task A_model_that_was_taken_off_is_registered_again()
    {
        _outside.Answers("GET /blockchain/models", Node.Models(Node.Model(Node.ModelId, Node.Wallet, deleted: true)));
        (await EnrolAsync()).ShouldBeOfType<Effect.Done>();
        Was("POST /blockchain/models").ShouldBeTrue();
    }

    [Fact]
    public async Task An_unregistered_provider_is_registered_first()
    {
        _outside.Answers("GET /blockchain/providers", $$"""{"providers":[{"Address":"{{Node.Wallet}}","IsDeleted":true}]}""");
        (await EnrolAsync()).ShouldBeOfType<Effect.Done>();
        Body("POST /blockchain/providers").ToJsonString().ShouldBe("""{"stake":"100000000000000000000","endpoint":"miner.nirmaan.example:3333"}""");
    }

    [Fact]
    public async Task Without_an_endpoint_an_unregistered_provider_is_said_to_be_one()
    {
        _outside.Answers("GET /blockchain/providers", """{"providers":[]}""");
        await using var rig = Rig.Morpheus(_outside.Url, ("Networks:Morpheus:ProviderEndpoint", null));
        (await rig.Network.EnrolAsync(Node.Miner, Node.ModelId, Node.TemplateOf(rig), Cancel)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("no-provider");
    }

    [Theory]
    [InlineData("399999999999999999", true)]
    [InlineData("400000000000000000", false)]
    public async Task The_contract_is_allowed_more_when_stake_and_fee_are_not_covered(string allowance, bool approves)
    {
        _outside.Answers("GET /blockchain/allowance", $$"""{"allowance":"{{allowance}}"}""");
        (await EnrolAsync()).ShouldBeOfType<Effect.Done>();
        Was("POST /blockchain/approve").ShouldBe(approves);
        if (approves) { Sent("POST /blockchain/approve").Query.ShouldBe("?spender=0x6aBE1d282f72B474E54527D93b979A4f64d3030a&amount=10000000000000000000"); }
    }

    [Fact]
    public async Task A_model_made_for_another_provider_is_refused_before_anything_is_sent()
    {
        _outside.Answers("GET /wallet", $$"""{"address":"{{Node.Rival}}"}""");
        (await EnrolAsync()).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("other-provider");
        _outside.Calls.ShouldNotContain(c => c.Method == "POST");
    }

    [Theory]
    [InlineData(400, """{"error":"execution reverted: ERC20: transfer amount exceeds balance"}""", "bad-request")]
    [InlineData(500, """{"error":"failed to post bid: execution reverted: MarketplaceBidPricePerSecondInvalid()"}""", "reverted")]
    [InlineData(401, """{"error":"invalid username or password"}""", "unauthorized")]
    [InlineData(403, """{"error":"method not allowed"}""", "forbidden")]
    public async Task What_the_node_refuses_is_refused_in_its_words(int status, string body, string code)
    {
        _outside.Answers("POST /blockchain/bids", body, status);
        var refused = (await EnrolAsync()).ShouldBeOfType<Effect.Refused>();
        refused.Code.ShouldBe(code);
        refused.Why.ShouldContain(JsonNode.Parse(body)!["error"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(500, """{"error":"nonce too low"}""", "http-500")]
    [InlineData(502, "<html>Bad Gateway</html>", "http-502")]
    [InlineData(200, """{"bid":{}}""", "bad-answer")]
    [InlineData(200, """{"bid":""", "bad-answer")]
    [InlineData(200, "", "bad-answer")]
    public async Task An_answer_that_leaves_the_bid_open_is_uncertain(int status, string body, string code)
    {
        _outside.Answers("POST /blockchain/bids", body, status);
        (await EnrolAsync()).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_read_that_fails_first_means_that_nothing_was_sent()
    {
        _outside.Answers("GET /blockchain/models", "", 503);
        (await EnrolAsync()).ShouldBeOfType<Effect.NotSent>();
        _outside.Calls.ShouldNotContain(c => c.Method == "POST");
    }

    [Fact]
    public async Task A_node_that_is_not_there_was_not_reached()
    {
        await using var rig = Rig.Morpheus(new Uri("http://127.0.0.1:1"));
        (await rig.Network.EnrolAsync(Node.Miner, Node.ModelId, Node.TemplateOf(rig), Cancel)).ShouldBeOfType<Effect.NotSent>();
    }

    [Fact]
    public async Task Only_our_own_bid_is_an_enrolment()
    {
        _outside.Answers($"GET /blockchain/models/{Node.ModelId}/bids/active", Node.Bids(Node.Bid(9, Node.Rival, Node.ModelId, 5)));
        (await _rig.Network.FindEnrolmentAsync(Node.ModelId, Cancel)).ShouldBeNull();
        _outside.Answers($"GET /blockchain/models/{Node.ModelId}/bids/active", Node.Bids(Node.Bid(9, Node.Rival, Node.ModelId, 5), Node.Bid(5, Node.Wallet, Node.ModelId, 77)));
        (await _rig.Network.FindEnrolmentAsync(Node.ModelId, Cancel)).ShouldBe(Node.Id(5));
    }

    [Fact]
    public async Task Withdrawal_ends_the_bid_and_then_takes_the_model_off()
    {
        _outside.Answers($"GET /blockchain/models/{Node.ModelId}/bids/active", Node.Bids(Node.Bid(5, Node.Wallet, Node.ModelId, 77)))
            .Answers("GET /blockchain/models", Node.Models(Node.Model(Node.ModelId, Node.Wallet)))
            .Answers($"DELETE /blockchain/bids/{Node.Id(5)}", """{"tx":"0x1"}""").Answers($"DELETE /blockchain/models/{Node.ModelId}", """{"tx":"0x2"}""");
        (await _rig.Network.WithdrawAsync(Node.ModelId, Cancel)).ShouldBeOfType<Effect.Done>();
        _outside.Calls.Select(c => c.ToString()).Where(c => c.StartsWith("DELETE", StringComparison.Ordinal)).ShouldBe([$"DELETE /blockchain/bids/{Node.Id(5)}", $"DELETE /blockchain/models/{Node.ModelId}"]);
    }

    [Fact]
    public async Task Withdrawing_what_is_gone_is_done_without_a_call()
    {
        (await _rig.Network.WithdrawAsync(Node.ModelId, Cancel)).ShouldBeOfType<Effect.Done>();
        _outside.Calls.ShouldNotContain(c => c.Method == "DELETE");
    }

    [Fact]
    public async Task A_model_that_cannot_be_taken_off_does_not_undo_the_end_of_its_bid()
    {
        _outside.Answers("GET /blockchain/models", Node.Models(Node.Model(Node.ModelId, Node.Wallet)))
            .Answers($"DELETE /blockchain/models/{Node.ModelId}", """{"error":"execution reverted: ModelHasActiveBids()"}""", 400);
        (await _rig.Network.WithdrawAsync(Node.ModelId, Cancel)).ShouldBeOfType<Effect.Done>().Answer!.ShouldContain("ModelHasActiveBids");
    }

    [Fact]
    public async Task A_bid_whose_end_is_uncertain_is_uncertain()
    {
        _outside.Answers($"GET /blockchain/models/{Node.ModelId}/bids/active", Node.Bids(Node.Bid(5, Node.Wallet, Node.ModelId, 77)))
            .Answers($"DELETE /blockchain/bids/{Node.Id(5)}", "gateway", 504, "text/plain");
        (await _rig.Network.WithdrawAsync(Node.ModelId, Cancel)).ShouldBeOfType<Effect.Uncertain>();
    }
}
