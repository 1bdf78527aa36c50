using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nirmaan.Evm;

/// <summary>
/// Keccak-256 of four short messages of one length at once, a message in each lane of 256-bit registers: three to four times the hashes of
/// <see cref="Keccak256"/> per second where the processor has such registers. The rounds are those of <see cref="Keccak256"/>, line by line.
/// </summary>
internal static class KeccakFour
{
    /// <summary>Messages at a time.</summary>
    public const int Lanes = 4;

    private const int StateWords = 25;
    private const int LastRateWord = 16;

    /// <summary>False where the scalar hash is as fast.</summary>
    public static bool IsFaster => Vector256.IsHardwareAccelerated;

    /// <summary>Writes a value's 32 bytes as words <paramref name="first"/> to first + 3 of a message.</summary>
    public static void Set(Span<ulong> messages, int lane, int first, Bytes32 value)
    {
        var (a, b, c, d) = value.Words;
        messages[(Lanes * first) + lane] = BinaryPrimitives.ReverseEndianness(a);
        messages[(Lanes * (first + 1)) + lane] = BinaryPrimitives.ReverseEndianness(b);
        messages[(Lanes * (first + 2)) + lane] = BinaryPrimitives.ReverseEndianness(c);
        messages[(Lanes * (first + 3)) + lane] = BinaryPrimitives.ReverseEndianness(d);
    }

    /// <summary>Hashes messages of so many whole words (at most 15), of which word w of message l lies at 4w + l.</summary>
    public static void Hash(ReadOnlySpan<ulong> messages, Span<Bytes32> hashes)
    {
        Span<Vector256<ulong>> state = stackalloc Vector256<ulong>[StateWords];
        state.Clear();
        int words = messages.Length / Lanes;
        for (int w = 0; w < words; w++) { state[w] = Vector256.Create(messages.Slice(Lanes * w, Lanes)); }
        state[words] = Vector256.Create(0x01UL);
        state[LastRateWord] |= Vector256.Create(0x80UL << 56);
        Permute(state);
        for (int l = 0; l < Lanes; l++)
        {
            hashes[l] = new Bytes32(BinaryPrimitives.ReverseEndianness(state[0][l]), BinaryPrimitives.ReverseEndianness(state[1][l]),
                BinaryPrimitives.ReverseEndianness(state[2][l]), BinaryPrimitives.ReverseEndianness(state[3][l]));
        }
    }

    /// <summary>Keccak-f[1600] in each lane; only the first four words are written back, which are the hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Permute(Span<Vector256<ulong>> state)
    {
        Vector256<ulong> a0 = state[0], a1 = state[1], a2 = state[2], a3 = state[3], a4 = state[4];
        Vector256<ulong> a5 = state[5], a6 = state[6], a7 = state[7], a8 = state[8], a9 = state[9];
        Vector256<ulong> a10 = state[10], a11 = state[11], a12 = state[12], a13 = state[13], a14 = state[14];
        Vector256<ulong> a15 = state[15], a16 = state[16], a17 = state[17], a18 = state[18], a19 = state[19];
        Vector256<ulong> a20 = state[20], a21 = state[21], a22 = state[22], a23 = state[23], a24 = state[24];
        foreach (ulong constant in Keccak256.RoundConstants)
        {
            var c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20;
            var c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21;
            var c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22;
            var c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23;
            var c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24;
            var d0 = c4 ^ Rotate(c1, 1);
            var d1 = c0 ^ Rotate(c2, 1);
            var d2 = c1 ^ Rotate(c3, 1);
            var d3 = c2 ^ Rotate(c4, 1);
            var d4 = c3 ^ Rotate(c0, 1);
            var b0 = a0 ^ d0;
            var b1 = Rotate(a6 ^ d1, 44);
            var b2 = Rotate(a12 ^ d2, 43);
            var b3 = Rotate(a18 ^ d3, 21);
            var b4 = Rotate(a24 ^ d4, 14);
            var b5 = Rotate(a3 ^ d3, 28);
            var b6 = Rotate(a9 ^ d4, 20);
            var b7 = Rotate(a10 ^ d0, 3);
            var b8 = Rotate(a16 ^ d1, 45);
            var b9 = Rotate(a22 ^ d2, 61);
            var b10 = Rotate(a1 ^ d1, 1);
            var b11 = Rotate(a7 ^ d2, 6);
            var b12 = Rotate(a13 ^ d3, 25);
            var b13 = Rotate(a19 ^ d4, 8);
            var b14 = Rotate(a20 ^ d0, 18);
            var b15 = Rotate(a4 ^ d4, 27);
            var b16 = Rotate(a5 ^ d0, 36);
            var b17 = Rotate(a11 ^ d1, 10);
            var b18 = Rotate(a17 ^ d2, 15);
            var b19 = Rotate(a23 ^ d3, 56);
            var b20 = Rotate(a2 ^ d2, 62);
            var b21 = Rotate(a8 ^ d3, 55);
            var b22 = Rotate(a14 ^ d4, 39);
            var b23 = Rotate(a15 ^ d0, 41);
            var b24 = Rotate(a21 ^ d1, 2);
            a0 = b0 ^ Vector256.AndNot(b2, b1) ^ Vector256.Create(constant);
            a1 = b1 ^ Vector256.AndNot(b3, b2);
            a2 = b2 ^ Vector256.AndNot(b4, b3);
            a3 = b3 ^ Vector256.AndNot(b0, b4);
            a4 = b4 ^ Vector256.AndNot(b1, b0);
            a5 = b5 ^ Vector256.AndNot(b7, b6);
            a6 = b6 ^ Vector256.AndNot(b8, b7);
            a7 = b7 ^ Vector256.AndNot(b9, b8);
            a8 = b8 ^ Vector256.AndNot(b5, b9);
            a9 = b9 ^ Vector256.AndNot(b6, b5);
            a10 = b10 ^ Vector256.AndNot(b12, b11);
            a11 = b11 ^ Vector256.AndNot(b13, b12);
            a12 = b12 ^ Vector256.AndNot(b14, b13);
            a13 = b13 ^ Vector256.AndNot(b10, b14);
            a14 = b14 ^ Vector256.AndNot(b11, b10);
            a15 = b15 ^ Vector256.AndNot(b17, b16);
            a16 = b16 ^ Vector256.AndNot(b18, b17);
            a17 = b17 ^ Vector256.AndNot(b19, b18);
            a18 = b18 ^ Vector256.AndNot(b15, b19);
            a19 = b19 ^ Vector256.AndNot(b16, b15);
            a20 = b20 ^ Vector256.AndNot(b22, b21);
            a21 = b21 ^ Vector256.AndNot(b23, b22);
            a22 = b22 ^ Vector256.AndNot(b24, b23);
            a23 = b23 ^ Vector256.AndNot(b20, b24);
            a24 = b24 ^ Vector256.AndNot(b21, b20);
        }
        (state[0], state[1], state[2], state[3]) = (a0, a1, a2, a3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Rotate(Vector256<ulong> value, int count) => (value << count) | (value >>> (64 - count));
}
