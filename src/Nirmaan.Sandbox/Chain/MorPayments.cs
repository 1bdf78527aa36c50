using System.Numerics;
using Microsoft.Extensions.Options;
using Nirmaan.Evm;

namespace Nirmaan.Sandbox.Chain;

/// <summary>Pays Morpheus providers on the local chain: one transaction with SessionClosed and the Transfer from the funding account.</summary>
public sealed class MorPayments(LocalChainClient chain, IOptions<ChainOptions> options)
{
    private EvmAddress? _operator;

    /// <summary>False when the chain is not configured: then sessions close without a payment that anybody can see.</summary>
    public bool Enabled => options.Value.PaysMor;

    /// <summary>Pays <paramref name="amount"/> wei for a session and returns the transaction's hash.</summary>
    /// <exception cref="ChainException">The chain refused, for example because the funding account is empty.</exception>
    public async Task<string> PayAsync(string sessionId, string user, string provider, BigInteger amount, CancellationToken cancellationToken)
    {
        // Account 0 deployed the contracts and is the one that may make them pay.
        _operator ??= (await chain.AccountsAsync(cancellationToken))[0];
        var pay = new PayProvider(Bytes32.Parse(sessionId), EvmAddress.Parse(user), EvmAddress.Parse(provider), amount);
        return (await chain.SendAsync(_operator.Value, EvmAddress.Parse(options.Value.Diamond), pay, cancellationToken)).ToString();
    }

    /// <summary>A provider's MOR on the chain, in wei; 0 when the chain is off.</summary>
    public async Task<BigInteger> BalanceAsync(string provider, CancellationToken cancellationToken) =>
        Enabled ? await chain.BalanceAsync(EvmAddress.Parse(options.Value.Mor), EvmAddress.Parse(provider), cancellationToken) : BigInteger.Zero;

    /// <summary>A provider's ether on the chain, in wei; 0 when the chain is off.</summary>
    public async Task<BigInteger> EtherAsync(string provider, CancellationToken cancellationToken) =>
        Enabled ? await chain.EtherAsync(EvmAddress.Parse(provider), cancellationToken) : BigInteger.Zero;

    /// <summary>The latest block, null when the chain is off.</summary>
    public async Task<long?> BlockAsync(CancellationToken cancellationToken) => Enabled ? await chain.BlockNumberAsync(cancellationToken) : null;
}
