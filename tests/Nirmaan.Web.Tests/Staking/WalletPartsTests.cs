using System.Numerics;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;
using Nirmaan.Testing;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Staking;
using Nirmaan.Web.Components.Staking.Wallet;

namespace Nirmaan.Web.Tests.Staking;

/// <summary>One transaction on the page, over a chain and a wallet that the test plays.</summary>
public sealed class WalletPartsTests : BunitContext
{
    private static readonly string s_hash = $"0x{new string('7', 64)}";
    private static readonly WalletAddress s_account = WalletAddress.Parse($"0x{new string('a', 40)}");
    private readonly ManualClock _clock = new();
    private readonly FakeWallets _wallets = new();

    public WalletPartsTests()
    {
        this.AddPublicPages(_clock, new NoDatabase());
        Services.AddSingleton<IStakeWallets>(_wallets);
    }

    private WalletState State => new(
        s_account, 100 * Asset.Nrm.One, 0, 40 * Asset.Nrm.One, [], TimeSpan.FromDays(7), s_account, false, Asset.Nrm.One, [], new BlockRef(9, $"0x{new string('9', 64)}", _clock.GetUtcNow()));

    private IRenderedComponent<WalletTransaction> Transaction(StakeAction? action = null, string? hash = null) => Render<WalletTransaction>(p => p
        .Add(t => t.Account, s_account).Add(t => t.State, State).Add(t => t.Action, action ?? (hash is null ? new StakeAction.Unstake(5 * Asset.Nrm.One) : null)).Add(t => t.Hash, hash));

    private void WalletSays(WalletAnswer answer) => JSInterop.Setup<WalletAnswer?>("nirmaanWallet.send", answer);

    [Fact]
    public void Before_anything_is_signed_it_is_said_what_happens_and_when_it_is_liquid()
    {
        var text = Transaction().Find(".transaction").TextContent;
        text.ShouldContain("5 NRM stop earning in the block's second; 35 NRM keep earning.");
        text.ShouldContain("can be withdrawn after 7 d");
        text.ShouldContain("60,000 units, estimated");
    }

    [Fact]
    public void Whoever_sends_rewards_away_is_told_what_that_address_gets_and_what_it_does_not()
    {
        var text = Transaction(new StakeAction.SendRewardsTo(WalletAddress.Parse($"0x{new string('7', 40)}"))).Find(".transaction").TextContent;
        text.ShouldContain($"Every claim pays 0x{new string('7', 40)} from then on, of all assets, also what you earned before");
        text.ShouldContain("nobody but you can move 40 NRM");
    }

    [Fact]
    public void What_the_contract_would_refuse_cannot_be_signed()
    {
        _wallets.Call = _wallets.Call with { Gas = null, Refusal = "the stake is lower than what you want to take out" };
        var page = Transaction();
        page.Find("[role=alert]").TextContent.ShouldContain("The contract would refuse this now: the stake is lower");
        page.Find(".button.primary").HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public void A_no_in_the_wallet_leaves_the_preview_as_it_was()
    {
        WalletSays(new WalletAnswer("rejected", "You said no in the wallet. Nothing was sent."));
        var page = Transaction();
        page.Find(".button.primary").Click();
        page.WaitForAssertion(() => page.Find("[role=alert]").TextContent.ShouldContain("You said no"));
        page.Find(".button.primary").HasAttribute("disabled").ShouldBeFalse();
    }

    [Fact]
    public void A_wallet_on_another_chain_is_offered_to_switch()
    {
        WalletSays(new WalletAnswer("wrong-chain", "The wallet is on another chain; the stake is on chain 31337."));
        JSInterop.Setup<WalletAnswer?>("nirmaanWallet.switchChain", new WalletAnswer());
        var page = Transaction();
        page.Find(".button.primary").Click();
        page.WaitForAssertion(() => page.Find(".button.primary").TextContent.ShouldBe("Switch the wallet to chain 31337"));
        page.Find(".button.primary").Click();
        page.WaitForAssertion(() => page.FindAll("[role=alert]").ShouldBeEmpty());
    }

    private IRenderedComponent<WalletTransaction> Permit(Action<StakeAction> begun) => Render<WalletTransaction>(p => p
        .Add(t => t.Account, s_account).Add(t => t.State, State).Add(t => t.Action, new StakeAction.Permit(5 * Asset.Nrm.One))
        .Add(t => t.OnPermitted, permitted => begun(permitted)).Add(t => t.OnAllow, allow => begun(allow)));

    private PermitOrder Order => new(31337, $"0x{new string('c', 40)}", "Nirmaan", "1", $"0x{new string('b', 40)}", 5 * Asset.Nrm.One, 0, _clock.GetUtcNow().AddHours(1));

    [Fact]
    public void A_signature_lets_the_stake_follow_and_costs_no_gas()
    {
        StakeAction? begun = null;
        _wallets.Permit = Order;
        var signature = $"0x{new string('1', 128)}1b";
        JSInterop.Setup<WalletAnswer?>("nirmaanWallet.signPermit", new WalletAnswer(Signature: signature));
        var page = Permit(action => begun = action);
        page.Find(".transaction").TextContent.ShouldContain("up to 5 NRM from your wallet, once, within the hour, and nothing else. It costs no gas.");
        page.Find(".button.primary").Click();
        page.WaitForAssertion(() => begun.ShouldBe(new StakeAction.StakePermitted(Order.Amount, Order.Deadline, signature)));
    }

    [Fact]
    public void What_is_no_signature_of_a_key_is_not_handed_in()
    {
        StakeAction? begun = null;
        _wallets.Permit = Order;
        JSInterop.Setup<WalletAnswer?>("nirmaanWallet.signPermit", new WalletAnswer(Signature: "0x12"));
        var page = Permit(action => begun = action);
        page.Find(".button.primary").Click();
        page.WaitForAssertion(() => page.Find("[role=alert]").TextContent.ShouldContain("no signature of a key. Allow it by a transaction."));
        begun.ShouldBeNull();
    }

    [Fact]
    public void A_token_that_takes_no_signatures_is_allowed_by_a_transaction()
    {
        StakeAction? begun = null;
        Permit(action => begun = action);
        begun.ShouldBe(new StakeAction.Allow(5 * Asset.Nrm.One));
    }

    [Theory]
    [InlineData("waiting", "Waiting for a block")]
    [InlineData("mined", "Done; not final yet")]
    [InlineData("final", "Done, and final")]
    [InlineData("refused", "It was refused")]
    [InlineData("same", "Sped up")]
    [InlineData("other", "Replaced")]
    public void What_became_of_a_transaction_is_said_in_words(string what, string headline)
    {
        var block = new BlockRef(10, $"0x{new string('1', 64)}", _clock.GetUtcNow());
        _wallets.Seen = what switch
        {
            "waiting" => new Sighting.Waiting(3),
            "mined" => new Sighting.Mined(block, 3, null, 50_000, 1, 0, 12),
            "final" => new Sighting.Mined(block, 3, null, 50_000, 1, 12, 12),
            "refused" => new Sighting.Mined(block, 3, "its waiting time is not over", 50_000, null, 12, 12),
            "same" => new Sighting.Replaced($"0x{new string('2', 64)}", true),
            _ => new Sighting.Replaced($"0x{new string('2', 64)}", false),
        };
        var page = Transaction(hash: s_hash);
        page.WaitForAssertion(() => page.Find("[role=status]").TextContent.ShouldBe(headline));
        page.Find(".hash.whole").TextContent.ShouldBe(s_hash);
    }

    [Fact]
    public void A_transaction_that_nobody_has_seen_for_minutes_may_be_dropped()
    {
        _wallets.Seen = new Sighting.Unseen();
        var page = Transaction(hash: s_hash);
        page.WaitForAssertion(() => page.Find("[role=status]").TextContent.ShouldBe("Waiting for a block"));
        _clock.Advance(TimeSpan.FromMinutes(3));
        page.WaitForAssertion(() => page.Find("[role=status]").TextContent.ShouldBe("Not seen on the chain"));
    }

    [Fact]
    public void A_hash_in_the_address_that_is_none_is_not_watched()
    {
        var closed = 0;
        Render<WalletTransaction>(p => p.Add(t => t.Account, s_account).Add(t => t.State, State).Add(t => t.Hash, "0x12").Add(t => t.OnClose, EventCallback.Factory.Create(this, () => closed++)));
        (closed, _wallets.Looks).ShouldBe((1, 0));
    }

    [Fact]
    public void Nodes_that_contradict_each_other_are_named_with_what_each_said()
    {
        var alert = new ChainAlert(_clock.GetUtcNow(), "The nodes contradict each other about block 7.", [new EndpointWord("one.test", "hash 0xa"), new EndpointWord("two.test", "hash 0xb")]);
        var text = Render<ChainNotice>(p => p.Add(n => n.Reading, new ChainReading(6, 9, _clock.GetUtcNow(), alert))).Find("[role=alert]").TextContent;
        text.ShouldContain("contradict each other about block 7");
        text.ShouldContain("two.test says hash 0xb");
    }

    [Theory]
    [InlineData(50, true)]
    [InlineData(950, false)]
    public void A_chain_that_is_being_read_says_how_far_it_is_and_else_nothing(long read, bool isSaid) =>
        Render<ChainNotice>(p => p.Add(n => n.Reading, new ChainReading(read, 1000, _clock.GetUtcNow(), null))).FindAll("[role=status]").Count.ShouldBe(isSaid ? 1 : 0);

    [Fact]
    public void What_the_chain_took_back_tells_whether_it_came_again()
    {
        StakeLost Lost(long? now) => new(_clock.GetUtcNow(), 5 * Asset.Nrm.One, 12, $"0x{new string('c', 64)}", s_hash, now);
        var items = Render<TakenBack>(p => p.Add(t => t.Lost, [Lost(14), Lost(null)])).FindAll(".taken-back li").Select(i => i.TextContent).ToList();
        items[0].ShouldContain("in block 14 now and counts from there");
        items[1].ShouldContain("so it does not count");
    }

    private sealed class FakeWallets : IStakeWallets
    {
        public PreparedCall Call { get; set; } = new(31337, $"0x{new string('b', 40)}", "0x2e17de78", 60_000, 1, null);
        public Sighting Seen { get; set; } = new Sighting.Unseen();
        public int Looks { get; private set; }

        public Task<WalletState> ReadAsync(WalletAddress account, CancellationToken cancellationToken) => throw new NotSupportedException();

        public PermitOrder? Permit { get; set; }

        public Task<PermitOrder?> FindPermitAsync(WalletAddress account, BigInteger amount, CancellationToken cancellationToken) => Task.FromResult(Permit);

        public Task<PreparedCall> PrepareAsync(WalletAddress account, StakeAction action, CancellationToken cancellationToken) => Task.FromResult(Call);

        public Task<Sighting> LookAsync(SentCall sent, CancellationToken cancellationToken)
        {
            Looks++;
            return Task.FromResult(Seen);
        }
    }
}
