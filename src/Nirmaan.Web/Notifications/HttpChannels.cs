using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Notifications;
using Nirmaan.Domain.Notifications;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.Notifications;

/// <summary>What the channels over HTTP share: one client, few bytes of the answer, no secret in a fault.</summary>
internal abstract class HttpChannel(IHttpClientFactory clients, IOptions<SandboxOptions> sandbox) : INoticeChannel
{
    /// <summary>Name of the client that reaches public addresses only.</summary>
    public const string ClientName = "notices";

    public abstract NoticeChannelKind Kind { get; }

    public virtual string? FaultOf(string target) =>
        Uri.TryCreate(target, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (sandbox.Value.IsOn && url.Scheme == Uri.UriSchemeHttp)) && url.UserInfo.Length == 0
            ? null : "an address that begins with https:// and names no user";

    public abstract Task SendAsync(string target, NoticeMessage message, CancellationToken cancellationToken);

    protected async Task PostAsync(Uri url, object body, Action<HttpRequestMessage, string>? sign, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(body, JsonSerializerOptions.Web);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        sign?.Invoke(request, json);
        try
        {
            using var answer = await clients.CreateClient(ClientName).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!answer.IsSuccessStatusCode) { throw new NoticeRefusedException($"{url.Host} answered {(int)answer.StatusCode}"); }
        }
        catch (HttpRequestException e) { throw new NoticeRefusedException(e.InnerException is NoticeRefusedException refused ? refused.Message : $"{url.Host} could not be reached ({e.HttpRequestError})"); }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested) { throw new NoticeRefusedException($"{url.Host} did not answer in time"); }
    }
}

/// <summary>
/// A POST of <c>{"id","title","text","at","stop"}</c>, signed: header <c>Nirmaan-Signature: t=UNIX,v1=HEX</c>, an HMAC-SHA256 of "t.body" under the
/// key that the subscription's page shows.
/// </summary>
internal sealed class WebhookChannel(IHttpClientFactory clients, IOptions<SandboxOptions> sandbox) : HttpChannel(clients, sandbox)
{
    public override NoticeChannelKind Kind => NoticeChannelKind.Webhook;

    public override Task SendAsync(string target, NoticeMessage message, CancellationToken cancellationToken) =>
        PostAsync(new Uri(target), new { message.Id, message.Title, message.Text, message.At, Stop = message.StopUrl }, (request, body) =>
        {
            request.Headers.Add("Nirmaan-Signature", Signature(message.SigningKey, message.At, body));
            request.Headers.Add("Idempotency-Key", message.Id.ToString());
        }, cancellationToken);

    internal static string Signature(string key, DateTimeOffset at, string body)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{time}.{body}")))}";
    }
}

/// <summary>Discord's webhooks.</summary>
internal sealed class DiscordChannel(IHttpClientFactory clients, IOptions<SandboxOptions> sandbox) : HttpChannel(clients, sandbox)
{
    // The longest message that Discord takes is 2,000 characters.
    private const int Longest = 2000;

    public override NoticeChannelKind Kind => NoticeChannelKind.Discord;

    public override Task SendAsync(string target, NoticeMessage message, CancellationToken cancellationToken)
    {
        var (head, foot) = ($"**{message.Title}**\n", $"\n{(message.StopUrl is { } stop ? $"End these messages: <{stop}>" : message.HowToStop)}");
        return PostAsync(new Uri(target), new { Content = head + Cut(message.Text, Longest - head.Length - foot.Length) + foot, allowed_mentions = new { Parse = Array.Empty<string>() } }, null, cancellationToken);
    }

    internal static string Cut(string text, int most) => text.Length <= most ? text : text[..Math.Max(0, most - 1)] + "…";
}

/// <summary>A Telegram chat, by the operator's bot; the target is the chat's id, which the bot must have been written to before.</summary>
internal sealed class TelegramChannel(IHttpClientFactory clients, IOptions<SandboxOptions> sandbox, IOptions<NoticeOptions> options) : HttpChannel(clients, sandbox)
{
    // The longest message that Telegram takes is 4,096 characters.
    private const int Longest = 4096;

    public override NoticeChannelKind Kind => NoticeChannelKind.Telegram;

    public override string? FaultOf(string target) => long.TryParse(target, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? null : "a chat's id, such as 123456789";

    public override Task SendAsync(string target, NoticeMessage message, CancellationToken cancellationToken)
    {
        var foot = $"\n\n{message.HowToStop}";
        return PostAsync(new Uri(options.Value.TelegramUrl, $"bot{options.Value.TelegramBotToken}/sendMessage"),
            new { chat_id = target, text = DiscordChannel.Cut($"{message.Title}\n\n{message.Text}", Longest - foot.Length) + foot }, null, cancellationToken);
    }
}
