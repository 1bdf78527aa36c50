using System.Numerics;
using System.Text.Json;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.Merkle;
using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests.Nrm;

/// <summary>What a staker's wallet is told, against the real contracts on a chain of its own.</summary>
public sealed class NrmStakeWalletsTests(LocalChain chain) : IClassFixture<LocalChain>
{
    private static readonly BigInteger s_nrm = Asset.Nrm.One;

    private bool _mines = true;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Rig Reader(params (string, string?)[] more) => Rig.Of([
        ("Chain:Rpc", chain.Url.ToString()), ("Chain:Nrm", chain.Contracts.Nrm.ToString()), ("Chain:Staking", chain.Contracts.Staking.ToString()),
        ("Chain:Distributor", chain.Contracts.MorDistributor.ToString()), ("Chain:FinalityDepth", "2"), .. more]);

    private WalletAddress Wallet(int account) => WalletAddress.Parse(chain.Accounts[account].ToLowerHex());

    /// <summary>Does it as the browser's wallet would: from the prepared call.</summary>
    private async Task<SentCall> SendAsync(Rig rig, int account, StakeAction action, long? gas = null)
    {
        var call = await rig.Get<IStakeWallets>().PrepareAsync(Wallet(account), action, Cancel);
        var head = await chain.Rpc.GetBlockNumberAsync(Cancel);
        var sent = new SentCall(Wallet(account), await SubmitAsync(account, call, gas), call.To, call.Data, null, head);
        // The node answers before its block is there.
        if (_mines) { await chain.MineAsync(1, Cancel); }
        return sent;
    }

    private async Task<string> SubmitAsync(int account, PreparedCall call, long? gas = null, long? nonce = null, BigInteger? price = null)
    {
        var transaction = new Dictionary<string, string> { ["from"] = Wallet(account).Value, ["to"] = call.To, ["data"] = call.Data, ["gas"] = Hex.Quantity(gas ?? 1_000_000) };
        if (nonce is { } n) { transaction["nonce"] = Hex.Quantity(n); }
        if (price is { } p) { transaction["gasPrice"] = Hex.Quantity(p); }
        return (await chain.Rpc.RequestAsync("eth_sendTransaction", [transaction], Cancel)).Deserialize<Bytes32>().ToString();
    }

    private static async Task<Sighting> LookAsync(Rig rig, SentCall sent) => await rig.Get<IStakeWallets>().LookAsync(sent, Cancel);

    private async Task<WalletState> ReadAsync(Rig rig, int account) => await rig.Get<IStakeWallets>().ReadAsync(Wallet(account), Cancel);

    private async Task AutomineAsync(bool on)
    {
        _mines = on;
        await chain.Rpc.RequestAsync("evm_setAutomine", [on], Cancel);
    }

    private async Task StakeAsync(Rig rig, int account, BigInteger amount)
    {
        await SendAsync(rig, account, new StakeAction.Allow(amount));
        var sent = await SendAsync(rig, account, new StakeAction.Stake(amount));
        (await LookAsync(rig, sent)).ShouldBeOfType<Sighting.Mined>().Reason.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_staked_unstaked_and_taken_back_stands_in_the_wallets_state()
    {
        await using var rig = Reader();
        var before = await ReadAsync(rig, 1);
        await StakeAsync(rig, 1, 100 * s_nrm);
        await SendAsync(rig, 1, new StakeAction.Unstake(30 * s_nrm));
        await SendAsync(rig, 1, new StakeAction.Unstake(20 * s_nrm));
        await SendAsync(rig, 1, new StakeAction.Cancel(0, 30 * s_nrm));
        var state = await ReadAsync(rig, 1);
        (state.Staked, before.Nrm - state.Nrm, state.Allowed).ShouldBe((80 * s_nrm, 100 * s_nrm, BigInteger.Zero));
        var unbonding = state.Unbondings.ShouldHaveSingleItem();
        (unbonding.Id, unbonding.Amount).ShouldBe((1, 20 * s_nrm));
        unbonding.AvailableAt.ShouldBeGreaterThan(state.AsOf.At);
        (state.UnbondingPeriod, state.RewardsGoTo, state.IsPaused).ShouldBe((TimeSpan.FromDays(7), Wallet(1), false));
    }

    [Theory]
    [InlineData("more than is staked", "the stake is lower")]
    [InlineData("more than is allowed", "allow it first")]
    [InlineData("too early", "waiting time is not over")]
    [InlineData("what never was", "no longer on its way out")]
    public async Task What_the_contract_would_refuse_is_said_in_words_before_it_is_sent(string what, string words)
    {
        await using var rig = Reader();
        await StakeAsync(rig, 2, s_nrm);
        await SendAsync(rig, 2, new StakeAction.Unstake(s_nrm / 2));
        StakeAction action = what switch
        {
            "more than is staked" => new StakeAction.Unstake(1000 * s_nrm),
            "more than is allowed" => new StakeAction.Stake(5 * s_nrm),
            "too early" => new StakeAction.Withdraw([0], s_nrm / 2),
            _ => new StakeAction.Cancel(99, 1),
        };
        var call = await rig.Get<IStakeWallets>().PrepareAsync(Wallet(2), action, Cancel);
        call.Refusal.ShouldNotBeNull().ShouldContain(words);
        call.Gas.ShouldBeNull();
    }

    [Fact]
    public async Task Rewards_go_to_whom_the_account_names_until_it_takes_them_back()
    {
        await using var rig = Reader();
        await SendAsync(rig, 6, new StakeAction.SendRewardsTo(Wallet(7)));
        (await ReadAsync(rig, 6)).RewardsGoTo.ShouldBe(Wallet(7));
        await SendAsync(rig, 6, new StakeAction.SendRewardsTo(Wallet(6)));
        (await ReadAsync(rig, 6)).RewardsGoTo.ShouldBe(Wallet(6));
    }

    [Fact]
    public async Task A_signature_stakes_in_one_transaction()
    {
        await using var rig = Reader();
        var before = await ReadAsync(rig, 8);
        await SendAsync(rig, 8, await PermitAsync(rig, 8, 40 * s_nrm));
        var state = await ReadAsync(rig, 8);
        (state.Staked - before.Staked, state.Allowed).ShouldBe((40 * s_nrm, BigInteger.Zero));
    }

    [Theory]
    [InlineData("another amount")]
    [InlineData("too old")]
    [InlineData("of another account")]
    public async Task A_signature_that_is_worth_nothing_is_said_to_be_before_it_is_sent(string what)
    {
        await using var rig = Reader();
        var permitted = await PermitAsync(rig, what == "of another account" ? 8 : 9, 40 * s_nrm);
        permitted = what switch
        {
            "another amount" => permitted with { Amount = 41 * s_nrm },
            "too old" => permitted with { Deadline = DateTimeOffset.UnixEpoch },
            _ => permitted,
        };
        var call = await rig.Get<IStakeWallets>().PrepareAsync(Wallet(9), permitted, Cancel);
        call.Refusal.ShouldNotBeNull().ShouldContain("the signature is worth nothing now");
    }

    [Fact]
    public async Task A_token_that_takes_no_signatures_has_nothing_to_sign()
    {
        await using var rig = Reader(("Chain:Nrm", chain.Contracts.Mor.ToString()));
        (await rig.Get<IStakeWallets>().FindPermitAsync(Wallet(1), s_nrm, Cancel)).ShouldBeNull();
    }

    /// <summary>Signs as the browser's wallet would: typed data of EIP-712.</summary>
    private async Task<StakeAction.StakePermitted> PermitAsync(Rig rig, int account, BigInteger amount)
    {
        var order = (await rig.Get<IStakeWallets>().FindPermitAsync(Wallet(account), amount, Cancel)).ShouldNotBeNull();
        static object[] Fields(string text) => [.. text.Split(", ").Select(f => f.Split(' ')).Select(f => new { name = f[1], type = f[0] })];
        var typed = JsonSerializer.SerializeToElement(new
        {
            types = new
            {
                EIP712Domain = Fields("string name, string version, uint256 chainId, address verifyingContract"),
                Permit = Fields("address owner, address spender, uint256 value, uint256 nonce, uint256 deadline"),
            },
            primaryType = "Permit",
            domain = new { name = order.Name, version = order.Version, chainId = order.ChainId, verifyingContract = order.Token },
            message = new { owner = Wallet(account).Value, spender = order.Spender, value = $"{order.Amount}", nonce = $"{order.Nonce}", deadline = $"{order.Deadline.ToUnixTimeSeconds()}" },
        });
        var signature = await chain.Rpc.RequestAsync("eth_signTypedData_v4", [Wallet(account).Value, typed], Cancel);
        return new StakeAction.StakePermitted(order.Amount, order.Deadline, signature.GetString()!);
    }

    [Fact]
    public async Task A_transaction_is_watched_from_its_pool_to_finality()
    {
        await using var rig = Reader();
        await AutomineAsync(false);
        try
        {
            var sent = await SendAsync(rig, 3, new StakeAction.Allow(s_nrm));
            (await LookAsync(rig, sent)).ShouldBeOfType<Sighting.Waiting>();
            await chain.MineAsync(1, Cancel);
            (await LookAsync(rig, sent)).ShouldBeOfType<Sighting.Mined>().IsFinal.ShouldBeFalse();
            await chain.MineAsync(2, Cancel);
            var mined = (await LookAsync(rig, sent)).ShouldBeOfType<Sighting.Mined>();
            (mined.IsFinal, mined.Depth, mined.Reason).ShouldBe((true, 2, null));
            mined.Wei.ShouldNotBeNull().ShouldBeGreaterThan(0);
        }
        finally { await AutomineAsync(true); }
    }

    [Fact]
    public async Task What_the_contract_refused_in_its_block_has_its_reason_in_words()
    {
        await using var rig = Reader();
        var sent = await SendAsync(rig, 4, new StakeAction.Unstake(s_nrm));
        (await LookAsync(rig, sent)).ShouldBeOfType<Sighting.Mined>().Reason.ShouldNotBeNull().ShouldContain("the stake is lower");
    }

    [Fact]
    public async Task A_transaction_that_was_dropped_is_not_seen()
    {
        await using var rig = Reader();
        await AutomineAsync(false);
        try
        {
            var sent = await SendAsync(rig, 5, new StakeAction.Allow(s_nrm));
            var nonce = (await LookAsync(rig, sent)).ShouldBeOfType<Sighting.Waiting>().Nonce;
            await chain.Rpc.RequestAsync("anvil_dropTransaction", [sent.Hash], Cancel);
            (await LookAsync(rig, sent with { Nonce = nonce })).ShouldBeOfType<Sighting.Unseen>();
        }
        finally { await AutomineAsync(true); }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_that_another_took_the_place_of_is_replaced_by_the_same_or_something_else(bool isSame)
    {
        await using var rig = Reader();
        var account = isSame ? 6 : 7;
        await AutomineAsync(false);
        try
        {
            var sent = await SendAsync(rig, account, new StakeAction.Allow(s_nrm));
            var nonce = (await LookAsync(rig, sent)).ShouldBeOfType<Sighting.Waiting>().Nonce;
            var other = await rig.Get<IStakeWallets>().PrepareAsync(Wallet(account), new StakeAction.Allow(isSame ? s_nrm : 2 * s_nrm), Cancel);
            var hash = await SubmitAsync(account, other, nonce: nonce, price: 4 * (await chain.Rpc.GetGasPriceAsync(Cancel)));
            await chain.MineAsync(1, Cancel);
            (await LookAsync(rig, sent with { Nonce = nonce })).ShouldBe(new Sighting.Replaced(hash, isSame));
        }
        finally { await AutomineAsync(true); }
    }

    [Fact]
    public async Task A_reorganisation_that_takes_the_block_away_takes_the_receipt_away()
    {
        await using var rig = Reader();
        var snapshot = await chain.SnapshotAsync(Cancel);
        var sent = await SendAsync(rig, 8, new StakeAction.Allow(s_nrm));
        (await LookAsync(rig, sent)).ShouldBeOfType<Sighting.Mined>();
        await chain.RevertAsync(snapshot, Cancel);
        (await LookAsync(rig, sent)).ShouldNotBeOfType<Sighting.Mined>();
    }

    [Fact]
    public async Task A_claim_under_the_published_root_pays_the_wallet()
    {
        await using var rig = Reader();
        var tree = StandardMerkleTree.Build([new MerkleLeaf(chain.Accounts[9], 5 * s_nrm), new MerkleLeaf(chain.Accounts[1], s_nrm)]);
        await chain.PublishRootAsync(1, tree.Root, 6 * s_nrm, Cancel);
        var state = (await ReadAsync(rig, 9)).Claims.ShouldHaveSingleItem();
        (state.Epoch, state.Root, state.Claimed).ShouldBe((1, tree.Root.ToString(), BigInteger.Zero));
        var claim = new StakeAction.Claim(Asset.Mor, Wallet(9), 5 * s_nrm, 5 * s_nrm, [.. tree.ProofOf(0).Select(p => p.ToString())]);
        (await LookAsync(rig, await SendAsync(rig, 9, claim))).ShouldBeOfType<Sighting.Mined>().Reason.ShouldBeNull();
        (await ReadAsync(rig, 9)).Claims[0].Claimed.ShouldBe(5 * s_nrm);
        (await rig.Get<IStakeWallets>().PrepareAsync(Wallet(9), claim, Cancel)).Refusal.ShouldNotBeNull().ShouldContain("claimed before");
    }

    [Theory]
    [InlineData("MOR")]
    [InlineData("NRM")]
    public async Task A_root_is_funded_announced_and_published_and_opens_claims_once_it_is_final(string assetId)
    {
        var snapshot = await chain.SnapshotAsync(Cancel);
        await using var rig = Reader(("Chain:Timelock", chain.Contracts.Timelock.ToString()), ("Chain:Distributors:NRM", chain.Contracts.NrmDistributor.ToString()));
        var (asset, distributors) = (Asset.Of(assetId), rig.Get<IDistributors>());
        // Account 0 proposes and holds MOR; account 7 holds NRM.
        var funder = asset == Asset.Mor ? 0 : 7;
        var tree = StandardMerkleTree.Build([new MerkleLeaf(chain.Accounts[8], 5 * s_nrm), new MerkleLeaf(chain.Accounts[1], s_nrm)]);
        async Task<DistributorState> StateAsync() => (await distributors.ReadAsync(Cancel)).Single(d => d.Asset == asset);
        var before = await StateAsync();
        // Totals are of a lifetime: what other tests' wallets claimed from this chain's distributor counts.
        var (epoch, root, total) = (40, tree.Root.ToString(), before.Claimed + 6 * s_nrm);
        Task<Announcement> AnnouncementAsync() => distributors.FindAnnouncementAsync(asset, epoch, root, total, Cancel);
        async Task<Sighting.Mined> DoAsync(int account, StakeAction action) => (await LookAsync(rig, await SendAsync(rig, account, action))).ShouldBeOfType<Sighting.Mined>();
        try
        {
            var publish = new StakeAction.Publish(asset, before.Address, epoch, root, total);
            var announce = new StakeAction.Announce(asset, before.Address, epoch, root, total, before.Delay!.Value);
            (await rig.Get<IStakeWallets>().PrepareAsync(Wallet(1), announce, Cancel)).Refusal.ShouldNotBeNull().ShouldContain("not the timelock's proposer");

            (await DoAsync(funder, new StakeAction.Fund(asset, before.Address, before.MissingFor(total)))).Reason.ShouldBeNull();
            (await StateAsync()).MissingFor(total).ShouldBe(0);
            (await AnnouncementAsync()).ShouldBe(new Announcement.None());
            (await DoAsync(0, announce)).Reason.ShouldBeNull();
            var standing = (await AnnouncementAsync()).ShouldBeOfType<Announcement.Standing>();
            (await rig.Get<IStakeWallets>().PrepareAsync(Wallet(1), publish, Cancel)).Refusal.ShouldNotBeNull().ShouldContain("its time is not come");

            await chain.SetNextBlockTimeAsync(standing.ReadyAt, Cancel);
            await chain.MineAsync(1, Cancel);
            (await DoAsync(1, publish)).Reason.ShouldBeNull();
            (await AnnouncementAsync()).ShouldBe(new Announcement.Done());
            var published = await StateAsync();
            (published.Epoch, published.Root, published.Total).ShouldBe((epoch, root, total));

            (await ReadAsync(rig, 8)).Claims.Single(c => c.Asset == asset).ShouldSatisfyAllConditions(c => c.IsFinal.ShouldBeFalse(), c => c.IsOpen.ShouldBeFalse(), c => c.IsFunded.ShouldBeTrue());
            await chain.MineAsync(2, Cancel);
            (await StateAsync()).IsFinal.ShouldBeTrue();
            (await ReadAsync(rig, 8)).Claims.Single(c => c.Asset == asset).IsOpen.ShouldBeTrue();
            var claim = new StakeAction.Claim(asset, Wallet(8), 5 * s_nrm, 5 * s_nrm, [.. tree.ProofOf(0).Select(p => p.ToString())]);
            (await DoAsync(8, claim)).Reason.ShouldBeNull();
            (await ReadAsync(rig, 8)).Claims.Single(c => c.Asset == asset).Claimed.ShouldBe(5 * s_nrm);
        }
        finally { await chain.RevertAsync(snapshot, Cancel); }
    }

    [Fact]
    public async Task Without_its_contracts_the_wallet_cannot_be_read_and_says_which_key_is_missing()
    {
        await using var rig = Reader(("Chain:Staking", null));
        (await Should.ThrowAsync<SupplierUnavailableException>(() => ReadAsync(rig, 1))).Message.ShouldContain("Chain:Staking is not set");
    }
}
