using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Akash;
using static Nirmaan.Providers.Tests.Strikes;

namespace Nirmaan.Providers.Tests.Akash;

public sealed class OrderTests : IAsyncLifetime
{
    private readonly AkashDouble _stand = new();
    private Rig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await Rig.AkashAsync(_stand.Answer);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    private static RentRequest Request => Rig.Request(SupplierName.Akash);

    private async Task<string> CreatedAsync() => ((Effect.Done)await _rig.Provider.CreateAsync(Request, Rig.Token)).ExternalId!;

    [Fact]
    public async Task A_create_sends_sdl_deposit_and_name_and_keeps_the_manifest()
    {
        var done = (await _rig.Provider.CreateAsync(Request, Rig.Token)).ShouldBeOfType<Effect.Done>();
        (done.Answer, done.UsdPaid).ShouldBe((AkashDouble.Manifest, null));
        using var body = JsonDocument.Parse(_rig.Server.Requests.Single().Body);
        var data = body.RootElement.GetProperty("data");
        (data.GetProperty("sdl").GetString(), data.GetProperty("deposit").GetDecimal(), data.GetProperty("name").GetString()).ShouldBe((AkashSdl.Write(Request), 5m, Rig.Name));
    }

    [Fact]
    public async Task A_refusal_for_lack_of_money_says_how_much()
    {
        _rig.Server.Next(_stand.CreateCall, Say(402, """{"error":"PaymentRequiredError","message":"Insufficient balance","code":"insufficient_balance","type":"client_error","data":{"requiredAmountUsd":5.5,"availableAmountUsd":1.25}}"""));
        (await _rig.Provider.CreateAsync(Request, Rig.Token)).ShouldBe(new Effect.Refused("no-funds", "402 Insufficient balance (needs 5.5 USD, there are 1.25 USD) (insufficient_balance)", RetryElsewhere: true));
    }

    [Fact]
    public async Task An_account_without_a_wallet_is_not_a_deployment_that_is_gone()
    {
        _rig.Server.Next(_stand.CreateCall, Say(404, AkashDouble.Error("NotFoundError", "UserWallet Not Found", "not_found")));
        (await _rig.Provider.CreateAsync(Request, Rig.Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe("forbidden");
    }

    [Fact]
    public async Task A_change_sends_the_new_sdl()
    {
        var id = await CreatedAsync();
        (await _rig.Provider.ChangeAsync(id, Request, Rig.Token)).ShouldBe(new Effect.Done(id));
        _rig.Server.Requests.Last().Call.ShouldBe($"PUT /v1/deployments/{id}");
    }

    [Theory]
    [InlineData(422, "deployment_resources_changed", "cpu differs", "resources-changed")]
    [InlineData(400, "bad_request", "Deployment closed", "gone")]
    [InlineData(404, "not_found", "Deployment not found", "gone")]
    public async Task A_change_that_cannot_be_says_why(int status, string code, string message, string expected)
    {
        var id = await CreatedAsync();
        _rig.Server.Next($"PUT /v1/deployments/{id}", Say(status, AkashDouble.Error("Error", message, code)));
        (await _rig.Provider.ChangeAsync(id, Request, Rig.Token)).ShouldBeOfType<Effect.Refused>().Code.ShouldBe(expected);
    }

    [Fact]
    public async Task A_change_whose_manifest_the_provider_did_not_take_is_uncertain()
    {
        var id = await CreatedAsync();
        _rig.Server.Next($"PUT /v1/deployments/{id}", Say(503, AkashDouble.Error("Error", "busy", "manifest_not_delivered")));
        (await _rig.Provider.ChangeAsync(id, Request, Rig.Token)).ShouldBeOfType<Effect.Uncertain>().Code.ShouldBe("manifest-not-delivered");
    }

    [Fact]
    public async Task A_close_of_what_was_closed_meanwhile_is_done()
    {
        var id = await CreatedAsync();
        _rig.Server.Next(_stand.CloseCall(id), Say(400, AkashDouble.Error("BadRequestError", "Deployment closed", "bad_request")));
        (await _rig.Provider.CloseAsync(id, Rig.Token)).ShouldBeOfType<Effect.Done>();
    }

    [Fact]
    public async Task A_close_before_the_escrow_can_be_settled_is_to_be_sent_again()
    {
        var id = await CreatedAsync();
        _rig.Server.Next(_stand.CloseCall(id), Say(400, AkashDouble.Error("BadRequestError", "Deployment escrow cannot be settled yet", "bad_request")));
        (await _rig.Provider.CloseAsync(id, Rig.Token)).ShouldBeOfType<Effect.NotSent>().RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_close_that_is_not_confirmed_is_uncertain()
    {
        var id = await CreatedAsync();
        _rig.Server.Next(_stand.CloseCall(id), Say(200, """{"data":{"success":false}}"""));
        (await _rig.Provider.CloseAsync(id, Rig.Token)).ShouldBeOfType<Effect.Uncertain>();
    }

    [Fact]
    public async Task Logs_are_not_to_be_had_here() => (await _rig.Provider.ReadLogTailAsync("1", 10, Rig.Token)).ShouldBeNull();

    [Fact]
    public async Task A_number_where_the_contract_promises_a_text_does_no_harm()
    {
        _rig.Server.Next(_stand.CreateCall, Say(201, """{"data":{"dseq":1785245500842,"manifest":"[]"}}"""));
        (await _rig.Provider.CreateAsync(Request, Rig.Token)).ShouldBe(new Effect.Done("1785245500842", "[]"));
    }
}
