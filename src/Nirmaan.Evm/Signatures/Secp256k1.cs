using System.Numerics;
using System.Security.Cryptography;

namespace Nirmaan.Evm.Signatures;

/// <summary>The curve of Ethereum's keys (SEC 1 and SEC 2): who signed, and which address a key has. Signing is left to wallets.</summary>
public static class Secp256k1
{
    /// <summary>Bytes of a private key.</summary>
    public const int PrivateKeySize = 32;

    /// <summary>Number of points: private keys and signature numbers are 1 to this less 1.</summary>
    public static Bytes32 Order { get; } = Bytes32.Parse("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

    /// <summary>Half of <see cref="Order"/>, rounded down.</summary>
    public static Bytes32 HalfOrder { get; } = Bytes32.Parse("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

    private static readonly BigInteger s_order = Number(Order);

    /// <summary>The address whose key signed this hash (SEC 1, section 4.1.6); false when no key can have made the signature.</summary>
    public static bool TryRecover(Bytes32 hash, EvmSignature signature, out EvmAddress signer)
    {
        signer = default;
        var (r, s) = (Number(signature.R), Number(signature.S));
        if (r.IsZero || r >= s_order || s.IsZero || s >= s_order || !CurvePoint.TryLift(signature.R.ToArray(), signature.IsOdd, out var nonce)) { return false; }
        var inverse = BigInteger.ModPow(r, s_order - 2, s_order);
        var key = CurvePoint.Combine(
            Bytes((s_order - (Number(hash) % s_order)) * inverse % s_order), CurvePoint.Generator,
            Bytes(s * inverse % s_order), nonce);
        if (key.IsInfinity) { return false; }
        signer = AddressOf(key);
        return true;
    }

    /// <summary>The address of a private key of 32 bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes, zero, or not below <see cref="Order"/>. The key is not in the message.</exception>
    public static EvmAddress AddressOf(ReadOnlySpan<byte> privateKey) => AddressOf(PublicPoint(privateKey));

    /// <summary>The public key of a private key: 0x04, x, y (65 bytes).</summary>
    /// <inheritdoc cref="AddressOf(ReadOnlySpan{byte})"/>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> privateKey)
    {
        byte[] key = new byte[1 + (2 * FieldElement.Size)];
        key[0] = 0x04;
        PublicPoint(privateKey).CopyTo(key.AsSpan(1));
        return key;
    }

    /// <summary>Fills 32 bytes with a new private key from the system's random numbers.</summary>
    public static void NewPrivateKey(Span<byte> privateKey)
    {
        do { RandomNumberGenerator.Fill(privateKey[..PrivateKeySize]); }
        while (!IsPrivateKey(privateKey[..PrivateKeySize])); // once in 2^128 draws
    }

    private static bool IsPrivateKey(ReadOnlySpan<byte> key) => key.Length == PrivateKeySize && new Bytes32(key) is var number && number != default && number < Order;

    private static CurvePoint PublicPoint(ReadOnlySpan<byte> privateKey) => IsPrivateKey(privateKey) ? CurvePoint.Generator.Times(privateKey)
        : throw new ArgumentException("A private key is 32 bytes, not zero and below the curve's order.", nameof(privateKey));

    private static EvmAddress AddressOf(CurvePoint key)
    {
        Span<byte> point = stackalloc byte[2 * FieldElement.Size];
        key.CopyTo(point);
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Keccak256.Hash(point, hash);
        return new EvmAddress(hash[^EvmAddress.Size..]);
    }

    private static BigInteger Number(Bytes32 bytes) => new(bytes.ToArray(), isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = new byte[Bytes32.Size];
        number.TryWriteBytes(bytes.AsSpan(Bytes32.Size - number.GetByteCount(isUnsigned: true)), out _, isUnsigned: true, isBigEndian: true);
        return bytes;
    }
}
