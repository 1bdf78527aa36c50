using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Refit;

namespace Nirmaan.Rest.Tests;

/// <summary>What the server saw of a request.</summary>
public sealed record Seen(string Method, string Target, Dictionary<string, string> Headers, string Body);

/// <summary>An HTTP server in this process: paths below /echo answer with what was received, others by <see cref="Answer"/>.</summary>
public sealed class Echo : IAsyncLifetime
{
    private WebApplication? _app;
    private ServiceProvider? _clients;

    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(HandleAsync);
        await _app.StartAsync();
        Address = new Uri(_app.Urls.Single());
        _clients = new ServiceCollection().AddHttpClient().BuildServiceProvider();
    }

    public T Client<T>(RefitSettings? settings = null, string basePath = "", Action<HttpClient>? configure = null) where T : class
    {
        var http = _clients!.GetRequiredService<IHttpClientFactory>().CreateClient();
        http.BaseAddress = new Uri(Address, basePath);
        configure?.Invoke(http);
        return settings is null ? RestService.For<T>(http) : RestService.For<T>(http, settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (_clients is not null) { await _clients.DisposeAsync(); }
        if (_app is not null) { await _app.DisposeAsync(); }
    }

    private async Task HandleAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (!target.Contains("/echo", StringComparison.Ordinal))
        {
            await Answer(context);
            return;
        }
        using var body = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var seen = new Seen(context.Request.Method, target, headers, await body.ReadToEndAsync(context.RequestAborted));
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(JsonSerializer.Serialize(seen, JsonSerializerOptions.Web), context.RequestAborted);
    }
}
