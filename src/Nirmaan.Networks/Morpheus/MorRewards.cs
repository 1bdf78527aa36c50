using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;
using Nirmaan.Evm.JsonRpc;
using Nirmaan.Networks.Chain;

namespace Nirmaan.Networks.Morpheus;

/// <summary>How far rewards are read: a block and the hash it had.</summary>
internal sealed record MorCursor(long Block, Bytes32 Hash);

/// <summary>Writes and reads the cursor.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MorCursor))]
internal sealed partial class MorCursorJson : JsonSerializerContext;

/// <summary>
/// MOR that providers received. No event of Morpheus' contracts carries the amount: it is the token's Transfer to the provider, out of the
/// funding account (or, where the user pays directly, out of the Diamond), beside the SessionClosed of the same transaction that says for which session.
/// </summary>
internal sealed partial class MorRewards(EvmChain chain, MorpheusNode node, ILogger<MorRewards> logger)
{
    [Event("Transfer(address indexed from, address indexed to, uint256 value)")]
    private sealed record Transfer(EvmAddress From, EvmAddress To, BigInteger Value);

    [Event("SessionClosed(address indexed user, bytes32 indexed sessionId, address indexed provider)")]
    private sealed record SessionClosed(EvmAddress User, Bytes32 SessionId, EvmAddress Provider);

    [Function("claimForProvider(bytes32 sessionId)")]
    private sealed record ClaimForProvider(Bytes32 SessionId) : IFunction;

    private sealed record Payment(EvmLog Log, Transfer Transfer);

    /// <summary>Payments of the next blocks that have any; an empty page means that there are none up to the newest final block.</summary>
    /// <exception cref="SupplierUnavailableException">Chain or node cannot be read, or the node lags behind what was read before.</exception>
    public Task<RewardPage> ReadAsync(string? cursor, IReadOnlyCollection<string> payoutAddresses, CancellationToken cancellationToken) => chain.ReadAsync("rewards", async (rpc, _) =>
    {
        var (addresses, at) = (payoutAddresses.ToDictionary(a => EvmAddress.Parse(a.ToLowerInvariant())), cursor);
        if (addresses.Count == 0) { return new RewardPage([], cursor); }
        var reader = chain.Logs(rpc);
        var filter = LogFilter.Of<Transfer>(chain.Options.MorAddress,
            [Bytes32.Of(chain.Options.FundingAddress), Bytes32.Of(chain.Options.DiamondAddress)], [.. addresses.Keys.Select(Bytes32.Of)]);
        await foreach (var page in reader.ReadAsync(filter, await StartAsync(reader, cursor, cancellationToken), null, cancellationToken))
        {
            at = JsonSerializer.Serialize(new MorCursor(page.End.Block, page.End.Hash), MorCursorJson.Default.MorCursor);
            var rewards = await RewardsAsync(rpc, page, addresses, cancellationToken);
            if (rewards.Count > 0) { return new RewardPage(rewards, at); }
        }
        return new RewardPage([], at);
    }, cancellationToken);

    private async Task<long> StartAsync(LogReader reader, string? cursor, CancellationToken cancellationToken)
    {
        if (cursor is null) { return chain.Options.FromBlock; }
        var read = JsonSerializer.Deserialize(cursor, MorCursorJson.Default.MorCursor)!;
        switch (await reader.LookUpAsync(new LogCursor(read.Block, read.Hash), cancellationToken))
        {
            case CursorState.OnChain: return read.Block + 1;
            case CursorState.Unknown: throw new SupplierUnavailableException("chain", $"rewards: the node does not know block {read.Block}, which was read already");
            default:
                // Deeper than finality, so nothing read is certain. What is known already is dropped by its id, which no reorganisation changes.
                LogReorganised(read.Block);
                return chain.Options.FromBlock;
        }
    }

    private async Task<List<RewardReading>> RewardsAsync(JsonRpcClient rpc, LogPage page, Dictionary<EvmAddress, string> addresses, CancellationToken cancellationToken)
    {
        List<Payment> payments = [];
        foreach (var log in page.Logs)
        {
            if (log.TryDecode<Transfer>(out var transfer) && transfer.Value > 0) { payments.Add(new Payment(log, transfer)); }
        }
        if (payments.Count == 0) { return []; }
        var closed = await ClosedAsync(rpc, payments, addresses.Keys, cancellationToken);
        List<RewardReading> rewards = [];
        foreach (var transaction in payments.GroupBy(p => p.Log.TransactionHash))
        {
            var sessions = closed[transaction.Key].Select(c => c.SessionId).ToList();
            // With as many closes as payments they belong together in order; otherwise nobody can tell which is whose.
            var paired = sessions.Count == transaction.Count();
            foreach (var (place, (log, transfer)) in transaction.Index())
            {
                // Out of the Diamond come stakes too: only beside a close is it pay.
                if (transfer.From != chain.Options.FundingAddress && sessions.Count == 0) { continue; }
                Bytes32? session = paired ? sessions[place] : sessions.Count > 0 ? null : await ClaimedAsync(rpc, transaction.Key, cancellationToken);
                var model = session is { } id ? await node.FindModelOfSessionAsync(id.ToString(), cancellationToken) : null;
                if (model is null) { LogUnattributed(transaction.Key.ToString()); }
                // By its place among the transaction's payments: a reorganisation may give the log another index in its block.
                rewards.Add(new RewardReading(
                    NetworkName.Morpheus, $"{transaction.Key}:{place}", Asset.Mor, transfer.Value, log.Time, addresses[transfer.To], model, transaction.Key.ToString()));
            }
        }
        return rewards;
    }

    /// <summary>The closes in the payments' transactions, in chain order.</summary>
    private async Task<ILookup<Bytes32, SessionClosed>> ClosedAsync(JsonRpcClient rpc, List<Payment> payments, IEnumerable<EvmAddress> providers, CancellationToken cancellationToken)
    {
        var filter = LogFilter.Of<SessionClosed>(chain.Options.DiamondAddress, [], [], [.. providers.Select(Bytes32.Of)]);
        var logs = await rpc.GetLogsAsync(filter, payments[0].Log.BlockNumber, payments[^1].Log.BlockNumber, cancellationToken);
        var blocks = payments.Select(p => p.Log).DistinctBy(l => l.TransactionHash).ToDictionary(l => l.TransactionHash, l => l.BlockHash);
        foreach (var log in logs)
        {
            if (blocks.TryGetValue(log.TransactionHash, out var block) && block != log.BlockHash) { throw new ChainMovedException(log.BlockNumber, block, log.BlockHash); }
        }
        return logs.ToLookup(
            l => l.TransactionHash, l => l.TryDecode<SessionClosed>(out var closed) ? closed : throw new JsonRpcProtocolException("The node sent a log of another event than was asked for."));
    }

    /// <summary>The session that a claim was for: claims emit nothing, but their call names it. Null = the transaction is no plain claim.</summary>
    private static async Task<Bytes32?> ClaimedAsync(JsonRpcClient rpc, Bytes32 transaction, CancellationToken cancellationToken)
    {
        var json = await rpc.RequestAsync("eth_getTransactionByHash", [transaction], cancellationToken);
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("input", out var input) || input.GetString() is not { } data) { return null; }
        var call = Hex.Decode(data);
        return call.AsSpan().StartsWith(Functions.Signature(typeof(ClaimForProvider)).Selector.Span) ? Functions.Decode<ClaimForProvider>(call).SessionId : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Block {Block}, up to which MOR rewards were read, was replaced: they are read again from the start")]
    private partial void LogReorganised(long block);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The MOR paid in {Transaction} cannot be traced to a session that the node knows")]
    private partial void LogUnattributed(string transaction);
}
