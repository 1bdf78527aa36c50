using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nirmaan.Providers.Tests;

/// <summary>An HTTP server in this process that plays a supplier in the small, with strikes in between.</summary>
public sealed class SupplierServer : IAsyncDisposable
{
    private readonly Strikes _strikes = new();
    private readonly WebApplication _app;

    private SupplierServer(WebApplication app) => _app = app;

    public ConcurrentQueue<Seen> Requests => _strikes.Requests;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<SupplierServer> StartAsync(Func<Seen, Said> supplier)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new SupplierServer(app);
        app.Run(context => server.HandleAsync(context, supplier));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public int Count(string call) => Requests.Count(r => r.Call == call);

    /// <summary>Strikes the next calls of a method and path once each, in this order.</summary>
    public void Next(string call, params Strikes.Strike[] strikes) => _strikes.Next(call, strikes);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context, Func<Seen, Said> supplier)
    {
        var (seen, strike) = await _strikes.TakeAsync(context);
        await (strike is null ? Strikes.SendAsync(context, supplier(seen)) : strike(context, () => Task.FromResult(supplier(seen))));
    }
}
