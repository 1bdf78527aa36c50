using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nirmaan.Sandbox.Tests.Shared;

/// <summary>A control plane that only takes heartbeats, in the order in which they come.</summary>
internal sealed class FakeControl : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeControl(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>What it answers; 202 takes.</summary>
    public HttpStatusCode Answer { get; set; } = HttpStatusCode.Accepted;

    /// <summary>Most heartbeats it takes at once; more is 413.</summary>
    public int Most { get; set; } = 500;

    /// <summary>Heartbeats taken, with the token they came with.</summary>
    public ConcurrentQueue<(string Token, JsonNode Heartbeat)> Taken { get; } = new();

    /// <summary>Sizes of the requests that came, taken or not.</summary>
    public ConcurrentQueue<int> Sizes { get; } = new();

    public IReadOnlyList<JsonNode> Heartbeats => [.. Taken.Select(t => t.Heartbeat)];

    public IReadOnlyList<string> States => [.. Heartbeats.Select(h => h["state"]!.GetValue<string>())];

    public static async Task<FakeControl> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var control = new FakeControl(builder.Build());
        control._app.MapPost("/api/v1/heartbeats", control.TakeAsync);
        await control._app.StartAsync(TestContext.Current.CancellationToken);
        return control;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        var body = (await JsonNode.ParseAsync(http.Request.Body))!;
        var heartbeats = body["batch"] is JsonArray batch ? batch.ToList() : [body];
        Sizes.Enqueue(heartbeats.Count);
        var status = heartbeats.Count > Most ? HttpStatusCode.RequestEntityTooLarge : Answer;
        http.Response.StatusCode = (int)status;
        if (status == HttpStatusCode.TooManyRequests) { http.Response.Headers.RetryAfter = "600"; }
        if (status != HttpStatusCode.Accepted) { return; }
        foreach (var heartbeat in heartbeats) { Taken.Enqueue((http.Request.Headers.Authorization.ToString(), heartbeat!)); }
        await http.Response.WriteAsJsonAsync(new { accepted = heartbeats.Count, nextInSeconds = 300 });
    }
}
