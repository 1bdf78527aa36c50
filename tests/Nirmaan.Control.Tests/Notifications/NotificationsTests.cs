using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Notifications;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Notifications;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Control.Tests.Notifications;

public sealed class NotificationsTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private static readonly NoticeWish s_all = new(NoticeTopics.All, NoticePace.AtOnce, null, null, null);
    private readonly FakeChannel _channel = new();
    private readonly NoticeKeys _keys = new(With<MinerTokenOptions>(o => o.MinerTokenKey = new string('k', 32)));

    private Subscribe Subscriptions => new(Contexts, [_channel], _keys, Clock);
    private Task<string> CollectAsync() => new CollectNotices(Contexts, new PriceBook(Contexts, Clock, With<RewardsOptions>()), With<NoticeOptions>(), Clock).RunAsync(Token);
    private Task<string> SendAsync() => new SendNotices(Contexts, [_channel], _keys, With<NoticeOptions>(), Clock, Log<SendNotices>()).RunAsync(Token);

    private async Task<Guid> SubscribeAsync(NoticeWish? wish = null, bool isProved = true)
    {
        Stake(Midnight, 1, 3000 * Token18);
        await ReachAsync(Noon);
        var id = await Subscriptions.AddAsync(Wallet(1), NoticeChannelKind.Webhook, "here", wish ?? s_all, Token);
        await SendAsync();
        if (isProved) { (await Subscriptions.ProveAsync(Wallet(1), id, _keys.ProofCode(id), Token)).ShouldBeTrue(); }
        _channel.Sent.Clear();
        return id;
    }

    private async Task PayADayAsync(decimal? morUsd = null)
    {
        await MineAsync(Morpheus, key: "model-1", at: Midnight);
        Pay(Noon, 100 * Token18);
        if (morUsd is { } usd) { await WriteAsync(db => db.Prices.Add(new PriceQuote("MOR", usd, Midnight.AddDays(1), "feed"))); }
        await ReachAsync(Midnight.AddDays(1).AddMinutes(5));
        await CloseAsync();
    }

    [Fact]
    public async Task Before_an_address_is_proved_only_the_code_is_sent_there()
    {
        Stake(Midnight, 1, 3000 * Token18);
        await ReachAsync(Noon);
        var id = await Subscriptions.AddAsync(Wallet(1), NoticeChannelKind.Webhook, "here", s_all, Token);
        await PayADayAsync();
        await CollectAsync();
        await SendAsync();
        _channel.Sent.ShouldHaveSingleItem().Text.ShouldContain(_keys.ProofCode(id));
    }

    [Theory]
    [InlineData("https://nirmaan.example/", "https://nirmaan.example/notifications/stop/"), InlineData(null, null)]
    public async Task A_message_bears_the_link_that_ends_it_where_the_sites_address_is_known(string? site, string? begins)
    {
        Stake(Midnight, 1, 3000 * Token18);
        await ReachAsync(Noon);
        await Subscriptions.AddAsync(Wallet(1), NoticeChannelKind.Webhook, "here", s_all, Token);
        await new SendNotices(Contexts, [_channel], _keys, With<NoticeOptions>(o => o.SiteUrl = site is null ? null : new Uri(site)), Clock, Log<SendNotices>()).RunAsync(Token);
        var link = _channel.Sent.ShouldHaveSingleItem().StopUrl;
        (link is null ? null : link[..begins!.Length]).ShouldBe(begins);
    }

    [Theory]
    [InlineData(""), InlineData("0000000000")]
    public async Task Another_code_proves_nothing(string code)
    {
        var id = await SubscribeAsync(isProved: false);
        (await Subscriptions.ProveAsync(Wallet(1), id, code, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Nobody_elses_subscription_is_touched()
    {
        var id = await SubscribeAsync(isProved: false);
        (await Subscriptions.ProveAsync(Wallet(2), id, _keys.ProofCode(id), Token)).ShouldBeFalse();
        await Subscriptions.EndAsync(Wallet(2), id, Token);
        (await Subscriptions.ReadAsync(Wallet(1), Token)).Standing.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_epoch_that_paid_is_told_once_however_often_it_is_looked_for()
    {
        await SubscribeAsync();
        await PayADayAsync();
        for (var i = 0; i < 3; i++) { await CollectAsync(); await SendAsync(); }
        _channel.Sent.ShouldHaveSingleItem().Title.ShouldBe("Epoch 1 paid 90 MOR");
    }

    [Fact]
    public async Task What_was_before_the_proof_is_not_told()
    {
        await SubscribeAsync();
        await CollectAsync();
        await SendAsync();
        _channel.Sent.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, 0), InlineData(2, 1)]
    public async Task Less_than_the_threshold_is_not_told(int morUsd, int told)
    {
        await SubscribeAsync(s_all with { LeastUsd = 180 });
        await PayADayAsync(morUsd);
        await CollectAsync();
        await SendAsync();
        _channel.Sent.Count.ShouldBe(told);
    }

    [Fact]
    public async Task An_epoch_whose_dollars_are_unknown_is_told_whatever_the_threshold()
    {
        await SubscribeAsync(s_all with { LeastUsd = 180 });
        await PayADayAsync();
        await CollectAsync();
        await SendAsync();
        _channel.Sent.ShouldHaveSingleItem().Text.ShouldContain("unknown");
    }

    [Fact]
    public async Task A_digest_waits_for_its_hour_and_goes_out_as_one()
    {
        await SubscribeAsync(s_all with { Pace = NoticePace.Daily });
        await PayADayAsync();
        Stake(Midnight.AddDays(1).AddMinutes(6), 1, Token18);
        await ReachAsync(Midnight.AddDays(1).AddMinutes(7));
        await CollectAsync();
        await SendAsync();
        _channel.Sent.ShouldBeEmpty();
        Clock.MoveTo(Midnight.AddDays(1).AddHours(8));
        await SendAsync();
        _channel.Sent.ShouldHaveSingleItem().ShouldSatisfyAllConditions(m => m.Title.ShouldBe("2 things happened"), m => m.Text.ShouldContain("Epoch 1 paid"), m => m.Text.ShouldContain("Staked 1 NRM"));
    }

    [Fact]
    public async Task What_is_not_taken_is_tried_again_later_under_the_same_id()
    {
        var id = await SubscribeAsync();
        await Subscriptions.TestAsync(Wallet(1), id, Token);
        _channel.Fault = "it is full";
        await SendAsync();
        (await Subscriptions.ReadAsync(Wallet(1), Token)).Log[0].ShouldSatisfyAllConditions(n => n.Fault.ShouldBe("it is full"), n => n.State.ShouldBe(NoticeState.Waiting));
        var first = _channel.Tried[^1].Id;
        _channel.Fault = null;
        await SendAsync();
        _channel.Sent.ShouldBeEmpty();
        Clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync();
        _channel.Sent.ShouldHaveSingleItem().Id.ShouldBe(first);
    }

    [Fact]
    public async Task A_message_that_cannot_even_be_tried_keeps_nobody_behind_it_waiting()
    {
        var id = await SubscribeAsync();
        var other = await Subscriptions.AddAsync(Wallet(1), NoticeChannelKind.Webhook, "there", s_all, Token);
        await Subscriptions.TestAsync(Wallet(1), id, Token);
        _channel.BreaksAt = "here";
        await SendAsync();
        _channel.Sent.ShouldHaveSingleItem().Text.ShouldContain(_keys.ProofCode(other));
        (await Subscriptions.ReadAsync(Wallet(1), Token)).Log.Single(n => n.SubscriptionId == id && n.Title == "A test").Fault.ShouldBe("it could not be sent (InvalidOperationException)");
    }

    [Fact]
    public async Task After_the_last_failure_it_is_given_up()
    {
        var id = await SubscribeAsync();
        await Subscriptions.TestAsync(Wallet(1), id, Token);
        _channel.Fault = "away";
        for (var i = 0; i < NoticeRules.MostAttempts; i++) { await SendAsync(); Clock.Advance(TimeSpan.FromHours(6)); }
        (await Subscriptions.ReadAsync(Wallet(1), Token)).Log[0].State.ShouldBe(NoticeState.GivenUp);
    }

    [Fact]
    public async Task The_link_in_a_message_ends_it_and_another_does_not()
    {
        var id = await SubscribeAsync();
        (await Subscriptions.EndByLinkAsync(id, "nonsense", Token)).ShouldBeFalse();
        (await Subscriptions.EndByLinkAsync(id, _keys.StopKey(id), Token)).ShouldBeTrue();
        await PayADayAsync();
        await CollectAsync();
        await SendAsync();
        _channel.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_never_staked_cannot_have_codes_sent_to_strangers() =>
        (await Should.ThrowAsync<InvalidInputException>(Subscriptions.AddAsync(Wallet(5), NoticeChannelKind.Webhook, "here", s_all, Token))).Field.ShouldBe("account");

    [Fact]
    public async Task A_message_that_another_worker_holds_is_not_sent_twice()
    {
        var id = await SubscribeAsync();
        await Subscriptions.TestAsync(Wallet(1), id, Token);
        await ReadAsync(db => db.Database.ExecuteSqlAsync($"UPDATE notices SET token = {Guid.NewGuid()}, token_until = {Clock.GetUtcNow().AddMinutes(5)} WHERE state = 'Waiting'", Token));
        await SendAsync();
        _channel.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_accounts_together_cannot_fill_a_strangers_mailbox_with_codes()
    {
        for (var i = 1; i <= Subscribe.MostCodesPerTarget + 1; i++) { Stake(Midnight, i, Token18); }
        await ReachAsync(Noon);
        for (var i = 1; i <= Subscribe.MostCodesPerTarget; i++) { await Subscriptions.AddAsync(Wallet(i), NoticeChannelKind.Webhook, "you@example.org", s_all, Token); }
        (await Should.ThrowAsync<InvalidInputException>(Subscriptions.AddAsync(Wallet(Subscribe.MostCodesPerTarget + 1), NoticeChannelKind.Webhook, "You+new@example.org", s_all, Token))).Field.ShouldBe("target");
    }

    [Fact]
    public async Task A_test_is_sent_once_a_minute_however_often_it_is_asked_for()
    {
        var id = await SubscribeAsync();
        (await Subscriptions.TestAsync(Wallet(1), id, Token)).ShouldBeTrue();
        await SendAsync();
        (await Subscriptions.TestAsync(Wallet(1), id, Token)).ShouldBeFalse();
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await Subscriptions.TestAsync(Wallet(1), id, Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_receiver_that_never_answers_keeps_nobody_elses_message_back()
    {
        var slow = await SubscribeAsync();
        await Subscriptions.AddAsync(Wallet(1), NoticeChannelKind.Webhook, "there", s_all, Token);
        await Subscriptions.TestAsync(Wallet(1), slow, Token);
        var answers = new TaskCompletionSource();
        _channel.Hangs = ("here", answers.Task);
        var sending = SendAsync();
        await _channel.SentOne.Task.WaitAsync(Token);
        sending.IsCompleted.ShouldBeFalse();
        answers.SetResult();
        await sending;
        _channel.Sent.Count.ShouldBe(2);
    }

    private sealed class FakeChannel : INoticeChannel
    {
        public (string Target, Task Until)? Hangs { get; set; }
        public TaskCompletionSource SentOne { get; } = new();
        public NoticeChannelKind Kind => NoticeChannelKind.Webhook;
        public List<NoticeMessage> Sent { get; } = [];
        public List<NoticeMessage> Tried { get; } = [];
        public string? Fault { get; set; }
        public string? BreaksAt { get; set; }
        public string? FaultOf(string target) => null;

        public async Task SendAsync(string target, NoticeMessage message, CancellationToken cancellationToken)
        {
            Tried.Add(message);
            if (Hangs is { } hangs && hangs.Target == target) { await hangs.Until; }
            if (target == BreaksAt) { throw new InvalidOperationException("no such thing"); }
            if (Fault is { } fault) { throw new NoticeRefusedException(fault); }
            Sent.Add(message);
            if (Hangs is not null) { SentOne.TrySetResult(); }
        }
    }
}
