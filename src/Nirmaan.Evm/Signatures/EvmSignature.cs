using System.Diagnostics.CodeAnalysis;

namespace Nirmaan.Evm.Signatures;

/// <summary>A signature by a key: r and s of ECDSA over secp256k1, and the parity of the nonce point's y (0 or 1).</summary>
public readonly record struct EvmSignature(Bytes32 R, Bytes32 S, bool IsOdd)
{
    /// <summary>Bytes of the usual form: r, s, v.</summary>
    public const int Size = 65;

    /// <summary>
    /// Reads r | s | v with v 27 or 28 (0 and 1, which hardware wallets send, are accepted). Refuses s above half of the group's order
    /// (EIP-2): the other s of a signature would be a second valid form of it.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out EvmSignature signature)
    {
        signature = default;
        if (bytes.Length != Size || bytes[64] is not (0 or 1 or 27 or 28)) { return false; }
        var (r, s) = (new Bytes32(bytes[..32]), new Bytes32(bytes[32..64]));
        if (r == default || r >= Secp256k1.Order || s == default || s > Secp256k1.HalfOrder) { return false; }
        signature = new EvmSignature(r, s, bytes[64] is 1 or 28);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out EvmSignature)"/>
    public static bool TryParse([NotNullWhen(true)] string? hex, out EvmSignature signature)
    {
        signature = default;
        return Hex.TryDecode(hex, out byte[]? bytes) && TryParse(bytes, out signature);
    }
}
