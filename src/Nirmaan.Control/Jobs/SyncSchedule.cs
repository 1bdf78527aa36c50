using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;

namespace Nirmaan.Control.Jobs;

/// <summary>Brings the schedule's rows in line with the code's table. A job that the code no longer has goes, with its runs.</summary>
public sealed class SyncSchedule(IDbContextFactory<NirmaanDbContext> contexts, JobTable table, TimeProvider clock)
{
    /// <summary>One line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var job in table.All)
        {
            // A new job is due at once; one whose cron changed is due by the new one.
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO jobs AS old (id, cron, verb, enabled, due_at) VALUES ({job.Id}, {job.Cron}, {job.Verb}, true, {now})
                ON CONFLICT (id) DO UPDATE SET cron = excluded.cron, verb = excluded.verb, due_at = CASE WHEN old.cron = excluded.cron THEN old.due_at ELSE {job.NextAfter(now)} END
                WHERE (old.cron, old.verb) IS DISTINCT FROM (excluded.cron, excluded.verb)
                """, cancellationToken);
        }
        var ids = table.All.Select(j => j.Id).ToList();
        var gone = await db.Jobs.Where(j => !ids.Contains(j.Id)).ExecuteDeleteAsync(cancellationToken);
        return $"{ids.Count} jobs, {gone} gone";
    }
}
