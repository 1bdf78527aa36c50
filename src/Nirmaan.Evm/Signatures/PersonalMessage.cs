using System.Globalization;
using System.Text;

namespace Nirmaan.Evm.Signatures;

/// <summary>What <c>personal_sign</c> signs (EIP-191, version 0x45): the message behind a prefix that no transaction can have.</summary>
public static class PersonalMessage
{
    /// <summary>The hash that is signed for a text; its length is counted in UTF-8 bytes.</summary>
    public static Bytes32 Hash(string message) => Hash(Encoding.UTF8.GetBytes(message));

    /// <summary>The hash that is signed for bytes.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> message)
    {
        byte[] prefix = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\u0019Ethereum Signed Message:\n{message.Length}"));
        return Keccak256.Hash([.. prefix, .. message]);
    }

    /// <summary>The address whose key signed the text. For wallets that are contracts see <see cref="JsonRpc.SignatureVerifier"/>.</summary>
    public static bool TryRecover(string message, ReadOnlySpan<byte> signature, out EvmAddress signer)
    {
        signer = default;
        return EvmSignature.TryParse(signature, out var parsed) && Secp256k1.TryRecover(Hash(message), parsed, out signer);
    }
}
