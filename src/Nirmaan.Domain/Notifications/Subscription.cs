using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Notifications;

/// <summary>How word is sent.</summary>
public enum NoticeChannelKind
{
    /// <summary>A signed HTTPS POST.</summary>
    Webhook,
    /// <summary>A Discord webhook.</summary>
    Discord,
    /// <summary>A Telegram chat, by the operator's bot.</summary>
    Telegram,
    /// <summary>A mailbox.</summary>
    Email,
}

/// <summary>What an account wants to hear of.</summary>
[Flags]
public enum NoticeTopics
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>An epoch paid the account.</summary>
    EpochPaid = 1,
    /// <summary>Its stake changed, or the chain took a change back.</summary>
    StakeChanged = 2,
    /// <summary>Unstaked NRM can be withdrawn.</summary>
    WithdrawalDue = 4,
    /// <summary>A fee policy was announced.</summary>
    FeeAnnounced = 8,
    /// <summary>The house's own: what ops must see to. No account can ask for it.</summary>
    Alerts = 16,
    /// <summary>All that an account can ask for.</summary>
    All = EpochPaid | StakeChanged | WithdrawalDue | FeeAnnounced,
}

/// <summary>What a subscription asks for.</summary>
/// <param name="LeastUsd">Epochs that paid the account less are not told; null = all. One whose dollars are unknown is told.</param>
/// <param name="QuietFrom">First quiet hour, UTC.</param>
/// <param name="QuietTo">First hour after them, UTC.</param>
public sealed record NoticeWish(NoticeTopics Topics, NoticePace Pace, decimal? LeastUsd, int? QuietFrom, int? QuietTo);

/// <summary>Where an account wants to be told what. Nothing but the proof is sent before the address is proved.</summary>
public sealed class Subscription
{
    private Subscription() { }

    /// <summary>In an account's place for the house's own subscriptions, which its configuration names: nobody holds this address's key.</summary>
    public static readonly WalletAddress House = WalletAddress.Parse("0x0000000000000000000000000000000000000000");

    /// <summary>A new one, not proved.</summary>
    public Subscription(WalletAddress account, NoticeChannelKind channel, string target, NoticeWish wish, DateTimeOffset now) =>
        (Id, Account, Channel, Target, Topics, Pace, LeastUsd, QuietFrom, QuietTo, CreatedAt) =
        (OrderedGuid.New(now), account, channel, target, wish.Topics, wish.Pace, wish.LeastUsd, wish.QuietFrom, wish.QuietTo, now);

    /// <summary>Id.</summary>
    public Guid Id { get; private set; }
    /// <summary>Whose.</summary>
    public WalletAddress Account { get; private set; }
    /// <summary>How.</summary>
    public NoticeChannelKind Channel { get; private set; }
    /// <summary>Where to: an address, a chat or a URL.</summary>
    public string Target { get; private set; } = "";
    /// <summary>What of.</summary>
    public NoticeTopics Topics { get; private set; }
    /// <summary>How often.</summary>
    public NoticePace Pace { get; private set; }
    /// <summary>See <see cref="NoticeWish"/>.</summary>
    public decimal? LeastUsd { get; private set; }
    /// <summary>First quiet hour, UTC.</summary>
    public int? QuietFrom { get; private set; }
    /// <summary>First hour after the quiet ones.</summary>
    public int? QuietTo { get; private set; }
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private set; }
    /// <summary>When its address was proved; null = not.</summary>
    public DateTimeOffset? ProvedAt { get; private set; }
    /// <summary>When it was ended; null = it stands.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>The code that was sent there came back: what happens from now on is told.</summary>
    public void Prove(DateTimeOffset now) => ProvedAt ??= now;
    /// <summary>Nothing is told any more.</summary>
    public void End(DateTimeOffset now) => EndedAt ??= now;
    /// <summary>When something that is known now is sent.</summary>
    public DateTimeOffset DueAt(DateTimeOffset now) => NoticeRules.DueAt(now, Pace, QuietFrom, QuietTo);
}

/// <summary>States of a message.</summary>
public enum NoticeState
{
    /// <summary>Waits for its time.</summary>
    Waiting,
    /// <summary>The other side took it.</summary>
    Sent,
    /// <summary>The other side did not take it, again and again; or its subscription ended before.</summary>
    GivenUp,
}

/// <summary>A message to a subscription: once by its key.</summary>
public sealed class Notice
{
    private Notice() { }

    /// <summary>A message that waits.</summary>
    /// <param name="key">What it is about; a subscription has one message of a key.</param>
    public Notice(Guid subscriptionId, string key, string title, string text, DateTimeOffset now, DateTimeOffset dueAt) =>
        (Id, SubscriptionId, Key, Title, Text, At, DueAt) = (OrderedGuid.New(now), subscriptionId, key, title, text, now, dueAt);

    /// <summary>Id; a receiver that sees it twice may drop the second.</summary>
    public Guid Id { get; private set; }
    /// <summary>Whose.</summary>
    public Guid SubscriptionId { get; private set; }
    /// <summary>What it is about.</summary>
    public string Key { get; private set; } = "";
    /// <summary>In a line.</summary>
    public string Title { get; private set; } = "";
    /// <summary>In sentences.</summary>
    public string Text { get; private set; } = "";
    /// <summary>When it was written.</summary>
    public DateTimeOffset At { get; private set; }
    /// <summary>State.</summary>
    public NoticeState State { get; private set; }
    /// <summary>Sendings tried.</summary>
    public int Attempts { get; private set; }
    /// <summary>When it is sent, or tried again.</summary>
    public DateTimeOffset DueAt { get; private set; }
    /// <summary>When the other side took it.</summary>
    public DateTimeOffset? SentAt { get; private set; }
    /// <summary>What went wrong last.</summary>
    public string? Fault { get; private set; }
    /// <summary>The worker that holds it.</summary>
    public Guid? Token { get; private set; }
    /// <summary>Until when.</summary>
    public DateTimeOffset? TokenUntil { get; private set; }

    /// <summary>It was taken.</summary>
    public void MarkSent(DateTimeOffset now) => (State, SentAt, Attempts, Fault, Token, TokenUntil) = (NoticeState.Sent, now, Attempts + 1, null, null, null);

    /// <summary>It was not taken: waits longer each time, until it is given up.</summary>
    public void MarkFailed(string fault, DateTimeOffset now)
    {
        (Attempts, Fault, Token, TokenUntil) = (Attempts + 1, fault, null, null);
        if (NoticeRules.RetryAfter(Attempts) is { } wait) { DueAt = now + wait; } else { State = NoticeState.GivenUp; }
    }

    /// <summary>Nobody wants it any more.</summary>
    public void Drop(string why) => (State, Fault, Token, TokenUntil) = (NoticeState.GivenUp, why, null, null);
}
