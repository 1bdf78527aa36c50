using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Web.Sandbox;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.SignIn;

public sealed class ApiKeyTests : IAsyncLifetime
{
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Configuration["Sandbox:Url"] = "http://127.0.0.1:9";
        builder.Services.AddSandbox(builder.Configuration).AddSignIn(builder.Configuration).AddAntiforgery();
        _app = builder.Build();
        _app.UseRouting();
        _app.UseSignIn();
        _app.MapGet("/api/v1/who", (HttpContext context) => context.User.Identity!.Name).RequireAuthorization(Policies.Staff);
        _app.MapPost("/api/v1/approve", () => "approved").RequireAuthorization(Policies.Approve);
        _app.MapGet("/enter/{role}", (HttpContext context, StaffAccounts accounts, string role) =>
            Results.SignIn(StaffAccounts.Principal(accounts.Check(DemoStaff.EmailOf(role), DemoStaff.PasswordOf(role))!), authenticationScheme: "Staff"));
        await _app.StartAsync(Token);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_key_opens_the_calls_of_its_role() =>
        (await (await SendAsync(HttpMethod.Get, "/api/v1/who", "nrm_demo-auditor")).Content.ReadAsStringAsync(Token)).ShouldBe("auditor@nirmaan.example");

    [Theory]
    [InlineData(null)]
    [InlineData("nrm_guess")]
    [InlineData("a-miners-token")]
    public async Task Without_a_known_key_the_answer_is_a_problem(string? key)
    {
        var answer = await SendAsync(HttpMethod.Get, "/api/v1/who", key);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Bearer");
        (await CodeAsync(answer)).ShouldBe("unauthenticated");
    }

    [Fact]
    public async Task A_key_without_the_role_is_forbidden()
    {
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/approve", "nrm_demo-ops");
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await CodeAsync(answer)).ShouldBe("forbidden");
    }

    [Fact]
    public async Task A_cookie_opens_no_call_so_no_other_site_can_make_a_browser_call()
    {
        var entered = await SendAsync(HttpMethod.Get, "/enter/admin", key: null);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var answer = await SendAsync(HttpMethod.Post, "/api/v1/approve", key: null, cookie);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? key, string? cookie = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (key is not null) { request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key); }
        if (cookie is not null) { request.Headers.Add("Cookie", cookie); }
        return await _app.GetTestClient().SendAsync(request, Token);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer)
    {
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        return problem.RootElement.GetProperty("code").GetString();
    }
}
