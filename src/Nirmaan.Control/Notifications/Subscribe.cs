using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Control.Notifications;

/// <summary>What an account does with its own subscriptions.</summary>
public sealed class Subscribe(IDbContextFactory<NirmaanDbContext> contexts, IEnumerable<INoticeChannel> channels, NoticeKeys keys, TimeProvider clock)
{
    /// <summary>Subscriptions of one account that stand or were made within a day, at most.</summary>
    public const int MostPerAccount = 10;

    /// <summary>Codes that one address is sent within a day, whoever asks: accounts that have staked are cheap to make, mailboxes are not.</summary>
    public const int MostCodesPerTarget = 3;

    private const string TestKey = "test:";
    private static readonly TimeSpan s_betweenTests = TimeSpan.FromMinutes(1);

    /// <summary>Ways to send that are set up.</summary>
    public IReadOnlyList<NoticeChannelKind> Channels => [.. channels.Select(c => c.Kind).Order()];

    /// <summary>Makes a subscription and sends the code there that proves it.</summary>
    /// <exception cref="InvalidInputException">The target, the hours or the amount are none, or there are too many.</exception>
    public async Task<Guid> AddAsync(WalletAddress account, NoticeChannelKind kind, string target, NoticeWish wish, CancellationToken cancellationToken)
    {
        var channel = channels.FirstOrDefault(c => c.Kind == kind) ?? throw new InvalidInputException("channel", kind, $"one of {string.Join(", ", Channels)}");
        if (channel.FaultOf(target) is { } fault) { throw new InvalidInputException("target", target, fault); }
        if (wish.Topics == NoticeTopics.None) { throw new InvalidInputException("topics", "none", "at least one thing to be told of"); }
        if (wish.LeastUsd < 0) { throw new InvalidInputException("leastUsd", wish.LeastUsd, "0 or more"); }
        foreach (var hour in new[] { wish.QuietFrom, wish.QuietTo })
        {
            if (hour is < 0 or > 23) { throw new InvalidInputException("quiet hours", hour, "an hour from 0 to 23"); }
        }
        var now = StoredTime.Of(clock.GetUtcNow());
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        // Addresses cost nothing: without these two anyone could have strangers' mailboxes filled with codes.
        if (!await db.StakeEvents.AnyAsync(e => e.Account == account, cancellationToken)) { throw new InvalidInputException("account", account, "one that has staked: there is nothing to tell of another"); }
        var dayAgo = now.AddDays(-1);
        if (await db.Subscriptions.CountAsync(s => s.Account == account && (s.EndedAt == null || s.CreatedAt > dayAgo), cancellationToken) >= MostPerAccount)
        {
            throw new InvalidInputException("target", target, $"at most {MostPerAccount} subscriptions that stand or were made within a day");
        }
        // Of a mailbox case and what follows a plus are spellings.
        var same = db.Subscriptions.FromSql($"SELECT * FROM subscriptions WHERE regexp_replace(lower(target), '[+][^@]*@', '@') = regexp_replace(lower({target}), '[+][^@]*@', '@')");
        if (await same.CountAsync(s => s.Channel == kind && s.CreatedAt > dayAgo, cancellationToken) >= MostCodesPerTarget)
        {
            throw new InvalidInputException("target", target, $"one that was sent fewer than {MostCodesPerTarget} codes within a day");
        }
        var added = new Subscription(account, kind, target, wish, now);
        db.Subscriptions.Add(added);
        db.Notices.Add(new Notice(added.Id, "proof", "Prove this address", $"Somebody who holds the account {account} asked to be told of it here. If it was you, type this code on the page: {keys.ProofCode(added.Id)}. If not, do nothing.", now, now));
        await db.SaveChangesAsync(cancellationToken);
        return added.Id;
    }

    /// <summary>Proves an address by the code that was sent there; false = it is another code, or there is no such subscription.</summary>
    public async Task<bool> ProveAsync(WalletAddress account, Guid id, string code, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, account, id, cancellationToken);
        if (found is null || !NoticeKeys.AreSame(keys.ProofCode(id), code.Trim())) { return false; }
        found.Prove(StoredTime.Of(clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    /// <summary>Sends a message to try the way with, once a minute at most; false = the address is not proved, or a test was asked for a moment ago.</summary>
    public async Task<bool> TestAsync(WalletAddress account, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = StoredTime.Of(clock.GetUtcNow());
        if (await FindAsync(db, account, id, cancellationToken) is not { ProvedAt: not null }) { return false; }
        var before = now - s_betweenTests;
        if (await db.Notices.AnyAsync(n => n.SubscriptionId == id && n.Key.StartsWith(TestKey) && (n.At > before || n.State == NoticeState.Waiting), cancellationToken)) { return false; }
        db.Notices.Add(new Notice(id, $"{TestKey}{now.UtcTicks}", "A test", "You asked for this message to see whether the way works. It does.", now, now));
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    /// <summary>Ends a subscription.</summary>
    public async Task EndAsync(WalletAddress account, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FindAsync(db, account, id, cancellationToken) is not { } found) { return; }
        found.End(StoredTime.Of(clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Ends a subscription by the link in its messages; false = it is no such link.</summary>
    public async Task<bool> EndByLinkAsync(Guid id, string key, CancellationToken cancellationToken)
    {
        if (!NoticeKeys.AreSame(keys.StopKey(id), key)) { return false; }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (await db.Subscriptions.SingleOrDefaultAsync(s => s.Id == id, cancellationToken) is not { } found) { return false; }
        found.End(StoredTime.Of(clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    /// <summary>An account's standing subscriptions and its newest messages.</summary>
    public async Task<(IReadOnlyList<Subscription> Standing, IReadOnlyList<Notice> Log)> ReadAsync(WalletAddress account, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var standing = await db.Subscriptions.AsNoTracking().Where(s => s.Account == account && s.EndedAt == null).OrderBy(s => s.CreatedAt).ToListAsync(cancellationToken);
        var ids = standing.ConvertAll(s => s.Id);
        return (standing, await db.Notices.AsNoTracking().Where(n => ids.Contains(n.SubscriptionId)).OrderByDescending(n => n.At).ThenByDescending(n => n.Id).Take(Paging.MaxLimit).ToListAsync(cancellationToken));
    }

    private static Task<Subscription?> FindAsync(NirmaanDbContext db, WalletAddress account, Guid id, CancellationToken cancellationToken) =>
        db.Subscriptions.SingleOrDefaultAsync(s => s.Id == id && s.Account == account && s.EndedAt == null, cancellationToken);
}
