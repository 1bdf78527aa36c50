using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Sandbox.Chain;
using Nirmaan.Sandbox.Miners;
using Nirmaan.Sandbox.Networks.Heurist;
using Nirmaan.Sandbox.Networks.Morpheus;
using Nirmaan.Sandbox.Networks.Prices;
using Nirmaan.Sandbox.Networks.Releases;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Tests.Networks;

/// <summary>The networks' part of the sandbox on a free loopback port, its clock in the test's hand.</summary>
public sealed class NetworksWorld : IAsyncDisposable
{
    /// <summary>A Wednesday, shortly before the users' busiest hours; late enough that a fresh local chain, which begins now, lies before it.</summary>
    public static readonly DateTimeOffset Start = new(2030, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _app;

    private NetworksWorld(WebApplication app, HttpClient http) => (_app, Http) = (app, http);

    /// <summary>A client of the sandbox, at its base address.</summary>
    public HttpClient Http { get; }

    /// <summary>The sandbox's base address.</summary>
    public string Url => _app.Urls.Single();

    /// <summary>The clock.</summary>
    public SandboxClock Clock => Get<SandboxClock>();

    /// <summary>A part of the sandbox.</summary>
    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Starts the world; settings are keys of configuration, for example <c>Chain:Rpc</c>.</summary>
    public static async Task<NetworksWorld> BeginAsync(int seed = 1, bool manual = true, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value)));
        var clock = new SandboxClock(TimeProvider.System);
        if (manual) { clock.Set(Start); }
        builder.Services.AddSingleton(clock).AddSingleton<TimeProvider>(clock).AddSingleton<Agenda>().AddSingleton(new Seed(seed)).AddHttpClient();
        ISandboxModule[] modules = [new ChainModule(), new HeuristModule(), new MorpheusModule(), new PricesModule(), new ReleasesModule(), new MinersModule()];
        foreach (var module in modules) { module.AddTo(builder.Services, builder.Configuration); }
        var app = builder.Build();
        foreach (var module in modules) { module.Map(app); }
        await app.StartAsync();
        var http = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        http.BaseAddress = new Uri(app.Urls.Single());
        return new NetworksWorld(app, http);
    }

    /// <summary>Lets everything happen up to a time after the start.</summary>
    public Task AdvanceAsync(TimeSpan afterStart) => Get<Agenda>().AdvanceToAsync(Start + afterStart, TestContext.Current.CancellationToken);

    /// <summary>Calls with a JSON body (or none) and reads the answer.</summary>
    public async Task<(int Status, string Body)> SendAsync(HttpMethod method, string path, string? json = null, string? user = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) { request.Content = new StringContent(json, Encoding.UTF8, "application/json"); }
        if (user is not null) { request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user))); }
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Posts JSON, expects 200 and reads the answer as JSON.</summary>
    public async Task<JsonNode> PostAsync(string path, string json, string? user = null) => Expect(await SendAsync(HttpMethod.Post, path, json, user));

    /// <summary>Gets, expects 200 and reads the answer as JSON.</summary>
    public async Task<JsonNode> GetAsync(string path, string? user = null) => Expect(await SendAsync(HttpMethod.Get, path, null, user));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private static JsonNode Expect((int Status, string Body) answer)
    {
        answer.Status.ShouldBe(StatusCodes.Status200OK, answer.Body);
        return JsonNode.Parse(answer.Body)!;
    }
}
