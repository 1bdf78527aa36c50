using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Sandbox;
using Nirmaan.Sandbox.Networks.Morpheus;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests.OnSandbox;

/// <summary>
/// The real sandbox on a free loopback port, its clock in the test's hand. It is spoken to over HTTP only; one thing has no call, putting a
/// model server up, which in the whole loop the containers do.
/// </summary>
internal sealed class SandboxWorld : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2027, 3, 3, 12, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private SandboxWorld(WebApplication app)
    {
        _app = app;
        _http = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        _http.BaseAddress = Url;
        // A jump of hours holds much work.
        _http.Timeout = TimeSpan.FromMinutes(5);
    }

    public Uri Url => new(_app.Urls.Single());

    public DateTimeOffset Now { get; private set; } = Start;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Starts it; with a chain it pays MOR there.</summary>
    /// <param name="settings">More arguments.</param>
    public static async Task<SandboxWorld> BeginAsync(LocalChain? chain = null, params string[] settings)
    {
        string[] args =
        [
            "--urls=http://127.0.0.1:0", $"--Sandbox:Start={Start:O}", "--Logging:LogLevel:Default=None", "--Chain:Stakers=0",
            .. settings, .. chain is null ? [] : new[] { $"--Chain:Rpc={chain.Url}", $"--Chain:Mor={chain.Contracts.Mor}", $"--Chain:Diamond={chain.Contracts.Diamond}", $"--Chain:FundingAccount={chain.Contracts.FundingAccount}" },
        ];
        var app = SandboxHost.Build(args);
        await app.StartAsync(Cancel);
        return new SandboxWorld(app);
    }

    public void ServeModel(string modelId) => _app.Services.GetRequiredService<IModelServers>()
        .Up(modelId, (_, _) => Task.FromResult<string?>("""{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"}}]}"""));

    public async Task AdvanceAsync(TimeSpan by)
    {
        Now += by;
        await PostAsync("/sandbox/clock", new JsonObject { ["mode"] = "manual", ["now"] = Now.ToString("O") });
    }

    public async Task<JsonNode?> PostAsync(string path, JsonNode body)
    {
        using var answer = await _http.PostAsJsonAsync(path, body, Cancel);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Cancel));
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }
}
