using Nirmaan.Domain.Amounts;
using Nirmaan.Evm;

namespace Nirmaan.Control.Staking;

/// <summary>How accounts are written where people and other programs read them.</summary>
public static class Addresses
{
    /// <summary>The account in the EIP-55 spelling.</summary>
    public static string Checksummed(this WalletAddress account) => account.ToEvm().ToString();

    internal static EvmAddress ToEvm(this WalletAddress account)
    {
        Span<byte> bytes = stackalloc byte[WalletAddress.Size];
        account.CopyTo(bytes);
        return new EvmAddress(bytes);
    }
}
