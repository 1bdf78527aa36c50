using System.Globalization;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Web.Api;

/// <summary>One report, or a batch of them. <c>gpus</c> and <c>payouts</c> null = unknown.</summary>
internal sealed record HeartbeatBody(
    Guid? BootId, long? Sequence, DateTimeOffset? SentAt, string? State, IReadOnlyList<GpuReading>? Gpus, int? JobsDone, DateTimeOffset? LastJobAt, IReadOnlyList<HeartbeatBody>? Batch,
    IReadOnlyList<PayoutReading>? Payouts = null)
{
    // What is missing becomes a value that the rules refuse by name.
    public HeartbeatReport ToReport() => new(BootId ?? Guid.Empty, Sequence ?? -1, SentAt ?? default, State ?? "", Gpus ?? [], JobsDone ?? -1, LastJobAt, Payouts);
}

/// <summary>Stored: how many were new, and when the next is wanted.</summary>
internal sealed record HeartbeatsWire(int Accepted, int NextInSeconds);

/// <summary>A token bucket per miner.</summary>
internal sealed class HeartbeatLimit(IOptions<ApiOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<MinerId> _limiter = PartitionedRateLimiter.Create<MinerId, MinerId>(miner => RateLimitPartition.GetTokenBucketLimiter(miner, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = options.Value.HeartbeatsPerMinute,
        TokensPerPeriod = Math.Max(1, options.Value.HeartbeatsPerMinute / 60),
        ReplenishmentPeriod = TimeSpan.FromMinutes(1.0 * Math.Max(1, options.Value.HeartbeatsPerMinute / 60) / options.Value.HeartbeatsPerMinute),
    }));

    /// <summary>Null = may pass; else how long to wait.</summary>
    public TimeSpan? Refuse(MinerId miner)
    {
        using var lease = _limiter.AttemptAcquire(miner);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    public void Dispose() => _limiter.Dispose();
}

internal static class HeartbeatCalls
{
    private const int MaxBytes = 1 << 20, SecondsForStopped = 3600;
    private const string Bearer = "Bearer ";

    public static void Map(RouteGroupBuilder open) => open.MapPost("/heartbeats", RecordAsync).WithMetadata(new RequestSizeLimitAttribute(MaxBytes))
        .WithName("recordHeartbeats").WithSummary("A miner's agent reports; answered when it is committed. Copies and order do no harm.").Accepts<HeartbeatBody>("application/json")
        .Produces<HeartbeatsWire>(202).ProducesProblem(400).ProducesProblem(401).ProducesProblem(413).ProducesProblem(422).ProducesProblem(429);

    private static async Task<IResult> RecordAsync(HttpContext context, MinerTokens tokens, HeartbeatLimit limit, RecordHeartbeats record, IOptions<UptimeOptions> uptime, IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions> json, CancellationToken cancellationToken)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || tokens.Check(header[Bearer.Length..].Trim()) is not { } miner)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Of(401, "unauthenticated", "The token of a miner is needed: Authorization: Bearer nrm_m_...");
        }
        if (limit.Refuse(miner) is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return Problems.Of(429, "too_many_calls", "This miner reports too often; send what waits as one batch.");
        }
        if (context.Request.ContentLength > MaxBytes) { return Problems.Of(413, "body_too_large", $"The body has {context.Request.ContentLength} bytes; expected at most {MaxBytes}."); }
        HeartbeatBody? body;
        try { body = await JsonSerializer.DeserializeAsync<HeartbeatBody>(context.Request.Body, json.Value.SerializerOptions, cancellationToken); }
        catch (JsonException e) { return Problems.Of(400, "invalid_json", $"{e.Path ?? "body"}: {e.Message}"); }
        if (body is null || body.Batch?.Any(b => b is null) == true) { return Problems.Of(400, "invalid_json", "body: null was given; expected a heartbeat or a batch of them."); }
        if (body.Batch?.Count > HeartbeatRules.MaxBatch) { return Problems.Of(413, "batch_too_large", $"The batch holds {body.Batch.Count} heartbeats; expected at most {HeartbeatRules.MaxBatch}."); }
        List<HeartbeatReport> reports = body.Batch is { } batch ? [.. batch.Select(b => b.ToReport())] : [body.ToReport()];
        return await record.RunAsync(miner, reports, cancellationToken) switch
        {
            HeartbeatOutcome.Recorded recorded => Accepted(recorded.Accepted, (int)uptime.Value.HeartbeatEvery.TotalSeconds),
            // Taken without being stored, so that an agent whose miner has ended forgets them and comes to rest.
            HeartbeatOutcome.StoppedMiner => Accepted(0, SecondsForStopped),
            HeartbeatOutcome.Invalid invalid => Problems.Of(422, "invalid_heartbeat", $"{invalid.Errors[0].Field} {invalid.Errors[0].Message}", ("errors", invalid.Errors)),
            _ => Problems.Of(401, "unknown_miner", "The token is good, but its miner is not known here."),
        };
    }

    private static IResult Accepted(int accepted, int nextInSeconds) => Results.Json(new HeartbeatsWire(accepted, nextInSeconds), statusCode: StatusCodes.Status202Accepted);
}
