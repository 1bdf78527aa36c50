using System.Buffers.Binary;
using System.Numerics;
using Nirmaan.Evm.Merkle;

namespace Nirmaan.Evm.Tests.Merkle;

public class StoredMerkleTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(1001)]
    public void A_stored_tree_has_the_root_and_the_proofs_of_the_tree(int leaves)
    {
        var (tree, stream) = Store(leaves);
        var stored = new StoredMerkleTree(stream);
        (stored.Root, stored.Count).ShouldBe((tree.Root, leaves));
        for (int leaf = leaves - 1; leaf >= 0; leaf--) { stored.ProofOf(leaf).ShouldBe(tree.ProofOf(leaf)); }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(1001)]
    public void A_proofs_nodes_stand_where_the_offsets_say(int leaves)
    {
        var (tree, stream) = Store(leaves);
        byte[] bytes = stream.ToArray();
        for (int leaf = 0; leaf < leaves; leaf++)
        {
            int place = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan((int)StoredMerkleTree.OffsetOfPlace(leaves, leaf)));
            StoredMerkleTree.OffsetsOfProof(place).Select(o => new Bytes32(bytes.AsSpan((int)o, Bytes32.Size))).ShouldBe(tree.ProofOf(leaf));
        }
    }

    [Fact]
    public void A_tree_may_begin_anywhere_in_its_stream()
    {
        var (tree, alone) = Store(10);
        using var stream = new MemoryStream([1, 2, 3, .. alone.ToArray()]) { Position = 3 };
        new StoredMerkleTree(stream).ProofOf(7).ShouldBe(tree.ProofOf(7));
    }

    [Fact]
    public void A_tree_that_was_cut_off_is_refused()
    {
        byte[] bytes = Store(10).Stream.ToArray();
        for (int length = 0; length < bytes.Length; length += 13) { Should.Throw<InvalidDataException>(() => new StoredMerkleTree(new MemoryStream(bytes[..length]))); }
    }

    [Fact]
    public void Bytes_that_are_no_tree_are_refused()
    {
        byte[] bytes = Store(10).Stream.ToArray();
        bytes[^1] = 200;
        Should.Throw<InvalidDataException>(() => new StoredMerkleTree(new MemoryStream(bytes)).ProofOf(9));
        Should.Throw<InvalidDataException>(() => new StoredMerkleTree(new MemoryStream(new byte[100])));
        bytes[0] = 0xFF;
        Should.Throw<InvalidDataException>(() => new StoredMerkleTree(new MemoryStream(bytes)));
    }

    [Fact]
    public void A_leaf_that_is_not_there_is_refused()
    {
        var stored = new StoredMerkleTree(Store(10).Stream);
        Should.Throw<ArgumentOutOfRangeException>(() => stored.ProofOf(10));
        Should.Throw<ArgumentOutOfRangeException>(() => stored.ProofOf(-1));
    }

    private static (StandardMerkleTree Tree, MemoryStream Stream) Store(int leaves)
    {
        var tree = StandardMerkleTree.Build([.. Enumerable.Range(0, leaves).Select(i => new MerkleLeaf(new EvmAddress(Keccak256.Hash($"{i}").ToArray().AsSpan(12)), BigInteger.Pow(5, i % 60)))]);
        var stream = new MemoryStream();
        tree.WriteTo(stream);
        stream.Position = 0;
        return (tree, stream);
    }
}
