using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;

namespace Nirmaan.Control.Jobs;

/// <summary>A job held by a worker for one run.</summary>
internal sealed record HeldRun(Guid Id, string JobId);

/// <summary>
/// The statements by which a worker takes, keeps and gives back a job. Each is one transaction. Whoever takes a job closes the runs that a
/// worker before left open: it held the lease alone, so nobody runs them any more.
/// </summary>
internal static class JobLease
{
    private const string Orphaned = "The worker that ran it ended before it could say how the run ended.";

    /// <summary>Takes a job that is due and enabled (or whatever it is, when <paramref name="always"/>) and enters its run; null = not due, or someone else holds it.</summary>
    public static async Task<HeldRun?> TakeAsync(NirmaanDbContext db, string jobId, bool always, Guid token, DateTimeOffset now, TimeSpan lease, string by, string worker, CancellationToken cancellationToken)
    {
        var (run, until) = (Guid.CreateVersion7(now), now + lease);
        var taken = await db.Database.SqlQuery<Guid>($"""
            WITH held AS (
                UPDATE jobs SET token = {token}, token_until = {until}, last_started_at = {now}
                WHERE id = {jobId} AND (token IS NULL OR token_until <= {now}) AND ({always} OR (enabled AND due_at <= {now}))
                RETURNING id),
            orphans AS (
                UPDATE job_runs SET state = 'Failed', ended_at = {now}, exception = {Orphaned}
                WHERE state = 'Running' AND job_id IN (SELECT id FROM held))
            INSERT INTO job_runs (id, job_id, state, queued_at, started_at, by, worker)
            SELECT {run}, id, 'Running', {now}, {now}, {by}, {worker} FROM held
            RETURNING id AS "Value"
            """).ToListAsync(cancellationToken);
        return taken.Count == 0 ? null : new HeldRun(run, jobId);
    }

    /// <summary>Takes the oldest run that a person asked for and whose job nobody holds; paused jobs too.</summary>
    public static async Task<HeldRun?> TakeEnqueuedAsync(NirmaanDbContext db, Guid token, DateTimeOffset now, TimeSpan lease, string worker, CancellationToken cancellationToken)
    {
        var until = now + lease;
        var taken = await db.Database.SqlQuery<HeldRun>($"""
            WITH wanted AS (
                SELECT r.id, r.job_id FROM job_runs r JOIN jobs j ON j.id = r.job_id
                WHERE r.state = 'Enqueued' AND (j.token IS NULL OR j.token_until <= {now})
                ORDER BY r.queued_at, r.id LIMIT 1 FOR UPDATE SKIP LOCKED),
            held AS (
                UPDATE jobs SET token = {token}, token_until = {until}, last_started_at = {now} FROM wanted w WHERE jobs.id = w.job_id RETURNING jobs.id),
            orphans AS (
                UPDATE job_runs SET state = 'Failed', ended_at = {now}, exception = {Orphaned}
                WHERE state = 'Running' AND job_id IN (SELECT id FROM held))
            UPDATE job_runs r SET state = 'Running', started_at = {now}, worker = {worker} FROM wanted w WHERE r.id = w.id
            RETURNING r.id AS "Id", r.job_id AS "JobId"
            """).ToListAsync(cancellationToken);
        return taken.FirstOrDefault();
    }

    /// <summary>Holds it for longer; false = it was lost to another worker.</summary>
    public static async Task<bool> RenewAsync(NirmaanDbContext db, string jobId, Guid token, DateTimeOffset until, CancellationToken cancellationToken) =>
        await db.Database.ExecuteSqlAsync($"UPDATE jobs SET token_until = {until} WHERE id = {jobId} AND token = {token}", cancellationToken) > 0;

    /// <summary>Writes how the run ended and gives the job back; false = it was lost to another worker, and nothing was written.</summary>
    /// <param name="error">Null = it ended well.</param>
    /// <param name="nextDue">Null = due as before.</param>
    public static async Task<bool> EndAsync(NirmaanDbContext db, HeldRun run, Guid token, DateTimeOffset now, string? note, string? error, DateTimeOffset? nextDue, CancellationToken cancellationToken)
    {
        var state = (error is null ? JobRunState.Succeeded : JobRunState.Failed).ToString();
        return await db.Database.ExecuteSqlAsync($"""
            WITH mine AS (
                UPDATE jobs SET token = NULL, token_until = NULL, last_ended_at = {now}, last_error = {error}, due_at = coalesce({nextDue}, due_at)
                WHERE id = {run.JobId} AND token = {token} RETURNING id)
            UPDATE job_runs SET state = {state}, ended_at = {now}, note = {note}, exception = {error} WHERE id = {run.Id} AND EXISTS (SELECT 1 FROM mine)
            """, cancellationToken) > 0;
    }

    /// <summary>Closes the runs whose worker has gone and whose job nobody takes: after a crash of the only worker.</summary>
    public static Task<int> CloseOrphansAsync(NirmaanDbContext db, DateTimeOffset now, CancellationToken cancellationToken) => db.Database.ExecuteSqlAsync($"""
        UPDATE job_runs r SET state = 'Failed', ended_at = {now}, exception = {Orphaned} FROM jobs j
        WHERE j.id = r.job_id AND r.state = 'Running' AND (j.token IS NULL OR j.token_until <= {now})
        """, cancellationToken);
}
