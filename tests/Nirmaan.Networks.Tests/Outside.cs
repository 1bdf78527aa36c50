using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nirmaan.Networks.Tests;

/// <summary>A request as the outside received it.</summary>
public sealed record Seen(string Method, string Path, string Query, string Body, string? Authorization)
{
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>Somebody else's server on a free loopback port that answers what a test told it to. What it was not told of is a 404 page.</summary>
public sealed class Outside : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<Seen, (int Status, string Body, string Type)>> _answers = [];

    private Outside(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.Single());

    public ConcurrentQueue<Seen> Calls { get; } = [];

    public static async Task<Outside> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var outside = new Outside(builder.Build());
        outside._app.Run(outside.HandleAsync);
        await outside._app.StartAsync();
        return outside;
    }

    /// <summary>Answers a call such as <c>GET /stats</c>, whatever its query.</summary>
    public Outside Answers(string call, string body, int status = 200, string type = "application/json") => Answers(call, _ => (status, body, type));

    public Outside Answers(string call, Func<Seen, (int Status, string Body, string Type)> answer)
    {
        _answers[call] = answer;
        return this;
    }

    public Outside Answers(string call, Func<Seen, string> body) => Answers(call, seen => (200, body(seen), "application/json"));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var seen = new Seen(context.Request.Method, context.Request.Path, context.Request.QueryString.ToString(), await reader.ReadToEndAsync(), context.Request.Headers.Authorization);
        Calls.Enqueue(seen);
        var (status, body, type) = _answers.TryGetValue(seen.ToString(), out var answer) ? answer(seen) : (404, "<html><title>nothing here</title></html>", "text/html");
        (context.Response.StatusCode, context.Response.ContentType) = (status, type);
        await context.Response.WriteAsync(body);
    }
}
