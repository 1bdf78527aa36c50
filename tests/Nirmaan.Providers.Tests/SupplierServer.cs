using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nirmaan.Providers.Tests;

/// <summary>What the server saw of a request.</summary>
public sealed record Seen(string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Call => $"{Method} {Path}";
}

/// <summary>What it answers.</summary>
public sealed record Said(int Status, string Body, string? ContentType = "application/json", string? RetryAfter = null, string? Location = null);

/// <summary>An HTTP server in this process that plays a supplier, and on demand everything that may stand between it and us.</summary>
public sealed class SupplierServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Call, Strike Strike)> _strikes = new();
    private readonly Func<Seen, Said> _supplier;
    private readonly WebApplication _app;

    public delegate Task Strike(HttpContext context, Func<Said> act);

    private SupplierServer(WebApplication app, Func<Seen, Said> supplier) => (_app, _supplier) = (app, supplier);

    public ConcurrentQueue<Seen> Requests { get; } = new();

    public Uri Address => new(_app.Urls.Single());

    public static async Task<SupplierServer> StartAsync(Func<Seen, Said> supplier)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new SupplierServer(app, supplier);
        app.Run(server.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public int Count(string call) => Requests.Count(r => r.Call == call);

    /// <summary>Strikes the next calls of a method and path once each, in this order.</summary>
    public void Next(string call, params Strike[] strikes)
    {
        foreach (var strike in strikes) { _strikes.Enqueue((call, strike)); }
    }

    /// <summary>Answers this and does nothing.</summary>
    public static Strike Say(Said said) => (context, _) => SendAsync(context, said);

    public static Strike Say(int status, string body = "") => Say(new Said(status, body));

    /// <summary>Does what was asked, then answers something else.</summary>
    public static Strike ActThenSay(Func<Said, Said> change) => (context, act) => SendAsync(context, change(act()));

    /// <summary>Does what was asked and never answers.</summary>
    public static async Task ActThenHang(HttpContext context, Func<Said> act)
    {
        act();
        await Hang(context, act);
    }

    /// <summary>Does nothing and never answers.</summary>
    public static async Task Hang(HttpContext context, Func<Said> act)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>Does what was asked, then drops the connection.</summary>
    public static Task ActThenDrop(HttpContext context, Func<Said> act)
    {
        act();
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Announces the whole body and breaks off in the middle of it.</summary>
    public static async Task ActThenBreakOff(HttpContext context, Func<Said> act)
    {
        var said = act();
        (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength) = (said.Status, said.ContentType, said.Body.Length);
        await context.Response.WriteAsync(said.Body[..(said.Body.Length / 2)]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var seen = new Seen(
            context.Request.Method, context.Request.Path, context.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString()),
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body);
        Requests.Enqueue(seen);
        var strike = default(Strike);
        if (_strikes.TryPeek(out var next) && next.Call == seen.Call && _strikes.TryDequeue(out next)) { strike = next.Strike; }
        await (strike is null ? SendAsync(context, _supplier(seen)) : strike(context, () => _supplier(seen)));
    }

    private static async Task SendAsync(HttpContext context, Said said)
    {
        context.Response.StatusCode = said.Status;
        if (said.RetryAfter is { } wait) { context.Response.Headers.RetryAfter = wait; }
        if (said.Location is { } target) { context.Response.Headers.Location = target; }
        if (said.ContentType is { } type) { context.Response.ContentType = type; }
        await context.Response.WriteAsync(said.Body);
    }
}
