using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Uptime;

internal static class MinerStepReader
{
    /// <summary>The articles' steps as far as stored facts show them: the rent, the heartbeats, the enrolment and the network's credit.</summary>
    public static async Task<Dictionary<MinerId, MinerSteps>> ReadAsync(NirmaanDbContext db, IReadOnlyCollection<Miner> miners, CancellationToken cancellationToken)
    {
        var ids = miners.Select(m => m.Id.Value).ToArray();
        if (ids.Length == 0) { return []; }
        // Heartbeats are many: they are looked through only for those that have not shown all they can.
        var unseen = miners.Where(m => m.Steps is { GpuVerified: null } or { FilesReady: null } or { ModelLoaded: null }).Select(m => m.Id.Value).ToArray();
        // The agent checks GPU and driver before it starts anything, so readings in a heartbeat are the verification.
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT m.id AS "Id", i.billed_from AS "Rented",
                min(h.sent_at) FILTER (WHERE jsonb_array_length(h.gpus) > 0) AS "GpuVerified",
                min(h.sent_at) FILTER (WHERE h.state IN ('loading', 'serving', 'working', 'idle')) AS "FilesReady",
                min(h.sent_at) FILTER (WHERE h.state IN ('serving', 'working', 'idle')) AS "ModelLoaded",
                m.enrolled_at AS "Enrolled", m.last_credit_at AS "FirstCredit"
            FROM miners m JOIN instances i ON i.id = m.instance_id LEFT JOIN heartbeats h ON h.miner_id = m.id AND m.id = ANY({unseen})
            WHERE m.id = ANY({ids})
            GROUP BY m.id, i.billed_from
            """).ToListAsync(cancellationToken);
        return rows.ToDictionary(r => new MinerId(r.Id), r => new MinerSteps(r.Rented, r.GpuVerified, r.FilesReady, r.ModelLoaded, r.Enrolled, r.FirstCredit));
    }

    private sealed record Row(
        Guid Id, DateTimeOffset? Rented, DateTimeOffset? GpuVerified, DateTimeOffset? FilesReady, DateTimeOffset? ModelLoaded, DateTimeOffset? Enrolled, DateTimeOffset? FirstCredit);
}
