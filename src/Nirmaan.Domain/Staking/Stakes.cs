using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;

namespace Nirmaan.Domain.Staking;

/// <summary>A change of an account's stake as the chain records it. Unique by (chain, transaction, log index).</summary>
/// <param name="Delta">Base units of NRM, negative for an unstake.</param>
/// <param name="Balance">The account's stake after it, as the contract says.</param>
/// <param name="At">Time of the block, whole seconds.</param>
public sealed record StakeEvent(
    long ChainId, string TxHash, int LogIndex, long BlockNumber, string BlockHash, DateTimeOffset At, WalletAddress Account, BigInteger Delta, BigInteger Balance)
{
    /// <summary>The same change as the share rules take it.</summary>
    public StakeDelta ToDelta() => new(At, Account, Delta);
}

/// <summary>A block by number and hash.</summary>
public sealed record BlockRef(long Number, string Hash, DateTimeOffset At);

/// <summary>Stake events of a range of final blocks.</summary>
/// <param name="To">Last block read.</param>
/// <param name="Newest">The newest final block that there was; null = not known.</param>
/// <param name="Absent">Witnesses that gave no answer while enough others agreed, and why; null = none.</param>
public sealed record StakePage(IReadOnlyList<StakeEvent> Events, IReadOnlyList<ChainRecord> Records, BlockRef To, long? Newest = null, IReadOnlyList<EndpointWord>? Absent = null);

/// <summary>The chain on which NRM is staked. Read-only. Where several nodes are asked, one that contradicts the others is an <see cref="EndpointsDisagreeException"/>.</summary>
public interface IStakeChain
{
    /// <summary>Chain id.</summary>
    Task<long> ReadChainIdAsync(CancellationToken cancellationToken);
    /// <summary>Events from a block on, up to the newest final block; null = nothing new.</summary>
    Task<StakePage?> ReadAsync(long fromBlock, CancellationToken cancellationToken);
    /// <summary>A block as it stands now; null = there is none of that number (any more).</summary>
    Task<BlockRef?> FindBlockAsync(long number, CancellationToken cancellationToken);
}

/// <summary>How far the chain was read. One row per chain and contract.</summary>
public sealed class ChainCursor
{
    private ChainCursor() { }

    /// <summary>A cursor that has read nothing.</summary>
    public ChainCursor(string id) => Id = id;

    /// <summary>Chain and contract.</summary>
    public string Id { get; private set; } = "";
    /// <summary>Last block read; 0 = none.</summary>
    public long BlockNumber { get; private set; }
    /// <summary>Its hash when it was read: another hash at the same number is a reorganisation.</summary>
    public string? BlockHash { get; private set; }
    /// <summary>Its time.</summary>
    public DateTimeOffset? BlockAt { get; private set; }

    /// <summary>The newest final block when it was read last; null = not known.</summary>
    public long? NewestNumber { get; private set; }

    /// <summary>Goes on to a block.</summary>
    public void MoveTo(BlockRef block, long? newest = null) => (BlockNumber, BlockHash, BlockAt, NewestNumber) = (block.Number, block.Hash, block.At, newest ?? NewestNumber);
    /// <summary>Goes back to before a block, after a reorganisation.</summary>
    public void RewindTo(long number) => (BlockNumber, BlockHash, BlockAt) = (number, null, null);
}
