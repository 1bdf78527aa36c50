using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Notifications;
using Nirmaan.Domain.Notifications;
using Nirmaan.Web.Notifications;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.Tests.Notifications;

public sealed class ChannelTests
{
    private static readonly NoticeMessage s_message = new(Guid.Parse("00000000-0000-0000-0000-000000000007"), "Epoch 1 paid", "In sentences.", DateTimeOffset.UnixEpoch.AddSeconds(5), "key", "https://site/stop");

    [Theory]
    [InlineData("127.0.0.1"), InlineData("10.1.2.3"), InlineData("172.16.0.1"), InlineData("172.31.255.255"), InlineData("192.168.1.1"), InlineData("169.254.169.254"), InlineData("100.64.0.1")]
    [InlineData("0.0.0.0"), InlineData("224.0.0.1"), InlineData("255.255.255.255"), InlineData("198.18.0.1"), InlineData("192.0.2.1"), InlineData("203.0.113.9")]
    [InlineData("::1"), InlineData("::"), InlineData("fe80::1"), InlineData("fd00::1"), InlineData("ff02::1"), InlineData("::ffff:10.0.0.1"), InlineData("::ffff:127.0.0.1"), InlineData("64:ff9b::a00:1"), InlineData("2002:7f00:1::"), InlineData("2001:db8::1")]
    public void Addresses_that_are_not_public_are_not_connected_to(string address) => PublicDialer.IsPublic(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("8.8.8.8"), InlineData("172.32.0.1"), InlineData("100.128.0.1"), InlineData("192.169.0.1"), InlineData("2606:4700::1111"), InlineData("::ffff:8.8.8.8")]
    public void Public_addresses_are(string address) => PublicDialer.IsPublic(IPAddress.Parse(address)).ShouldBeTrue();

    [Fact]
    public async Task A_name_that_leads_into_this_machine_is_refused_before_it_is_connected_to()
    {
        await using var receiver = new Receiver();
        var refused = await Should.ThrowAsync<NoticeRefusedException>(Channels(isSandbox: false).Single(c => c.Kind == NoticeChannelKind.Webhook)
            .SendAsync(receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), s_message, TestContext.Current.CancellationToken));
        refused.Message.ShouldBe("localhost is not a public address");
        receiver.Bodies.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_webhook_is_signed_over_its_time_and_body()
    {
        await using var receiver = new Receiver();
        await Channels(isSandbox: true).Single(c => c.Kind == NoticeChannelKind.Webhook).SendAsync(receiver.Url, s_message, TestContext.Current.CancellationToken);
        var (body, signature) = receiver.Bodies.ShouldHaveSingleItem();
        body.ShouldContain("\"title\":\"Epoch 1 paid\"");
        signature.ShouldBe($"t=5,v1={Convert.ToHexStringLower(HMACSHA256.HashData("key"u8, Encoding.UTF8.GetBytes($"5.{body}")))}");
    }

    [Fact]
    public async Task An_answer_that_is_no_success_is_not_taken()
    {
        await using var receiver = new Receiver(HttpStatusCode.Found);
        (await Should.ThrowAsync<NoticeRefusedException>(Channels(isSandbox: true).Single(c => c.Kind == NoticeChannelKind.Discord).SendAsync(receiver.Url, s_message, TestContext.Current.CancellationToken)))
            .Message.ShouldBe("127.0.0.1 answered 302");
    }

    [Theory]
    [InlineData("http://example.org/hook"), InlineData("ftp://example.org"), InlineData("https://user:pass@example.org/"), InlineData("nonsense")]
    public void A_webhook_is_https_and_bears_no_password(string target) => Channels(isSandbox: false).Single(c => c.Kind == NoticeChannelKind.Webhook).FaultOf(target).ShouldNotBeNull();

    [Fact]
    public async Task A_mail_can_be_ended_from_the_mail_program()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            await Channels(isSandbox: true, folder.FullName).Single(c => c.Kind == NoticeChannelKind.Email).SendAsync("you@example.org", s_message, TestContext.Current.CancellationToken);
            var mail = await File.ReadAllTextAsync(folder.GetFiles().ShouldHaveSingleItem().FullName, TestContext.Current.CancellationToken);
            mail.ShouldContain("List-Unsubscribe: <https://site/stop>", Case.Insensitive);
        }
        finally { folder.Delete(recursive: true); }
    }

    [Fact]
    public async Task Where_the_sites_address_is_not_known_a_mail_leads_nowhere_and_says_where_it_is_ended()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            await Channels(isSandbox: true, folder.FullName).Single(c => c.Kind == NoticeChannelKind.Email).SendAsync("you@example.org", s_message with { StopUrl = null }, TestContext.Current.CancellationToken);
            var mail = await File.ReadAllTextAsync(folder.GetFiles().ShouldHaveSingleItem().FullName, TestContext.Current.CancellationToken);
            mail.ShouldNotContain("List-Unsubscribe", Case.Insensitive);
            mail.ShouldContain("End these messages on the page");
        }
        finally { folder.Delete(recursive: true); }
    }

    [Theory]
    [InlineData("nobody"), InlineData("You <you@example.org>"), InlineData("a@b.c\r\nBcc: d@e.f")]
    public void What_is_no_mailbox_is_refused(string target) => Channels(isSandbox: true, "x").Single(c => c.Kind == NoticeChannelKind.Email).FaultOf(target).ShouldNotBeNull();

    [Fact]
    public void Ways_that_are_not_set_up_are_not_offered() => Channels(isSandbox: true).Select(c => c.Kind).ShouldBe([NoticeChannelKind.Webhook, NoticeChannelKind.Discord]);

    private static List<INoticeChannel> Channels(bool isSandbox, string mailFolder = "")
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Notifications:MailFolder"] = mailFolder }).Build();
        return [.. new ServiceCollection().AddSingleton(Options.Create(new SandboxOptions { Url = isSandbox ? new Uri("http://127.0.0.1:1") : null }))
            .AddSingleton(Options.Create(new NoticeOptions { MailFolder = mailFolder })).AddNoticeChannels(configuration, isSandbox).BuildServiceProvider().GetServices<INoticeChannel>()];
    }

    /// <summary>A receiver on this machine that notes what it got.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _serving;

        public Receiver(HttpStatusCode answer = HttpStatusCode.NoContent)
        {
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            }
            _listener.Prefixes.Add(Url);
            _listener.Start();
            _serving = ServeAsync(answer);
        }

        public string Url { get; }

        public List<(string Body, string? Signature)> Bodies { get; } = [];

        private async Task ServeAsync(HttpStatusCode answer)
        {
            while (true)
            {
                HttpListenerContext context;
                try { context = await _listener.GetContextAsync(); }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException) { return; }
                using var reader = new StreamReader(context.Request.InputStream);
                Bodies.Add((await reader.ReadToEndAsync(), context.Request.Headers["Nirmaan-Signature"]));
                context.Response.StatusCode = (int)answer;
                context.Response.Close();
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _serving;
        }
    }
}
