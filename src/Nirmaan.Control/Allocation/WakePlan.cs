using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Jobs;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Allocation;

/// <summary>How far a move got, as its machines show it.</summary>
/// <param name="Done">Machines that are where they should be.</param>
/// <param name="Dead">Machines that never will be.</param>
internal readonly record struct MoveProgress(int Done, int Dead, int Machines)
{
    /// <summary>Nothing more will come of it.</summary>
    public bool IsOver => Done + Dead >= Machines;

    public static async Task<MoveProgress> ReadAsync(NirmaanDbContext db, Move move, CancellationToken cancellationToken)
    {
        var ids = move.Instances.Select(i => new InstanceId(i)).ToList();
        var instances = await db.Instances.AsNoTracking().Where(i => ids.Contains(i.Id)).ToListAsync(cancellationToken);
        if (move.Kind == MoveKind.Release) { return new MoveProgress(instances.Count(i => !i.IsLive), 0, instances.Count); }
        var serving = (await db.Miners.AsNoTracking().Where(m => ids.Contains(m.InstanceId) && (m.State == MinerState.Idle || m.State == MinerState.Earning)).ToListAsync(cancellationToken)).Where(m => m.Workload == move.To).Select(m => m.InstanceId).ToHashSet();
        return new MoveProgress(instances.Count(i => serving.Contains(i.Id)), instances.Count(i => !i.IsLive), instances.Count);
    }
}

/// <summary>
/// Asks for the run of <see cref="ExecutePlan"/> as soon as a machine of a move got where it should or is gone: the next moves need not wait for the
/// schedule. It changes nothing itself.
/// </summary>
internal sealed class WakePlan(IDbContextFactory<NirmaanDbContext> contexts, ControlEvents events, TimeProvider clock) : IFleetRound
{
    /// <summary>The job that carries plans out.</summary>
    public const string Job = "allocation:execute";

    /// <inheritdoc />
    /// <returns>0: it attends no row.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var move in await db.Moves.AsNoTracking().Where(m => m.State == MoveState.Running).ToListAsync(cancellationToken))
        {
            var progress = await MoveProgress.ReadAsync(db, move, cancellationToken);
            if (progress.Done <= move.DoneCount && !progress.IsOver) { continue; }
            if (await AskAsync(db, nameof(WakePlan), clock.GetUtcNow(), cancellationToken)) { events.Changed(Topic.Jobs); }
            break;
        }
        return 0;
    }

    /// <summary>Asks for a run, unless one is asked for already or the job is paused. True = asked.</summary>
    public static async Task<bool> AskAsync(NirmaanDbContext db, string by, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await db.Jobs.AnyAsync(j => j.Id == Job && j.Enabled, cancellationToken) || await db.JobRuns.AnyAsync(r => r.JobId == Job && r.State == JobRunState.Enqueued, cancellationToken)) { return false; }
        db.JobRuns.Add(new JobRun(Guid.CreateVersion7(now), Job, now, by));
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }
}
