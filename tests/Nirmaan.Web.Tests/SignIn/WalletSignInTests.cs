using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.Signatures;
using Nirmaan.Testing;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.SignIn;

/// <summary>Signing in with a wallet, over HTTP, against a real chain. What a message must look like is tested with its parser (SiweMessageTests).</summary>
public sealed partial class WalletSignInTests(ControlPostgres postgres, LocalChain chain) : IClassFixture<LocalChain>, IAsyncLifetime
{
    private const string Ask = "/sign-in/wallet/message", Prove = "/sign-in/wallet";
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("nirmaan-keys");
    private WebApplicationFactory<Program>? _host;
    private TestDatabase _database = null!;

    [Function("deploy(address owner, bytes32 salt) returns (address)")]
    private sealed record Deploy(EvmAddress Owner, Bytes32 Salt) : IFunction<EvmAddress>;

    [Function("addressOf(address owner, bytes32 salt) returns (address)")]
    private sealed record AddressOf(EvmAddress Owner, Bytes32 Salt) : IFunction<EvmAddress>;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await postgres.CreateDatabaseAsync();

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) { await _host.DisposeAsync(); }
        await _database.DisposeAsync();
        _keys.Delete(recursive: true);
    }

    [Fact]
    public async Task A_signed_message_signs_its_address_in()
    {
        using var browser = Browser();
        var message = await AskAsync(browser, chain.Accounts[1]);
        SiweMessage.Parse(message).ChainId.ShouldBe(31337);
        (await ProveAsync(browser, message, await SignAsync(1, message))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await browser.GetStringAsync("/methodology", Token)).ShouldContain($"title=\"{chain.Accounts[1]}\"");
    }

    [Fact]
    public async Task Under_a_name_that_nobody_gave_this_site_no_wallet_is_asked_to_sign()
    {
        using var browser = Browser();
        using var ask = new HttpRequestMessage(HttpMethod.Post, Ask) { Content = JsonContent.Create(new { address = chain.Accounts[1].ToLowerHex() }), Headers = { Host = "evil.example" } };
        var answer = await browser.SendAsync(ask, Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("a name that the setting AllowedHosts gives");
    }

    [Theory]
    [InlineData("localhost", "", true), InlineData("127.0.0.1", "*", true), InlineData("[::1]", "", true)]
    [InlineData("nirmaan.example", "*", false), InlineData("10.0.0.1", "", false), InlineData("localhost.evil.example", "*", false), InlineData("", "", false)]
    [InlineData("Nirmaan.example", "other.example; nirmaan.example", true), InlineData("app.nirmaan.example", "*.nirmaan.example", true)]
    [InlineData("nirmaan.example", "*.nirmaan.example", false), InlineData("evilnirmaan.example", "*.nirmaan.example;nirmaan.example", false)]
    public void A_name_is_ours_when_it_is_allowed_or_leads_to_this_machine(string asked, string names, bool isOurs) => WalletEndpoints.IsOurs(asked, names).ShouldBe(isOurs);

    [Fact]
    public async Task A_wallet_may_not_open_pages_of_staff()
    {
        using var browser = Browser();
        var message = await AskAsync(browser, chain.Accounts[1]);
        await ProveAsync(browser, message, await SignAsync(1, message));
        (await browser.GetAsync("/ops", Token)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        using var browser = Browser();
        var message = await AskAsync(browser, chain.Accounts[1]);
        await ProveAsync(browser, message, await SignAsync(1, message));
        var page = await browser.GetStringAsync("/methodology", Token);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = VerificationToken().Match(page).Groups[1].Value });
        (await browser.PostAsync("/sign-out", form, Token)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await browser.GetStringAsync("/methodology", Token)).ShouldNotContain(chain.Accounts[1].ToString());
    }

    [Fact]
    public async Task The_same_proof_works_once()
    {
        using var browser = Browser();
        var message = await AskAsync(browser, chain.Accounts[1]);
        var signature = await SignAsync(1, message);
        (await ProveAsync(browser, message, signature)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await ShouldRefuseAsync(await ProveAsync(browser, message, signature), "used before");
    }

    [Fact]
    public async Task Of_the_same_proof_sent_many_times_at_once_one_counts()
    {
        using var browser = Browser();
        var message = await AskAsync(browser, chain.Accounts[1]);
        var signature = await SignAsync(1, message);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ProveAsync(browser, message, signature)));
        answers.Count(a => a.StatusCode == HttpStatusCode.NoContent).ShouldBe(1);
    }

    [Fact]
    public async Task A_proof_is_worth_nothing_in_another_browser()
    {
        using var mine = Browser();
        var message = await AskAsync(mine, chain.Accounts[1]);
        var signature = await SignAsync(1, message);
        using var other = _host!.CreateClient(s_plain);
        await ShouldRefuseAsync(await ProveAsync(other, message, signature), "did not ask");
        await AskAsync(other, chain.Accounts[2]);
        await ShouldRefuseAsync(await ProveAsync(other, message, signature), "another browser");
        (await ProveAsync(mine, message, signature)).StatusCode.ShouldBe(HttpStatusCode.NoContent, "a stranger's attempt takes nothing away");
    }

    [Theory]
    [InlineData("localhost wants", "evil.example wants", "another site")]
    [InlineData("URI: http://localhost/", "URI: http://evil.example/", "another site")]
    [InlineData("Chain ID: 31337", "Chain ID: 1", "another chain")]
    public async Task A_message_of_another_site_or_chain_is_refused_whoever_signed_it(string ours, string theirs, string why)
    {
        using var browser = Browser();
        var message = (await AskAsync(browser, chain.Accounts[1])).Replace(ours, theirs, StringComparison.Ordinal);
        message.ShouldContain(theirs);
        await ShouldRefuseAsync(await ProveAsync(browser, message, await SignAsync(1, message)), why);
    }

    [Fact]
    public async Task A_nonce_that_we_never_gave_is_refused()
    {
        using var browser = Browser();
        var message = Regex.Replace(await AskAsync(browser, chain.Accounts[1]), "Nonce: .*", "Nonce: aaaaaaaaaaaaaaaaaaaaaa");
        await ShouldRefuseAsync(await ProveAsync(browser, message, await SignAsync(1, message)), "another browser");
    }

    [Fact]
    public async Task A_message_whose_time_is_over_is_refused()
    {
        using var browser = Browser();
        var message = Regex.Replace(await AskAsync(browser, chain.Accounts[1]), "Expiration Time: .*", "Expiration Time: 2020-01-01T00:00:00Z");
        await ShouldRefuseAsync(await ProveAsync(browser, message, await SignAsync(1, message)), "too old");
    }

    [Fact]
    public async Task A_message_whose_time_has_not_come_is_refused()
    {
        using var browser = Browser();
        var message = $"{await AskAsync(browser, chain.Accounts[1])}\nNot Before: 2999-01-01T00:00:00Z";
        await ShouldRefuseAsync(await ProveAsync(browser, message, await SignAsync(1, message)), "time has not come");
    }

    [Fact]
    public async Task A_signature_of_another_key_is_refused()
    {
        using var browser = Browser();
        var message = await AskAsync(browser, chain.Accounts[1]);
        await ShouldRefuseAsync(await ProveAsync(browser, message, await SignAsync(2, message)), "not that of the address");
    }

    [Fact]
    public async Task A_text_that_is_no_such_message_is_refused()
    {
        using var browser = Browser();
        await AskAsync(browser, chain.Accounts[1]);
        await ShouldRefuseAsync(await ProveAsync(browser, "let me in", await SignAsync(1, "let me in")), "not one that this site made");
    }

    [Fact]
    public async Task A_wallet_contract_is_asked_itself_and_its_owners_plain_signature_is_not_enough()
    {
        using var browser = Browser();
        var factory = await chain.DeployAsync("TestWalletFactory", [], Token);
        var salt = Keccak256.Hash("web");
        await chain.SendAsync(chain.Accounts[0], factory, new Deploy(chain.Accounts[3], salt), Token);
        var wallet = await chain.Rpc.CallAsync(factory, new AddressOf(chain.Accounts[3], salt), Evm.JsonRpc.BlockTag.Latest, Token);
        var message = await AskAsync(browser, wallet);
        var plain = await SignAsync(3, message);
        await ShouldRefuseAsync(await ProveAsync(browser, message, plain), "not that of the address");
        (await ProveAsync(browser, message, $"0x01{plain[2..]}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task What_is_no_address_is_asked_nothing_to_sign()
    {
        using var browser = Browser();
        (await browser.PostAsJsonAsync(Ask, new { address = "0x12" }, Token)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_form_of_another_site_cannot_ask()
    {
        using var browser = Browser();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["message"] = "m", ["signature"] = "0x00" });
        var answer = await browser.PostAsync(Prove, form, Token);
        ((int)answer.StatusCode).ShouldBeInRange(400, 499);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    private static readonly WebApplicationFactoryClientOptions s_plain = new() { AllowAutoRedirect = false };

    private HttpClient Browser()
    {
        var settings = new Dictionary<string, string>
        {
            ["Roles"] = "web", ["Control:MinerTokenKey"] = "0123456789abcdef0123456789abcdef", ["ConnectionStrings:Nirmaan"] = _database.ConnectionString,
            ["Staff:KeysFolder"] = _keys.FullName, ["Chain:Rpc"] = chain.Url.ToString(), ["Staff:AttemptsPerMinute"] = "1000",
        };
        _host = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseEnvironment("Production");
            foreach (var (key, value) in settings) { host.UseSetting(key, value); }
        });
        return _host.CreateClient(s_plain);
    }

    private static async Task<string> AskAsync(HttpClient browser, EvmAddress address)
    {
        // As wallets name accounts: in lower case.
        var answer = await browser.PostAsJsonAsync(Ask, new { address = address.ToLowerHex() }, Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("message").GetString()!;
    }

    private static Task<HttpResponseMessage> ProveAsync(HttpClient browser, string message, string signature) => browser.PostAsJsonAsync(Prove, new { message, signature }, Token);

    private async Task<string> SignAsync(int account, string message) =>
        (await chain.Rpc.RequestAsync("personal_sign", [Hex.Encode(System.Text.Encoding.UTF8.GetBytes(message)), chain.Accounts[account].ToLowerHex()], Token)).GetString()!;

    private static async Task ShouldRefuseAsync(HttpResponseMessage answer, string why)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain(why);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex VerificationToken();
}
