using System.Numerics;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Evm.Merkle;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

public class RewardsDistributorTests(LocalChain chain) : ChainTest(chain)
{
    private EvmAddress Mor => Chain.Contracts.Mor;
    private EvmAddress Alice => Chain.Accounts[1];
    private EvmAddress Bob => Chain.Accounts[2];
    private EvmAddress Stranger => Chain.Accounts[3];

    [Fact]
    public async Task One_claim_settles_all_epochs()
    {
        var pays = await DistributorAsync(1000);
        await PublishAsync(pays, 1, (Alice, 100), (Bob, 50));
        await PublishAsync(pays, 2, (Alice, 130), (Bob, 70));
        var tree = await PublishAsync(pays, 3, (Alice, 160), (Bob, 70));

        var receipt = await SendAsync(Alice, pays, new Claim(Alice, 160, tree.ProofOf(0)));
        EventsOf<Claimed>(receipt).ShouldBe([new Claimed(Alice, Alice, 160, 160)]);
        EventsOf<Transfer>(receipt).ShouldBe([new Transfer(pays, Alice, 160)]);
        (await RefusedAsync<NothingToClaim>(Alice, pays, new Claim(Alice, 160, tree.ProofOf(0)))).ShouldBe(new NothingToClaim(Alice, 160));

        tree = await PublishAsync(pays, 5, (Alice, 200), (Bob, 70));
        EventsOf<Claimed>(await SendAsync(Alice, pays, new Claim(Alice, 200, tree.ProofOf(0)))).ShouldBe([new Claimed(Alice, Alice, 40, 200)]);
        (await AskAsync(pays, new ClaimedBy(Alice))).ShouldBe(200);
        (await AskAsync(pays, new TotalClaimed())).ShouldBe(200);
    }

    [Fact]
    public async Task A_claim_without_its_own_proof_is_refused()
    {
        var pays = await DistributorAsync(1000);
        var old = await PublishAsync(pays, 1, (Alice, 100), (Bob, 50));
        var tree = await PublishAsync(pays, 2, (Alice, 130), (Bob, 70));
        await RefusedAsync<InvalidProof>(Alice, pays, new Claim(Alice, 131, tree.ProofOf(0)));
        await RefusedAsync<InvalidProof>(Alice, pays, new Claim(Alice, 70, tree.ProofOf(1)));
        await RefusedAsync<InvalidProof>(Alice, pays, new Claim(Alice, 100, old.ProofOf(0)));
        await RefusedAsync<InvalidProof>(Alice, pays, new Claim(Alice, 130, []));
        await RefusedAsync<InvalidProof>(Stranger, pays, new Claim(Stranger, 130, tree.ProofOf(0)));
        await RefusedAsync<NotYours>(Stranger, pays, new Claim(Alice, 130, tree.ProofOf(0)));
        (await AskAsync(pays, new TotalClaimed())).ShouldBe(0);
    }

    [Fact]
    public async Task Before_the_first_root_nothing_can_be_claimed() =>
        await RefusedAsync<InvalidProof>(Alice, await DistributorAsync(1000), new Claim(Alice, 1, []));

    [Fact]
    public async Task A_named_recipient_is_paid_and_may_claim_and_loses_both_when_it_is_named_no_more()
    {
        var pays = await DistributorAsync(1000);
        await SendAsync(Alice, Chain.Contracts.Staking, new DelegateRewards(Bob));
        var tree = await PublishAsync(pays, 1, (Alice, 100));
        EventsOf<Transfer>(await SendAsync(Bob, pays, new Claim(Alice, 100, tree.ProofOf(0)))).ShouldBe([new Transfer(pays, Bob, 100)]);

        tree = await PublishAsync(pays, 2, (Alice, 110));
        EventsOf<Claimed>(await SendAsync(Alice, pays, new Claim(Alice, 110, tree.ProofOf(0)))).ShouldBe([new Claimed(Alice, Bob, 10, 110)]);

        await SendAsync(Alice, Chain.Contracts.Staking, new DelegateRewards(EvmAddress.Zero));
        tree = await PublishAsync(pays, 3, (Alice, 130));
        await RefusedAsync<NotYours>(Bob, pays, new Claim(Alice, 130, tree.ProofOf(0)));
        EventsOf<Transfer>(await SendAsync(Alice, pays, new Claim(Alice, 130, tree.ProofOf(0)))).ShouldBe([new Transfer(pays, Alice, 20)]);
    }

    [Fact]
    public async Task A_root_moves_forward_only()
    {
        var pays = await DistributorAsync(1000);
        var root = (await PublishAsync(pays, 4, (Alice, 100))).Root;
        (await RefusedAsync<EpochNotLater>(Owner, pays, new Publish(4, root, 100))).ShouldBe(new EpochNotLater(4, 4));
        await RefusedAsync<EpochNotLater>(Owner, pays, new Publish(3, root, 100));
        (await RefusedAsync<TotalFell>(Owner, pays, new Publish(5, root, 99))).ShouldBe(new TotalFell(99, 100));
        await RefusedAsync<NoRoot>(Owner, pays, new Publish(5, default, 100));
        await RefusedAsync<OwnableUnauthorizedAccount>(Alice, pays, new Publish(5, root, 100));
        ((await AskAsync(pays, new PublishedEpoch())), (await AskAsync(pays, new PublishedRoot()))).ShouldBe((4, root));
    }

    [Fact]
    public async Task A_root_is_taken_when_all_that_is_owed_under_it_lies_there()
    {
        var pays = await DistributorAsync(99);
        var tree = StandardMerkleTree.Build([new(Alice, 60), new(Bob, 40)]);
        (await RefusedAsync<NotFunded>(Owner, pays, new Publish(1, tree.Root, 100))).ShouldBe(new NotFunded(1));
        await FundAsync(pays, 1);
        EventsOf<RootPublished>(await SendAsync(Owner, pays, new Publish(1, tree.Root, 100))).ShouldBe([new RootPublished(1, tree.Root, 100)]);

        // What was paid counts as covered: only the rest of a later total is missing.
        await SendAsync(Alice, pays, new Claim(Alice, 60, tree.ProofOf(0)));
        (await AskAsync(pays, new MissingFor(100))).ShouldBe(0);
        (await AskAsync(pays, new MissingFor(130))).ShouldBe(30);
        await RefusedAsync<NotFunded>(Owner, pays, new Publish(2, tree.Root, 130));
    }

    [Fact]
    public async Task Leaves_that_add_up_to_more_than_was_published_do_not_empty_the_purse()
    {
        var pays = await DistributorAsync(1000);
        var tree = StandardMerkleTree.Build([new(Alice, 60), new(Bob, 60)]);
        await SendAsync(Owner, pays, new Publish(1, tree.Root, 100));
        await SendAsync(Alice, pays, new Claim(Alice, 60, tree.ProofOf(0)));
        (await RefusedAsync<MoreThanPublished>(Bob, pays, new Claim(Bob, 60, tree.ProofOf(1)))).ShouldBe(new MoreThanPublished(100));
    }

    [Fact]
    public async Task While_paused_nobody_claims()
    {
        var pays = await DistributorAsync(1000);
        var tree = await PublishAsync(pays, 1, (Alice, 100));
        await RefusedAsync<OwnableUnauthorizedAccount>(Alice, pays, new Pause());
        await SendAsync(Owner, pays, new Pause());
        await RefusedAsync<EnforcedPause>(Alice, pays, new Claim(Alice, 100, tree.ProofOf(0)));
        await SendAsync(Owner, pays, new Unpause());
        await SendAsync(Alice, pays, new Claim(Alice, 100, tree.ProofOf(0)));
    }

    [Fact]
    public async Task Every_leaf_of_a_tree_of_a_hundred_is_proven_to_the_contract()
    {
        var pays = await DistributorAsync(1_000_000);
        (EvmAddress, BigInteger)[] owed = [.. Enumerable.Range(0, 100).Select(i => (i is > 0 and < 10 ? Chain.Accounts[i] : new EvmAddress(Keccak256.Hash($"{i}").ToArray().AsSpan(12)), (BigInteger)(i * i)))];
        var tree = await PublishAsync(pays, 1, owed);
        for (int i = 1; i < 10; i++) { await SendAsync(Chain.Accounts[i], pays, new Claim(Chain.Accounts[i], i * i, tree.ProofOf(i))); }
        for (int i = 10; i < 100; i++)
        {
            // Nobody has these keys; what the contract would say to them is asked without sending.
            byte[] call = Functions.Encode(new Claim(owed[i].Item1, i * i, tree.ProofOf(i)));
            var answer = await Chain.Rpc.RequestAsync("eth_call", [new { from = owed[i].Item1.ToLowerHex(), to = pays.ToLowerHex(), data = Hex.Encode(call) }, "latest"], Cancel);
            new BigInteger(Hex.Decode(answer.GetString()!), isUnsigned: true, isBigEndian: true).ShouldBe(i * i);
        }
    }

    private async Task<EvmAddress> DistributorAsync(BigInteger funds)
    {
        var pays = await Deployments.MorDistributorAsync(Chain, Cancel);
        await FundAsync(pays, funds);
        return pays;
    }

    private Task<EvmReceipt> FundAsync(EvmAddress pays, BigInteger amount) => SendAsync(Owner, Mor, new Mint(pays, amount));

    private async Task<StandardMerkleTree> PublishAsync(EvmAddress pays, int epoch, params (EvmAddress Account, BigInteger Cumulative)[] owed)
    {
        var tree = StandardMerkleTree.Build([.. owed.Select(o => new MerkleLeaf(o.Account, o.Cumulative))]);
        await SendAsync(Owner, pays, new Publish(epoch, tree.Root, owed.Aggregate(BigInteger.Zero, (sum, o) => sum + o.Cumulative)));
        return tree;
    }
}
