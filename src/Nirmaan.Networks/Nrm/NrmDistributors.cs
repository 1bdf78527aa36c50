using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Networks.Chain;

namespace Nirmaan.Networks.Nrm;

/// <summary>The distributors of section <c>Chain</c> (infra/contracts, RewardsDistributor.sol), and the timelock that owns them.</summary>
internal sealed class NrmDistributors(EvmChain chain) : IDistributors
{
    /// <inheritdoc />
    public Task<IReadOnlyList<DistributorState>> ReadAsync(CancellationToken cancellationToken) => chain.ReadAsync<IReadOnlyList<DistributorState>>("distributors", async (rpc, chainId) =>
    {
        var head = await rpc.GetBlockAsync(BlockTag.Latest, cancellationToken) ?? throw new JsonRpcProtocolException("The node has no block.");
        var at = BlockTag.At(head.Number);
        EvmAddress? timelock = chain.Options.Timelock.Length > 0 ? EvmAddress.Parse(chain.Options.Timelock) : null;
        var delay = timelock is { } lockedBy ? TimeSpan.FromSeconds((long)await rpc.CallAsync(lockedBy, new MinDelayCall(), at, cancellationToken)) : (TimeSpan?)null;
        List<DistributorState> states = [];
        foreach (var (asset, address) in chain.Options.AllDistributors())
        {
            var token = await rpc.CallAsync(address, new TokenCall(), at, cancellationToken);
            var root = await rpc.CallAsync(address, new RootCall(), at, cancellationToken);
            states.Add(new DistributorState(
                asset, chainId, address.ToString(), timelock?.ToString(), (int)await rpc.CallAsync(address, new EpochCall(), at, cancellationToken), root.ToString(),
                await IsFinalAsync(rpc, address, root, head.Number, chain.Options.FinalityDepth, cancellationToken),
                await rpc.CallAsync(address, new TotalCall(), at, cancellationToken), await rpc.CallAsync(address, new TotalClaimedCall(), at, cancellationToken),
                await rpc.CallAsync(token, new BalanceOf(address), at, cancellationToken), await rpc.CallAsync(address, new PausedCall(), at, cancellationToken), delay,
                new BlockRef(head.Number, head.Hash.ToString(), head.Time)));
        }
        return states;
    }, cancellationToken);

    /// <inheritdoc />
    public Task<Announcement> FindAnnouncementAsync(Asset asset, int epoch, string root, BigInteger total, CancellationToken cancellationToken) => chain.ReadAsync<Announcement>("an announcement", async (rpc, _) =>
    {
        if (chain.Options.Timelock.Length == 0) { return new Announcement.None(); }
        var timelock = EvmAddress.Parse(chain.Options.Timelock);
        var id = await rpc.CallAsync(timelock, new RootOperation(chain.Options.DistributorOf(asset), epoch, root, total).Hash(), BlockTag.Latest, cancellationToken);
        var timestamp = await rpc.CallAsync(timelock, new TimestampCall(id), BlockTag.Latest, cancellationToken);
        // OpenZeppelin's marks: 0 = unknown, 1 = done, else when it is ready.
        return timestamp.IsZero ? new Announcement.None() : timestamp.IsOne ? new Announcement.Done() : new Announcement.Standing(DateTimeOffset.FromUnixTimeSeconds((long)timestamp));
    }, cancellationToken);

    /// <summary>True when a root is there and stood there already in the newest block that counts as final.</summary>
    public static async Task<bool> IsFinalAsync(JsonRpcClient rpc, EvmAddress distributor, Bytes32 root, long head, int depth, CancellationToken cancellationToken)
    {
        if (root == default || head < depth) { return false; }
        try { return await rpc.CallAsync(distributor, new RootCall(), BlockTag.At(head - depth), cancellationToken) == root; }
        // The contract itself is younger.
        catch (AbiException) { return false; }
    }
}
