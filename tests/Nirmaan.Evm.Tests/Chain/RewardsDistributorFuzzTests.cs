using System.Numerics;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Evm.Merkle;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Chain;

/// <summary>Random epochs and claims, honest and not, against the distributor.</summary>
public class RewardsDistributorFuzzTests(LocalChain chain, ITestOutputHelper output) : ChainTest(chain)
{
    private const int Steps = 300;
    private static readonly Type[] s_errors = [typeof(InvalidProof), typeof(NothingToClaim), typeof(NotYours), typeof(EpochNotLater), typeof(TotalFell), typeof(NotFunded), typeof(OwnableUnauthorizedAccount)];

    /// <summary>A published root, and what each account may claim under it.</summary>
    private sealed record Published(BigInteger Epoch, StandardMerkleTree Tree, IReadOnlyList<MerkleLeaf> Leaves, BigInteger Total);

    [Fact]
    public async Task Nobody_is_ever_paid_more_than_the_lifetime_that_was_published_nor_without_a_proof()
    {
        var random = FuzzSeed.Next(output);
        var pays = await Deployments.MorDistributorAsync(Chain, Cancel);
        EvmAddress[] accounts = [.. Chain.Accounts.Skip(1).Take(5)];
        BigInteger[] earned = new BigInteger[accounts.Length], claimed = new BigInteger[accounts.Length];
        BigInteger funded = 0, paid = 0;
        Published? now = null, before = null;
        Dictionary<EvmAddress, EvmAddress> recipients = accounts.ToDictionary(a => a, a => a);
        int claims = 0;

        for (int step = 0; step < Steps; step++)
        {
            int who = random.Next(accounts.Length);
            switch (random.Next(10))
            {
                case 0:
                    for (int i = 0; i < accounts.Length; i++) { earned[i] += random.Next(3) == 0 ? 0 : random.NextInt64(1L << 60); }
                    break;
                case 1 or 2:
                    var more = random.Next(4) > 0 ? Sum(earned) - funded : random.NextInt64(1L << 60);
                    if (more <= 0) { break; }
                    await SendAsync(Owner, Chain.Contracts.Mor, new Mint(pays, more));
                    funded += more;
                    break;
                case 3:
                    recipients[accounts[who]] = accounts[random.Next(accounts.Length)];
                    await SendAsync(accounts[who], Chain.Contracts.Staking, new DelegateRewards(recipients[accounts[who]]));
                    break;
                case < 6:
                    var next = Next(random, accounts, earned, now);
                    var from = random.Next(5) == 0 ? accounts[who] : Owner;
                    string wanted = from != Owner ? nameof(OwnableUnauthorizedAccount) : next.Epoch <= (now?.Epoch ?? 0) ? nameof(EpochNotLater)
                        : next.Total < (now?.Total ?? 0) ? nameof(TotalFell) : next.Total > funded ? nameof(NotFunded) : "";
                    (await RefusalAsync(from, pays, new Publish(next.Epoch, next.Tree.Root, next.Total), s_errors)).ShouldBe(wanted, $"step {step}: publish");
                    if (wanted.Length == 0) { (before, now) = (now, next); }
                    break;
                case < 9 when now is not null:
                    var caller = random.Next(4) == 0 ? accounts[random.Next(accounts.Length)] : recipients[accounts[who]];
                    var due = now.Leaves[who].Amount;
                    string refusal = caller != accounts[who] && caller != recipients[accounts[who]] ? nameof(NotYours) : due <= claimed[who] ? nameof(NothingToClaim) : "";
                    (await RefusalAsync(caller, pays, new Claim(accounts[who], due, now.Tree.ProofOf(who)), s_errors)).ShouldBe(refusal, $"step {step}: claim");
                    if (refusal.Length > 0) { break; }
                    paid += due - claimed[who];
                    claimed[who] = due;
                    claims++;
                    break;
                case 9 when now is not null:
                    var forged = Forge(random, accounts[who], who, now, before);
                    (await RefusalAsync(accounts[who], pays, forged, s_errors)).ShouldBe(nameof(InvalidProof), $"step {step}: a forged claim");
                    break;
            }
            for (int i = 0; i < accounts.Length; i++) { (await AskAsync(pays, new ClaimedBy(accounts[i]))).ShouldBe(claimed[i], $"step {step}: {accounts[i]}"); }
            claimed.Zip(earned).ShouldAllBe(c => c.First <= c.Second);
            (await AskAsync(pays, new TotalClaimed())).ShouldBe(paid);
            (await AskAsync(Chain.Contracts.Mor, new BalanceOf(pays))).ShouldBe(funded - paid);
            (funded - paid).ShouldBeGreaterThanOrEqualTo((now?.Total ?? 0) - paid, "all that is owed lies there");
        }
        output.WriteLine($"{claims} claims paid, epoch {now?.Epoch}");
        claims.ShouldBeGreaterThan(5);
    }

    /// <summary>Mostly the next epoch with all that was earned; now and then an epoch that is not later, or a total that forgets something.</summary>
    private static Published Next(Random random, EvmAddress[] accounts, BigInteger[] earned, Published? now)
    {
        MerkleLeaf[] leaves = [.. accounts.Select((a, i) => new MerkleLeaf(a, earned[i]))];
        var epoch = (now?.Epoch ?? 0) + (random.Next(6) == 0 ? random.Next(-1, 1) : random.Next(1, 4));
        return new Published(BigInteger.Max(epoch, 0), StandardMerkleTree.Build(leaves), leaves, random.Next(8) == 0 && now?.Total > 0 ? now.Total - 1 : Sum(earned));
    }

    /// <summary>More than was earned, another's leaf, another's proof, a root of yesterday, or a proof too short or too long.</summary>
    private static Claim Forge(Random random, EvmAddress account, int who, Published now, Published? before)
    {
        var (own, proof) = (now.Leaves[who].Amount, now.Tree.ProofOf(who));
        int other = (who + 1) % now.Leaves.Count;
        return random.Next(6) switch
        {
            0 => new Claim(account, own + 1, proof),
            1 => new Claim(account, now.Leaves[other].Amount + 1, now.Tree.ProofOf(other)),
            2 => new Claim(account, own, [.. proof.SkipLast(1)]),
            3 => new Claim(account, own, [.. proof, now.Tree.Root]),
            4 when before is not null && before.Leaves[who].Amount != own => new Claim(account, before.Leaves[who].Amount, before.Tree.ProofOf(who)),
            _ => new Claim(account, own, now.Tree.ProofOf(other)),
        };
    }

    private static BigInteger Sum(IEnumerable<BigInteger> amounts) => amounts.Aggregate(BigInteger.Zero, (sum, a) => sum + a);
}
