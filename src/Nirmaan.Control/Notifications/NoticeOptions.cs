using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Control.Notifications;

/// <summary>How messages are sent. Section <c>Notifications</c>.</summary>
public sealed class NoticeOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Notifications";

    /// <summary>This site as receivers reach it: for the link that ends a subscription. Null = not known: messages bear no link, and the page says so.</summary>
    public Uri? SiteUrl { get; set; }

    /// <summary>Where alerts to ops go, each as <c>Webhook https://..</c>, <c>Discord https://..</c>, <c>Telegram 12345</c> or <c>Email ops@..</c>; empty = they stand on the page of ops alone.</summary>
    public IList<string> House { get; } = [];

    /// <summary>How long a worker holds messages that it sends.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The mail server; empty with an empty <see cref="MailFolder"/> = no mail.</summary>
    public string SmtpHost { get; set; } = "";
    /// <summary>Its port.</summary>
    public int SmtpPort { get; set; } = 587;
    /// <summary>Name at the mail server; empty = none is asked for.</summary>
    public string SmtpUser { get; set; } = "";
    /// <summary>Password there.</summary>
    public string SmtpPassword { get; set; } = "";
    /// <summary>Sender of mail.</summary>
    public string MailFrom { get; set; } = "nirmaan@localhost";
    /// <summary>A folder that mail is laid into instead of being sent; for trying out.</summary>
    public string MailFolder { get; set; } = "";

    /// <summary>Token of the Telegram bot; empty = no Telegram.</summary>
    public string TelegramBotToken { get; set; } = "";
    /// <summary>Telegram's interface.</summary>
    public Uri TelegramUrl { get; set; } = new("https://api.telegram.org");
}

/// <summary>Refuses targets that cannot be used, at the start.</summary>
// Channels need these options themselves, so they are asked for when there is something to check.
internal sealed class NoticeOptionsCheck(IServiceProvider services) : IValidateOptions<NoticeOptions>
{
    public ValidateOptionsResult Validate(string? name, NoticeOptions options)
    {
        List<string> faults = [];
        foreach (var (text, i) in options.House.Select((t, i) => (t, i)))
        {
            var fault = HouseTarget.Parse(text) is not { } house ? "expected a way to send and a target, such as 'Webhook https://ops.example/hook'"
                : services.GetServices<INoticeChannel>().FirstOrDefault(c => c.Kind == house.Channel) is not { } channel ? $"{house.Channel} is not set up" : channel.FaultOf(house.Target);
            if (fault is not null) { faults.Add($"{NoticeOptions.Section}:House:{i} '{text}': {fault}"); }
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

/// <summary>One of the house's targets.</summary>
internal sealed record HouseTarget(NoticeChannelKind Channel, string Target)
{
    public static HouseTarget? Parse(string text) =>
        text.Split(' ', 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var kind, var target] && Enum.TryParse<NoticeChannelKind>(kind, ignoreCase: true, out var channel) && Enum.IsDefined(channel)
            ? new HouseTarget(channel, target) : null;
}

internal static class NoticeServices
{
    /// <summary>Adds the verbs. The host adds the channels.</summary>
    public static IServiceCollection AddNotices(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<NoticeOptions>().Bind(configuration.GetSection(NoticeOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<NoticeOptions>, NoticeOptionsCheck>();
        services.TryAddSingleton<NoticeKeys>();
        services.TryAddSingleton<Subscribe>();
        services.TryAddSingleton<CollectNotices>();
        services.TryAddSingleton<SendNotices>();
        return services;
    }
}
