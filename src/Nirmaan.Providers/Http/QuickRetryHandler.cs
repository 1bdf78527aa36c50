using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Nirmaan.Providers.Http;

/// <summary>
/// Repeats reads and deletes a few times: they can do no harm twice. Anything else is sent once. A read has its own, shorter time limit per
/// attempt. Waits go by the machine's clock, because a manual clock stands still while a call is under way.
/// </summary>
internal sealed class QuickRetryHandler(SupplierOptions options) : DelegatingHandler
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline<HttpResponseMessage> _reads = Retries(options).AddTimeout(options.ReadTimeout).Build();
    private readonly ResiliencePipeline<HttpResponseMessage> _deletes = Retries(options).Build();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var pipeline = request.Method == HttpMethod.Get ? _reads : request.Method == HttpMethod.Delete ? _deletes : null;
        return pipeline is null
            ? await base.SendAsync(request, cancellationToken)
            : await pipeline.ExecuteAsync(async token => await base.SendAsync(request, token), cancellationToken);
    }

    private static ResiliencePipelineBuilder<HttpResponseMessage> Retries(SupplierOptions options)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage>();
        return options.QuickRetries == 0 ? builder : builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = options.QuickRetries,
            Delay = options.RetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = arguments => ValueTask.FromResult(IsPassing(arguments.Outcome)),
            DelayGenerator = arguments => ValueTask.FromResult(arguments.Outcome.Result?.Headers.RetryAfter?.Delta),
        });
    }

    /// <summary>True for what may be over in a moment. A wait longer than a few seconds is the caller's to plan.</summary>
    private static bool IsPassing(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result: { StatusCode: HttpStatusCode.TooManyRequests } response } => response.Headers.RetryAfter is { Delta: { } wait } && wait <= s_longestWait,
        { Result.StatusCode: HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            or HttpStatusCode.RequestTimeout } => outcome.Result!.Headers.RetryAfter?.Delta is not { } wait || wait <= s_longestWait,
        _ => false,
    };
}
