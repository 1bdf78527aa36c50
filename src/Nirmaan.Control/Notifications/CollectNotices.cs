using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Control.Notifications;

/// <summary>
/// Writes a message for everything that happened and is subscribed to. It looks back two days each time; a message's key is unique in its
/// subscription, so a repeated run writes nothing twice.
/// </summary>
public sealed class CollectNotices(IDbContextFactory<NirmaanDbContext> contexts, PriceBook prices, TimeProvider clock)
{
    /// <summary>How far back each run looks.</summary>
    public static readonly TimeSpan LookBack = TimeSpan.FromDays(2);

    private readonly NoticeSource _source = new(prices);

    /// <summary>Writes what is new.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = StoredTime.Of(clock.GetUtcNow());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var proved = await db.Subscriptions.AsNoTracking().Where(s => s.ProvedAt != null && s.EndedAt == null).ToListAsync(cancellationToken);
        var written = 0;
        foreach (var account in proved.GroupBy(s => s.Account))
        {
            var found = await _source.FindAsync(db, account.Key, now - LookBack, now, cancellationToken);
            foreach (var subscription in account) { written += await WriteAsync(db, subscription, found, now, cancellationToken); }
        }
        return written == 0 ? "Nothing to tell." : $"{written} messages written.";
    }

    private static async Task<int> WriteAsync(NirmaanDbContext db, Subscription subscription, IReadOnlyList<Telling> found, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var written = 0;
        foreach (var telling in found.Where(t => t.At > subscription.ProvedAt && subscription.Topics.HasFlag(t.Topic) && (t.Topic != NoticeTopics.EpochPaid || t.Usd is null || t.Usd >= (subscription.LeastUsd ?? 0))).OrderBy(t => t.At))
        {
            var notice = new Notice(subscription.Id, telling.Key, telling.Title, telling.Text, now, subscription.DueAt(now));
            written += await db.Database.ExecuteSqlAsync($"""
                INSERT INTO notices (id, subscription_id, key, title, text, at, state, attempts, due_at)
                VALUES ({notice.Id}, {notice.SubscriptionId}, {notice.Key}, {notice.Title}, {notice.Text}, {notice.At}, {nameof(NoticeState.Waiting)}, 0, {notice.DueAt})
                ON CONFLICT (subscription_id, key) DO NOTHING
                """, cancellationToken);
        }
        return written;
    }
}
