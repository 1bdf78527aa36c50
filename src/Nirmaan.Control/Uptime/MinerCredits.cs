using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Uptime;

internal static class MinerCredits
{
    /// <summary>Stores when a network last credited miners. Only ever moves forward, so a late or repeated reading does no harm.</summary>
    public static Task<int> StoreAsync(NirmaanDbContext db, IReadOnlyCollection<KeyValuePair<MinerId, DateTimeOffset>> credits, CancellationToken cancellationToken)
    {
        if (credits.Count == 0) { return Task.FromResult(0); }
        var miners = credits.Select(c => c.Key.Value).ToArray();
        var times = credits.Select(c => c.Value.ToUniversalTime()).ToArray();
        return db.Database.ExecuteSqlAsync($"""
            UPDATE miners m SET last_credit_at = c.at FROM unnest({miners}, {times}) AS c (id, at)
            WHERE m.id = c.id AND m.state <> 'Stopped' AND (m.last_credit_at IS NULL OR m.last_credit_at < c.at)
            """, cancellationToken);
    }
}
