using System.Buffers.Binary;

namespace Nirmaan.Evm.Merkle;

/// <summary>
/// A tree that <see cref="StandardMerkleTree.WriteTo"/> has written, of which each proof reads only its own nodes: a million leaves are 68 MB
/// that need not be in memory. The bytes: number of leaves (4, big-endian), the nodes from the root on (32 each), then of each leaf of
/// the list the place of its node (4, big-endian).
/// </summary>
public sealed class StoredMerkleTree
{
    private const int CountBytes = 4, PlaceBytes = 4;
    private readonly Stream _stream;
    private readonly long _start;

    /// <summary>Opens a tree that begins where the stream stands. The stream is the caller's to close.</summary>
    /// <exception cref="InvalidDataException">The stream is too short for the tree that it names.</exception>
    public StoredMerkleTree(Stream stream)
    {
        (_stream, _start) = (stream, stream.Position);
        Count = (int)ReadNumber(0);
        if (Count < 1 || stream.Length - _start < OffsetOfPlace(Count, Count)) { throw new InvalidDataException($"There is no whole tree of {Count} leaves."); }
        Root = ReadNode(0);
    }

    /// <summary>What a contract stores.</summary>
    public Bytes32 Root { get; }

    /// <summary>Number of leaves.</summary>
    public int Count { get; }

    /// <inheritdoc cref="StandardMerkleTree.ProofOf"/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    /// <exception cref="InvalidDataException">The bytes are no tree.</exception>
    public IReadOnlyList<Bytes32> ProofOf(int leaf)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leaf);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leaf, Count);
        long place = ReadNumber(OffsetOfPlace(Count, leaf));
        if (place < Count - 1 || place > 2L * (Count - 1)) { throw new InvalidDataException($"Leaf {leaf} is said to be at {place} of a tree of {Count} leaves."); }
        return [.. StandardMerkleTree.SiblingsOf((int)place).Select(ReadNode)];
    }

    /// <summary>Where the place of a leaf's node stands, for who keeps the bytes elsewhere than in a stream and reads parts of them.</summary>
    public static long OffsetOfPlace(int leaves, int leaf) => CountBytes + (((2L * leaves) - 1) * Bytes32.Size) + ((long)leaf * PlaceBytes);

    /// <summary>Where the nodes stand that prove the node at a place, from its sibling up.</summary>
    public static IReadOnlyList<long> OffsetsOfProof(int place) => [.. StandardMerkleTree.SiblingsOf(place).Select(OffsetOfNode)];

    /// <summary>Writes what the constructor reads.</summary>
    internal static void Write(Stream stream, ReadOnlySpan<Bytes32> tree, ReadOnlySpan<int> places)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        WriteNumber(places.Length, bytes);
        foreach (var node in tree)
        {
            node.CopyTo(bytes);
            stream.Write(bytes);
        }
        foreach (int place in places) { WriteNumber(place, bytes); }

        void WriteNumber(int number, Span<byte> buffer)
        {
            BinaryPrimitives.WriteInt32BigEndian(buffer, number);
            stream.Write(buffer[..PlaceBytes]);
        }
    }

    private static long OffsetOfNode(int place) => CountBytes + ((long)place * Bytes32.Size);

    private Bytes32 ReadNode(int place)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        Read(OffsetOfNode(place), bytes);
        return new Bytes32(bytes);
    }

    private uint ReadNumber(long offset)
    {
        Span<byte> bytes = stackalloc byte[PlaceBytes];
        Read(offset, bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private void Read(long offset, Span<byte> bytes)
    {
        _stream.Position = _start + offset;
        if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) { throw new InvalidDataException($"The tree ends before byte {offset + bytes.Length}."); }
    }
}
