using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;

namespace Nirmaan.Control.Jobs;

/// <summary>What people do with jobs: run one now, try a failed run again, call off one that waits, pause and resume.</summary>
public sealed class ControlJobs(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, TimeProvider clock)
{
    /// <summary>Asks for a run now; a paused job too. The run's id, or null when there is no such job.</summary>
    public async Task<Guid?> RunNowAsync(string jobId, string by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Jobs.AnyAsync(j => j.Id == jobId, cancellationToken)) { return null; }
        var now = clock.GetUtcNow();
        var run = new JobRun(Guid.CreateVersion7(now), jobId, now, by);
        db.JobRuns.Add(run);
        db.Note(now, "job", jobId, by, "run asked for", "by hand");
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Jobs);
        return run.Id;
    }

    /// <summary>Asks for another run of the job whose run ended; the new run's id, or null when there is no such run or it has not ended.</summary>
    public async Task<Guid?> RetryAsync(Guid runId, string by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var jobId = await db.JobRuns.Where(r => r.Id == runId && (r.State == JobRunState.Failed || r.State == JobRunState.Succeeded)).Select(r => r.JobId).SingleOrDefaultAsync(cancellationToken);
        return jobId is null ? null : await RunNowAsync(jobId, by, cancellationToken);
    }

    /// <summary>Calls off a run that waits; false = it began already or there is none.</summary>
    public async Task<bool> CallOffAsync(Guid runId, string by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var run = await db.JobRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, cancellationToken);
        if (run is null || await db.JobRuns.Where(r => r.Id == runId && r.State == JobRunState.Enqueued).ExecuteDeleteAsync(cancellationToken) == 0) { return false; }
        db.Note(clock.GetUtcNow(), "job", run.JobId, by, "run called off", "by hand");
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Jobs);
        return true;
    }

    /// <summary>Pauses a job or lets it go on; false = there is no such job.</summary>
    public async Task<bool> EnableAsync(string jobId, bool enabled, string by, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Jobs.Where(j => j.Id == jobId).ExecuteUpdateAsync(j => j.SetProperty(x => x.Enabled, enabled), cancellationToken) == 0) { return false; }
        db.Note(clock.GetUtcNow(), "job", jobId, by, enabled ? "resumed" : "paused", "by hand");
        await db.SaveChangesAsync(cancellationToken);
        events.Changed(Topic.Jobs);
        return true;
    }
}
