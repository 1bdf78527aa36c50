using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Uptime;

/// <summary>What became of a batch of heartbeats.</summary>
public abstract record HeartbeatOutcome
{
    private HeartbeatOutcome() { }

    /// <summary>Stored and committed.</summary>
    /// <param name="Accepted">New ones.</param>
    /// <param name="Known">Copies of such as were stored before: the first copy stands.</param>
    public sealed record Recorded(int Accepted, int Known) : HeartbeatOutcome;

    /// <summary>Nothing was stored.</summary>
    public sealed record Invalid(IReadOnlyList<FieldError> Errors) : HeartbeatOutcome;

    /// <summary>No such miner.</summary>
    public sealed record UnknownMiner : HeartbeatOutcome;

    /// <summary>The miner has ended; its agent may stop reporting.</summary>
    public sealed record StoppedMiner : HeartbeatOutcome;
}

/// <summary>Stores what a miner's agent reports. Copies and order do no harm; when it answers, the batch is committed.</summary>
public sealed partial class RecordHeartbeats(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock, ILogger<RecordHeartbeats> logger)
{
    /// <summary>Stores a batch of one miner.</summary>
    public async Task<HeartbeatOutcome> RunAsync(MinerId minerId, IReadOnlyList<HeartbeatReport> batch, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var errors = HeartbeatRules.Check(batch, now);
        if (errors.Count > 0)
        {
            LogInvalid(minerId, errors.Count, errors[0].Field, errors[0].Message);
            return new HeartbeatOutcome.Invalid(errors);
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var stored = await StoreAsync(db, minerId.Value, batch, now, cancellationToken);
        return stored.State switch
        {
            null => new HeartbeatOutcome.UnknownMiner(),
            nameof(MinerState.Stopped) => new HeartbeatOutcome.StoppedMiner(),
            _ => new HeartbeatOutcome.Recorded(stored.Accepted, batch.Count - stored.Accepted),
        };
    }

    private static async Task<Stored> StoreAsync(NirmaanDbContext db, Guid miner, IReadOnlyList<HeartbeatReport> batch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var boots = batch.Select(b => b.BootId).ToArray();
        var sequences = batch.Select(b => b.Sequence).ToArray();
        var sentAts = batch.Select(b => b.SentAt.ToUniversalTime()).ToArray();
        var states = batch.Select(b => b.State).ToArray();
        var gpus = batch.Select(b => JsonSerializer.Serialize(b.Gpus, DomainJson.Options)).ToArray();
        var jobs = batch.Select(b => b.JobsDone).ToArray();
        var lastJobs = batch.Select(b => b.LastJobAt?.ToUniversalTime()).ToArray();
        var newest = batch.MaxBy(b => b.SentAt)!;
        var (newestAt, newestJobAt) = (newest.SentAt.ToUniversalTime(), newest.LastJobAt?.ToUniversalTime());
        // The newest that was read: a report made before the miner runs tells nothing of it.
        var read = batch.Where(b => b.Payouts is not null).MaxBy(b => b.SentAt);
        var (payouts, payoutsAt) = (read is null ? null : JsonSerializer.Serialize(read.Payouts, DomainJson.Options), read?.SentAt.ToUniversalTime());
        // One statement is one transaction: either all of the batch and the miner's newest word are stored, or nothing.
        var rows = await db.Database.SqlQuery<Stored>($"""
            WITH stored AS (
                INSERT INTO heartbeats (miner_id, boot_id, sequence, sent_at, received_at, state, gpus, jobs_done, last_job_at)
                SELECT m.id, b.boot_id, b.sequence, b.sent_at, {now}, b.state, b.gpus::jsonb, b.jobs_done, b.last_job_at
                FROM miners m, unnest({boots}, {sequences}, {sentAts}, {states}, {gpus}, {jobs}, {lastJobs})
                    AS b (boot_id, sequence, sent_at, state, gpus, jobs_done, last_job_at)
                WHERE m.id = {miner} AND m.state <> 'Stopped'
                ON CONFLICT DO NOTHING
                RETURNING 1),
            heard AS (
                UPDATE miners SET reported_state = {newest.State}, last_heartbeat_at = {newestAt}, jobs_done = {newest.JobsDone},
                    last_job_at = coalesce({newestJobAt}::timestamptz, last_job_at),
                    payouts = coalesce({payouts}::jsonb, payouts), payouts_at = coalesce({payoutsAt}::timestamptz, payouts_at)
                WHERE id = {miner} AND state <> 'Stopped' AND (last_heartbeat_at IS NULL OR last_heartbeat_at < {newestAt}))
            SELECT (SELECT state FROM miners WHERE id = {miner}) AS "State", (SELECT count(*)::int FROM stored) AS "Accepted"
            """).ToListAsync(cancellationToken);
        return rows[0];
    }

    private sealed record Stored(string? State, int Accepted);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Miner {Miner}: refused a batch of heartbeats with {Faults} faults; the first: {Field} {Fault}")]
    private partial void LogInvalid(MinerId miner, int faults, string field, string fault);
}
