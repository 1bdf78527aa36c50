using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Fleet;

/// <summary>Where each network may pay. Section <c>Payout</c>: network name to a list of addresses.</summary>
public sealed class PayoutOptions : Dictionary<string, string[]>;

/// <summary>The one policy of payout addresses: a miner is launched with an address from it, and one that pays elsewhere is stopped.</summary>
public sealed class PayoutPolicy(IOptions<PayoutOptions> options)
{
    /// <summary>The address for new miners of a network: the first of its list.</summary>
    /// <exception cref="InvalidInputException">The network has none.</exception>
    public string AddressFor(NetworkName network) => AddressesOf(network) is [var first, ..]
        ? first
        : throw new InvalidInputException($"Payout:{network}", null, "at least one address to which the network pays");

    /// <summary>All addresses to which a network may pay.</summary>
    public IReadOnlyList<string> AddressesOf(NetworkName network) => options.Value.GetValueOrDefault(network.Value) ?? [];
}
