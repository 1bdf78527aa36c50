using System.Globalization;
using Nirmaan.Domain.Notifications;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Notifications;

/// <summary>Subscriptions in words.</summary>
internal static class NoticeWords
{
    /// <summary>What can be told, one by one.</summary>
    public static readonly IReadOnlyList<NoticeTopics> Topics = [NoticeTopics.EpochPaid, NoticeTopics.StakeChanged, NoticeTopics.WithdrawalDue, NoticeTopics.FeeAnnounced];

    /// <summary>Something that can be told.</summary>
    public static string Of(NoticeTopics topic) => topic switch
    {
        NoticeTopics.EpochPaid => "an epoch paid me",
        NoticeTopics.StakeChanged => "my stake changed",
        NoticeTopics.WithdrawalDue => "NRM can be withdrawn",
        _ => "a fee is announced",
    };

    /// <summary>A pace.</summary>
    public static string Of(NoticePace pace) => pace switch
    {
        NoticePace.Daily => $"once a day, {NoticeRules.DigestHour}:00 UTC",
        NoticePace.Weekly => $"once a week, Monday {NoticeRules.DigestHour}:00 UTC",
        _ => "as it happens",
    };

    /// <summary>A way.</summary>
    public static string Of(NoticeChannelKind channel) => channel switch { NoticeChannelKind.Email => "e-mail", NoticeChannelKind.Webhook => "webhook (signed)", var other => other.ToString() };

    /// <summary>A state.</summary>
    public static string Of(NoticeState state) => state switch { NoticeState.GivenUp => "given up", NoticeState.Sent => "sent", _ => "waits" };

    /// <summary>What its target is called.</summary>
    public static string TargetOf(NoticeChannelKind channel) => channel switch
    {
        NoticeChannelKind.Email => "Mailbox",
        NoticeChannelKind.Telegram => "Chat id; write to the bot first",
        _ => "Address (https://…)",
    };

    /// <summary>What a subscription asks for.</summary>
    public static string Of(Subscription s)
    {
        var quiet = s.QuietFrom is { } from && s.QuietTo is { } to ? string.Create(CultureInfo.InvariantCulture, $", quiet from {from}:00 to {to}:00 UTC") : "";
        var least = s.LeastUsd is { } usd ? $", epochs of at least {Format.Usd(usd)}" : "";
        return $"When {string.Join(", ", Topics.Where(t => s.Topics.HasFlag(t)).Select(Of))}; {Of(s.Pace)}{least}{quiet}. {(s.ProvedAt is null ? "Not proved yet." : $"Proved {Format.Utc(s.ProvedAt.Value)}.")}";
    }
}
