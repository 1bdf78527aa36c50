using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Tests.Allocation;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Web.Api;
using Nirmaan.Web.Sandbox;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Allocation;

/// <summary>The autopilot over HTTP.</summary>
public sealed class AutopilotCallsTests(ControlPostgres database) : IAsyncDisposable
{
    private FleetWorld _world = null!;
    private WebApplication _app = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task It_is_read_signed_and_switched_off()
    {
        await StartAsync();
        (await ReadAsync(Roles.Auditor)).GetProperty("whyOff").GetString().ShouldBe("no admin signed it");
        (await SendAsync(HttpMethod.Post, "autopilot", Roles.Admin, Rails())).StatusCode.ShouldBe(HttpStatusCode.OK);
        var on = await ReadAsync(Roles.Auditor);
        (on.GetProperty("whyOff").ValueKind, on.GetProperty("rails").GetProperty("maxGpusPerDay").GetInt32(), on.GetProperty("rails").GetProperty("signedBy").GetString()).ShouldBe((JsonValueKind.Null, 7, "admin@nirmaan.example"));
        (await SendAsync(HttpMethod.Delete, "autopilot?reason=it%20smells", Roles.Ops)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(HttpMethod.Delete, "autopilot", Roles.Ops)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var decided = await JsonAsync(await SendAsync(HttpMethod.Get, "autopilot/decisions", Roles.Auditor));
        decided.GetProperty("items").EnumerateArray().Select(d => (d.GetProperty("what").GetString(), d.GetProperty("by").GetString())).ShouldBe([("switched off", "ops@nirmaan.example"), ("signed", "admin@nirmaan.example")]);
    }

    [Theory]
    [InlineData("maxGpusPerDay", 0)]
    [InlineData("minGainUsdPerDay", -1)]
    [InlineData("maxDataAgeMinutes", 1_441)]
    [InlineData("maxGpusPerDay", null)]
    [InlineData("minGainUsdPerDay", null)]
    [InlineData("maxDataAgeMinutes", null)]
    [InlineData("until", null)]
    [InlineData("until", "2000-01-01T00:00:00Z")]
    public async Task A_rail_that_makes_no_sense_is_refused_by_its_field_and_value(string field, object? value)
    {
        await StartAsync();
        var rails = Rails();
        rails[field] = value;
        var answer = await SendAsync(HttpMethod.Post, "autopilot", Roles.Admin, rails);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await JsonAsync(answer);
        problem.GetProperty("field").GetString().ShouldBe(field);
        problem.GetProperty("detail").GetString()!.ShouldContain(value is string time ? time[..4] : value?.ToString() ?? "expected");
        (await _world.Get<SetAutopilot>().ReadAsync(Token)).ShouldBeNull();
    }

    [Theory]
    [InlineData(Roles.Ops)]
    [InlineData(Roles.Auditor)]
    public async Task Only_an_admin_signs(string role)
    {
        await StartAsync();
        (await SendAsync(HttpMethod.Post, "autopilot", role, Rails())).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Of_two_persons_the_second_signs_what_was_read_and_not_what_came_after()
    {
        await StartAsync(("Allocation:TwoPersons", "true"));
        await _world.Get<SetAutopilot>().SignAsync(5, 1m, 60, _world.Clock.GetUtcNow().AddHours(5), "first@test", Token);
        var read = (await ReadAsync(Roles.Admin)).GetProperty("rails").GetProperty("signedAt").GetDateTimeOffset();
        _world.Clock.Advance(TimeSpan.FromMinutes(1));
        await _world.Get<SetAutopilot>().SignAsync(500, 1m, 60, _world.Clock.GetUtcNow().AddHours(5), "first@test", Token);
        (await SendAsync(HttpMethod.Post, "autopilot/countersign", Roles.Admin, new() { ["signedAt"] = read })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await SendAsync(HttpMethod.Post, "autopilot/countersign", Roles.Admin, new() { ["signedAt"] = (await ReadAsync(Roles.Admin)).GetProperty("rails").GetProperty("signedAt").GetDateTimeOffset() })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ReadAsync(Roles.Admin)).GetProperty("rails").GetProperty("countersignedBy").GetString().ShouldBe("admin@nirmaan.example");
    }

    private Dictionary<string, object?> Rails() => new() { ["maxGpusPerDay"] = 7, ["minGainUsdPerDay"] = 2.5, ["maxDataAgeMinutes"] = 60, ["until"] = _world.Clock.GetUtcNow().AddHours(24) };

    private async Task StartAsync(params (string, string)[] settings)
    {
        _world = await PoolWorld.CreateAsync(database, settings);
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Configuration["Sandbox:Url"] = "http://127.0.0.1:9";
        builder.Services.AddSandbox(builder.Configuration).AddSignIn(builder.Configuration).AddAntiforgery();
        builder.Services.AddSingleton(_world.Get<AutopilotQueries>()).AddSingleton(_world.Get<SetAutopilot>()).Configure<JsonOptions>(options => ApiJson.Configure(options.SerializerOptions));
        _app = builder.Build();
        _app.UseRouting();
        _app.UseApiFaults();
        _app.UseSignIn();
        AutopilotCalls.Map(Group(Policies.Staff), Group(Policies.Operate), Group(Policies.Approve));
        await _app.StartAsync(Token);
    }

    private RouteGroupBuilder Group(string policy) => _app.MapGroup("/api/v1").RequireAuthorization(policy);

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string call, string role, Dictionary<string, object?>? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{call}") { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", $"nrm_demo-{role}");
        using var client = _app.GetTestClient();
        return await client.SendAsync(request, Token);
    }

    private async Task<JsonElement> ReadAsync(string role) => await JsonAsync(await SendAsync(HttpMethod.Get, "autopilot", role));

    private static Task<JsonElement> JsonAsync(HttpResponseMessage answer) => answer.Content.ReadFromJsonAsync<JsonElement>(Token);
}
