using System.Globalization;
using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Testing;

/// <summary>A chain of stakes that a test mines block by block, reorganises and lags behind. All of it is final unless <see cref="FinalTo"/> says less.</summary>
public sealed class FakeStakeChain(DateTimeOffset genesis) : IStakeChain
{
    private readonly List<(BlockRef Block, List<(WalletAddress Account, BigInteger Delta)> Moves)> _blocks = [(new BlockRef(0, "0xgenesis", genesis), [])];
    private int _fork;

    /// <summary>Chain id.</summary>
    public long ChainId { get; set; } = 31337;
    /// <summary>The newest block the node gives out; null = all.</summary>
    public long? FinalTo { get; set; }
    /// <summary>Blocks per page.</summary>
    public int PageSize { get; set; } = 1000;
    /// <summary>True: the node cannot be read.</summary>
    public bool Down { get; set; }
    /// <summary>Blocks whose logs the node has lost, and how often it still answers without them.</summary>
    public Dictionary<long, int> Lost { get; } = [];
    /// <summary>What the nodes contradict each other in; null = they agree.</summary>
    public EndpointsDisagreeException? Quarrel { get; set; }
    /// <summary>Newest block.</summary>
    public BlockRef Head => _blocks[^1].Block;

    /// <summary>Mines a block at a time, with changes of stake. Their transaction is named by the time, so that one mined again keeps its name.</summary>
    public FakeStakeChain Mine(DateTimeOffset at, params (WalletAddress Account, BigInteger Delta)[] moves)
    {
        _blocks.Add((new BlockRef(_blocks.Count, $"0xb{_fork}-{_blocks.Count}", at), [.. moves]));
        return this;
    }

    /// <summary>Forgets the newest blocks; what is mined from here on has other hashes.</summary>
    public void Reorganise(int depth)
    {
        _blocks.RemoveRange(_blocks.Count - depth, depth);
        _fork++;
    }

    /// <inheritdoc />
    public Task<long> ReadChainIdAsync(CancellationToken cancellationToken) =>
        Down ? throw new SupplierUnavailableException("chain", "it is down") : Task.FromResult(ChainId);

    /// <inheritdoc />
    public Task<StakePage?> ReadAsync(long fromBlock, CancellationToken cancellationToken)
    {
        if (Quarrel is { } quarrel) { throw quarrel; }
        var to = Math.Min(Math.Min(FinalTo ?? long.MaxValue, Head.Number), fromBlock + PageSize - 1);
        return Task.FromResult(to < fromBlock ? null : new StakePage([.. Events().Where(e => e.BlockNumber >= fromBlock && e.BlockNumber <= to && !IsLost(e))], [], _blocks[(int)to].Block, Math.Min(FinalTo ?? long.MaxValue, Head.Number)));
    }

    /// <inheritdoc />
    public Task<BlockRef?> FindBlockAsync(long number, CancellationToken cancellationToken) =>
        Task.FromResult(number <= Math.Min(FinalTo ?? long.MaxValue, Head.Number) ? _blocks[(int)number].Block : null);

    private bool IsLost(StakeEvent stake)
    {
        if (Lost.GetValueOrDefault(stake.BlockNumber) == 0) { return false; }
        Lost[stake.BlockNumber]--;
        return true;
    }

    private IEnumerable<StakeEvent> Events()
    {
        var balances = new Dictionary<WalletAddress, BigInteger>();
        foreach (var (block, moves) in _blocks)
        {
            for (var i = 0; i < moves.Count; i++)
            {
                var (account, delta) = moves[i];
                balances[account] = balances.GetValueOrDefault(account) + delta;
                yield return new StakeEvent(
                    ChainId, string.Create(CultureInfo.InvariantCulture, $"0xtx-{block.At:yyyyMMddHHmmss}-{_blocks.Count(b => b.Block.At == block.At && b.Block.Number < block.Number)}"), i, block.Number, block.Hash, block.At, account, delta, balances[account]);
            }
        }
    }
}
