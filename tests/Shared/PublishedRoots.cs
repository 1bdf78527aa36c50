using System.Numerics;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Testing;

/// <summary>Puts roots into a local chain's distributor, as its owner, whose waiting time is skipped.</summary>
public static class PublishedRoots
{
    [Function("mint(address to, uint256 amount)")]
    private sealed record Mint(EvmAddress To, BigInteger Amount) : IFunction;

    [Function("publish(uint256 epoch, bytes32 root, uint256 total)")]
    private sealed record Publish(BigInteger Epoch, Bytes32 Root, BigInteger Total) : IFunction;

    /// <summary>Funds the distributor of MOR and publishes.</summary>
    public static async Task PublishRootAsync(this LocalChain chain, int epoch, Bytes32 root, BigInteger total, CancellationToken cancellationToken)
    {
        var (owner, distributor) = (chain.Contracts.Timelock, chain.Contracts.MorDistributor);
        await chain.SendAsync(chain.Accounts[0], chain.Contracts.Mor, new Mint(distributor, total), cancellationToken);
        await chain.Rpc.RequestAsync("anvil_setBalance", [owner.ToLowerHex(), Hex.Quantity(BigInteger.Pow(10, 18))], cancellationToken);
        await chain.Rpc.RequestAsync("anvil_impersonateAccount", [owner.ToLowerHex()], cancellationToken);
        await chain.SendAsync(owner, distributor, new Publish(epoch, root, total), cancellationToken);
        await chain.Rpc.RequestAsync("anvil_stopImpersonatingAccount", [owner.ToLowerHex()], cancellationToken);
    }
}
