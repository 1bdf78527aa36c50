namespace Nirmaan.Domain.Notifications;

/// <summary>What is sent in one piece.</summary>
/// <param name="Id">The same for the same message sent again.</param>
/// <param name="SigningKey">For channels that sign.</param>
/// <param name="StopUrl">Where the receiver ends it; null = only on the page, signed in.</param>
public sealed record NoticeMessage(Guid Id, string Title, string Text, DateTimeOffset At, string SigningKey, string? StopUrl)
{
    /// <summary>How the receiver ends it, in words.</summary>
    public string HowToStop => StopUrl is { } url ? $"End these messages: {url}" : "End these messages on the page where you asked for them.";
}

/// <summary>A way to send messages. What the other side does not take is a <see cref="NoticeRefusedException"/>.</summary>
public interface INoticeChannel
{
    /// <summary>Which one.</summary>
    NoticeChannelKind Kind { get; }

    /// <summary>What is wrong with a target, in words; null = it can be tried. Asks nobody.</summary>
    string? FaultOf(string target);

    /// <summary>Sends; returns when the other side has taken it.</summary>
    Task SendAsync(string target, NoticeMessage message, CancellationToken cancellationToken);
}

/// <summary>The other side did not take a message, in words that hold no secret.</summary>
public sealed class NoticeRefusedException(string message) : Exception(message);
