using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests.Morpheus;

public sealed class MorpheusCreditsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset s_now = new ManualClock().GetUtcNow();
    private Outside _outside = null!;
    private Rig _rig = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _outside = Node.Answers(await Outside.StartAsync());
        _rig = Rig.Morpheus(_outside.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _outside.DisposeAsync();
    }

    private async Task<MinerCredit> CreditAsync(params string[] sessions)
    {
        _outside.Answers("GET /blockchain/sessions/provider", Node.Sessions(sessions));
        return (await _rig.Network.ReadCreditsAsync([Node.ModelId], s_now, Cancel)).ShouldHaveSingleItem();
    }

    private static string Ours(int n, int fromMinutesAgo, int toMinutesAgo, int? closedMinutesAgo = null) =>
        Node.Session(n, Node.Wallet, Node.ModelId, s_now.AddMinutes(-fromMinutesAgo), s_now.AddMinutes(-toMinutesAgo), closedMinutesAgo is { } c ? s_now.AddMinutes(-c) : null);

    [Fact]
    public async Task A_running_session_credits_its_miner_now() =>
        (await CreditAsync(Ours(1, 20, -10), Ours(2, 80, 50, 50))).ShouldBe(new MinerCredit(Node.ModelId, true, s_now, 30 * 60));

    [Fact]
    public async Task An_ended_session_credits_its_miner_up_to_its_end() =>
        (await CreditAsync(Ours(1, 40, 10, 25))).ShouldBe(new MinerCredit(Node.ModelId, false, s_now.AddMinutes(-25), 15 * 60));

    [Fact]
    public async Task A_session_that_nobody_closed_ends_at_its_end() =>
        (await CreditAsync(Ours(1, 40, 10))).ShouldBe(new MinerCredit(Node.ModelId, false, s_now.AddMinutes(-10), 30 * 60));

    [Fact]
    public async Task A_miner_without_sessions_has_none() => (await CreditAsync()).ShouldBe(new MinerCredit(Node.ModelId, false, null, 0));

    [Fact]
    public async Task A_session_on_another_miners_model_is_that_miners() =>
        (await CreditAsync(Node.Session(1, Node.Wallet, Node.Id(3), s_now.AddMinutes(-5), s_now.AddMinutes(5)))).Active.ShouldBeFalse();

    [Theory]
    // Camel case as the swagger has it, numbers as text.
    [InlineData("""{"id":"ID","modelAgentId":"MODEL","pricePerSecond":"9","providerWithdrawnAmount":"0","openedAt":"OPENED","endsAt":"ENDS","closedAt":"0"}""", true)]
    [InlineData("""{"Id":"ID","ModelAgentId":"MODEL","PricePerSecond":9,"ProviderWithdrawnAmount":190000000000000001000,"OpenedAt":OPENED,"EndsAt":ENDS}""", true)]
    // No end, no times beyond the calendar, no id, no price: no session.
    [InlineData("""{"Id":"ID","ModelAgentId":"MODEL","ProviderWithdrawnAmount":0,"OpenedAt":OPENED,"EndsAt":ENDS}""", false)]
    [InlineData("""{"Id":"ID","ModelAgentId":"MODEL","PricePerSecond":9,"ProviderWithdrawnAmount":190000000000000001000,"OpenedAt":OPENED}""", false)]
    [InlineData("""{"Id":"ID","ModelAgentId":"MODEL","PricePerSecond":9,"ProviderWithdrawnAmount":190000000000000001000,"OpenedAt":OPENED,"EndsAt":99999999999999999999,"ClosedAt":0}""", false)]
    [InlineData("""{"ModelAgentId":"MODEL","PricePerSecond":9,"ProviderWithdrawnAmount":190000000000000001000,"OpenedAt":OPENED,"EndsAt":ENDS,"ClosedAt":0}""", false)]
    public async Task A_session_is_read_in_every_form_it_comes_in_or_not_at_all(string session, bool active) =>
        (await CreditAsync(session.Replace("ID\"", Node.Id(1) + "\"", StringComparison.Ordinal).Replace("MODEL\"", Node.ModelId.ToUpperInvariant().Replace("0X", "0x", StringComparison.Ordinal) + "\"", StringComparison.Ordinal)
            .Replace("OPENED", $"{s_now.AddMinutes(-5).ToUnixTimeSeconds()}", StringComparison.Ordinal).Replace("ENDS", $"{s_now.AddMinutes(5).ToUnixTimeSeconds()}", StringComparison.Ordinal))).Active.ShouldBe(active);

    [Fact]
    public async Task A_number_that_is_none_makes_the_answer_unreadable() =>
        await Should.ThrowAsync<SupplierUnavailableException>(() => CreditAsync($$"""{"Id":"{{Node.Id(1)}}","OpenedAt":"soon"}"""));

    [Fact]
    public async Task Without_miners_nothing_is_asked()
    {
        (await _rig.Network.ReadCreditsAsync([], s_now, Cancel)).ShouldBeEmpty();
        _outside.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Morpheus_has_no_points()
    {
        (await _rig.Network.ReadPointsAsync([Rig.Provider], s_now, Cancel)).ShouldBeEmpty();
        _rig.Network.WorkloadOf("llama").ShouldBeNull();
        _rig.Network.NoticeAt(s_now).ShouldBeNull();
    }
}
