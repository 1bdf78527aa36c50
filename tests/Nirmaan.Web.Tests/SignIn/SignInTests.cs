using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Testing;

namespace Nirmaan.Web.Tests.SignIn;

public sealed partial class SignInTests(ControlPostgres postgres) : IAsyncLifetime
{
    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("nirmaan-keys");
    // Pages only: no worker asks suppliers that are not there.
    private readonly Dictionary<string, string?> _settings = new() { ["Sandbox:Url"] = "http://127.0.0.1:9", ["Roles"] = "web", ["Control:MinerTokenKey"] = "0123456789abcdef0123456789abcdef" };
    private WebApplicationFactory<Program>? _host;
    private TestDatabase? _database;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _settings["ConnectionStrings:Nirmaan"] = _database.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) { await _host.DisposeAsync(); }
        await _database!.DisposeAsync();
        _keys.Delete(recursive: true);
    }

    [Fact]
    public async Task The_right_password_sets_a_cookie_and_goes_where_the_visitor_wanted()
    {
        using var browser = Browser();
        var answer = await EnterAsync(browser, "ops@nirmaan.example", "demo-ops", "/kit?t.q=a");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.OriginalString.ShouldEndWith("/kit?t.q=a");
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("nirmaan-staff=", StringComparison.Ordinal));
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
        (await GetAsync(browser, "/")).ShouldContain("ops@nirmaan.example");
    }

    [Fact]
    public async Task A_wrong_password_says_so_without_saying_which_half_was_wrong()
    {
        using var browser = Browser();
        var known = await (await EnterAsync(browser, "ops@nirmaan.example", "wrong")).Content.ReadAsStringAsync(Token);
        var unknown = await (await EnterAsync(browser, "nobody@nirmaan.example", "wrong")).Content.ReadAsStringAsync(Token);
        Alert(known).ShouldBe("Name or password is wrong.");
        Alert(unknown).ShouldBe(Alert(known));
        (await GetAsync(browser, "/")).ShouldNotContain("ops@nirmaan.example");
    }

    [Fact]
    public async Task A_return_url_to_another_site_is_ignored()
    {
        using var browser = Browser();
        var answer = await EnterAsync(browser, "ops@nirmaan.example", "demo-ops", "//evil.example/");
        new Uri(browser.BaseAddress!, answer.Headers.Location!).ShouldBe(new Uri(browser.BaseAddress!, "/"));
    }

    [Fact]
    public async Task A_demo_account_is_one_click_in_a_sandbox()
    {
        using var browser = Browser();
        var form = await FormAsync(browser, "demo", "/sign-in");
        form["DemoRole"] = "admin";
        (await PostAsync(browser, "/sign-in", form)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await GetAsync(browser, "/")).ShouldContain("admin@nirmaan.example");
    }

    [Fact]
    public async Task Outside_a_sandbox_there_are_no_demo_accounts()
    {
        _settings.Remove("Sandbox:Url");
        using var browser = Browser();
        (await GetAsync(browser, "/sign-in")).ShouldNotContain("demo-ops");
        Alert(await (await EnterAsync(browser, "ops@nirmaan.example", "demo-ops")).Content.ReadAsStringAsync(Token)).ShouldBe("Name or password is wrong.");
    }

    [Fact]
    public async Task An_account_of_configuration_signs_in()
    {
        _settings.Remove("Sandbox:Url");
        _settings["Staff:Accounts:0:Email"] = "ann@nirmaan.example";
        _settings["Staff:Accounts:0:PasswordHash"] = Nirmaan.Web.SignIn.PasswordHash.Of("a long phrase", iterations: 10).ToString();
        _settings["Staff:Accounts:0:Roles:0"] = "auditor";
        using var browser = Browser();
        (await EnterAsync(browser, "Ann@nirmaan.example", "a long phrase")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var browser = Browser();
        var answer = await PostAsync(browser, "/sign-in", new() { ["_handler"] = "staff", ["Form.Email"] = "ops@nirmaan.example", ["Form.Password"] = "demo-ops" });
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task Too_many_attempts_have_to_wait()
    {
        _settings["Staff:AttemptsPerMinute"] = "2";
        using var browser = Browser();
        await EnterAsync(browser, "ops@nirmaan.example", "wrong");
        await EnterAsync(browser, "ops@nirmaan.example", "wrong");
        var third = await EnterAsync(browser, "ops@nirmaan.example", "demo-ops");
        third.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        third.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        (await third.Content.ReadAsStringAsync(Token)).ShouldContain("Too many attempts");
        (await browser.GetAsync("/sign-in", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        using var browser = Browser();
        await EnterAsync(browser, "ops@nirmaan.example", "demo-ops");
        var token = VerificationToken().Match(await GetAsync(browser, "/")).Groups[1].Value;
        (await PostAsync(browser, "/sign-out", new() { ["__RequestVerificationToken"] = token })).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await GetAsync(browser, "/")).ShouldNotContain("ops@nirmaan.example");
    }

    [Fact]
    public async Task Another_site_cannot_sign_anybody_out()
    {
        using var browser = Browser();
        await EnterAsync(browser, "ops@nirmaan.example", "demo-ops");
        (await PostAsync(browser, "/sign-out", [])).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await GetAsync(browser, "/")).ShouldContain("ops@nirmaan.example");
    }

    [Fact]
    public async Task Outside_sandbox_and_development_the_kit_is_closed()
    {
        _settings.Remove("Sandbox:Url");
        using var browser = Browser();
        var answer = await browser.GetAsync("/kit", Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.PathAndQuery.ShouldBe("/sign-in?returnUrl=%2Fkit");
    }

    [Fact]
    public async Task An_address_that_is_none_answers_404_with_a_page()
    {
        using var browser = Browser();
        var answer = await browser.GetAsync("/no/such/page", Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("No such page");
    }

    [Fact]
    public async Task A_call_that_is_none_answers_404_without_a_page()
    {
        using var browser = Browser();
        var answer = await browser.GetAsync("/api/v1/no-such-call", Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldNotContain("<html");
    }

    [Fact]
    public async Task The_script_of_the_pages_is_there_and_whole()
    {
        using var browser = Browser();
        var script = Script().Match(await GetAsync(browser, "/")).Groups[1].Value;
        (await GetAsync(browser, "/" + script)).Length.ShouldBeGreaterThan(150_000);
    }

    [Fact]
    public async Task Every_answer_tells_the_browser_to_run_no_foreign_script()
    {
        using var browser = Browser();
        var answer = await browser.GetAsync("/", Token);
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("script-src 'self';");
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private HttpClient Browser()
    {
        _settings["Staff:KeysFolder"] = _keys.FullName;
        _host = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseEnvironment("Production");
            foreach (var (key, value) in _settings) { host.UseSetting(key, value); }
        });
        return _host.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
    }

    private static async Task<HttpResponseMessage> EnterAsync(HttpClient browser, string email, string password, string? returnUrl = null)
    {
        var path = returnUrl is null ? "/sign-in" : $"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}";
        var form = await FormAsync(browser, "staff", path);
        (form["Form.Email"], form["Form.Password"]) = (email, password);
        return await PostAsync(browser, path, form);
    }

    private static async Task<Dictionary<string, string>> FormAsync(HttpClient browser, string handler, string path)
    {
        var page = new HtmlParser().ParseDocument(await GetAsync(browser, path));
        var form = page.QuerySelectorAll("form").Single(f => f.QuerySelector($"input[name=_handler][value={handler}]") is not null);
        return form.QuerySelectorAll("input[type=hidden]").ToDictionary(i => i.GetAttribute("name")!, i => i.GetAttribute("value") ?? "");
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient browser, string path, Dictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(form);
        return await browser.PostAsync(path, content, Token);
    }

    private static Task<string> GetAsync(HttpClient browser, string path) => browser.GetStringAsync(path, Token);

    private static string Alert(string html) => new HtmlParser().ParseDocument(html).QuerySelector("[role=alert]:not(#blazor-error-ui)")!.TextContent.Trim();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex VerificationToken();

    [GeneratedRegex("src=\"(_framework/blazor[^\"]+)\"")]
    private static partial Regex Script();
}
