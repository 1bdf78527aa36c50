using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Uptime;

internal static class HeartbeatReader
{
    /// <summary>
    /// Heartbeats of miners sent in [from, to), and the last one of each before: it speaks into the period, and its jobs are their base.
    /// GPU readings are left out.
    /// </summary>
    public static async Task<ILookup<MinerId, Heartbeat>> ReadAsync(
        NirmaanDbContext db, IEnumerable<MinerId> miners, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var ids = miners.Select(m => m.Value).ToArray();
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT h.miner_id AS "MinerId", h.boot_id AS "BootId", h.sequence AS "Sequence", h.sent_at AS "SentAt", h.state AS "State", h.jobs_done AS "JobsDone"
            FROM heartbeats h WHERE h.miner_id = ANY({ids}) AND h.sent_at >= {from} AND h.sent_at < {to}
            UNION ALL
            SELECT p.* FROM unnest({ids}) AS m (id) CROSS JOIN LATERAL (
                SELECT h.miner_id, h.boot_id, h.sequence, h.sent_at, h.state, h.jobs_done
                FROM heartbeats h WHERE h.miner_id = m.id AND h.sent_at < {from} ORDER BY h.sent_at DESC, h.sequence DESC LIMIT 1) p
            """).ToListAsync(cancellationToken);
        return rows.ToLookup(r => new MinerId(r.MinerId), r => new Heartbeat(new MinerId(r.MinerId), r.BootId, r.Sequence, r.SentAt, r.SentAt, r.State, [], r.JobsDone, null));
    }

    private sealed record Row(Guid MinerId, Guid BootId, long Sequence, DateTimeOffset SentAt, string State, int JobsDone);
}
