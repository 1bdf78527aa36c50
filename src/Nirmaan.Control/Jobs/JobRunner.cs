using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;

namespace Nirmaan.Control.Jobs;

/// <summary>
/// Runs jobs, each only while this worker holds its row: the lease is renewed while the verb runs, and a verb whose lease is lost is cancelled.
/// Every run leaves a line: when, by whom, where, and the verb's own account or its exception.
/// </summary>
public sealed partial class JobRunner(
    IDbContextFactory<NirmaanDbContext> contexts, JobTable table, ControlEvents events, IOptions<JobOptions> options, TimeProvider clock, ILogger<JobRunner> logger)
{
    /// <summary>What stands in a run that nobody asked for.</summary>
    public const string BySchedule = "schedule";

    /// <summary>Runs a job if it is due; false = it is not, it is paused, or another worker has it.</summary>
    public Task<bool> RunDueAsync(string id, CancellationToken cancellationToken) => RunAsync(id, BySchedule, always: false, cancellationToken);

    /// <summary>Runs a job now, due or not; false = another worker has it.</summary>
    public Task<bool> RunAsync(string id, string by, CancellationToken cancellationToken) => RunAsync(id, by, always: true, cancellationToken);

    /// <summary>Runs the oldest run that a person asked for; false = there is none that can run now.</summary>
    public async Task<bool> RunEnqueuedAsync(CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        HeldRun? run;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            run = await JobLease.TakeEnqueuedAsync(db, token, clock.GetUtcNow(), options.Value.Lease, options.Value.Worker, cancellationToken);
        }
        if (run is null) { return false; }
        await CarryOutAsync(run, token, ofSchedule: false, cancellationToken);
        return true;
    }

    /// <summary>Closes runs that a worker left open when it ended; how many those were.</summary>
    public async Task<int> CloseOrphansAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await JobLease.CloseOrphansAsync(db, clock.GetUtcNow(), cancellationToken);
    }

    private async Task<bool> RunAsync(string id, string by, bool always, CancellationToken cancellationToken)
    {
        var token = Guid.NewGuid();
        HeldRun? run;
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            run = await JobLease.TakeAsync(db, id, always, token, clock.GetUtcNow(), options.Value.Lease, by, options.Value.Worker, cancellationToken);
        }
        if (run is null) { return false; }
        await CarryOutAsync(run, token, ofSchedule: true, cancellationToken);
        return true;
    }

    private async Task CarryOutAsync(HeldRun run, Guid token, bool ofSchedule, CancellationToken cancellationToken)
    {
        events.Changed(Topic.Jobs);
        var (job, began) = (table.Find(run.JobId), clock.GetTimestamp());
        string? note = null, error = null;
        using (var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        using (var ended = new CancellationTokenSource())
        {
            var keeping = KeepAsync(run.JobId, token, held, ended.Token);
            try { note = job is null ? throw new InvalidOperationException($"This version has no job {run.JobId}.") : await job.RunAsync(held.Token); }
            catch (OperationCanceledException) when (held.IsCancellationRequested) { error = "Stopped: its worker ends, or lost its hold on the job."; }
            catch (Exception e)
            {
                error = e.ToString();
                LogFailed(e, run.JobId);
            }
            await ended.CancelAsync();
            await keeping;
        }
        // A run cut off by a stopping worker stays due, so that the next worker takes it up at once.
        DateTimeOffset? next = ofSchedule && job is not null && !(error is not null && cancellationToken.IsCancellationRequested) ? job.NextAfter(clock.GetUtcNow()) : null;
        var took = clock.GetElapsedTime(began);
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        // The stopping host waits for this line: without it the run would look as if it still went on.
        if (!await JobLease.EndAsync(db, run, token, clock.GetUtcNow(), note, error, next, CancellationToken.None)) { LogLost(run.JobId); }
        LogEnded(run.JobId, took, note);
        events.Changed(Topic.Jobs);
    }

    private async Task KeepAsync(string jobId, Guid token, CancellationTokenSource held, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(options.Value.Lease / 3, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                await using var db = await contexts.CreateDbContextAsync(ended);
                if (await JobLease.RenewAsync(db, jobId, token, clock.GetUtcNow() + options.Value.Lease, ended)) { continue; }
                LogLost(jobId);
                await held.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested) { /* The verb has ended. */ }
        catch (Exception e)
        {
            // Not renewed: when the lease runs out another worker may begin, so this one must stop.
            LogNotRenewed(e, jobId);
            await held.CancelAsync();
        }
    }

    // Debug, because every verb writes its own Information line.
    [LoggerMessage(Level = LogLevel.Debug, Message = "Job {Job} ended after {Took}: {Note}")]
    private partial void LogEnded(string job, TimeSpan took, string? note);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} failed")]
    private partial void LogFailed(Exception e, string job);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job} was taken by another worker; this run is given up")]
    private partial void LogLost(string job);

    [LoggerMessage(Level = LogLevel.Error, Message = "The hold on job {Job} could not be renewed")]
    private partial void LogNotRenewed(Exception e, string job);
}
