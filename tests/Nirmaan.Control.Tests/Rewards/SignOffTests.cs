using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Tests.Rewards;

public sealed class SignOffTests(ControlPostgres postgres) : EpochTest(postgres)
{
    private const string First = "first@nirmaan.example", Second = "second@nirmaan.example";

    [Fact]
    public async Task An_epoch_is_not_closed_without_consents()
    {
        await DayAsync();
        (await CloseAsync()).ShouldBe("epoch 1 of MOR waits for 2 of 2 sign-offs");
        (await ClosedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_previewed_is_what_is_closed()
    {
        await DayAsync();
        var preview = await NextAsync();
        await SignOffAsync(First);
        (await SignOffAsync(Second)).ShouldBeOfType<SignOffOutcome.Noted>().Closed.ShouldNotBeNull();
        var closed = (await ClosedAsync()).ShouldHaveSingleItem();
        (closed.Root, closed.Gross, closed.Cost, closed.Fee, closed.Pool).ShouldBe((preview.Draft!.Root, preview.Draft.Gross, preview.Draft.Cost, preview.Draft.Fee, preview.Draft.Pool));
        closed.Leaves.ShouldBe(preview.Draft.Leaves);
    }

    [Fact]
    public async Task A_preview_writes_nothing()
    {
        await DayAsync();
        (await NextAsync()).Draft!.Pool.ShouldBe(900);
        (await ClosedAsync()).ShouldBeEmpty();
        (await BalanceAsync("fees")).ShouldBe(0);
    }

    [Fact]
    public async Task One_person_counts_once()
    {
        await DayAsync();
        await SignOffAsync(First);
        (await SignOffAsync(First)).ShouldBe(new SignOffOutcome.SamePerson(First));
        (await ClosedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_consent_counts_only_as_long_as_its_person_may_give_it()
    {
        await DayAsync();
        await SignOffAsync(First);
        Gone.Add(First);
        (await SignOffAsync(Second)).ShouldBe(new SignOffOutcome.Noted(1, 2, null));
        var next = await NextAsync();
        (next.Consents.ShouldHaveSingleItem().By, next.Withdrawn.ShouldHaveSingleItem().By, next.WaitsFor).ShouldBe((Second, First, "1 of 2 sign-offs"));
        (await CloseAsync()).ShouldBe("epoch 1 of MOR waits for 1 of 2 sign-offs");
        (await ClosedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_payment_that_arrives_late_takes_the_consents_away()
    {
        await DayAsync();
        await SignOffAsync(First);
        Pay(Noon.AddHours(1), 500);
        await IngestAsync();
        var next = await NextAsync();
        (next.Consents.Count, next.Overtaken.ShouldHaveSingleItem().By, next.Draft!.Gross).ShouldBe((0, First, 1500));
        (await SignOffAsync(Second)).ShouldBeOfType<SignOffOutcome.Noted>().Closed.ShouldBeNull();
        (await SignOffAsync(First)).ShouldBeOfType<SignOffOutcome.Noted>().Closed!.Gross.ShouldBe(1500);
    }

    [Fact]
    public async Task A_consent_to_what_was_shown_before_is_refused_with_the_new_digest()
    {
        await DayAsync();
        var seen = (await NextAsync()).Digest!;
        Pay(Noon.AddHours(1), 500);
        await IngestAsync();
        (await Closer.SignOffAsync(1, "MOR", seen, First, Token)).ShouldBe(new SignOffOutcome.Changed((await NextAsync()).Digest!));
        (await NextAsync()).Consents.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_day_that_is_not_over_waits_for_its_end_and_takes_no_consent()
    {
        await MineAsync(Morpheus, key: "model-1");
        Options = o => o.SignOffs = 2;
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddHours(20));
        var next = await NextAsync();
        (next.Draft, next.WaitsFor).ShouldBe((null, "the day's end, 2026-03-02 00:00:00Z"));
        (await Closer.SignOffAsync(1, "MOR", "any", First, Token)).ShouldBeOfType<SignOffOutcome.TooEarly>();
    }

    [Fact]
    public async Task A_closed_epoch_takes_no_consent()
    {
        await DayAsync();
        await SignOffAsync(First);
        await SignOffAsync(Second);
        (await Closer.SignOffAsync(1, "MOR", "any", "third@nirmaan.example", Token)).ShouldBeOfType<SignOffOutcome.TooLate>();
    }

    [Fact]
    public async Task An_asset_or_epoch_that_is_not_next_is_not_found()
    {
        await DayAsync();
        (await Closer.SignOffAsync(1, "USDC", "any", First, Token)).ShouldBeOfType<SignOffOutcome.NotFound>();
        (await Closer.SignOffAsync(3, "MOR", "any", First, Token)).ShouldBeOfType<SignOffOutcome.NotFound>();
    }

    private async Task DayAsync()
    {
        await MineAsync(Morpheus, key: "model-1");
        Options = o => o.SignOffs = 2;
        Stake(Midnight, 1, 100);
        Pay(Noon, 1000);
        await ReachAsync(Midnight.AddDays(1));
    }

    private async Task<EpochPreview> NextAsync() => (await Closer.PreviewAsync(Token)).ShouldHaveSingleItem();

    private async Task<SignOffOutcome> SignOffAsync(string by) => await Closer.SignOffAsync(1, Asset.Mor.Id, (await NextAsync()).Digest!, by, Token);
}
