using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Makes every serving miner known to its network, once: an operation each, since it may cost a fee.</summary>
public sealed class EnrolMiner(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock)
{
    /// <summary>One line of what was done.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var serving = await db.Miners
            .Where(m => m.State != MinerState.Stopped && m.EnrolledAt == null && (m.ReportedState == "serving" || m.ReportedState == "working" || m.ReportedState == "idle")
                // A machine that is given back was taken off on purpose.
                && !db.Instances.Any(i => i.Id == m.InstanceId && (i.State == InstanceState.Draining || i.State == InstanceState.Closing || i.State == InstanceState.Closed || i.State == InstanceState.Failed)))
            .OrderBy(m => m.Id).ToListAsync(cancellationToken);
        var ids = serving.Select(m => (MinerId?)m.Id).ToList();
        var earlier = (await db.Operations.AsNoTracking().Where(o => o.Kind == OperationKind.Enrol && ids.Contains(o.MinerId)).Select(o => new { o.MinerId, o.State, o.EndedAt }).ToListAsync(cancellationToken)).ToLookup(o => o.MinerId!.Value);
        var entered = 0;
        foreach (var miner in serving)
        {
            var tries = earlier[miner.Id].ToList();
            // One at a time, and after a refusal not before ten minutes: the network's answer seldom changes sooner.
            if (tries.Any(t => t.State is not OperationState.Rejected || now - t.EndedAt < TimeSpan.FromMinutes(10))) { continue; }
            db.Operations.Add(new Operation(
                OperationId.New(now), OperationKind.Enrol, null, miner.Network, miner.InstanceId, miner.Id, $"enrol:{miner.Id}:{tries.Count + 1}", Hashes.Of(miner.NetworkKey), 0, null, now, TimeSpan.FromMinutes(30)).About(miner.NetworkKey));
            entered++;
        }
        await db.SaveChangesAsync(cancellationToken);
        return $"{serving.Count} serving without enrolment, {entered} enrolments intended";
    }
}
