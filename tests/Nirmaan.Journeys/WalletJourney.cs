using Microsoft.Playwright;
using Nirmaan.Evm;

namespace Nirmaan.Journeys;

/// <summary>A loop that is live from the start, for stakers who only need the present.</summary>
public sealed class LiveLoop(Site site) : IAsyncLifetime
{
    private Loop? _loop;

    /// <summary>The world.</summary>
    public Loop Loop => _loop!;

    public async ValueTask InitializeAsync()
    {
        if (Site.NoBrowser is not null || Testing.NpmTools.MissingForChain() is not null) { return; }
        // Stakes are read at once where a test presses the job's button; else every two minutes.
        _loop = await Loop.StartAsync(TimeSpan.Zero, new Dictionary<string, string> { ["Chain__FinalityDepth"] = "2" });
    }

    /// <summary>Opens a window with a wallet of that account in it.</summary>
    public async Task<(Visit Visit, TestWallet Wallet)> OpenAsync(int account, int width = 1400)
    {
        Assert.SkipWhen(Testing.NpmTools.MissingForChain() is not null, Testing.NpmTools.MissingForChain() ?? "");
        var visit = await site.OpenAsync(width, at: Loop.Web.Url);
        var wallet = new TestWallet(Loop.OnChain, Loop.OnChain.Accounts[account]);
        await wallet.EnterAsync(visit);
        return (visit, wallet);
    }

    /// <summary>Opens a window of ops.</summary>
    public async Task<Visit> OpenStaffAsync()
    {
        var visit = await site.OpenAsync(at: Loop.Web.Url);
        await visit.GoAsync("/sign-in");
        await visit.SignInAsync("ops@nirmaan.example", "demo-ops");
        await visit.Page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        return visit;
    }

    public async ValueTask DisposeAsync()
    {
        if (_loop is not null) { await _loop.DisposeAsync(); }
    }
}

/// <summary>A staker with a wallet in the browser, against the local chain: in, fill, stake, out, back, and everything that a wallet may refuse.</summary>
public sealed class WalletJourney(LiveLoop live) : IClassFixture<LiveLoop>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_stranger_signs_in_is_filled_stakes_leaves_and_thinks_again()
    {
        var (visit, wallet) = await live.OpenAsync(10);
        await using var _ = visit;
        await SignInAsync(visit);
        await visit.ShouldBeAccessibleAsync();
        await visit.PressAsync("Fill from the faucet");
        await visit.Page.GetByText("10,000 NRM came in.").WaitForAsync();

        await visit.FillAsync("NRM to stake", "2500.5");
        await visit.Page.Locator("form").Filter(new LocatorFilterOptions { HasText = "NRM to stake" }).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Preview" }).ClickAsync();
        await HeadingAsync(visit, "Let the staking contract take 2500.5 NRM, by a signature");
        await visit.ScreenshotAsync("wallet-permit", isWhole: true);
        await SignAsync(visit);
        await HeadingAsync(visit, "Stake 2500.5 NRM");
        await visit.Page.GetByText("They stay yours: nobody else can move them").WaitForAsync();
        await visit.ScreenshotAsync("wallet-preview", isWhole: true);
        await visit.ShouldBeAccessibleAsync();
        await SignAsync(visit);
        await visit.Page.GetByText("Done; not final yet").WaitForAsync();
        await live.Loop.OnChain.MineAsync(2, TestContext.Current.CancellationToken);
        await visit.Page.GetByText("Done, and final").WaitForAsync();
        await visit.ScreenshotAsync("wallet-receipt", isWhole: true);
        (await visit.StatAsync("Staked")).ShouldContain("2,500.5");
        wallet.Asked.Count(m => m == "eth_sendTransaction").ShouldBe(1, "a signature and one transaction");

        // What is watched stands in the address.
        await visit.Page.ReloadAsync();
        await visit.ReadyAsync();
        await visit.Page.GetByText("Done, and final").WaitForAsync();
        await visit.PressAsync("Done");

        await visit.FillAsync("NRM to take out", "500");
        await visit.Page.Locator("form").Filter(new LocatorFilterOptions { HasText = "NRM to take out" }).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Preview" }).ClickAsync();
        await visit.Page.GetByText("stop earning in the block's second").WaitForAsync();
        await SignAsync(visit);
        await visit.PressAsync("Done");
        await visit.Page.Locator(".unbondings").GetByText("in 6 d 23 h").WaitForAsync();
        await visit.PressAsync("Stake again");
        await SignAsync(visit);
        await visit.PressAsync("Done");
        await Until.SeenAsync(() => visit.StatAsync("Staked"), text => text.Contains("2,500.5", StringComparison.Ordinal), s_patience, "the stake that was taken back");
        wallet.Asked.ShouldNotContain("eth_sign");
    }

    [Fact]
    public async Task A_no_in_the_wallet_sends_nothing_and_can_be_thought_over()
    {
        var (visit, wallet) = await live.OpenAsync(2);
        await using var _ = visit;
        wallet.SaysNo = true;
        await visit.GoAsync("/me");
        await visit.PressAsync("Test wallet");
        await visit.Page.GetByText("You said no in the wallet. Nothing was sent.").WaitForAsync();
        wallet.SaysNo = false;
        await visit.PressAsync("Test wallet");
        await visit.Page.GetByText("Returns of this address").WaitForAsync();
        await visit.ReadyAsync();

        await PreviewStakeAsync(visit, "10");
        wallet.SaysNo = true;
        await visit.PressAsync("Sign in the wallet");
        await visit.Page.GetByText("You said no in the wallet. Nothing was sent.").WaitForAsync();
        await visit.PressAsync("Back");
        (await visit.StatAsync("Staked")).ShouldContain("0");
    }

    [Fact]
    public async Task A_wallet_on_another_chain_is_offered_the_way_to_the_right_one()
    {
        var (visit, wallet) = await live.OpenAsync(4);
        await using var _ = visit;
        wallet.SignsTypedData = false;
        await SignInAsync(visit);
        await PreviewStakeAsync(visit, "10");
        wallet.ChainId = "0x1";
        await visit.PressAsync("Sign in the wallet");
        await visit.PressAsync("Switch the wallet to chain 31337");
        await Until.SeenAsync(() => Task.FromResult(wallet.ChainId), id => id == "0x7a69", s_patience, "the switch");
        await SignAsync(visit);
        // This wallet knows no typed data: then by a transaction.
        await visit.Page.GetByText("eth_signTypedData_v4 is not supported").WaitForAsync();
        await visit.PressAsync("Allow by a transaction instead");
        await HeadingAsync(visit, "Allow the staking contract to take 10 NRM");
        await SignAsync(visit);
        await HeadingAsync(visit, "Stake 10 NRM");
    }

    [Fact]
    public async Task A_wallet_that_shows_another_account_is_told_which_one_is_meant()
    {
        var (visit, wallet) = await live.OpenAsync(4);
        await using var _ = visit;
        await SignInAsync(visit);
        await PreviewStakeAsync(visit, "1");
        wallet.Account = EvmAddress.Parse("0x00000000000000000000000000000000000000a1");
        await visit.PressAsync("Sign in the wallet");
        await visit.Page.GetByText("Choose that account in the wallet, or sign in anew.").WaitForAsync();
    }

    [Fact]
    public async Task An_amount_that_cannot_be_is_said_before_anything_is_prepared()
    {
        var (visit, _) = await live.OpenAsync(6);
        await using var __ = visit;
        await SignInAsync(visit);
        await PreviewStakeAsync(visit, "99999999");
        await visit.Page.GetByText("The wallet holds 1,000,000 NRM.").WaitForAsync();
        await PreviewStakeAsync(visit, "ten");
        await visit.Page.GetByText("Type a number of NRM above 0").WaitForAsync();
    }

    [Fact]
    public async Task A_reorganisation_that_removes_a_stake_is_seen_and_explained()
    {
        var chain = live.Loop.OnChain;
        var cancel = TestContext.Current.CancellationToken;
        var (visit, wallet) = await live.OpenAsync(8);
        await using var _ = visit;
        await SignInAsync(visit);
        await PreviewStakeAsync(visit, "75");
        await SignAsync(visit);
        await HeadingAsync(visit, "Stake 75 NRM");
        await SignAsync(visit);
        await visit.Page.GetByText("Done; not final yet").WaitForAsync();
        var block = await chain.Rpc.GetBlockNumberAsync(cancel);
        await chain.MineAsync(2, cancel);
        await visit.Page.GetByText("Done, and final").WaitForAsync();

        await using var ops = await live.OpenStaffAsync();
        await ops.GoAsync("/ops/jobs");
        using var api = live.Loop.Api(null);
        await Until.SeenAsync(() => ReadAsync(), text => text.Contains("\"stake\":{\"amount\":\"75", StringComparison.Ordinal), s_patience, "the stake in the index");

        // The chain replaces every block from the stake's on, and the stake is in none of the new ones.
        await chain.Rpc.RequestAsync("anvil_reorg", [await chain.Rpc.GetBlockNumberAsync(cancel) - block + 1, Array.Empty<object>()], cancel);
        await chain.MineAsync(3, cancel);
        await Until.SeenAsync(() => ReadAsync(), text => text.Contains("\"stake\":{\"amount\":\"0\"", StringComparison.Ordinal), s_patience, "the stake taken back");
        await visit.GoAsync($"/stakers/{wallet.Account}");
        await HeadingAsync(visit, "The chain took something back");
        await visit.Page.GetByText("It is in no final block now, so it does not count.").WaitForAsync();
        await visit.ScreenshotAsync("reorganised", isWhole: true);

        async Task<string> ReadAsync()
        {
            await ops.RunNowAsync("staking:sync");
            return await api.GetStringAsync($"stakers/{wallet.Account}/returns", cancel);
        }
    }

    [Fact]
    public async Task Rewards_are_sent_to_another_address_and_taken_back()
    {
        var (visit, _) = await live.OpenAsync(11, width: 400);
        await using var visited = visit;
        var other = live.Loop.OnChain.Accounts[1].ToString();
        await SignInAsync(visit);
        var panel = visit.Page.Locator("form").Filter(new LocatorFilterOptions { HasText = "Send them to" });
        await visit.FillAsync("Send them to", "0x12");
        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Preview" }).ClickAsync();
        await visit.Page.GetByText("Type an address: 0x and 40 hexadecimal digits").WaitForAsync();
        await visit.FillAsync("Send them to", other);
        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Preview" }).ClickAsync();
        await visit.Page.GetByText($"Every claim pays {other} from then on").WaitForAsync();
        await visit.ScreenshotAsync("wallet-rewards-to", isWhole: true);
        await SignAsync(visit);
        await visit.PressAsync("Done");
        await visit.Page.GetByText("whom this wallet named").WaitForAsync();
        await visit.ShouldBeAccessibleAsync();
        await visit.PressAsync("Back to my wallet");
        await SignAsync(visit);
        await visit.PressAsync("Done");
        await visit.Page.GetByText("Your own wallet.", new PageGetByTextOptions { Exact = true }).WaitForAsync();
    }

    [Fact]
    public async Task The_wallets_page_fits_a_telephone_signed_in_and_out()
    {
        var (visit, _) = await live.OpenAsync(6, width: 400);
        await using var __ = visit;
        await visit.GoAsync("/me");
        await visit.ShouldFitAsync();
        await visit.ShouldBeAccessibleAsync();
        await SignInAsync(visit);
        await PreviewStakeAsync(visit, "10");
        await visit.Page.GetByText("Good until").WaitForAsync();
        await visit.ShouldFitAsync();
        await visit.ScreenshotAsync("wallet-400", isWhole: true);
        await visit.GoAsync("/me/notifications");
        await visit.ShouldFitAsync();
        await visit.ShouldBeAccessibleAsync();
        await visit.ScreenshotAsync("notifications-400", isWhole: true);
    }

    private static async Task SignInAsync(Visit visit)
    {
        await visit.GoAsync("/me");
        await visit.PressAsync("Test wallet");
        await visit.Page.GetByText("Returns of this address").WaitForAsync();
        await visit.ReadyAsync();
    }

    private static async Task PreviewStakeAsync(Visit visit, string amount)
    {
        await visit.FillAsync("NRM to stake", amount);
        await visit.PressAsync("Preview");
    }

    private static Task SignAsync(Visit visit) => visit.PressAsync("Sign in the wallet");

    private static Task HeadingAsync(Visit visit, string name) =>
        visit.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name, Exact = true }).WaitForAsync();
}
