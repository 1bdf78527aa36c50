using System.Text.Json.Nodes;
using Nirmaan.Control.Fleet;

namespace Nirmaan.Cli.Tests;

public sealed class PayoutCommandTests : IDisposable
{
    private const string Signer = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", At = "2026-01-01T00:00:00Z";
    private const string Heurist = "0x4e69726d61616e20706f6f6c0000000000000001", Morpheus = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720";
    private const string Signature = "0x3961034b95de59545f7e3dcea8bd231972e16e8d0dacb505872c37fb2b363eac763ea046569896dba705789074329ca85cd78558c5457feeac0b55433eabf6391b";

    private readonly TempFolder _folder = new();

    private string Settings(string heurist = Heurist) => _folder.Write("settings.json", new JsonObject
    {
        ["Payout"] = new JsonObject { ["morpheus"] = new JsonArray(Morpheus), ["heurist"] = new JsonArray(heurist) },
        ["PayoutList"] = new JsonObject { [nameof(PayoutListOptions.Signer)] = Signer, [nameof(PayoutListOptions.SignedAt)] = At, [nameof(PayoutListOptions.Signature)] = Signature },
    }.ToJsonString());

    [Fact]
    public async Task The_text_to_sign_is_printed_to_the_byte()
    {
        var said = await Run.NirmaanAsync("payout", "sign", "--settings", Settings(), "--at", At);
        said.Code.ShouldBe(0, said.Error);
        said.Out.ShouldBe($"Nirmaan payout list\nSigned at: {At}\nheurist: {Heurist}\nmorpheus: {Morpheus}");
    }

    [Fact]
    public async Task A_signature_that_fits_is_named_with_its_signer()
    {
        var said = await Run.NirmaanAsync("payout", "check", "--settings", Settings());
        said.Code.ShouldBe(0, said.Error);
        said.Out.ShouldStartWith($"Signed by {Signer} at {At}");
    }

    [Fact]
    public async Task A_list_that_was_changed_is_checked_and_wrong() => (await Run.NirmaanAsync("payout", "check", "--settings", Settings(Morpheus))).ShouldFail(1, "PayoutList:Signature", Signer);

    [Fact]
    public async Task Another_word_is_named() => (await Run.NirmaanAsync("payout", "sing", "--settings", Settings())).ShouldFail(2, "'sing'", "sign or check");

    [Fact]
    public async Task A_time_that_is_none_is_named() => (await Run.NirmaanAsync("payout", "sign", "--settings", Settings(), "--at", "now")).ShouldFail(2, "--at", "'now'", At);

    [Fact]
    public async Task Settings_that_are_no_JSON_are_named() => (await Run.NirmaanAsync("payout", "check", "--settings", _folder.Write("bad.json", "{"))).ShouldFail(2, "--settings", "bad.json");

    public void Dispose() => _folder.Dispose();
}
