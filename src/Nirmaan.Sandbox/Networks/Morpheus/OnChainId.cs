using System.Numerics;
using Nirmaan.Evm;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>Ids as Morpheus' contracts make them: the hash of values packed one after the other. Lower-case hex with 0x throughout.</summary>
internal static class OnChainId
{
    /// <summary>keccak256(owner ++ baseId).</summary>
    public static string OfModel(string owner, string baseId) => Hash(Hex.Decode(owner), Hex.Decode(baseId));

    /// <summary>keccak256(provider ++ modelId ++ uint256 nonce).</summary>
    public static string OfBid(string provider, string modelId, long nonce) => Hash(Hex.Decode(provider), Hex.Decode(modelId), Word(nonce));

    /// <summary>keccak256(user ++ provider ++ bidId ++ uint256 nonce).</summary>
    public static string OfSession(string user, string provider, string bidId, long nonce) =>
        Hash(Hex.Decode(user), Hex.Decode(provider), Hex.Decode(bidId), Word(nonce));

    /// <summary>The hash of a transaction that only the sandbox has seen.</summary>
    public static string OfTransaction(long number) => Hash("tx"u8.ToArray(), Word(number));

    /// <summary>A word of a number.</summary>
    public static byte[] Word(BigInteger value)
    {
        var word = new byte[Bytes32.Size];
        value.TryWriteBytes(word.AsSpan(Bytes32.Size - value.GetByteCount(isUnsigned: true)), out _, isUnsigned: true, isBigEndian: true);
        return word;
    }

    private static string Hash(params byte[][] parts) => Keccak256.Hash((byte[])[.. parts.SelectMany(p => p)]).ToString();
}
