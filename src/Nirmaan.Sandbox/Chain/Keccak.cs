using System.Buffers.Binary;
using System.Numerics;

namespace Nirmaan.Sandbox.Chain;

/// <summary>Keccak-256 as Ethereum uses it (padding 0x01, not SHA3's 0x06): the ids of models, bids and sessions are such hashes.</summary>
internal static class Keccak
{
    private const int Rate = 136;

    private static readonly ulong[] s_roundConstants =
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008
    ];

    private static readonly int[] s_rotations = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];
    private static readonly int[] s_lanes = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    /// <summary>The 32-byte hash.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        Span<byte> block = stackalloc byte[Rate];
        for (; data.Length >= Rate; data = data[Rate..]) { Absorb(state, data[..Rate]); }
        block.Clear();
        data.CopyTo(block);
        block[data.Length] ^= 0x01;
        block[Rate - 1] ^= 0x80;
        Absorb(state, block);
        var hash = new byte[32];
        for (var i = 0; i < 4; i++) { BinaryPrimitives.WriteUInt64LittleEndian(hash.AsSpan(i * 8), state[i]); }
        return hash;
    }

    /// <summary>The hash of hex parts put one after the other (each with or without 0x), as 0x and 64 hex digits.</summary>
    public static string OfHex(params ReadOnlySpan<string> parts)
    {
        var packed = parts.ToArray().SelectMany(p => Convert.FromHexString(p.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? p[2..] : p)).ToArray();
        return "0x" + Convert.ToHexStringLower(Hash(packed));
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / 8; i++) { state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(i * 8)..]); }
        Span<ulong> column = stackalloc ulong[5];
        foreach (var roundConstant in s_roundConstants)
        {
            for (var x = 0; x < 5; x++) { column[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]; }
            for (var x = 0; x < 5; x++)
            {
                var mix = column[(x + 4) % 5] ^ BitOperations.RotateLeft(column[(x + 1) % 5], 1);
                for (var y = 0; y < 25; y += 5) { state[x + y] ^= mix; }
            }
            var carried = state[1];
            for (var i = 0; i < 24; i++) { (state[s_lanes[i]], carried) = (BitOperations.RotateLeft(carried, s_rotations[i]), state[s_lanes[i]]); }
            for (var y = 0; y < 25; y += 5)
            {
                for (var x = 0; x < 5; x++) { column[x] = state[y + x]; }
                for (var x = 0; x < 5; x++) { state[y + x] = column[x] ^ (~column[(x + 1) % 5] & column[(x + 2) % 5]); }
            }
            state[0] ^= roundConstant;
        }
    }
}
