using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Nirmaan.Sandbox.Tests.Shared;

/// <summary>A whole sandbox on a free loopback port, on the manual clock, spoken to over real HTTP.</summary>
internal sealed class TestSandbox : IAsyncDisposable
{
    /// <summary>Where the manual clock starts.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 15, 8, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _app;
    private readonly string _work;

    private TestSandbox(WebApplication app, string work, DateTimeOffset start)
    {
        (_app, _work, Now) = (app, work, start);
        Http = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Http.BaseAddress = new Uri(app.Urls.First());
    }

    /// <summary>A client without any key.</summary>
    public HttpClient Http { get; }

    public string Url => Http.BaseAddress!.ToString().TrimEnd('/');

    public IServiceProvider Services => _app.Services;

    /// <summary>The present of the manual clock.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>Folder of its real containers.</summary>
    public string WorkFolder => _work;

    /// <summary>Starts one with further settings such as <c>Sandbox:Akash:Contract=published</c>.</summary>
    public static Task<TestSandbox> StartAsync(params string[] settings) => StartAsync(Start, null, settings);

    /// <summary>Starts one at a time, with further registrations and settings.</summary>
    public static async Task<TestSandbox> StartAsync(DateTimeOffset start, Action<IServiceCollection>? further, params string[] settings)
    {
        var work = Directory.CreateTempSubdirectory("nirmaan-sandbox-").FullName;
        string[] own = [$"Sandbox:Start={start:O}", $"Sandbox:WorkFolder={work}", "Sandbox:Seed=7", "urls=http://127.0.0.1:0",
            "Logging:LogLevel:Default=Warning"];
        var app = SandboxHost.Build([.. own.Concat(settings).Select(s => $"--{s}")], further);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestSandbox(app, work, start);
    }

    /// <summary>Gives the clock over to the system's.</summary>
    public async Task GoLiveAsync()
    {
        var answer = await SendAsync(HttpMethod.Post, "/sandbox/clock", """{"mode":"live"}""");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
    }

    /// <summary>An API key of the Console.</summary>
    public static string AkashKey(int account = 1) => $"ac.sk.sandbox.{account:x64}";

    /// <summary>Moves the clock on; everything due has happened when this ends.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        Now += by;
        var answer = await SendAsync(HttpMethod.Post, "/sandbox/clock", $$"""{"mode":"manual","now":"{{Now:O}}"}""");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
    }

    /// <summary>Sets a fault or lets an event happen.</summary>
    public async Task StrikeAsync(string json)
    {
        var answer = await SendAsync(HttpMethod.Post, "/sandbox/faults", json);
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
    }

    /// <summary>What truly is.</summary>
    public async Task<JsonNode> WorldAsync() => (await SendAsync(HttpMethod.Get, "/sandbox/world")).Json;

    /// <summary>A call with any headers.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) { request.Content = new StringContent(body, Encoding.UTF8, "application/json"); }
        foreach (var (name, value) in headers) { request.Headers.Add(name, value); }
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Content.Headers.ContentType?.MediaType, response.Headers.RetryAfter?.Delta);
    }

    /// <summary>A call of the Console API with an account's key.</summary>
    public Task<Answer> AkashAsync(HttpMethod method, string path, string? body = null, int account = 1) =>
        SendAsync(method, "/akash" + path, body, ("x-api-key", AkashKey(account)));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, string? MediaType, TimeSpan? RetryAfter)
{
    public JsonNode Json => JsonNode.Parse(Text)!;
}
