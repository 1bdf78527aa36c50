using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Nirmaan.Control.Notifications;

/// <summary>How messages are sent. Section <c>Notifications</c>.</summary>
public sealed class NoticeOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Notifications";

    /// <summary>This site as receivers reach it: for the link that ends a subscription. Null = not known: messages bear no link, and the page says so.</summary>
    public Uri? SiteUrl { get; set; }

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

internal static class NoticeServices
{
    /// <summary>Adds the verbs. The host adds the channels.</summary>
    public static IServiceCollection AddNotices(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<NoticeOptions>().Bind(configuration.GetSection(NoticeOptions.Section)).ValidateOnStart();
        services.TryAddSingleton<NoticeKeys>();
        services.TryAddSingleton<Subscribe>();
        services.TryAddSingleton<CollectNotices>();
        services.TryAddSingleton<SendNotices>();
        return services;
    }
}
