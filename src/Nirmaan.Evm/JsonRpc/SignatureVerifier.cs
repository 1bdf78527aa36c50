using Nirmaan.Evm.Abi;
using Nirmaan.Evm.Signatures;

namespace Nirmaan.Evm.JsonRpc;

/// <summary>
/// Whether an account signed a hash, for accounts of every kind, in the order of ERC-6492: a wrapped signature of a wallet that may not be
/// deployed yet; else the wallet's own word (ERC-1271) where the address has code; else its key. A key is never asked where there is
/// code: a wallet's rules may refuse what its owner's key signed. (An EIP-7702 account has code and so is judged by it.)
/// Ask on the chain that the signed message names, and again before anything of weight: a wallet may change its mind.
/// </summary>
public sealed class SignatureVerifier(JsonRpcClient rpc)
{
    /// <summary>Signatures of wallets have any length, but a node refuses a call of more than 48 KiB of creation code (EIP-3860).</summary>
    public const int MaxSignatureBytes = 32 * 1024;

    private static readonly byte[] s_wrapped = Hex.Decode("0x6492649264926492649264926492649264926492649264926492649264926492");
    private static readonly AbiType[] s_wrapping = [new AbiType.Address(), new AbiType.Bytes(), new AbiType.Bytes()];
    private static readonly AbiType[] s_question =
        [new AbiType.Address(), new AbiType.FixedBytes(Bytes32.Size), new AbiType.Bytes(), new AbiType.Address(), new AbiType.Bytes()];

    /// <summary>True when the signature is the account's, now. For a text signed by a wallet the hash is <see cref="PersonalMessage.Hash(string)"/>.</summary>
    /// <exception cref="JsonRpcException">The node could not answer; nothing is known of the signature.</exception>
    public async Task<bool> IsValidAsync(EvmAddress account, Bytes32 hash, byte[] signature, CancellationToken cancellationToken)
    {
        if (signature.Length > MaxSignatureBytes) { return false; }
        if (signature.AsSpan().EndsWith(s_wrapped))
        {
            return Unwrap(signature) is { } inner && await AskAsync(account, hash, inner.Signature, inner.Factory, inner.Call, cancellationToken);
        }
        if ((await rpc.GetCodeAsync(account, BlockTag.Latest, cancellationToken)).Length > 0)
        {
            return await AskAsync(account, hash, signature, EvmAddress.Zero, [], cancellationToken);
        }
        return EvmSignature.TryParse(signature, out var ofKey) && Secp256k1.TryRecover(hash, ofKey, out var signer) && signer == account;
    }

    private static (EvmAddress Factory, byte[] Call, byte[] Signature)? Unwrap(byte[] signature)
    {
        try
        {
            return AbiDecoder.Decode(s_wrapping, signature.AsSpan(0, signature.Length - s_wrapped.Length)) is [EvmAddress factory, byte[] call, byte[] inner]
                ? (factory, call, inner) : null;
        }
        catch (AbiException) { return null; }
    }

    private async Task<bool> AskAsync(EvmAddress account, Bytes32 hash, byte[] signature, EvmAddress factory, byte[] factoryCall, CancellationToken cancellationToken)
    {
        byte[] question = [.. SignatureProbe.CreationCode, .. AbiEncoder.Encode(s_question, account, hash, signature, factory, factoryCall)];
        byte[] answer = await rpc.CallAsync(null, question, BlockTag.Latest, cancellationToken);
        return answer.Length == Bytes32.Size && answer[^1] == 1;
    }
}
