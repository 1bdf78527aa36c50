using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;

namespace Nirmaan.Control.Jobs;

/// <summary>
/// Deletes what only grows and is no longer asked for: ended runs, heartbeats that their hours have long been made of, comparisons with
/// suppliers that found nothing. What money, uptime and decisions rest on (windows, points, ledger, history of things) stays.
/// </summary>
public sealed class PruneHistory(IDbContextFactory<NirmaanDbContext> contexts, IOptions<JobOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan s_quietReports = TimeSpan.FromDays(2);

    /// <summary>One line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var (now, keep) = (clock.GetUtcNow(), options.Value);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var before = now - keep.KeepRunsFor;
        var runs = await db.Database.ExecuteSqlAsync($"""
            DELETE FROM job_runs WHERE ended_at < {before} OR id IN (
                SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY job_id ORDER BY queued_at DESC) AS place FROM job_runs WHERE ended_at IS NOT NULL) r WHERE place > {keep.KeepRunsPerJob})
            """, cancellationToken);
        var heard = now - keep.KeepHeartbeatsFor;
        // By miner, because that is how they are indexed.
        var heartbeats = await db.Database.ExecuteSqlAsync($"DELETE FROM heartbeats h USING miners m WHERE h.miner_id = m.id AND h.sent_at < {heard}", cancellationToken);
        var (old, quiet) = (now - keep.KeepReportsFor, now - s_quietReports);
        var reports = await db.Database.ExecuteSqlAsync($"DELETE FROM supplier_reports WHERE at < {old} OR (at < {quiet} AND error IS NULL AND jsonb_array_length(findings) = 0)", cancellationToken);
        return $"{runs} old runs, {heartbeats} heartbeats and {reports} reports deleted";
    }
}
