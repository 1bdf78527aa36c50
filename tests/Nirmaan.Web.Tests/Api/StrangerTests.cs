using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Testing;

namespace Nirmaan.Web.Tests.Api;

/// <summary>The calls that are open to anyone, as a hostile stranger uses them.</summary>
public sealed class StrangerTests(ControlPostgres postgres) : IAsyncLifetime
{
    private const string Somebody = "/api/v1/stakers/0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

    private TestDatabase? _database;
    private WebApplicationFactory<Program>? _host;
    private HttpClient? _stranger;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _host = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseEnvironment("Production");
            host.UseSetting("Roles", "web");
            host.UseSetting("Sandbox:Url", "http://127.0.0.1:9");
            host.UseSetting("Control:MinerTokenKey", new string('k', 32));
            host.UseSetting("ConnectionStrings:Nirmaan", _database.ConnectionString);
        });
        _stranger = _host.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
    }

    public async ValueTask DisposeAsync()
    {
        _stranger?.Dispose();
        if (_host is not null) { await _host.DisposeAsync(); }
        await _database!.DisposeAsync();
    }

    [Fact]
    public async Task A_refusal_that_repeats_what_was_sent_is_never_read_as_a_page()
    {
        var answer = await Stranger.GetAsync("/api/v1/stakers/%3Cscript%3Ealert(1)%3C%2Fscript%3E/returns", Token);
        (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType).ShouldBe((HttpStatusCode.BadRequest, "application/problem+json"));
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("script-src 'self';");
    }

    [Theory]
    [InlineData("/returns?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", 200)]
    [InlineData("/returns.csv?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", 200)]
    [InlineData("/returns?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", 400)]
    [InlineData("/returns?from=yesterday", 400)]
    [InlineData("/claims", 200)]
    public async Task Any_period_is_answered_or_refused_in_words(string call, int status) => ((int)(await Stranger.GetAsync(Somebody + call, Token)).StatusCode).ShouldBe(status);

    [Fact]
    public async Task Nobodys_sign_in_name_is_told_to_strangers()
    {
        const string Policy = """{"from":"2126-01-01T00:00:00Z","feeBasisPoints":900,"rentTreasuryFunded":true,"why":"less for us"}""";
        using var announcement = new HttpRequestMessage(HttpMethod.Post, "/api/v1/fee-policies") { Content = new StringContent(Policy, Encoding.UTF8, "application/json"), Headers = { { "Authorization", "Bearer nrm_demo-admin" } } };
        (await (await Stranger.SendAsync(announcement, Token)).Content.ReadAsStringAsync(Token)).ShouldContain("admin@nirmaan.example");
        var told = await Stranger.GetStringAsync("/api/v1/fee-policies", Token);
        told.ShouldContain("less for us");
        told.ShouldNotContain("admin@nirmaan.example");
    }

    [Fact]
    public async Task A_conversion_is_recorded_by_an_admins_key_alone_and_a_wrong_field_is_named()
    {
        const string Conversion = """{"network":"heurist","kind":"dust","firstDay":"2026-01-01","lastDay":"2026-01-31","asset":"HEU","units":"5","at":"2026-02-01T00:00:00Z","transaction":"payout-1","paidTo":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""";
        async Task<(HttpStatusCode, string)> PostAsync(string? key)
        {
            using var call = new HttpRequestMessage(HttpMethod.Post, "/api/v1/conversions") { Content = new StringContent(Conversion, Encoding.UTF8, "application/json") };
            if (key is not null) { call.Headers.Add("Authorization", $"Bearer {key}"); }
            var answer = await Stranger.SendAsync(call, Token);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
        }
        (await PostAsync(null)).Item1.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync("nrm_demo-ops")).Item1.ShouldBe(HttpStatusCode.Forbidden);
        var (status, words) = await PostAsync("nrm_demo-admin");
        (status, words.Contains("a kind of points that heurist counts", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.BadRequest, true), words);
        (await Stranger.GetStringAsync("/api/v1/conversions", Token)).ShouldBe("""{"items":[],"next":null}""");
    }

    [Theory]
    [InlineData("basis=7")]
    [InlineData("basis=Cheapest")]
    public async Task A_basis_that_does_not_exist_is_refused(string query) => (await GainsAsync(query)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task What_computes_for_strangers_waits_after_many_calls()
    {
        HttpResponseMessage answer;
        var calls = 0;
        do { (answer, calls) = (await GainsAsync("basis=Fifo"), calls + 1); }
        while (answer.StatusCode == HttpStatusCode.OK && calls < 100);
        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        problem.RootElement.GetProperty("code").GetString().ShouldBe("too_many_calls");
    }

    [Theory]
    [InlineData("/epochs/1/MOR/..%2F..%2Fappsettings.json")]
    [InlineData("/epochs/1/..%2F..%2F/stakes.csv")]
    [InlineData("/..%2f..%2fappsettings.json")]
    public async Task No_address_leads_out_of_the_files_that_are_served(string path)
    {
        var answer = await Stranger.GetAsync(path, Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldNotContain("AllowedHosts");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private HttpClient Stranger => _stranger!;

    private async Task<HttpResponseMessage> GainsAsync(string query)
    {
        using var sales = new StringContent("time,asset,tokens,usd\n", Encoding.UTF8, "text/csv");
        return await Stranger.PostAsync($"{Somebody}/gains.csv?{query}", sales, Token);
    }
}
