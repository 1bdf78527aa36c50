using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Nirmaan.Control;
using Nirmaan.Control.Live;
using Nirmaan.Control.Notifications;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Notifications;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Notifications;

/// <summary>Subscriptions of the account that is signed in, and of no other.</summary>
public sealed partial class SubscriptionsView
{
    private readonly Dictionary<Guid, string> _codes = [];
    private NoticeChannelKind _channel = NoticeChannelKind.Webhook;
    private NoticeTopics _topics = NoticeTopics.All;
    private NoticePace _pace;
    private string _target = "", _least = "", _quietFrom = "", _quietTo = "";
    private string? _fault, _said;

    [Parameter, EditorRequired] public WalletAddress Account { get; set; }

    [Inject] public required Subscribe Subscriptions { get; init; }

    [Inject] public required NoticeKeys Keys { get; init; }

    [Inject] public required IOptions<NoticeOptions> Options { get; init; }

    protected override IReadOnlyList<Topic> Topics => [Topic.Jobs];

    protected override object? Asked => Account;

    private IReadOnlyList<NoticeChannelKind> Channels => Subscriptions.Channels;

    protected override async Task<View> FindAsync(CancellationToken cancellationToken)
    {
        var (standing, log) = await Subscriptions.ReadAsync(Account, cancellationToken);
        return new View(standing, log);
    }

    private async Task AddAsync()
    {
        _fault = _said = null;
        try
        {
            var wish = new NoticeWish(_topics, _pace, Amount(_least), Hour(_quietFrom), Hour(_quietTo));
            await Subscriptions.AddAsync(Account, _channel, _target, wish, Gone);
            (_target, _said) = ("", "A code is on its way there; it takes a minute at most. Type it above.");
        }
        catch (InvalidInputException e) { _fault = e.Message; }
        await ReloadAsync();
    }

    private async Task ProveAsync(Guid id)
    {
        _said = await Subscriptions.ProveAsync(Account, id, _codes.GetValueOrDefault(id, ""), Gone) ? "Proved: what happens from now on is told there." : "That is not the code that was sent there.";
        await ReloadAsync();
    }

    private async Task TestAsync(Guid id)
    {
        _said = await Subscriptions.TestAsync(Account, id, Gone) ? "A test is on its way; it takes a minute at most." : "Nothing was sent: a test was asked for within the last minute or still waits, or the address is not proved.";
        await ReloadAsync();
    }

    private async Task EndAsync(Guid id)
    {
        await Subscriptions.EndAsync(Account, id, Gone);
        _said = "Removed: nothing is sent there any more.";
        await ReloadAsync();
    }

    private static decimal? Amount(string text) => text.Trim() is not { Length: > 0 } typed ? null
        : decimal.TryParse(typed, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) ? usd : throw new InvalidInputException("at least", typed, "dollars, such as 0.50");

    private static int? Hour(string text) => text.Trim() is not { Length: > 0 } typed ? null
        : int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var hour) ? hour : throw new InvalidInputException("quiet hours", typed, "an hour from 0 to 23");

    /// <summary>What is shown.</summary>
    public sealed record View(IReadOnlyList<Subscription> Standing, IReadOnlyList<Notice> Log);
}
