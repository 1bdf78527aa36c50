using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Nirmaan.Providers.Tests;

/// <summary>What a server saw of a request.</summary>
public sealed record Seen(string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Call => $"{Method} {Path}";
}

/// <summary>What it answers.</summary>
public sealed record Said(int Status, string Body, string? ContentType = "application/json", string? RetryAfter = null, string? Location = null);

/// <summary>Everything that may stand between a supplier and us, on demand: each strike falls once, on the next call that it is meant for.</summary>
public sealed class Strikes
{
    private readonly ConcurrentQueue<(string Call, Strike Strike)> _strikes = new();

    /// <summary>What comes in place of the plain answer; <paramref name="act"/> lets the supplier do what was asked.</summary>
    public delegate Task Strike(HttpContext context, Func<Task<Said>> act);

    /// <summary>Every request, in the order of arrival.</summary>
    public ConcurrentQueue<Seen> Requests { get; } = new();

    /// <summary>Strikes the next calls of a method and path once each, in this order.</summary>
    public void Next(string call, params Strike[] strikes)
    {
        foreach (var strike in strikes) { _strikes.Enqueue((call, strike)); }
    }

    /// <summary>Writes the request down and says what is to strike it; null = nothing.</summary>
    public async Task<(Seen Seen, Strike? Strike)> TakeAsync(HttpContext context)
    {
        var request = context.Request;
        request.EnableBuffering();
        using var reader = new StreamReader(request.Body, Encoding.UTF8, leaveOpen: true);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        request.Body.Position = 0;
        var seen = new Seen(
            request.Method, request.Path, request.Query.ToDictionary(q => q.Key, q => q.Value.ToString()),
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body);
        Requests.Enqueue(seen);
        return (seen, _strikes.TryPeek(out var next) && next.Call == seen.Call && _strikes.TryDequeue(out next) ? next.Strike : null);
    }

    /// <summary>Answers this and does nothing.</summary>
    public static Strike Say(Said said) => (context, _) => SendAsync(context, said);

    public static Strike Say(int status, string body = "") => Say(new Said(status, body));

    /// <summary>Does what was asked, then answers something else.</summary>
    public static Strike ActThenSay(Func<Said, Said> change) => async (context, act) => await SendAsync(context, change(await act()));

    /// <summary>Does what was asked and never answers.</summary>
    public static async Task ActThenHang(HttpContext context, Func<Task<Said>> act)
    {
        await act();
        await Hang(context, act);
    }

    /// <summary>Does nothing and never answers.</summary>
    public static async Task Hang(HttpContext context, Func<Task<Said>> act)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>Does what was asked, then drops the connection.</summary>
    public static async Task ActThenDrop(HttpContext context, Func<Task<Said>> act)
    {
        await act();
        context.Abort();
    }

    /// <summary>Announces the whole body and breaks off in the middle of it.</summary>
    public static async Task ActThenBreakOff(HttpContext context, Func<Task<Said>> act)
    {
        var said = await act();
        (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength) = (said.Status, said.ContentType, said.Body.Length);
        await context.Response.WriteAsync(said.Body[..(said.Body.Length / 2)]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    /// <summary>Sends it as it is.</summary>
    public static async Task SendAsync(HttpContext context, Said said)
    {
        context.Response.StatusCode = said.Status;
        if (said.RetryAfter is { } wait) { context.Response.Headers.RetryAfter = wait; }
        if (said.Location is { } target) { context.Response.Headers.Location = target; }
        if (said.ContentType is { } type) { context.Response.ContentType = type; }
        if (said.Body.Length > 0) { await context.Response.WriteAsync(said.Body); }
    }
}
