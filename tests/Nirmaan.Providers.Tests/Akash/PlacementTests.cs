using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using static Nirmaan.Providers.Tests.Akash.AkashDouble;
using static Nirmaan.Providers.Tests.Strikes;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class PlacementTests : IAsyncLifetime
{
    private const string Call = "POST /v1/leases";
    private static readonly string s_ref = $"1/2/{Provider}";

    private readonly AkashDouble _stand = new();
    private Rig _rig = null!;
    private string _id = "";

    public async ValueTask InitializeAsync()
    {
        _rig = await Rig.AkashAsync(Answer);
        _id = ((Effect.Done)await _rig.Provider.CreateAsync(Rig.Request(SupplierName.Akash), Rig.Token)).ExternalId!;
    }

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    /// <summary>A lease call that works makes the lease and shows the deployment with it.</summary>
    private Said Answer(Seen seen)
    {
        if (seen.Call != Call) { return _stand.Answer(seen); }
        _stand.Leases = [Lease(status: Status(0, 1, null))];
        return _stand.Answer(seen with { Method = "GET", Path = $"/v1/deployments/{_id}" });
    }

    private Task<Effect> AcceptAsync(string? manifest = Manifest) => _rig.Provider.AcceptBidAsync(_id, s_ref, manifest, Rig.Token);

    private static Strike Error(int status, string message, string code) => Say(new Said(status, AkashDouble.Error("Error", message, code)));

    private static Strike LeasedBut(int status, string message, string code) => ActThenSay(_ => new Said(status, AkashDouble.Error("Error", message, code)));

    [Fact]
    public async Task Accepting_a_bid_sends_the_manifest_and_the_bids_numbers()
    {
        (await AcceptAsync()).ShouldBe(new Effect.Done(_id));
        using var body = JsonDocument.Parse(_rig.Server.Requests.Single(r => r.Call == Call).Body);
        body.RootElement.GetRawText().ShouldBe($$"""{"manifest":{{JsonSerializer.Serialize(Manifest)}},"leases":[{"dseq":"{{_id}}","gseq":1,"oseq":2,"provider":"{{Provider}}"}]}""");
    }

    [Fact]
    public async Task Without_a_manifest_the_next_contract_is_asked_to_use_its_own()
    {
        (await AcceptAsync(null)).ShouldBeOfType<Effect.Done>();
        _rig.Server.Requests.Single(r => r.Call == Call).Body.ShouldNotContain("manifest");
    }

    [Theory]
    [InlineData(422, "No stored definition")]
    [InlineData(400, "manifest: Required")]
    public async Task A_server_that_has_no_manifest_either_says_that_it_is_lost(int status, string message)
    {
        _rig.Server.Next(Call, Error(status, message, "validation_error"));
        (await AcceptAsync(null)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("manifest-lost");
    }

    [Fact]
    public async Task Without_a_manifest_nothing_is_sent_in_the_published_contract()
    {
        await using var rig = await Rig.AkashAsync(Answer, ("Contract", "Published"));
        (await rig.Provider.AcceptBidAsync(_id, s_ref, null, Rig.Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("manifest-lost");
        rig.Server.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(400, "bad_request", "Cannot create lease: The selected bid is no longer open. Please pick another", "bid-gone")]
    [InlineData(400, "bad_request", "Cannot create lease: The order has already been matched or closed", "order-gone")]
    [InlineData(404, "not_found", "Deployment not found", "gone")]
    [InlineData(502, "provider_unreachable", "Provider did not answer", "provider-unreachable")]
    [InlineData(401, "unauthorized", "Invalid API key", "unauthorized")]
    [InlineData(402, "insufficient_balance", "Not enough", "no-funds")]
    public async Task A_lease_that_was_surely_not_made_is_refused_at_once(int status, string code, string message, string expected)
    {
        _rig.Server.Next(Call, Error(status, message, code));
        (await AcceptAsync()).ShouldBeOfType<Effect.Refused>().Code.ShouldBe(expected);
        _rig.Server.Count(Call).ShouldBe(1);
    }

    [Fact]
    public async Task A_manifest_that_was_not_delivered_is_sent_again_because_the_lease_costs_money()
    {
        _rig.Server.Next(Call, LeasedBut(503, "Provider busy", "manifest_not_delivered"), LeasedBut(422, "Provider busy", "manifest_not_delivered"));
        (await AcceptAsync()).ShouldBeOfType<Effect.Done>();
        _rig.Server.Count(Call).ShouldBe(3);
    }

    [Fact]
    public async Task After_three_tries_the_lease_without_its_manifest_is_left_to_be_looked_up()
    {
        var strike = LeasedBut(503, "Provider busy", "manifest_not_delivered");
        _rig.Server.Next(Call, strike, strike, strike);
        (await AcceptAsync()).ShouldBe(new Effect.Uncertain("manifest-not-delivered", "503 Provider busy (manifest_not_delivered)"));
        _rig.Server.Count(Call).ShouldBe(3);
    }

    [Fact]
    public async Task A_refusal_after_a_lease_was_made_does_not_undo_the_doubt()
    {
        _rig.Server.Next(Call, LeasedBut(503, "busy", "manifest_not_delivered"), Error(429, "slow down", "rate_limited"), Error(400, "The selected bid is no longer open", "bad_request"));
        (await AcceptAsync()).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("manifest-not-delivered");
    }

    [Theory]
    [InlineData(503, "Provider service is temporarily unavailable")]
    [InlineData(400, "Invalid provider jwt credentials")]
    [InlineData(422, "invalid manifest: zero global services")]
    public async Task Where_the_contract_has_no_codes_the_deployment_tells_whether_there_is_a_lease(int status, string message)
    {
        var strike = LeasedBut(status, message, "bad_request");
        _rig.Server.Next(Call, strike, strike, strike);
        (await AcceptAsync()).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("manifest-not-delivered");
        _rig.Server.Count(Call).ShouldBe(3);
    }

    [Fact]
    public async Task A_refusal_in_unknown_words_without_a_lease_is_a_refusal()
    {
        _rig.Server.Next(Call, Error(400, "something else is wrong", "bad_request"));
        (await AcceptAsync()).ShouldBe(new Effect.Refused("bad-request", "400 something else is wrong (bad_request)", RetryElsewhere: true));
    }

    [Fact]
    public async Task A_failing_server_without_a_lease_yet_stays_uncertain()
    {
        var strike = Say(504, "<html></html>");
        _rig.Server.Next(Call, strike, strike, strike);
        (await AcceptAsync()).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("http-504");
    }

    [Fact]
    public async Task A_lease_call_that_lost_its_connection_is_repeated()
    {
        _rig.Server.Next(Call, ActThenDrop);
        (await AcceptAsync()).ShouldBeOfType<Effect.Done>();
    }

    [Fact]
    public async Task A_rate_limit_before_any_try_went_through_was_not_sent()
    {
        _rig.Server.Next(Call, Say(new Said(429, "", RetryAfter: "3")));
        (await AcceptAsync()).ShouldBeOfType<Effect.NotSent>().RetryAfter.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_lease_with_somebody_else_is_not_ours()
    {
        (await _rig.Provider.AcceptBidAsync(_id, "1/2/akash1nobody", Manifest, Rig.Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("other-lease");
    }

    [Theory]
    [InlineData("")]
    [InlineData("1/2")]
    [InlineData("a/2/akash1")]
    [InlineData("1/-2/akash1")]
    public async Task What_is_no_bid_is_refused_before_anything_is_sent(string text)
    {
        (await _rig.Provider.AcceptBidAsync(_id, text, Manifest, Rig.Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("bad-request");
        _rig.Server.Count(Call).ShouldBe(0);
    }
}
