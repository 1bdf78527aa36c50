using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;

namespace Nirmaan.Control.Jobs;

/// <summary>Deletes ended runs that are too old or too many.</summary>
public sealed class PruneRuns(IDbContextFactory<NirmaanDbContext> contexts, IOptions<JobOptions> options, TimeProvider clock)
{
    /// <summary>One line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var (before, keep) = (clock.GetUtcNow() - options.Value.KeepRunsFor, options.Value.KeepRunsPerJob);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var deleted = await db.Database.ExecuteSqlAsync($"""
            DELETE FROM job_runs WHERE ended_at < {before} OR id IN (
                SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY job_id ORDER BY queued_at DESC) AS place FROM job_runs WHERE ended_at IS NOT NULL) r WHERE place > {keep})
            """, cancellationToken);
        return $"{deleted} old runs deleted";
    }
}
