using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Control.Notifications;

/// <summary>
/// Sends the messages that are due; those of one subscription that are due together go as one. Rows are taken under a token and a lease, and a
/// result is written only while the token stands. A crash between sending and noting sends again under the same id.
/// </summary>
public sealed partial class SendNotices(
    IDbContextFactory<NirmaanDbContext> contexts, IEnumerable<INoticeChannel> channels, NoticeKeys keys, IOptions<NoticeOptions> options, TimeProvider clock, ILogger<SendNotices> logger)
{
    private const int Most = 200, AtOnce = 20;

    /// <summary>Sends until nothing is due.</summary>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var (sent, failed) = (0, 0);
        while (true)
        {
            var token = Guid.NewGuid();
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            if (await TakeAsync(db, token, cancellationToken) == 0) { break; }
            var taken = await db.Notices.Where(n => n.Token == token).OrderBy(n => n.At).ToListAsync(cancellationToken);
            var ids = taken.Select(n => n.SubscriptionId).Distinct().ToList();
            var subscriptions = await db.Subscriptions.AsNoTracking().Where(s => ids.Contains(s.Id)).ToDictionaryAsync(s => s.Id, cancellationToken);
            // Beside each other: receivers that never answer would keep all others' messages waiting, and outlast the lease.
            foreach (var some in taken.GroupBy(n => n.SubscriptionId).Chunk(AtOnce))
            {
                var results = await Task.WhenAll(some.Select(group => SendAsync(subscriptions[group.Key], [.. group], cancellationToken)));
                (sent, failed) = (sent + results.Count(isSent => isSent), failed + results.Count(isSent => !isSent));
                try { await db.SaveChangesAsync(cancellationToken); }
                catch (DbUpdateConcurrencyException e)
                {
                    // Another worker holds them now, because this one took too long.
                    LogOvertaken(e, some.Length);
                    break;
                }
            }
        }
        return sent + failed == 0 ? "Nothing is due." : $"{sent} sent, {failed} not taken.";
    }

    private async Task<int> TakeAsync(NirmaanDbContext db, Guid token, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var until = now + options.Value.Lease;
        return await db.Database.ExecuteSqlAsync($"""
            UPDATE notices SET token = {token}, token_until = {until} WHERE id IN (
                SELECT id FROM notices WHERE state = 'Waiting' AND due_at <= {now} AND (token IS NULL OR token_until <= {now})
                ORDER BY due_at, id FOR UPDATE SKIP LOCKED LIMIT {Most})
            """, cancellationToken);
    }

    private async Task<bool> SendAsync(Subscription subscription, IReadOnlyList<Notice> notices, CancellationToken cancellationToken)
    {
        var now = StoredTime.Of(clock.GetUtcNow());
        void Each(Action<Notice> mark) { foreach (var notice in notices) { mark(notice); } }
        if (subscription.EndedAt is not null) { Each(n => n.Drop("the subscription was ended")); return false; }
        if (channels.FirstOrDefault(c => c.Kind == subscription.Channel) is not { } channel) { Each(n => n.MarkFailed("this way to send is switched off", now)); return false; }
        // A whole message is taken or not: its first row's id stands for it.
        var message = new NoticeMessage(
            notices[0].Id, notices.Count == 1 ? notices[0].Title : $"{notices.Count} things happened",
            notices.Count == 1 ? notices[0].Text : string.Join("\n\n", notices.Select(n => $"{n.Title}\n{n.Text}")), now, keys.SigningKey(subscription.Id),
            options.Value.SiteUrl is { } site && subscription.Account != Subscription.House ? $"{site.ToString().TrimEnd('/')}/notifications/stop/{subscription.Id}/{keys.StopKey(subscription.Id)}" : null);
        try
        {
            await channel.SendAsync(subscription.Target, message, cancellationToken);
            Each(n => n.MarkSent(now));
            return true;
        }
        catch (NoticeRefusedException e)
        {
            LogRefused(subscription.Channel, subscription.Id, e.Message);
            Each(n => n.MarkFailed(e.Message, now));
            return false;
        }
        // One message that a channel cannot even try must not keep those behind it waiting for ever.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogBroken(e, subscription.Channel, subscription.Id);
            Each(n => n.MarkFailed($"it could not be sent ({e.GetType().Name})", now));
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Channel} of subscription {Subscription} did not take a message: {Why}")]
    private partial void LogRefused(NoticeChannelKind channel, Guid subscription, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Channel} of subscription {Subscription} broke")]
    private partial void LogBroken(Exception e, NoticeChannelKind channel, Guid subscription);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Messages of {Subscriptions} subscriptions were taken over by another worker")]
    private partial void LogOvertaken(Exception e, int subscriptions);
}
