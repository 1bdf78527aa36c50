using Microsoft.Extensions.Options;
using Nirmaan.Domain.Amounts;

namespace Nirmaan.Control.Fleet;

/// <summary>Where each network may pay. Section <c>Payout</c>: network name to a list of addresses.</summary>
public sealed class PayoutOptions : Dictionary<string, string[]>;

/// <summary>The one policy of payout addresses: a miner is launched with an address from it, and one that pays elsewhere is stopped.</summary>
public sealed class PayoutPolicy(IOptions<PayoutOptions> options, IOptions<PayoutListOptions> signing)
{
    /// <summary>Who signed the list, or why it counts as unsigned.</summary>
    public PayoutSigning Signing { get; } = PayoutSigning.Of(options.Value, signing.Value);

    /// <summary>The address for new miners of a network: the first of its list.</summary>
    /// <exception cref="InvalidInputException">The network has none, or the list is not what its signer signed: it may be a thief's.</exception>
    public string AddressFor(NetworkName network) => Signing.Refuses ? throw new InvalidInputException($"Payout:{network}", "a list without its signature", $"the list that an admin's key signed ({Signing.Fault})")
        : AddressesOf(network) is [var first, ..]
        ? first
        : throw new InvalidInputException($"Payout:{network}", null, "at least one address to which the network pays");

    /// <summary>All addresses to which a network may pay.</summary>
    public IReadOnlyList<string> AddressesOf(NetworkName network) => options.Value.GetValueOrDefault(network.Value) ?? [];
}
