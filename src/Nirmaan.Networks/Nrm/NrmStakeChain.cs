using System.Globalization;
using System.Numerics;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Staking;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Networks.Chain;

namespace Nirmaan.Networks.Nrm;

/// <summary>
/// Stakes as the contracts' events tell them (infra/contracts, NrmStaking.sol and RewardsDistributor.sol). Reads final blocks only, a page at a
/// time. What the first node says is asked of every witness too, and stands only when all say the same.
/// </summary>
internal sealed class NrmStakeChain(EvmChain chain) : IStakeChain
{
    [Event("Staked(address indexed account, uint256 amount, uint256 balance)")]
    private sealed record Staked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

    [Event("Unstaked(address indexed account, uint256 amount, uint256 balance)")]
    private sealed record Unstaked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

    [Event("UnbondingStarted(address indexed account, uint256 indexed id, uint256 amount, uint48 availableAt)")]
    private sealed record UnbondingStarted(EvmAddress Account, BigInteger Id, BigInteger Amount, long AvailableAt);

    [Event("UnbondingCancelled(address indexed account, uint256 indexed id, uint256 amount)")]
    private sealed record UnbondingCancelled(EvmAddress Account, BigInteger Id, BigInteger Amount);

    [Event("Withdrawn(address indexed account, uint256 indexed id, uint256 amount)")]
    private sealed record Withdrawn(EvmAddress Account, BigInteger Id, BigInteger Amount);

    [Event("RewardsDelegated(address indexed account, address indexed recipient)")]
    private sealed record RewardsDelegated(EvmAddress Account, EvmAddress Recipient);

    [Event("Claimed(address indexed account, address indexed recipient, uint256 amount, uint256 cumulative)")]
    private sealed record Claimed(EvmAddress Account, EvmAddress Recipient, BigInteger Amount, BigInteger Cumulative);

    [Event("RootPublished(uint256 indexed epoch, bytes32 root, uint256 total)")]
    private sealed record RootPublished(BigInteger Epoch, Bytes32 Root, BigInteger Total);

    private static readonly IReadOnlyList<Bytes32> s_topics =
    [
        Events.Topic<Staked>(), Events.Topic<Unstaked>(), Events.Topic<UnbondingStarted>(), Events.Topic<UnbondingCancelled>(), Events.Topic<Withdrawn>(),
        Events.Topic<RewardsDelegated>(), Events.Topic<Claimed>(), Events.Topic<RootPublished>(),
    ];

    /// <inheritdoc />
    public Task<long> ReadChainIdAsync(CancellationToken cancellationToken) => chain.ReadAsync("chain id", (_, id) => Task.FromResult(id), cancellationToken);

    /// <inheritdoc />
    public Task<StakePage?> ReadAsync(long fromBlock, CancellationToken cancellationToken)
    {
        if (chain.Options.Staking.Length == 0) { throw new SupplierUnavailableException("chain", $"stakes: {ChainOptions.Section}:Staking is not set"); }
        var distributors = chain.Options.AllDistributors();
        var assets = distributors.ToDictionary(d => d.Address, d => d.Asset.Id);
        var filter = new LogFilter([EvmAddress.Parse(chain.Options.Staking), .. distributors.Select(d => d.Address)], [s_topics]);
        return chain.ReadAsync("stakes", async (rpc, chainId) =>
        {
            var from = Math.Max(fromBlock, chain.Options.FromBlock);
            await foreach (var page in chain.Logs(rpc).ReadAsync(filter, from, null, cancellationToken))
            {
                var absent = await HearAllAsync(chainId, filter, page, cancellationToken);
                var (stakes, records) = (new List<StakeEvent>(page.Logs.Count), new List<ChainRecord>());
                foreach (var log in page.Logs) { Sort(chainId, log, assets.GetValueOrDefault(log.Address), stakes, records); }
                var newest = await rpc.GetBlockNumberAsync(cancellationToken) - chain.Options.FinalityDepth;
                return new StakePage(stakes, records, new BlockRef(page.End.Block, page.End.Hash.ToString(), page.EndTime), newest, absent.Count == 0 ? null : absent);
            }
            return (StakePage?)null;
        }, cancellationToken);
    }

    /// <inheritdoc />
    public Task<BlockRef?> FindBlockAsync(long number, CancellationToken cancellationToken) => chain.ReadAsync("block", async (rpc, _) =>
    {
        if (await rpc.GetBlockAsync(BlockTag.At(number), cancellationToken) is not { } block) { return null; }
        foreach (var witness in chain.Options.Witnesses)
        {
            EvmBlock? theirs;
            // One that lags behind or is away proves nothing here; enough of them are waited for before anything is stored.
            try { theirs = await chain.AskWitnessAsync(witness, w => w.GetBlockAsync(BlockTag.At(number), cancellationToken), cancellationToken); }
            catch (SupplierUnavailableException) when (chain.Options.Quorum < chain.Options.Witnesses.Count) { continue; }
            if (theirs is not null && theirs.Hash != block.Hash) { throw Quarrel(number, witness, $"hash {block.Hash}", $"hash {theirs.Hash}"); }
        }
        return new BlockRef(block.Number, block.Hash.ToString(), block.Time);
    }, cancellationToken);

    /// <summary>Hears every witness; answers those that were away. A contradiction is thrown whatever the others say.</summary>
    /// <exception cref="SupplierUnavailableException">Fewer than <see cref="ChainOptions.WitnessesNeeded"/> answered.</exception>
    private async Task<IReadOnlyList<EndpointWord>> HearAllAsync(long chainId, LogFilter filter, LogPage page, CancellationToken cancellationToken)
    {
        List<(Uri Witness, SupplierUnavailableException Why)> away = [];
        foreach (var witness in chain.Options.Witnesses)
        {
            try { await HearAsync(witness, chainId, filter, page, cancellationToken); }
            catch (SupplierUnavailableException e) { away.Add((witness, e)); }
        }
        return chain.Options.Witnesses.Count - away.Count >= chain.Options.Quorum ? [.. away.Select(a => new EndpointWord(NameOf(a.Witness), a.Why.Message))]
            : away is [var only] ? throw only.Why
            : throw new SupplierUnavailableException("chain", Text($"{away.Count} of {chain.Options.Witnesses.Count} witnesses are away, {chain.Options.Quorum} must answer: {string.Join("; ", away.Select(a => a.Why.Message))}"));
    }

    private Task<bool> HearAsync(Uri witness, long chainId, LogFilter filter, LogPage page, CancellationToken cancellationToken) => chain.AskWitnessAsync(witness, async rpc =>
    {
        var (first, last) = (page.FromBlock, page.End.Block);
        var id = await rpc.GetChainIdAsync(cancellationToken);
        if (id != chainId) { throw Quarrel(last, witness, Text($"chain {chainId}"), Text($"chain {id}")); }
        if (await rpc.GetBlockAsync(BlockTag.At(last), cancellationToken) is not { } end) { throw new SupplierUnavailableException("chain", $"{NameOf(witness)} has not come to block {last} yet; waiting for it"); }
        if (end.Hash != page.End.Hash) { throw Quarrel(last, witness, $"hash {page.End.Hash}", $"hash {end.Hash}"); }
        List<EvmLog> theirs = [];
        await foreach (var part in new LogReader(rpc, new LogReaderOptions(0, chain.Options.MaxRange)).ReadAsync(filter, first, last, cancellationToken)) { theirs.AddRange(part.Logs); }
        if (page.Logs.Count != theirs.Count) { throw Quarrel(last, witness, Text($"{page.Logs.Count} events in blocks {first} to {last}"), Text($"{theirs.Count} events")); }
        var differing = page.Logs.Zip(theirs).FirstOrDefault(pair => !IsSame(pair.First, pair.Second));
        if (differing.First is { } ours) { throw Quarrel(ours.BlockNumber, witness, Brief(ours), Brief(differing.Second)); }
        return true;
    }, cancellationToken);

    private EndpointsDisagreeException Quarrel(long block, Uri witness, string ours, string theirs) =>
        new(block, [new EndpointWord(NameOf(chain.Options.Rpc!), ours), new EndpointWord(NameOf(witness), theirs)]);

    private static bool IsSame(EvmLog a, EvmLog b) => a.Address == b.Address && a.BlockHash == b.BlockHash && a.TransactionHash == b.TransactionHash && a.LogIndex == b.LogIndex
        && a.Topics.SequenceEqual(b.Topics) && a.Data.AsSpan().SequenceEqual(b.Data);

    private static string Brief(EvmLog log) => Text($"event {log.LogIndex} of transaction {log.TransactionHash} with data {Hex.Encode(log.Data)}");

    // Never the path or the query: a key may stand there.
    private static string NameOf(Uri endpoint) => endpoint.Authority;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Sort(long chainId, EvmLog log, string? asset, List<StakeEvent> stakes, List<ChainRecord> records)
    {
        if (log.TryDecode<Staked>(out var staked)) { stakes.Add(Stake(staked.Account, staked.Amount, staked.Balance)); }
        else if (log.TryDecode<Unstaked>(out var unstaked)) { stakes.Add(Stake(unstaked.Account, -unstaked.Amount, unstaked.Balance)); }
        else if (log.TryDecode<UnbondingStarted>(out var begun)) { records.Add(Record(ChainRecordKind.UnbondingStarted, begun.Account, begun.Amount, begun.Id) with { AvailableAt = DateTimeOffset.FromUnixTimeSeconds(begun.AvailableAt) }); }
        else if (log.TryDecode<UnbondingCancelled>(out var cancelled)) { records.Add(Record(ChainRecordKind.UnbondingCancelled, cancelled.Account, cancelled.Amount, cancelled.Id)); }
        else if (log.TryDecode<Withdrawn>(out var withdrawn)) { records.Add(Record(ChainRecordKind.Withdrawn, withdrawn.Account, withdrawn.Amount, withdrawn.Id)); }
        else if (log.TryDecode<RewardsDelegated>(out var delegated)) { records.Add(Record(ChainRecordKind.RewardsDelegated, delegated.Account, 0) with { Recipient = Wallet(delegated.Recipient) }); }
        else if (log.TryDecode<Claimed>(out var claimed)) { records.Add(Record(ChainRecordKind.Claimed, claimed.Account, claimed.Amount) with { Recipient = Wallet(claimed.Recipient) }); }
        else if (log.TryDecode<RootPublished>(out var published)) { records.Add(Record(ChainRecordKind.RootPublished, null, published.Total, published.Epoch) with { Root = published.Root.ToString() }); }
        else { throw new JsonRpcProtocolException($"The node sent a log of another event than was asked for, {log.Topics[0]}."); }

        StakeEvent Stake(EvmAddress account, BigInteger delta, BigInteger balance) =>
            new(chainId, log.TransactionHash.ToString(), log.LogIndex, log.BlockNumber, log.BlockHash.ToString(), log.Time, Wallet(account), delta, balance);
        ChainRecord Record(ChainRecordKind kind, EvmAddress? account, BigInteger amount, BigInteger? number = null) =>
            new(chainId, log.TransactionHash.ToString(), log.LogIndex, log.BlockNumber, log.BlockHash.ToString(), log.Time, kind, account is { } a ? Wallet(a) : null, amount, (long?)number, AssetId: asset);
    }

    private static WalletAddress Wallet(EvmAddress address) => WalletAddress.Of(address.ToArray());
}
