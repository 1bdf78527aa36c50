using System.Net;
using System.Runtime.CompilerServices;

namespace Nirmaan.Evm.JsonRpc;

/// <summary>How <see cref="LogReader"/> reads.</summary>
/// <param name="FinalityDepth">Blocks below the newest one that are left alone because they may still be replaced.</param>
/// <param name="MaxRange">Most blocks asked for at once; halved while the node says that it is too much, and grown again afterwards.</param>
public sealed record LogReaderOptions(int FinalityDepth, int MaxRange = 10_000);

/// <summary>How far the chain has been read: a height and the hash it had. Keep it, and ask <see cref="LogReader.LookUpAsync"/> before reading on.</summary>
public sealed record LogCursor(long Block, Bytes32 Hash);

/// <summary>What the node says of a <see cref="LogCursor"/>.</summary>
public enum CursorState
{
    /// <summary>The block is still there: read on behind it.</summary>
    OnChain,

    /// <summary>The height has another block now: what was read of it must be read again, from an older cursor that is on the chain.</summary>
    Replaced,

    /// <summary>The node has no such height: it lags behind, or the chain was set back. Ask again before anything is thrown away.</summary>
    Unknown,
}

/// <summary>The wanted logs of an unbroken range of blocks, both ends inclusive, in chain order.</summary>
/// <param name="End">The range's last block: a reader that has stored the page goes on at <c>End.Block + 1</c>.</param>
public sealed record LogPage(long FromBlock, LogCursor End, DateTimeOffset EndTime, IReadOnlyList<EvmLog> Logs);

/// <summary>
/// Reads logs of long ranges, page by page, from the oldest block to the newest that is deep enough. Within a page logs and last block
/// are checked to be of one chain; between visits the caller's cursor tells whether what was stored is still on the chain.
/// </summary>
public sealed class LogReader(JsonRpcClient rpc, LogReaderOptions options)
{
    private static readonly string[] s_tooMuch = ["range", "results", "response size", "too large", "too many", "timeout", "timed out", "exceeds limit", "limit exceeded"];
    private static readonly string[] s_tooOften = ["rate limit", "per second", "per minute", "compute units", "too many requests", "daily"];

    /// <summary>Pages from <paramref name="fromBlock"/> to <paramref name="toBlock"/> (null: the newest), never nearer to the newest block than the finality depth.</summary>
    /// <exception cref="ChainMovedException">The chain reorganised during a page; what was returned before stands, read on from there.</exception>
    /// <exception cref="JsonRpcException">The node refuses even one block, or anything else than the size of a question.</exception>
    public async IAsyncEnumerable<LogPage> ReadAsync(
        LogFilter filter, long fromBlock, long? toBlock, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long newest = await rpc.GetBlockNumberAsync(cancellationToken) - options.FinalityDepth;
        long last = Math.Min(newest, toBlock ?? newest);
        long range = options.MaxRange;
        while (fromBlock <= last)
        {
            long to = Math.Min(last, fromBlock + range - 1);
            if (await TryReadPageAsync(filter, fromBlock, to, cancellationToken) is not { } page)
            {
                range = (to - fromBlock + 1) / 2;
                continue;
            }
            yield return page;
            fromBlock = to + 1;
            range = Math.Min(options.MaxRange, 2 * range);
        }
    }

    /// <summary>Whether a block that was read before is still on the chain.</summary>
    public async Task<CursorState> LookUpAsync(LogCursor cursor, CancellationToken cancellationToken) =>
        await rpc.GetBlockAsync(BlockTag.At(cursor.Block), cancellationToken) is not { } block ? CursorState.Unknown
        : block.Hash == cursor.Hash ? CursorState.OnChain : CursorState.Replaced;

    /// <summary>Null when the node calls the range too much and it can be halved.</summary>
    private async Task<LogPage?> TryReadPageAsync(LogFilter filter, long from, long to, CancellationToken cancellationToken)
    {
        try
        {
            // One batch: behind a load balancer two requests may reach two nodes, and one that lags has no logs yet and says nothing.
            var answers = await rpc.BatchAsync(
                [new RpcCall("eth_getLogs", [filter.ToJson(from, to)]), new RpcCall("eth_getBlockByNumber", [Hex.Quantity(to), false])], cancellationToken);
            var json = answers[0].Result();
            var end = Wire.Block(answers[1].Result()) ?? throw new JsonRpcProtocolException($"The node does not know block {to}; it lags behind.");
            return Checked(from, end, await rpc.LogsAsync(json, cancellationToken));
        }
        catch (Exception e) when (to > from && IsTooMuch(e)) { return null; }
    }

    private static LogPage Checked(long from, EvmBlock end, IReadOnlyList<EvmLog> logs)
    {
        foreach (var log in logs)
        {
            if (log.BlockNumber < from || log.BlockNumber > end.Number)
            {
                throw new JsonRpcProtocolException($"The node sent a log of block {log.BlockNumber} for blocks {from} to {end.Number}.");
            }
            if (log.BlockNumber == end.Number && log.BlockHash != end.Hash) { throw new ChainMovedException(end.Number, log.BlockHash, end.Hash); }
        }
        return new LogPage(from, new LogCursor(end.Number, end.Hash), end.Time, logs);
    }

    /// <summary>There is no code for it: nodes use -32005, -32602, -32600, -32000 and others, so their words decide (and HTTP 413).</summary>
    private static bool IsTooMuch(Exception e) => e switch
    {
        JsonRpcProtocolException protocol => protocol.IsTooLarge,
        HttpRequestException http => http.StatusCode == HttpStatusCode.RequestEntityTooLarge,
        JsonRpcException rpcError => Says(rpcError, s_tooMuch) && !Says(rpcError, s_tooOften),
        _ => false,
    };

    private static bool Says(JsonRpcException e, string[] words)
    {
        string said = $"{e.NodeMessage} {e.NodeData}";
        return words.Any(word => said.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
