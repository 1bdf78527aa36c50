using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Control.Notifications;

/// <summary>
/// Writes a message for everything that happened and is subscribed to. It looks back two days each time; a message's key is unique in its
/// subscription, so a repeated run writes nothing twice.
/// </summary>
public sealed class CollectNotices(IDbContextFactory<NirmaanDbContext> contexts, PriceBook prices, IOptions<NoticeOptions> options, TimeProvider clock)
{
    /// <summary>How far back each run looks.</summary>
    public static readonly TimeSpan LookBack = TimeSpan.FromDays(2);

    private readonly NoticeSource _source = new(prices);

    /// <summary>Writes what is new.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = StoredTime.Of(clock.GetUtcNow());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await KeepHouseAsync(db, now, cancellationToken);
        var proved = await db.Subscriptions.AsNoTracking().Where(s => s.ProvedAt != null && s.EndedAt == null).ToListAsync(cancellationToken);
        var written = 0;
        foreach (var account in proved.GroupBy(s => s.Account))
        {
            var found = account.Key == Subscription.House
                ? await NoticeSource.AlertsAsync(db, now - LookBack, now, cancellationToken) : await _source.FindAsync(db, account.Key, now - LookBack, now, cancellationToken);
            foreach (var subscription in account) { written += await WriteAsync(db, subscription, found, now, cancellationToken); }
        }
        return written == 0 ? "Nothing to tell." : $"{written} messages written.";
    }

    /// <summary>Brings the house's own subscriptions to what its configuration names. Whoever wrote that has proved the targets.</summary>
    private async Task KeepHouseAsync(NirmaanDbContext db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var wanted = options.Value.House.Select(HouseTarget.Parse).OfType<HouseTarget>().Distinct().ToList();
        var standing = await db.Subscriptions.Where(s => s.Account == Subscription.House && s.EndedAt == null).ToListAsync(cancellationToken);
        foreach (var gone in standing.Where(s => !wanted.Contains(new HouseTarget(s.Channel, s.Target)))) { gone.End(now); }
        await db.SaveChangesAsync(cancellationToken);
        foreach (var target in wanted.Where(t => !standing.Exists(s => s.Channel == t.Channel && s.Target == t.Target)))
        {
            var added = new Subscription(Subscription.House, target.Channel, target.Target, new NoticeWish(NoticeTopics.Alerts, NoticePace.AtOnce, null, null, null), now);
            // Two workers that begin together: the second finds it there.
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO subscriptions (id, account, channel, target, topics, pace, created_at, proved_at)
                VALUES ({added.Id}, {added.Account.Value}, {added.Channel.ToString()}, {added.Target}, {added.Topics.ToString()}, {added.Pace.ToString()}, {now}, {now}) ON CONFLICT DO NOTHING
                """, cancellationToken);
        }
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
