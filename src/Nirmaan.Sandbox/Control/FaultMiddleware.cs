using System.Globalization;
using System.Text;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Control;

/// <summary>Lets the faults in force strike the calls they are meant for, whichever part of the sandbox answers them.</summary>
public sealed class FaultMiddleware(RequestDelegate next, Faults faults, IEnumerable<ErrorShape> shapes)
{
    // What a content delivery network in front of an API shows when it answers itself.
    private static string EdgePage(int status) =>
        $"<!DOCTYPE html><html><head><title>{status} | edge</title></head><body><h1>Error {status}</h1><p>The origin could not be reached.</p></body></html>";

    /// <summary>Strikes, or passes the call on.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var name = context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName;
        // The sandbox's own API stands outside of the world, or a fault on everything could never be lifted.
        if (name is null || name.StartsWith("sandbox.", StringComparison.Ordinal) || await TakeAsync(context, name) is not { } fault)
        {
            await next(context);
            return;
        }
        var (order, cancelled) = (fault.Order, context.RequestAborted);
        switch (order.Kind)
        {
            case FaultKinds.Refuse:
                await RefuseAsync(context, name, order.Status ?? 503, "Refused by a fault of the sandbox");
                break;
            case FaultKinds.TooMany:
                context.Response.Headers.RetryAfter = ((int)(order.DelaySeconds ?? 5)).ToString(CultureInfo.InvariantCulture);
                await RefuseAsync(context, name, 429, "Too many requests");
                break;
            case FaultKinds.Html:
                await EdgeAsync(context, order.Status ?? 503);
                break;
            case FaultKinds.Delay:
                await HoldAsync(order.DelaySeconds ?? 5, cancelled);
                await next(context);
                break;
            case FaultKinds.ActThenTimeOut:
                await CaptureAsync(context);
                await HoldAsync(order.DelaySeconds ?? 0, cancelled);
                if (order.Status is { } status) { await EdgeAsync(context, status); } else { context.Abort(); }
                break;
            case FaultKinds.Malformed:
                var body = await CaptureAsync(context);
                await SendAsync(context, body.AsMemory(0, body.Length / 2));
                break;
            case FaultKinds.Empty:
                await CaptureAsync(context);
                await SendAsync(context, ReadOnlyMemory<byte>.Empty);
                break;
        }
    }

    private async Task<Fault?> TakeAsync(HttpContext context, string name)
    {
        var request = context.Request;
        var text = $"{request.Path}{request.QueryString}";
        if (faults.MatchesText)
        {
            request.EnableBuffering();
            using var reader = new StreamReader(request.Body, Encoding.UTF8, leaveOpen: true);
            text += "\n" + await reader.ReadToEndAsync(context.RequestAborted);
            request.Body.Position = 0;
        }
        return faults.Take(name, FaultKinds.OfCalls, $"{request.Method} {request.Path}", text);
    }

    private async Task RefuseAsync(HttpContext context, string name, int status, string message)
    {
        var body = shapes.FirstOrDefault(s => Faults.Covers(s.Group, name))?.Body(status, message) ?? new { error = message };
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(body, Wire.Options, context.RequestAborted);
    }

    private static async Task EdgeAsync(HttpContext context, int status)
    {
        context.Response.Clear();
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=UTF-8";
        await context.Response.WriteAsync(EdgePage(status), context.RequestAborted);
    }

    /// <summary>Lets the endpoint act while its answer is kept back.</summary>
    private async Task<byte[]> CaptureAsync(HttpContext context)
    {
        var open = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        try { await next(context); }
        finally { context.Response.Body = open; }
        return kept.ToArray();
    }

    private static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    // Real seconds: a client waits by its own watch, whatever the sandbox's clock says.
    private static Task HoldAsync(double seconds, CancellationToken cancelled) =>
        Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, cancelled)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
}
