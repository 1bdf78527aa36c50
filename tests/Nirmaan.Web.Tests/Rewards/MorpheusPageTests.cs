using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Emissions;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Rewards.Morpheus;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Rewards;

public sealed class MorpheusPageTests(ControlPostgres database)
{
    private static readonly BigInteger s_mor = Asset.Mor.One;

    // Some noon, whatever the world's clock says.
    private static MorSession Session(string id, DateTimeOffset now, int hoursAgo, bool isClosed = false, decimal withdrawn = 0) =>
        new($"0x{id.PadLeft(64, '0')}", "m", now.AddHours(-hoursAgo), now.AddHours(1 - hoursAgo), isClosed ? now.AddHours(1 - hoursAgo) : null, s_mor / 3600, new BigInteger(withdrawn) * s_mor);

    private static async Task<(IRenderedComponent<MorpheusPage> Page, Desk Desk)> OpenAsync(FleetWorld world, string role, params IMorpheusAccount[] accounts) => await OpenAsync(world, role, null, accounts);

    private static async Task<(IRenderedComponent<MorpheusPage> Page, Desk Desk)> OpenAsync(FleetWorld world, string role, IMorpheusBids? bids, params IMorpheusAccount[] accounts)
    {
        var contexts = world.Get<IDbContextFactory<NirmaanDbContext>>();
        var wallets = new NoWallets();
        var desk = new Desk(world, role).Use(new MorpheusQueries(contexts, accounts, world.Clock)).Use(new ClaimSessions(contexts, wallets, world.Get<ControlEvents>(), world.Clock)).Use<IStakeWallets>(wallets)
            .Use(new MorpheusBidQueries(contexts, bids is null ? [] : [bids], world.Get<PriceBook>(), world.Clock));
        await Task.CompletedTask;
        return (desk.Open<MorpheusPage>("/ops/morpheus"), desk);
    }

    [Fact]
    public async Task What_is_claimable_what_waits_and_why_is_said_in_words()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var now = world.Clock.GetUtcNow();
        var account = new FakeAccount(new MorProvider(3 * s_mor / 2, 0, now.AddDays(10)), Session("a", now, 60), Session("b", now, 50), Session("c", now, 0));
        var (page, desk) = await OpenAsync(world, Roles.Admin, account);
        await using var _ = desk;
        page.Figure("Claimable now").ShouldStartWith("1.5");
        page.Figure("Over the year's limit").ShouldStartWith("0.4999");
        page.Markup.ShouldContain("Raise the stake by 0.5");
        page.Markup.ShouldContain("claim a part, the limit keeps the rest");
        page.FindAll("tbody tr").Count(r => r.TextContent.Contains("never closed by its user", StringComparison.Ordinal)).ShouldBe(2);
        page.Buttons("Claim all 2").ShouldHaveSingleItem().HasAttribute("disabled").ShouldBeTrue("no wallet is connected");
    }

    [Fact]
    public async Task What_the_day_holds_names_the_midnight()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var now = world.Clock.GetUtcNow();
        var closed = now.AddMinutes(-1);
        var session = new MorSession($"0x{new string('a', 64)}", "m", closed.AddSeconds(-10), closed.AddSeconds(600), closed, s_mor, 0);
        var (page, desk) = await OpenAsync(world, Roles.Admin, new FakeAccount(new MorProvider(100 * s_mor, 0, now.AddDays(10)), session));
        await using var _ = desk;
        page.Markup.ShouldContain("after");
        page.Markup.ShouldContain("00:00 UTC");
        page.Markup.ShouldContain("panic 0x11");
    }

    [Fact]
    public async Task An_auditor_sees_it_and_has_no_button_to_claim()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var now = world.Clock.GetUtcNow();
        var (page, desk) = await OpenAsync(world, Roles.Auditor, new FakeAccount(new MorProvider(100 * s_mor, 0, now.AddDays(10)), Session("a", now, 60)));
        await using var _ = desk;
        page.Markup.ShouldContain("claim it");
        page.Buttons("Claim").ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_sessions_and_without_Morpheus_the_page_says_so()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var (empty, desk) = await OpenAsync(world, Roles.Ops, new FakeAccount(new MorProvider(s_mor, 0, world.Clock.GetUtcNow().AddDays(10))));
        await using var first = desk;
        empty.Markup.ShouldContain("No session runs, and none owes anything.");
        empty.Markup.ShouldContain("Nothing is to be done");
        var (off, other) = await OpenAsync(world, Roles.Ops);
        await using var second = other;
        off.Markup.ShouldContain("Morpheus is not switched on.");
    }

    [Fact]
    public async Task The_price_to_bid_and_its_reason_are_said_in_words()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var (page, desk) = await OpenAsync(world, Roles.Ops, new OneMarket(), new FakeAccount(new MorProvider(s_mor, 0, world.Clock.GetUtcNow().AddDays(10))));
        await using var _ = desk;
        page.Markup.ShouldContain("What to bid on Hermes");
        // 2 % below the dear rival, in MOR an hour: the slots of the cheap one are all taken.
        page.Markup.ShouldContain("Raise the bid from 0.288 to 1.0584 MOR an hour, 294000000000000 wei per second");
        page.Markup.ShouldContain("users prefer 1 rival to us, 0 now");
        page.FindAll("tbody tr").Count(r => r.TextContent.Contains("best", StringComparison.Ordinal)).ShouldBe(1);
        page.Markup.ShouldContain("Whether it covers the rent is not known");
    }

    [Fact]
    public async Task A_market_that_cannot_be_read_takes_nothing_from_the_claims()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        var (page, desk) = await OpenAsync(world, Roles.Ops, new OneMarket(isAway: true), new FakeAccount(new MorProvider(s_mor, 0, world.Clock.GetUtcNow().AddDays(10))));
        await using var _ = desk;
        page.Markup.ShouldContain("The market could not be read.");
        page.Markup.ShouldContain("Nothing is to be done");
    }

    [Fact]
    public async Task A_market_that_does_not_answer_is_not_waited_for()
    {
        await using var world = await FleetWorld.CreateAsync(database);
        // Its silence is longer than the page's patience.
        var never = new OneMarket(whenSilent: () => world.Clock.Advance(TimeSpan.FromSeconds(9)));
        var (page, desk) = await OpenAsync(world, Roles.Ops, never, new FakeAccount(new MorProvider(s_mor, 0, world.Clock.GetUtcNow().AddDays(10))));
        await using var _ = desk;
        page.WaitForAssertion(() => page.Markup.ShouldContain("The node took longer than 8 s"));
        page.Markup.ShouldContain("Nothing is to be done");
    }

    private sealed class OneMarket(bool isAway = false, Action? whenSilent = null) : IMorpheusBids
    {
        public Task<IReadOnlyList<MorBidMarket>> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
        {
            if (whenSilent is not null)
            {
                TaskCompletionSource<IReadOnlyList<MorBidMarket>> silence = new(TaskCreationOptions.RunContinuationsAsynchronously);
                cancellationToken.Register(() => silence.TrySetCanceled(cancellationToken));
                whenSilent();
                return silence.Task;
            }
            if (isAway) { throw new SupplierUnavailableException("morpheus", "the node is away"); }
            MorStay[] day = [new MorStay(now.AddHours(-24), now)];
            return Task.FromResult<IReadOnlyList<MorBidMarket>>(
            [
                new MorBidMarket("Hermes", [], 80_000_000_000_000, 1, 1, 1, [], [new MorRival("a", 100_000_000_000_000, 1, day), new MorRival("b", 300_000_000_000_000, 1, day)], now.AddHours(-24), now,
                    300_000_000_000_000, 1, 1_000_000_000_000_000, s_mor / 10, 200, false),
            ]);
        }
    }

    private sealed class FakeAccount(MorProvider provider, params MorSession[] sessions) : IMorpheusAccount
    {
        public Task<MorAccount> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(new MorAccount(
            31337, $"0x{new string('9', 40)}", $"0x{new string('d', 40)}", "m:3333", true, MorClaims.Of(sessions, provider, now), sessions, true, new BlockRef(9, $"0x{new string('1', 64)}", now)));
    }

    private sealed class NoWallets : IStakeWallets
    {
        public Task<WalletState> ReadAsync(WalletAddress account, CancellationToken cancellationToken) => throw new SupplierUnavailableException("chain", "none");
        public Task<PermitOrder?> FindPermitAsync(WalletAddress account, BigInteger amount, CancellationToken cancellationToken) => throw new SupplierUnavailableException("chain", "none");
        public Task<PreparedCall> PrepareAsync(WalletAddress account, StakeAction action, CancellationToken cancellationToken) => throw new SupplierUnavailableException("chain", "none");
        public Task<Sighting> LookAsync(SentCall sent, CancellationToken cancellationToken) => throw new SupplierUnavailableException("chain", "none");
    }
}
