using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nirmaan.Agent.Tests;

/// <summary>A control plane's end for heartbeats, in this process: remembers what it took and can be told to answer otherwise.</summary>
public sealed class ControlPlane : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ControlPlane(WebApplication app) => _app = app;

    /// <summary>A request that was taken or refused.</summary>
    public sealed record Post(int Status, string? Authorization, IReadOnlyList<Heartbeat> Beats, bool IsBatch);

    public ConcurrentQueue<Post> Posts { get; } = new();

    /// <summary>Null takes the heartbeats; else the status to answer with, seeing how many came.</summary>
    public Func<int, int?> Refuse { get; set; } = _ => null;

    public string? RetryAfter { get; set; }

    public double NextInSeconds { get; set; } = 0.2;

    public string Url => _app.Urls.Single();

    public IReadOnlyList<Heartbeat> Taken => [.. Posts.Where(p => p.Status == 202).SelectMany(p => p.Beats)];

    public static async Task<ControlPlane> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var plane = new ControlPlane(app);
        app.MapPost("/api/v1/heartbeats", plane.TakeAsync);
        await app.StartAsync();
        return plane;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        var isBatch = body.RootElement.TryGetProperty("batch", out var batch);
        JsonElement[] elements = isBatch ? [.. batch.EnumerateArray()] : [body.RootElement];
        var beats = elements.Select(e => e.Deserialize<Heartbeat>(JsonSerializerOptions.Web)!).ToList();
        var status = Refuse(beats.Count) ?? 202;
        Posts.Enqueue(new Post(status, context.Request.Headers.Authorization, beats, isBatch));
        context.Response.StatusCode = status;
        if (RetryAfter is not null && status != 202) { context.Response.Headers.RetryAfter = RetryAfter; }
        await context.Response.WriteAsJsonAsync(new { accepted = beats.Count, nextInSeconds = NextInSeconds }, context.RequestAborted);
    }
}
