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
    private const int LeafBytes = 64;
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
        var sorted = new Entry[leaves.Count];
        for (int i = 0; i < sorted.Length; i++) { sorted[i] = new Entry(HashOf(leaves[i]), i); }
        Array.Sort(sorted);

        var tree = new Bytes32[(2 * sorted.Length) - 1];
        int[] places = new int[sorted.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            int place = tree.Length - 1 - i;
            tree[place] = sorted[i].Hash;
            places[sorted[i].Leaf] = place;
        }
        for (int i = tree.Length - 1 - sorted.Length; i >= 0; i--) { tree[i] = HashOf(tree[(2 * i) + 1], tree[(2 * i) + 2]); }
        return new StandardMerkleTree(tree, places);
    }

    /// <summary>The siblings from the leaf at this index of the list up to the root; none when it is the only leaf.</summary>
    public IReadOnlyList<Bytes32> ProofOf(int leaf)
    {
        List<Bytes32> proof = [];
        for (int i = _places[leaf]; i > 0; i = (i - 1) / 2) { proof.Add(_tree[i % 2 == 1 ? i + 1 : i - 1]); }
        return proof;
    }

    /// <summary>True when the proof leads from the leaf to the root, as the contract would find.</summary>
    public static bool Verify(Bytes32 root, MerkleLeaf leaf, IEnumerable<Bytes32> proof) => proof.Aggregate(HashOf(leaf), HashOf) == root;

    /// <summary>The leaf's hash. It is hashed twice, so that no inner node (also 64 bytes) can be passed off as a leaf.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative or above 256 bits.</exception>
    public static Bytes32 HashOf(MerkleLeaf leaf)
    {
        Span<byte> bytes = stackalloc byte[LeafBytes];
        bytes.Clear();
        leaf.Account.CopyTo(bytes[12..]);
        int length = leaf.Amount.Sign < 0 ? int.MaxValue : leaf.Amount.GetByteCount(isUnsigned: true);
        if (length > Bytes32.Size) { throw new ArgumentOutOfRangeException(nameof(leaf), leaf.Amount, "An amount has 0 to 256 bits."); }
        leaf.Amount.TryWriteBytes(bytes[(LeafBytes - length)..], out _, isUnsigned: true, isBigEndian: true);
        Keccak256.Hash(bytes, bytes);
        return Keccak256.Hash(bytes[..Bytes32.Size]);
    }

    private static Bytes32 HashOf(Bytes32 one, Bytes32 other)
    {
        Span<byte> pair = stackalloc byte[2 * Bytes32.Size];
        bool ordered = one <= other;
        (ordered ? one : other).CopyTo(pair);
        (ordered ? other : one).CopyTo(pair[Bytes32.Size..]);
        return Keccak256.Hash(pair);
    }

    /// <summary>Equal leaves keep their order, so that a list always gives the same proofs.</summary>
    private readonly record struct Entry(Bytes32 Hash, int Leaf) : IComparable<Entry>
    {
        public int CompareTo(Entry other) => Hash.CompareTo(other.Hash) is var order and not 0 ? order : Leaf.CompareTo(other.Leaf);
    }
}
