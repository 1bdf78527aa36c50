using System.Numerics;
using Microsoft.Extensions.Options;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Sandbox.Chain;

/// <summary>
/// Our Morpheus provider on the local chain: its stake, its sessions, their closes and their pay. Account 0, which deployed the contract, acts for
/// users and for the node's registration; claims are the provider's own.
/// </summary>
public sealed class MorPayments(LocalChainClient chain, IOptions<ChainOptions> options)
{
    private EvmAddress? _operator;

    /// <summary>False when the chain is not configured: then sessions close without a payment that anybody can see.</summary>
    public bool Enabled => options.Value.PaysMor;

    /// <summary>Registers a provider, or adds to its stake and changes its endpoint. The node's wallet is kept beside the chain: no MOR moves.</summary>
    /// <exception cref="ChainException">The chain refused.</exception>
    public Task RegisterAsync(string provider, BigInteger addStake, string endpoint, CancellationToken cancellationToken) =>
        OperateAsync(new ProviderRegister(EvmAddress.Parse(provider), addStake, endpoint), cancellationToken);

    /// <summary>A provider's stake and endpoint; null when the contract does not know it.</summary>
    public async Task<(BigInteger Stake, string Endpoint)?> FindProviderAsync(string provider, CancellationToken cancellationToken) =>
        await chain.CallAsync(Diamond, new GetProvider(EvmAddress.Parse(provider)), cancellationToken) is { CreatedAt.IsZero: false } known ? (known.Stake, known.Endpoint) : null;

    /// <summary>Makes so much be left of the year's limit.</summary>
    public Task LeaveOfLimitAsync(string provider, BigInteger left, CancellationToken cancellationToken) => OperateAsync(new LeaveOfLimit(EvmAddress.Parse(provider), left), cancellationToken);

    /// <summary>Closes a session, of which the contract pays what it owes now; answers what it has paid of it in all, in wei.</summary>
    /// <exception cref="ChainException">The chain refused, for example because the funding account is empty.</exception>
    internal async Task<BigInteger> CloseAsync(CloseSession close, CancellationToken cancellationToken)
    {
        await OperateAsync(close, cancellationToken);
        return await WithdrawnAsync(close.SessionId.ToString(), cancellationToken);
    }

    /// <summary>Writes a session down.</summary>
    internal Task OpenAsync(OpenSession open, CancellationToken cancellationToken) => OperateAsync(open, cancellationToken);

    /// <summary>The provider claims what is due of a session; the transaction's hash.</summary>
    /// <exception cref="ChainException">The contract refused it, for example because a part is held until tomorrow.</exception>
    public async Task<string> ClaimAsync(string sessionId, string provider, CancellationToken cancellationToken) =>
        (await chain.SendAsync(EvmAddress.Parse(provider), Diamond, new ClaimForProvider(Bytes32.Parse(sessionId)), cancellationToken)).ToString();

    /// <summary>What was paid of a session, in wei.</summary>
    public async Task<BigInteger> WithdrawnAsync(string sessionId, CancellationToken cancellationToken) =>
        (await chain.CallAsync(Diamond, new GetSession(Bytes32.Parse(sessionId)), cancellationToken)).ProviderWithdrawnAmount;

    /// <summary>What the contract has paid in all, in wei.</summary>
    public Task<BigInteger> TotalAsync(CancellationToken cancellationToken) => chain.CallAsync(Diamond, new TotalClaimed(), cancellationToken);

    /// <summary>A provider's MOR on the chain, in wei; 0 when the chain is off.</summary>
    public async Task<BigInteger> BalanceAsync(string provider, CancellationToken cancellationToken) =>
        Enabled ? await chain.BalanceAsync(EvmAddress.Parse(options.Value.Mor), EvmAddress.Parse(provider), cancellationToken) : BigInteger.Zero;

    /// <summary>A provider's ether on the chain, in wei; 0 when the chain is off.</summary>
    public async Task<BigInteger> EtherAsync(string provider, CancellationToken cancellationToken) =>
        Enabled ? await chain.EtherAsync(EvmAddress.Parse(provider), cancellationToken) : BigInteger.Zero;

    /// <summary>The latest block, null when the chain is off.</summary>
    public async Task<long?> BlockAsync(CancellationToken cancellationToken) => Enabled ? await chain.BlockNumberAsync(cancellationToken) : null;

    private EvmAddress Diamond => EvmAddress.Parse(options.Value.Diamond);

    private async Task OperateAsync(IFunction function, CancellationToken cancellationToken)
    {
        _operator ??= (await chain.AccountsAsync(cancellationToken))[0];
        await chain.SendAsync(_operator.Value, Diamond, function, cancellationToken);
    }
}
