using System.Numerics;

namespace Nirmaan.Evm.Merkle;

/// <summary>What one account may claim: an amount in base units, at most 256 bits.</summary>
public readonly record struct MerkleLeaf(EvmAddress Account, BigInteger Amount);

/// <summary>
/// OpenZeppelin's StandardMerkleTree over (address, uint256), as made by @openzeppelin/merkle-tree 1.0.8 and verified on chain by
/// MerkleProof.verify: a leaf is keccak256(keccak256(abi.encode(account, amount))), leaves are sorted by hash, a node hashes its two
/// children in ascending order, and the complete binary tree lies in an array with the leaves, last to first, at its end.
/// </summary>
public sealed class StandardMerkleTree
{
    private readonly Bytes32[] _tree;
    private readonly int[] _places;

    private StandardMerkleTree(Bytes32[] tree, int[] places) => (_tree, _places) = (tree, places);

    /// <summary>What a contract stores: everything in the tree follows from it.</summary>
    public Bytes32 Root => _tree[0];

    /// <summary>Number of leaves.</summary>
    public int Count => _places.Length;

    /// <summary>Builds the tree; leaves keep their index for <see cref="ProofOf"/>.</summary>
    /// <exception cref="ArgumentException">No leaves: such a tree has no root.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An amount is negative or above 256 bits.</exception>
    public static StandardMerkleTree Build(IReadOnlyList<MerkleLeaf> leaves)
    {
        if (leaves.Count == 0) { throw new ArgumentException("A Merkle tree needs at least one leaf.", nameof(leaves)); }
        var hashes = HashesOf(leaves);
        int[] sorted = Order(hashes);

        var tree = new Bytes32[(2 * sorted.Length) - 1];
        int[] places = new int[sorted.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            int place = tree.Length - 1 - i;
            tree[place] = hashes[sorted[i]];
            places[sorted[i]] = place;
        }
        HashNodes(tree, tree.Length - 1 - sorted.Length);
        return new StandardMerkleTree(tree, places);
    }

    /// <summary>The siblings from the leaf at this index of the list up to the root; none when it is the only leaf.</summary>
    public IReadOnlyList<Bytes32> ProofOf(int leaf) => [.. SiblingsOf(_places[leaf]).Select(place => _tree[place])];

    /// <summary>Writes the whole tree, for <see cref="StoredMerkleTree"/> to cut proofs from. Each node is a write: give it a buffered stream.</summary>
    public void WriteTo(Stream stream) => StoredMerkleTree.Write(stream, _tree, _places);

    /// <summary>Places of the nodes that prove the node at a place.</summary>
    internal static IEnumerable<int> SiblingsOf(int place)
    {
        for (int i = place; i > 0; i = (i - 1) / 2) { yield return i % 2 == 1 ? i + 1 : i - 1; }
    }

    /// <summary>True when the proof leads from the leaf to the root, as the contract would find.</summary>
    public static bool Verify(Bytes32 root, MerkleLeaf leaf, IEnumerable<Bytes32> proof) => proof.Aggregate(HashOf(leaf), HashOf) == root;

    /// <summary>The leaf's hash. It is hashed twice, so that no inner node (also 64 bytes) can be passed off as a leaf.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative or above 256 bits.</exception>
    public static Bytes32 HashOf(MerkleLeaf leaf)
    {
        Span<byte> bytes = stackalloc byte[2 * Bytes32.Size];
        Bytes32.Of(leaf.Account).CopyTo(bytes);
        WordOf(leaf.Amount).CopyTo(bytes[Bytes32.Size..]);
        Keccak256.Hash(bytes, bytes);
        return Keccak256.Hash(bytes[..Bytes32.Size]);
    }

    private static Bytes32 WordOf(BigInteger amount)
    {
        int length = amount.Sign < 0 ? int.MaxValue : amount.GetByteCount(isUnsigned: true);
        if (length > Bytes32.Size) { throw new ArgumentOutOfRangeException(nameof(amount), amount, "An amount has 0 to 256 bits."); }
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        bytes.Clear();
        amount.TryWriteBytes(bytes[(Bytes32.Size - length)..], out _, isUnsigned: true, isBigEndian: true);
        return new Bytes32(bytes);
    }

    private static Bytes32[] HashesOf(IReadOnlyList<MerkleLeaf> leaves)
    {
        var hashes = new Bytes32[leaves.Count];
        int next = 0;
        if (KeccakFour.IsFaster)
        {
            Span<ulong> words = stackalloc ulong[KeccakFour.Lanes * 8];
            for (; next + KeccakFour.Lanes <= hashes.Length; next += KeccakFour.Lanes)
            {
                var four = hashes.AsSpan(next, KeccakFour.Lanes);
                for (int l = 0; l < KeccakFour.Lanes; l++)
                {
                    KeccakFour.Set(words, l, 0, Bytes32.Of(leaves[next + l].Account));
                    KeccakFour.Set(words, l, 4, WordOf(leaves[next + l].Amount));
                }
                KeccakFour.Hash(words, four);
                var inner = words[..(KeccakFour.Lanes * 4)];
                for (int l = 0; l < KeccakFour.Lanes; l++) { KeccakFour.Set(inner, l, 0, four[l]); }
                KeccakFour.Hash(inner, four);
            }
        }
        for (; next < hashes.Length; next++) { hashes[next] = HashOf(leaves[next]); }
        return hashes;
    }

    /// <summary>Fills the nodes from the last one down to the root.</summary>
    private static void HashNodes(Bytes32[] tree, int last)
    {
        int next = last;
        if (KeccakFour.IsFaster)
        {
            Span<ulong> words = stackalloc ulong[KeccakFour.Lanes * 8];
            Span<Bytes32> four = stackalloc Bytes32[KeccakFour.Lanes];
            // The children of nodes i - 3 to i begin at 2i - 5: from i = 6 on none of the four is another's child.
            for (; next >= 6; next -= KeccakFour.Lanes)
            {
                for (int l = 0; l < KeccakFour.Lanes; l++)
                {
                    var (one, other) = (tree[(2 * (next - l)) + 1], tree[(2 * (next - l)) + 2]);
                    KeccakFour.Set(words, l, 0, one <= other ? one : other);
                    KeccakFour.Set(words, l, 4, one <= other ? other : one);
                }
                KeccakFour.Hash(words, four);
                for (int l = 0; l < KeccakFour.Lanes; l++) { tree[next - l] = four[l]; }
            }
        }
        for (; next >= 0; next--) { tree[next] = HashOf(tree[(2 * next) + 1], tree[(2 * next) + 2]); }
    }

    private static Bytes32 HashOf(Bytes32 one, Bytes32 other)
    {
        Span<byte> pair = stackalloc byte[2 * Bytes32.Size];
        bool ordered = one <= other;
        (ordered ? one : other).CopyTo(pair);
        (ordered ? other : one).CopyTo(pair[Bytes32.Size..]);
        return Keccak256.Hash(pair);
    }

    /// <summary>Places of the hashes, ascending; equal leaves keep their order, so that a list always gives the same proofs.</summary>
    private static int[] Order(Bytes32[] hashes)
    {
        // Numbers sort several times faster than hashes; the few hashes that begin alike are left to be put in order.
        ulong[] keys = new ulong[hashes.Length];
        int[] order = new int[hashes.Length];
        for (int i = 0; i < order.Length; i++) { (keys[i], order[i]) = (hashes[i].FirstEightBytes, i); }
        Array.Sort(keys, order);
        for (int start = 0; start < order.Length;)
        {
            int end = start + 1;
            while (end < order.Length && keys[end] == keys[start]) { end++; }
            if (end - start > 1) { order.AsSpan(start, end - start).Sort((one, other) => hashes[one].CompareTo(hashes[other]) is var hash and not 0 ? hash : one.CompareTo(other)); }
            start = end;
        }
        return order;
    }
}
