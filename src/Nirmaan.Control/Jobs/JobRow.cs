using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Jobs;

/// <summary>One line of the schedule table: which verb runs when. A worker runs it only while it holds the row.</summary>
public sealed class JobRow : IFenced
{
    private JobRow() { }

    /// <summary>A job as the code's schedule lists it.</summary>
    /// <param name="id"><c>stage:verb</c>.</param>
    /// <param name="cron">Quartz cron expression, UTC.</param>
    public JobRow(string id, string cron, string verb, DateTimeOffset dueAt) => (Id, Cron, Verb, DueAt) = (id, cron, verb, dueAt);

    /// <summary><c>stage:verb</c>.</summary>
    public string Id { get; private set; } = "";
    /// <summary>Quartz cron expression, UTC.</summary>
    public string Cron { get; private set; } = "";
    /// <summary>Class of the verb.</summary>
    public string Verb { get; private set; } = "";
    /// <summary>False = paused by a person.</summary>
    public bool Enabled { get; private set; } = true;
    /// <summary>Last start.</summary>
    public DateTimeOffset? LastStartedAt { get; private set; }
    /// <summary>Last end.</summary>
    public DateTimeOffset? LastEndedAt { get; private set; }
    /// <summary>Null = the last run succeeded or none ended.</summary>
    public string? LastError { get; private set; }
    /// <inheritdoc />
    public DateTimeOffset DueAt { get; private set; }
    /// <inheritdoc />
    public Guid? Token { get; private set; }
    /// <inheritdoc />
    public DateTimeOffset? TokenUntil { get; private set; }

    /// <summary>The code's schedule changed.</summary>
    public void Reschedule(string cron, string verb, DateTimeOffset dueAt) => (Cron, Verb, DueAt) = (cron, verb, dueAt);
    /// <summary>Paused or resumed by a person.</summary>
    public void Enable(bool enabled) => Enabled = enabled;
    /// <summary>A run began.</summary>
    public void MarkStarted(DateTimeOffset at) => LastStartedAt = at;
    /// <summary>A run ended.</summary>
    public void MarkEnded(DateTimeOffset at, string? error, DateTimeOffset nextDueAt) => (LastEndedAt, LastError, DueAt) = (at, error, nextDueAt);
    /// <inheritdoc />
    public void Release() => (Token, TokenUntil) = (null, null);
}

/// <summary>States of a job's run.</summary>
public enum JobRunState
{
    /// <summary>Asked for by a person; waits for a worker.</summary>
    Enqueued,
    /// <summary>Runs.</summary>
    Running,
    /// <summary>Ended well.</summary>
    Succeeded,
    /// <summary>Ended with an exception.</summary>
    Failed,
}

/// <summary>One run of a job.</summary>
public sealed class JobRun
{
    private JobRun() { }

    /// <summary>A run that is asked for.</summary>
    public JobRun(Guid id, string jobId, DateTimeOffset queuedAt, string by) => (Id, JobId, QueuedAt, By) = (id, jobId, queuedAt, by);

    /// <summary>Id.</summary>
    public Guid Id { get; private set; }
    /// <summary>The job.</summary>
    public string JobId { get; private set; } = "";
    /// <summary>State.</summary>
    public JobRunState State { get; private set; }
    /// <summary>When it was asked for.</summary>
    public DateTimeOffset QueuedAt { get; private set; }
    /// <summary>When it began.</summary>
    public DateTimeOffset? StartedAt { get; private set; }
    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; private set; }
    /// <summary>The schedule, or a person.</summary>
    public string By { get; private set; } = "";
    /// <summary>The worker that ran it.</summary>
    public string? Worker { get; private set; }
    /// <summary>The verb's own account of what it did.</summary>
    public string? Note { get; private set; }
    /// <summary>Exception with its trace.</summary>
    public string? Exception { get; private set; }

    /// <summary>A worker began.</summary>
    public void Start(DateTimeOffset at, string worker) => (State, StartedAt, Worker) = (JobRunState.Running, at, worker);
    /// <summary>It ended well.</summary>
    public void Succeed(DateTimeOffset at, string? note) => (State, EndedAt, Note) = (JobRunState.Succeeded, at, note);
    /// <summary>It ended with an exception.</summary>
    public void Fail(DateTimeOffset at, string exception) => (State, EndedAt, Exception) = (JobRunState.Failed, at, exception);
}

/// <summary>A switch or setting that people change while the app runs (kill switch, payout policy), with who set it and when.</summary>
public sealed record Setting(string Key, string Value, string By, DateTimeOffset At);
