using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Jobs;

/// <summary>A job as pages see it.</summary>
/// <param name="RunningSince">Null = nobody runs it.</param>
/// <param name="FailedLastDay">Runs that failed in the last 24 hours.</param>
public sealed record JobView(
    string Id, string Cron, string Verb, bool Enabled, DateTimeOffset DueAt, DateTimeOffset? LastStartedAt, DateTimeOffset? LastEndedAt, string? LastError, string? LastNote, DateTimeOffset? RunningSince, string? Worker,
    int Enqueued, int FailedLastDay);

/// <summary>One run as pages see it.</summary>
/// <param name="Exception">With its trace; null = it did not fail.</param>
public sealed record JobRunRow(
    Guid Id, string JobId, JobRunState State, DateTimeOffset QueuedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string By, string? Worker, string? Note, string? Exception);

/// <summary>Runs kept, by state, and jobs that wait for their time.</summary>
public sealed record JobCounts(int Enqueued, int Running, int Scheduled, int Succeeded, int Failed);

/// <summary>How long the longest overdue work waits; null = nothing is overdue.</summary>
/// <param name="Job">A job of the schedule or a run asked for.</param>
/// <param name="Fleet">A row of the fleet.</param>
public sealed record QueueLag(TimeSpan? Job, TimeSpan? Fleet);

/// <summary>Reads of jobs and their runs.</summary>
public sealed class JobQueries(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock)
{
    /// <summary>Every job of the schedule, by id.</summary>
    public async Task<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken)
    {
        var dayAgo = clock.GetUtcNow().AddDays(-1);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var jobs = await db.Jobs.AsNoTracking().OrderBy(j => j.Id).ToListAsync(cancellationToken);
        var runs = await db.JobRuns.AsNoTracking().Where(r => r.EndedAt == null).ToListAsync(cancellationToken);
        var failed = await db.JobRuns.AsNoTracking().Where(r => r.State == JobRunState.Failed && r.EndedAt >= dayAgo).GroupBy(r => r.JobId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var notes = (await db.JobRuns.FromSql($"SELECT DISTINCT ON (job_id) * FROM job_runs WHERE ended_at IS NOT NULL ORDER BY job_id, queued_at DESC").AsNoTracking().ToListAsync(cancellationToken)).ToDictionary(r => r.JobId, r => r.Note);
        return [.. jobs.Select(j =>
        {
            var running = runs.Find(r => r.JobId == j.Id && r.State == JobRunState.Running);
            return new JobView(j.Id, j.Cron, j.Verb, j.Enabled, j.DueAt, j.LastStartedAt, j.LastEndedAt, j.LastError, notes.GetValueOrDefault(j.Id), running?.StartedAt, running?.Worker,
                runs.Count(r => r.JobId == j.Id && r.State == JobRunState.Enqueued), failed.GetValueOrDefault(j.Id));
        })];
    }

    /// <summary>Runs of a state or a job (null = any), newest first.</summary>
    public async Task<Page<JobRunRow>> RunsAsync(JobRunState? state, string? jobId, int? limit, string? after, CancellationToken cancellationToken)
    {
        var take = Paging.Limit(limit);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var query = db.JobRuns.AsNoTracking();
        if (state is { } wanted) { query = query.Where(r => r.State == wanted); }
        if (jobId is not null) { query = query.Where(r => r.JobId == jobId); }
        if (after is not null)
        {
            if (!Guid.TryParse(after, out var cursor) || await db.JobRuns.AsNoTracking().Where(r => r.Id == cursor).Select(r => (DateTimeOffset?)r.QueuedAt).SingleOrDefaultAsync(cancellationToken) is not { } at)
            {
                throw new InvalidInputException("after", after, "the next value of an earlier page");
            }
            query = query.Where(r => r.QueuedAt < at || (r.QueuedAt == at && r.Id.CompareTo(cursor) < 0));
        }
        var rows = await query.OrderByDescending(r => r.QueuedAt).ThenByDescending(r => r.Id).Take(take + 1)
            .Select(r => new JobRunRow(r.Id, r.JobId, r.State, r.QueuedAt, r.StartedAt, r.EndedAt, r.By, r.Worker, r.Note, r.Exception)).ToListAsync(cancellationToken);
        return Paging.Cut(rows, take, r => r.Id.ToString());
    }

    /// <summary>How many runs are in each state.</summary>
    public async Task<JobCounts> CountAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var counts = await db.JobRuns.AsNoTracking().GroupBy(r => r.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return new JobCounts(counts.GetValueOrDefault(JobRunState.Enqueued), counts.GetValueOrDefault(JobRunState.Running), await db.Jobs.CountAsync(j => j.Enabled, cancellationToken),
            counts.GetValueOrDefault(JobRunState.Succeeded), counts.GetValueOrDefault(JobRunState.Failed));
    }

    /// <summary>What waits beyond its time, and for how long: whether any worker is at work.</summary>
    public async Task<QueueLag> LagAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // A job that is held is at work, however long it takes.
        var job = await db.Jobs.Where(j => j.Enabled && (j.Token == null || j.TokenUntil <= now)).MinAsync(j => (DateTimeOffset?)j.DueAt, cancellationToken);
        var asked = await db.JobRuns.Where(r => r.State == JobRunState.Enqueued && !db.Jobs.Any(j => j.Id == r.JobId && j.TokenUntil > now)).MinAsync(r => (DateTimeOffset?)r.QueuedAt, cancellationToken);
        var fleet = await WorkQueue.NextDueAsync(db, inTransitOnly: false, cancellationToken);
        TimeSpan? Lag(DateTimeOffset? due) => due < now ? now - due : null;
        return new QueueLag(Lag(asked < job ? asked : job ?? asked), Lag(fleet));
    }
}
