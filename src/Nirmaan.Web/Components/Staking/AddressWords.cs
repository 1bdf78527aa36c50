using Nirmaan.Domain.Amounts;
using Nirmaan.Evm;

namespace Nirmaan.Web.Components.Staking;

/// <summary>What is wrong with a typed address, in words.</summary>
internal static class AddressWords
{
    private const int Length = 42;

    /// <summary>Null = it is an address: 0x and 40 hexadecimal digits, and where upper and lower case are mixed, mixed as EIP-55 says.</summary>
    public static string? FaultOf(string text) => text switch
    {
        "" => "Type or paste an address: 0x and 40 hexadecimal digits.",
        _ when EvmAddress.TryParse(text, AddressSpelling.ChecksumOrLowerCase, out _) => null,
        _ when WalletAddress.TryParse(text, out _) => "Its upper and lower case do not fit together, so a digit is mistyped. Copy the address again.",
        _ when !text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) => "An address begins with 0x.",
        _ when text.Length != Length => $"An address is 0x and 40 hexadecimal digits; this one has {text.Length - 2}.",
        _ => "An address has hexadecimal digits only: 0 to 9 and a to f.",
    };
}
