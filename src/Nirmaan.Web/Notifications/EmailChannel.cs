using System.Net;
using System.Net.Mail;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Notifications;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Web.Notifications;

/// <summary>Mail, over the operator's server or into a folder. Each bears the header by which mail programs end it with one click (RFC 2369).</summary>
internal sealed class EmailChannel(IOptions<NoticeOptions> options) : INoticeChannel
{
    public NoticeChannelKind Kind => NoticeChannelKind.Email;

    public string? FaultOf(string target) => MailAddress.TryCreate(target, out var address) && address.Address == target && target.All(c => c is > ' ' and < '\x7f') ? null : "a mailbox, such as you@example.org";

    public async Task SendAsync(string target, NoticeMessage message, CancellationToken cancellationToken)
    {
        var o = options.Value;
        using var mail = new MailMessage(o.MailFrom, target, $"Nirmaan: {message.Title}", $"{message.Text}\n\n{message.HowToStop}\n");
        if (message.StopUrl is { } stop) { mail.Headers.Add("List-Unsubscribe", $"<{stop}>"); }
        mail.Headers.Add("Message-ID", $"<{message.Id:N}@nirmaan>");
        using var client = o.MailFolder.Length > 0
            ? new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = Directory.CreateDirectory(o.MailFolder).FullName }
            : new SmtpClient(o.SmtpHost, o.SmtpPort) { EnableSsl = true, Credentials = o.SmtpUser.Length > 0 ? new NetworkCredential(o.SmtpUser, o.SmtpPassword) : null };
        try { await client.SendMailAsync(mail, cancellationToken); }
        catch (SmtpException e) { throw new NoticeRefusedException($"the mail server did not take it ({e.StatusCode})"); }
    }
}

internal static class NotificationServices
{
    /// <summary>Adds the channels that are set up.</summary>
    public static IServiceCollection AddNoticeChannels(this IServiceCollection services, IConfiguration configuration, bool isSandbox)
    {
        services.AddHttpClient(HttpChannel.ClientName, client => (client.Timeout, client.MaxResponseContentBufferSize) = (TimeSpan.FromSeconds(15), 64 * 1024))
            .ConfigurePrimaryHttpMessageHandler(() => PublicDialer.Handler(isPrivateAllowed: isSandbox)).RemoveAllLoggers();
        services.AddSingleton<INoticeChannel, WebhookChannel>().AddSingleton<INoticeChannel, DiscordChannel>();
        var options = configuration.GetSection(NoticeOptions.Section).Get<NoticeOptions>() ?? new NoticeOptions();
        if (options.TelegramBotToken.Length > 0) { services.AddSingleton<INoticeChannel, TelegramChannel>(); }
        if (options.SmtpHost.Length > 0 || options.MailFolder.Length > 0) { services.AddSingleton<INoticeChannel, EmailChannel>(); }
        return services;
    }
}
