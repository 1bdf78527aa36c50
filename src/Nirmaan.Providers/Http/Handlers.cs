using System.Threading.RateLimiting;

namespace Nirmaan.Providers.Http;

/// <summary>Adds the account's key to the calls that need it, and to no other.</summary>
internal sealed class KeyHandler(string header, string key, Func<Uri, bool> needsKey) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Remove(header);
        if (needsKey(request.RequestUri!)) { request.Headers.TryAddWithoutValidation(header, key); }
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>
/// Refuses a good status with a body that is neither JSON nor an event stream: an edge's page with status 200 is no answer of the supplier.
/// A missing content type is let pass; the JSON parser judges.
/// </summary>
internal sealed class ContentTypeHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentLength == 0) { return response; }
        var type = response.Content.Headers.ContentType?.MediaType;
        if (type is null or "application/json" or "text/event-stream" || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)) { return response; }
        var status = response.StatusCode;
        response.Dispose();
        var what = $"{request.Method} {request.RequestUri!.AbsolutePath} answered {(int)status} with {type} instead of JSON.";
        throw new HttpRequestException(HttpRequestError.InvalidResponse, what, null, status);
    }
}

/// <summary>Holds calls back to so many per second: the supplier publishes no limit, so this is our own courtesy.</summary>
internal sealed class PaceHandler(int callsPerSecond) : DelegatingHandler
{
    private readonly TokenBucketRateLimiter _limiter = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = callsPerSecond,
        TokensPerPeriod = callsPerSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = int.MaxValue,
    });

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var lease = await _limiter.AcquireAsync(1, cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) { _limiter.Dispose(); }
        base.Dispose(disposing);
    }
}
