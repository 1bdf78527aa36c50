using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Rewards;

/// <summary>Rent of one miner's machine on one UTC day.</summary>
internal sealed record MinerRent(MinerId MinerId, NetworkName Network, WorkloadName Workload, string Beneficiary, DateOnly Day, decimal Usd);

internal static class RentReader
{
    /// <summary>Rent entered for [from, to) by the miner that was set up on the machine at the time.</summary>
    public static async Task<IReadOnlyList<MinerRent>> ReadAsync(NirmaanDbContext db, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var (first, end) = (from.ToUniversalTime(), to.ToUniversalTime());
        // A machine set to other work in place has several miners one after the other; an entry belongs to the one at its beginning.
        var rows = await db.Database.SqlQuery<Row>($"""
            SELECT m.id AS "MinerId", m.network AS "Network", m.workload AS "Workload", m.beneficiary AS "Beneficiary", (l.at AT TIME ZONE 'UTC')::date AS "Day", sum(l.units) AS "Units"
            FROM ledger l CROSS JOIN LATERAL (
                SELECT m.id, m.network, m.workload, m.beneficiary FROM miners m WHERE m.instance_id = l.subject::uuid
                ORDER BY m.created_at <= l.at DESC, m.created_at DESC LIMIT 1) m
            WHERE l.cause IN ('rent', 'rent-adjustment') AND l.account LIKE 'rent:%' AND l.at >= {first} AND l.at < {end}
            GROUP BY m.id, m.network, m.workload, m.beneficiary, "Day"
            """).ToListAsync(cancellationToken);
        return [.. rows.Select(r => new MinerRent(
            new MinerId(r.MinerId), new NetworkName(r.Network), new WorkloadName(r.Workload), r.Beneficiary, r.Day, new TokenAmount(r.Units, Asset.Usd).ToDecimal()))];
    }

    private sealed record Row(Guid MinerId, string Network, string Workload, string Beneficiary, DateOnly Day, BigInteger Units);
}
