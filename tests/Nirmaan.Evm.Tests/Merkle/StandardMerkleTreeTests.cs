using System.Numerics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Evm.Merkle;
using Nirmaan.Testing;

namespace Nirmaan.Evm.Tests.Merkle;

public class StandardMerkleTreeTests
{
    private static readonly MerkleLeaf[] s_three =
    [
        new(EvmAddress.Parse("0x1111111111111111111111111111111111111111"), BigInteger.Parse("5000000000000000000", null)),
        new(EvmAddress.Parse("0x2222222222222222222222222222222222222222"), BigInteger.Parse("2500000000000000000", null)),
        new(EvmAddress.Parse("0x3333333333333333333333333333333333333333"), 1),
    ];

    // Made with @openzeppelin/merkle-tree 1.0.8; the first two leaves are the example of its README.
    [Fact]
    public void Three_leaves_have_the_root_and_the_proofs_of_openzeppelin()
    {
        var tree = StandardMerkleTree.Build(s_three);
        tree.Root.ToString().ShouldBe("0xd673f832e8ae578ea16450035956e30f27212b91d6cd26edbef07c90546302ff");
        string[] node =
        [
            "0x8d00bd8d33bd92e6ade0ba2d87958d59727515200df528502b93c99dd3fa0256",
            "0xeb02c421cfa48976e66dfb29120745909ea3a0f843456c263cf8f1253483e283",
            "0xc3d2e29c8ded2ca4aa700f83273d097a3fb1683f4b5f291a8ee7d74ff26fc6b3",
            "0xb92c48e9d7abe27fd8dfd6b5dfdbfb1c9a463f80c712b66f3a5180a090cccafc",
        ];
        tree.ProofOf(0).Select(p => p.ToString()).ShouldBe([node[0]]);
        tree.ProofOf(1).Select(p => p.ToString()).ShouldBe([node[2], node[1]]);
        tree.ProofOf(2).Select(p => p.ToString()).ShouldBe([node[3], node[1]]);
    }

    [Fact]
    public void Two_leaves_have_the_root_of_the_readme() =>
        StandardMerkleTree.Build(s_three[..2]).Root.ToString().ShouldBe("0xd4dee0beab2d53f2cc83e567171bd2820e49898130a22622b10ead383e90bd77");

    [Fact]
    public void One_leaf_is_its_own_root_with_an_empty_proof()
    {
        var tree = StandardMerkleTree.Build(s_three[..1]);
        tree.Root.ShouldBe(StandardMerkleTree.HashOf(s_three[0]));
        tree.ProofOf(0).ShouldBeEmpty();
        StandardMerkleTree.Verify(tree.Root, s_three[0], []).ShouldBeTrue();
    }

    [Fact]
    public void No_leaves_are_refused() => Should.Throw<ArgumentException>(() => StandardMerkleTree.Build([]));

    [Fact]
    public void An_amount_of_256_bits_is_the_most()
    {
        var most = s_three[0] with { Amount = (BigInteger.One << 256) - 1 };
        StandardMerkleTree.Verify(StandardMerkleTree.Build([most]).Root, most, []).ShouldBeTrue();
        Should.Throw<ArgumentOutOfRangeException>(() => StandardMerkleTree.HashOf(most with { Amount = BigInteger.One << 256 }));
        Should.Throw<ArgumentOutOfRangeException>(() => StandardMerkleTree.HashOf(most with { Amount = -1 }));
    }

    [Fact]
    public void Every_proof_verifies_and_no_changed_leaf_does() =>
        Prop.ForAll(Gen.Choose(1, 40).SelectMany(n => Gen.Choose(0, 6).ArrayOf(n)).ToArbitrary(), amounts =>
        {
            // Few different amounts for few accounts: equal leaves occur too.
            MerkleLeaf[] leaves = [.. amounts.Select((amount, i) => new MerkleLeaf(s_three[i % 3].Account, amount))];
            var tree = StandardMerkleTree.Build(leaves);
            return Enumerable.Range(0, leaves.Length).All(i =>
                StandardMerkleTree.Verify(tree.Root, leaves[i], tree.ProofOf(i))
                && !StandardMerkleTree.Verify(tree.Root, leaves[i] with { Amount = leaves[i].Amount + 7 }, tree.ProofOf(i))
                && !StandardMerkleTree.Verify(tree.Root, leaves[i], [.. tree.ProofOf(i), tree.Root]));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_the_leaves_does_not_change_the_root()
    {
        var shuffled = s_three.Reverse().ToArray();
        StandardMerkleTree.Build(shuffled).Root.ShouldBe(StandardMerkleTree.Build(s_three).Root);
    }

    [Fact]
    public void Trees_of_every_small_size_are_made_as_the_definition_says()
    {
        for (int size = 1; size <= 70; size++)
        {
            MerkleLeaf[] leaves = [.. Enumerable.Range(0, size).Select(i => new MerkleLeaf(s_three[i % 3].Account, BigInteger.Pow(3, i)))];
            var nodes = new Bytes32[(2 * size) - 1];
            leaves.Select(StandardMerkleTree.HashOf).OrderDescending().ToArray().CopyTo(nodes, size - 1);
            for (int i = size - 2; i >= 0; i--)
            {
                Bytes32[] pair = [.. new[] { nodes[(2 * i) + 1], nodes[(2 * i) + 2] }.Order()];
                nodes[i] = Keccak256.Hash([.. pair[0].ToArray(), .. pair[1].ToArray()]);
            }
            StandardMerkleTree.Build(leaves).Root.ShouldBe(nodes[0], $"{size} leaves");
        }
    }

    [Fact]
    public async Task Ten_thousand_leaves_have_the_root_and_the_proofs_of_openzeppelin()
    {
        MerkleLeaf[] leaves = [.. Enumerable.Range(0, 10_000).Select(i => new MerkleLeaf(
            new EvmAddress(Keccak256.Hash($"account {i}").ToArray().AsSpan(12)), BigInteger.Pow(7, i % 90) + i))];
        string json = await NpmTools.RunNodeAsync(["-e", """
            const { StandardMerkleTree } = require('@openzeppelin/merkle-tree');
            const values = JSON.parse(require('fs').readFileSync(0, 'utf8'));
            const tree = StandardMerkleTree.of(values, ['address', 'uint256']);
            console.log(JSON.stringify({ root: tree.root, proofs: values.flatMap((_, i) => i % 10 === 0 ? [tree.getProof(i)] : []) }));
            """], JsonSerializer.Serialize(leaves.Select(l => new[] { l.Account.ToString(), l.Amount.ToString(null, null) })), TestContext.Current.CancellationToken);

        using var theirs = JsonDocument.Parse(json);
        var tree = StandardMerkleTree.Build(leaves);
        tree.Root.ToString().ShouldBe(theirs.RootElement.GetProperty("root").GetString());
        Enumerable.Range(0, 1000).Select(i => string.Join(',', tree.ProofOf(10 * i)))
            .ShouldBe(theirs.RootElement.GetProperty("proofs").EnumerateArray().Select(p => string.Join(',', p.EnumerateArray())));
    }
}
