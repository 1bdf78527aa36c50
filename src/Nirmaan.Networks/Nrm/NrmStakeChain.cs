using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Networks.Chain;

namespace Nirmaan.Networks.Nrm;

/// <summary>Stakes as the staking contract's events tell them (infra/contracts, NrmStaking.sol). Reads final blocks only, a page at a time.</summary>
internal sealed class NrmStakeChain(EvmChain chain) : IStakeChain
{
    [Event("Staked(address indexed account, uint256 amount, uint256 balance)")]
    private sealed record Staked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

    [Event("Unstaked(address indexed account, uint256 amount, uint256 balance)")]
    private sealed record Unstaked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

    /// <inheritdoc />
    public Task<long> ReadChainIdAsync(CancellationToken cancellationToken) => chain.ReadAsync("chain id", (_, id) => Task.FromResult(id), cancellationToken);

    /// <inheritdoc />
    public Task<StakePage?> ReadAsync(long fromBlock, CancellationToken cancellationToken)
    {
        if (chain.Options.Staking.Length == 0) { throw new SupplierUnavailableException("chain", $"stakes: {ChainOptions.Section}:Staking is not set"); }
        var filter = new LogFilter([EvmAddress.Parse(chain.Options.Staking)], [Events.Topic<Staked>(), Events.Topic<Unstaked>()]);
        return chain.ReadAsync("stakes", async (rpc, chainId) =>
        {
            var from = Math.Max(fromBlock, chain.Options.FromBlock);
            await foreach (var page in chain.Logs(rpc).ReadAsync(filter, from, null, cancellationToken))
            {
                return new StakePage([.. page.Logs.Select(log => EventOf(chainId, log))], new BlockRef(page.End.Block, page.End.Hash.ToString(), page.EndTime));
            }
            return (StakePage?)null;
        }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<BlockRef?> FindBlockAsync(long number, CancellationToken cancellationToken) => chain.ReadAsync("block", async (rpc, _) =>
        await rpc.GetBlockAsync(BlockTag.At(number), cancellationToken) is { } block ? new BlockRef(block.Number, block.Hash.ToString(), block.Time) : null, cancellationToken);

    private static StakeEvent EventOf(long chainId, EvmLog log)
    {
        var (account, delta, balance) = log.TryDecode<Staked>(out var staked) ? (staked.Account, staked.Amount, staked.Balance)
            : log.TryDecode<Unstaked>(out var unstaked) ? (unstaked.Account, -unstaked.Amount, unstaked.Balance)
            : throw new JsonRpcProtocolException($"The node sent a log of another event than was asked for, {log.Topics[0]}.");
        return new StakeEvent(chainId, log.TransactionHash.ToString(), log.LogIndex, log.BlockNumber, log.BlockHash.ToString(), log.Time,
            WalletAddress.Parse(account.ToLowerHex()), delta, balance);
    }
}
