using Nirmaan.Domain.Amounts;
using Nirmaan.Evm;

namespace Nirmaan.Networks.Morpheus;

/// <summary>Ids as Morpheus' contracts make them.</summary>
internal static class MorpheusIds
{
    /// <summary>What we call a miner's model: the hash of our miner id, so that each miner has a model of its own.</summary>
    public static Bytes32 BaseId(MinerId miner) => Keccak256.Hash(miner.ToString());

    /// <summary>A model's on-chain id: keccak256(owner ++ base id), 52 bytes packed. The same base id under another owner is another model.</summary>
    public static Bytes32 ModelId(EvmAddress owner, Bytes32 baseId)
    {
        Span<byte> packed = stackalloc byte[EvmAddress.Size + Bytes32.Size];
        owner.CopyTo(packed);
        baseId.CopyTo(packed[EvmAddress.Size..]);
        return Keccak256.Hash(packed);
    }
}
