using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Raises and clears alerts. Of one kind and subject one at most is open.</summary>
public sealed class AlertBook(IDbContextFactory<NirmaanDbContext> contexts, TimeProvider clock)
{
    /// <summary>Open ones of some kinds.</summary>
    public async Task<IReadOnlyList<Alert>> OpenAsync(IReadOnlyCollection<AlertKind> kinds, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Alerts.AsNoTracking().Where(a => a.ClearedAt == null && kinds.Contains(a.Kind)).ToListAsync(cancellationToken);
    }

    /// <summary>False = one is open already.</summary>
    public async Task<bool> RaiseAsync(AlertKind kind, string subject, string title, string text, CancellationToken cancellationToken)
    {
        var alert = new Alert(kind, subject, title, text, StoredTime.Of(clock.GetUtcNow()));
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // The index says whether one is open, also to a worker that looks at the same moment.
        return await db.Database.ExecuteSqlAsync($"""
            INSERT INTO alerts (id, kind, subject, title, text, raised_at) VALUES ({alert.Id}, {alert.Kind.ToString()}, {alert.Subject}, {alert.Title}, {alert.Text}, {alert.RaisedAt}) ON CONFLICT DO NOTHING
            """, cancellationToken) == 1;
    }

    /// <summary>False = none is open.</summary>
    public async Task<bool> ClearAsync(AlertKind kind, string subject, string why, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Alerts.Where(a => a.Kind == kind && a.Subject == subject && a.ClearedAt == null)
            .ExecuteUpdateAsync(u => u.SetProperty(a => a.ClearedAt, StoredTime.Of(clock.GetUtcNow())).SetProperty(a => a.ClearedWhy, why), cancellationToken) > 0;
    }
}
