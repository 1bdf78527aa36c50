using System.Security.Claims;
using Nirmaan.Evm;

namespace Nirmaan.Web.SignIn;

/// <summary>Who signed in with a wallet: an address and the role staker, and nothing that staff may do.</summary>
internal static class WalletIdentity
{
    private const string AddressClaim = "nirmaan:wallet";

    /// <summary>What the cookie holds. The session is the address's, whatever names it may have elsewhere.</summary>
    public static ClaimsPrincipal Principal(EvmAddress address) => new(new ClaimsIdentity(
        [new(ClaimTypes.Name, address.ToString()), new(AddressClaim, address.ToString()), new(ClaimTypes.Role, Roles.Staker)], StaffCookie.Scheme));

    /// <summary>The visitor's address; null = signed in otherwise or not at all.</summary>
    public static EvmAddress? AddressOf(ClaimsPrincipal user) => EvmAddress.TryParse(user.FindFirst(AddressClaim)?.Value, AddressSpelling.Checksum, out var address) ? address : null;
}
