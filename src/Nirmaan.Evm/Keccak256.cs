using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using static System.Numerics.BitOperations;

namespace Nirmaan.Evm;

/// <summary>
/// Keccak-256 as Ethereum uses it: the Keccak submission's padding (0x01), not that of FIPS 202's SHA3-256 (0x06), which is what
/// .NET has. The permutation is Keccak-f[1600] of FIPS 202 section 3.2, one round written out over local variables.
/// </summary>
public static class Keccak256
{
    /// <summary>Bytes absorbed between two permutations: 200 - 2 * 32.</summary>
    private const int Rate = 136;
    private const int Lanes = 25;

    internal static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>The hash of the bytes.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Hash(data, hash);
        return new Bytes32(hash);
    }

    /// <summary>The hash of the text's UTF-8 bytes, as Solidity's <c>keccak256("text")</c>.</summary>
    public static Bytes32 Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the 32-byte hash of <paramref name="data"/>; the two may overlap.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 32 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (destination.Length < Bytes32.Size) { throw new ArgumentException("A Keccak-256 hash needs 32 bytes.", nameof(destination)); }
        Span<ulong> state = stackalloc ulong[Lanes];
        state.Clear();
        for (; data.Length >= Rate; data = data[Rate..])
        {
            Absorb(state, data);
            Permute(ref state[0]);
        }
        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x01;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        Permute(ref state[0]);
        for (int i = 0; i < 4; i++) { BinaryPrimitives.WriteUInt64LittleEndian(destination[(8 * i)..], state[i]); }
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < Rate / 8; i++) { state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]); }
    }

    /// <summary>Lane a[x + 5y]; per round theta (d), then rho and pi (b), chi, iota.</summary>
    private static void Permute(ref ulong a)
    {
        ulong a0 = a, a1 = Unsafe.Add(ref a, 1), a2 = Unsafe.Add(ref a, 2), a3 = Unsafe.Add(ref a, 3), a4 = Unsafe.Add(ref a, 4);
        ulong a5 = Unsafe.Add(ref a, 5), a6 = Unsafe.Add(ref a, 6), a7 = Unsafe.Add(ref a, 7), a8 = Unsafe.Add(ref a, 8), a9 = Unsafe.Add(ref a, 9);
        ulong a10 = Unsafe.Add(ref a, 10), a11 = Unsafe.Add(ref a, 11), a12 = Unsafe.Add(ref a, 12), a13 = Unsafe.Add(ref a, 13), a14 = Unsafe.Add(ref a, 14);
        ulong a15 = Unsafe.Add(ref a, 15), a16 = Unsafe.Add(ref a, 16), a17 = Unsafe.Add(ref a, 17), a18 = Unsafe.Add(ref a, 18), a19 = Unsafe.Add(ref a, 19);
        ulong a20 = Unsafe.Add(ref a, 20), a21 = Unsafe.Add(ref a, 21), a22 = Unsafe.Add(ref a, 22), a23 = Unsafe.Add(ref a, 23), a24 = Unsafe.Add(ref a, 24);
        foreach (ulong constant in RoundConstants)
        {
            ulong c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20;
            ulong c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21;
            ulong c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22;
            ulong c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23;
            ulong c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24;
            ulong d0 = c4 ^ RotateLeft(c1, 1);
            ulong d1 = c0 ^ RotateLeft(c2, 1);
            ulong d2 = c1 ^ RotateLeft(c3, 1);
            ulong d3 = c2 ^ RotateLeft(c4, 1);
            ulong d4 = c3 ^ RotateLeft(c0, 1);
            ulong b0 = a0 ^ d0;
            ulong b1 = RotateLeft(a6 ^ d1, 44);
            ulong b2 = RotateLeft(a12 ^ d2, 43);
            ulong b3 = RotateLeft(a18 ^ d3, 21);
            ulong b4 = RotateLeft(a24 ^ d4, 14);
            ulong b5 = RotateLeft(a3 ^ d3, 28);
            ulong b6 = RotateLeft(a9 ^ d4, 20);
            ulong b7 = RotateLeft(a10 ^ d0, 3);
            ulong b8 = RotateLeft(a16 ^ d1, 45);
            ulong b9 = RotateLeft(a22 ^ d2, 61);
            ulong b10 = RotateLeft(a1 ^ d1, 1);
            ulong b11 = RotateLeft(a7 ^ d2, 6);
            ulong b12 = RotateLeft(a13 ^ d3, 25);
            ulong b13 = RotateLeft(a19 ^ d4, 8);
            ulong b14 = RotateLeft(a20 ^ d0, 18);
            ulong b15 = RotateLeft(a4 ^ d4, 27);
            ulong b16 = RotateLeft(a5 ^ d0, 36);
            ulong b17 = RotateLeft(a11 ^ d1, 10);
            ulong b18 = RotateLeft(a17 ^ d2, 15);
            ulong b19 = RotateLeft(a23 ^ d3, 56);
            ulong b20 = RotateLeft(a2 ^ d2, 62);
            ulong b21 = RotateLeft(a8 ^ d3, 55);
            ulong b22 = RotateLeft(a14 ^ d4, 39);
            ulong b23 = RotateLeft(a15 ^ d0, 41);
            ulong b24 = RotateLeft(a21 ^ d1, 2);
            a0 = b0 ^ (~b1 & b2) ^ constant;
            a1 = b1 ^ (~b2 & b3);
            a2 = b2 ^ (~b3 & b4);
            a3 = b3 ^ (~b4 & b0);
            a4 = b4 ^ (~b0 & b1);
            a5 = b5 ^ (~b6 & b7);
            a6 = b6 ^ (~b7 & b8);
            a7 = b7 ^ (~b8 & b9);
            a8 = b8 ^ (~b9 & b5);
            a9 = b9 ^ (~b5 & b6);
            a10 = b10 ^ (~b11 & b12);
            a11 = b11 ^ (~b12 & b13);
            a12 = b12 ^ (~b13 & b14);
            a13 = b13 ^ (~b14 & b10);
            a14 = b14 ^ (~b10 & b11);
            a15 = b15 ^ (~b16 & b17);
            a16 = b16 ^ (~b17 & b18);
            a17 = b17 ^ (~b18 & b19);
            a18 = b18 ^ (~b19 & b15);
            a19 = b19 ^ (~b15 & b16);
            a20 = b20 ^ (~b21 & b22);
            a21 = b21 ^ (~b22 & b23);
            a22 = b22 ^ (~b23 & b24);
            a23 = b23 ^ (~b24 & b20);
            a24 = b24 ^ (~b20 & b21);
        }
        a = a0;
        Unsafe.Add(ref a, 1) = a1;
        Unsafe.Add(ref a, 2) = a2;
        Unsafe.Add(ref a, 3) = a3;
        Unsafe.Add(ref a, 4) = a4;
        Unsafe.Add(ref a, 5) = a5;
        Unsafe.Add(ref a, 6) = a6;
        Unsafe.Add(ref a, 7) = a7;
        Unsafe.Add(ref a, 8) = a8;
        Unsafe.Add(ref a, 9) = a9;
        Unsafe.Add(ref a, 10) = a10;
        Unsafe.Add(ref a, 11) = a11;
        Unsafe.Add(ref a, 12) = a12;
        Unsafe.Add(ref a, 13) = a13;
        Unsafe.Add(ref a, 14) = a14;
        Unsafe.Add(ref a, 15) = a15;
        Unsafe.Add(ref a, 16) = a16;
        Unsafe.Add(ref a, 17) = a17;
        Unsafe.Add(ref a, 18) = a18;
        Unsafe.Add(ref a, 19) = a19;
        Unsafe.Add(ref a, 20) = a20;
        Unsafe.Add(ref a, 21) = a21;
        Unsafe.Add(ref a, 22) = a22;
        Unsafe.Add(ref a, 23) = a23;
        Unsafe.Add(ref a, 24) = a24;
    }
}
