using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Nirmaan.Storm.Tests;

/// <summary>
/// A web server without a socket: a request is handed to the pipeline and the answer taken from it, on the caller's own thread, so that a seed
/// decides everything and the machine's scheduler nothing.
/// </summary>
internal sealed class InProcessServer : IServer
{
    private Func<IFeatureCollection, Task>? _run;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull
    {
        _run = async features =>
        {
            var context = application.CreateContext(features);
            try { await application.ProcessRequestAsync(context); }
            finally { application.DisposeContext(context, null); }
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() { }

    /// <summary>Answers a request.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using var asked = new MemoryStream(request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync());
        using var answered = new MemoryStream();
        var said = new HttpRequestFeature
        {
            Method = request.Method.Method, Scheme = "http", Protocol = "HTTP/1.1", Path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath), QueryString = request.RequestUri.Query,
            RawTarget = request.RequestUri.PathAndQuery, Body = asked,
        };
        foreach (var (name, values) in request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())) { said.Headers[name] = values.ToArray(); }
        said.Headers.Host = request.RequestUri.Authority;
        var answer = new HttpResponseFeature();
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(said);
        features.Set<IHttpResponseFeature>(answer);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answered));
        features.Set<IHttpRequestBodyDetectionFeature>(new HasBody(asked.Length > 0));
        await _run!(features);
        var response = new HttpResponseMessage((HttpStatusCode)answer.StatusCode) { Content = new ByteArrayContent(answered.ToArray()) };
        foreach (var (name, values) in answer.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, values.ToArray())) { response.Content.Headers.TryAddWithoutValidation(name, values.ToArray()); }
        }
        return response;
    }

    private sealed record HasBody(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
