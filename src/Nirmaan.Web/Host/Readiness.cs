using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nirmaan.Control.Data;
using Nirmaan.Control.Jobs;
using Nirmaan.Web.History;

namespace Nirmaan.Web.Host;

/// <summary>
/// <c>/healthz</c>: the process answers. <c>/readyz</c>: the database is reachable and migrated, and the queue moves; while history is replayed
/// it says how far that is, and is ready all the same, because the pages already work.
/// </summary>
internal static class Readiness
{
    private const string Tag = "ready";

    /// <summary>Registers the checks.</summary>
    public static IServiceCollection AddReadiness(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: [Tag]).AddCheck<QueueCheck>("queue", tags: [Tag]);
        return services;
    }

    /// <summary>Maps both calls.</summary>
    public static void MapReadiness(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        routes.MapHealthChecks("/readyz", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Tag), ResponseWriter = WriteAsync });
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var step = context.RequestServices.GetRequiredService<HistoryProgress>().Step;
        return context.Response.WriteAsJsonAsync(new
        {
            status = report.Status.ToString().ToLowerInvariant(),
            checks = report.Entries.ToDictionary(e => e.Key, e => new { status = e.Value.Status.ToString().ToLowerInvariant(), detail = e.Value.Description }),
            history = step is null ? null : new { percent = Math.Round(100 * step.Done, 1), virtualNow = step.VirtualNow, steps = step.Steps, runs = step.Runs },
        }, JsonSerializerOptions.Web, context.RequestAborted);
    }

    private sealed class DatabaseCheck(SchemaQueries schema) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var missing = await schema.ListPendingAsync(cancellationToken);
                return missing.Count == 0 ? HealthCheckResult.Healthy("reachable, migrated") : HealthCheckResult.Unhealthy($"migrations are missing: {string.Join(", ", missing)}");
            }
            catch (Exception e) when (e is not OperationCanceledException) { return HealthCheckResult.Unhealthy($"not reachable: {e.Message}"); }
        }
    }

    private sealed class QueueCheck(JobQueries jobs, HistoryProgress history) : IHealthCheck
    {
        // Longer than a worker's hold on a row: after it another worker takes over, and only then nobody is at work.
        private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(6);

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            // Virtual time leaps: how long something waits says nothing then.
            if (history.Step is not null) { return HealthCheckResult.Healthy("history is being played"); }
            try
            {
                var lag = await jobs.LagAsync(cancellationToken);
                return lag.Job > s_patience ? HealthCheckResult.Unhealthy($"a job has been due for {lag.Job.Value.TotalMinutes:0} minutes; no worker runs it")
                    : lag.Fleet > s_patience ? HealthCheckResult.Unhealthy($"a row of the fleet has been due for {lag.Fleet.Value.TotalMinutes:0} minutes; no worker attends it")
                    : HealthCheckResult.Healthy("moves");
            }
            catch (Exception e) when (e is not OperationCanceledException) { return HealthCheckResult.Unhealthy($"not readable: {e.Message}"); }
        }
    }
}
