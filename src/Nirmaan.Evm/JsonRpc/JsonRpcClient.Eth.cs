using System.Numerics;
using System.Text.Json;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.JsonRpc;

public sealed partial class JsonRpcClient
{
    /// <summary>eth_chainId (EIP-155).</summary>
    public async Task<long> GetChainIdAsync(CancellationToken cancellationToken) =>
        Wire.Height(await RequestAsync("eth_chainId", [], cancellationToken), "eth_chainId");

    /// <summary>eth_blockNumber: the newest height that the node knows.</summary>
    public async Task<long> GetBlockNumberAsync(CancellationToken cancellationToken) =>
        Wire.Height(await RequestAsync("eth_blockNumber", [], cancellationToken), "eth_blockNumber");

    /// <summary>eth_getBlockByNumber without transactions; null when the node has no such block (yet).</summary>
    public async Task<EvmBlock?> GetBlockAsync(BlockTag block, CancellationToken cancellationToken) =>
        Wire.Block(await RequestAsync("eth_getBlockByNumber", [block.ToString(), false], cancellationToken));

    /// <summary>eth_getCode: empty where no contract is.</summary>
    public async Task<byte[]> GetCodeAsync(EvmAddress address, BlockTag block, CancellationToken cancellationToken) =>
        Wire.Bytes(await RequestAsync("eth_getCode", [address.ToLowerHex(), block.ToString()], cancellationToken), "eth_getCode");

    /// <summary>eth_getBalance in wei.</summary>
    public async Task<BigInteger> GetBalanceAsync(EvmAddress address, BlockTag block, CancellationToken cancellationToken) =>
        Wire.Quantity(await RequestAsync("eth_getBalance", [address.ToLowerHex(), block.ToString()], cancellationToken), "eth_getBalance");

    /// <summary>eth_call. Without a receiver the data are creation code, and what its constructor returns is the answer.</summary>
    /// <exception cref="JsonRpcException">The call reverted: see <see cref="JsonRpcException.RevertData"/>.</exception>
    public async Task<byte[]> CallAsync(EvmAddress? to, byte[] data, BlockTag block, CancellationToken cancellationToken) =>
        Wire.Bytes(await RequestAsync("eth_call", Parameters(to, data, block), cancellationToken), "eth_call");

    /// <summary>Calls a declared function and reads its answer.</summary>
    /// <exception cref="JsonRpcException">The call reverted: see <see cref="JsonRpcException.RevertData"/>.</exception>
    /// <exception cref="AbiException">The answer is not the declared one, or there is no contract.</exception>
    public async Task<TResult> CallAsync<TResult>(EvmAddress to, IFunction<TResult> function, BlockTag block, CancellationToken cancellationToken) =>
        Functions.DecodeResult(function, await CallAsync(to, Functions.Encode(function), block, cancellationToken));

    /// <summary>Calls one declared function many times in batches, all on one state; answers in order.</summary>
    /// <exception cref="JsonRpcException">One of the calls reverted.</exception>
    public async Task<IReadOnlyList<TResult>> CallManyAsync<TResult>(
        EvmAddress to, IEnumerable<IFunction<TResult>> functions, BlockTag block, CancellationToken cancellationToken)
    {
        IFunction<TResult>[] asked = [.. functions];
        var answers = await BatchAsync([.. asked.Select(f => new RpcCall("eth_call", Parameters(to, Functions.Encode(f), block)))], cancellationToken);
        return [.. answers.Select((answer, i) => Functions.DecodeResult(asked[i], Wire.Bytes(answer.Result(), "eth_call")))];
    }

    /// <summary>eth_getLogs, both ends inclusive, in chain order. Nodes limit range and number: <see cref="LogReader"/> pages.</summary>
    public async Task<IReadOnlyList<EvmLog>> GetLogsAsync(LogFilter filter, long fromBlock, long toBlock, CancellationToken cancellationToken) =>
        await LogsAsync(await RequestAsync("eth_getLogs", [filter.ToJson(fromBlock, toBlock)], cancellationToken), cancellationToken);

    /// <summary>eth_getTransactionReceipt; null while the transaction is not mined.</summary>
    public async Task<EvmReceipt?> GetReceiptAsync(Bytes32 transaction, CancellationToken cancellationToken)
    {
        var json = await RequestAsync("eth_getTransactionReceipt", [transaction], cancellationToken);
        return json.ValueKind == JsonValueKind.Null ? null : Wire.Receipt(json, await LogsAsync(json, cancellationToken));
    }

    /// <summary>eth_getTransactionByHash; null when the node does not know it (any more).</summary>
    public async Task<EvmTransaction?> GetTransactionAsync(Bytes32 transaction, CancellationToken cancellationToken) =>
        Wire.Transaction(await RequestAsync("eth_getTransactionByHash", [transaction], cancellationToken));

    /// <summary>The transactions of a block (eth_getBlockByNumber with transactions); null when the node has no such block.</summary>
    public async Task<IReadOnlyList<EvmTransaction>?> GetTransactionsAsync(BlockTag block, CancellationToken cancellationToken)
    {
        var json = await RequestAsync("eth_getBlockByNumber", [block.ToString(), true], cancellationToken);
        return json.ValueKind == JsonValueKind.Null ? null : [.. Wire.Items(json, "transactions").Select(t => Wire.Transaction(t)!)];
    }

    /// <summary>eth_getTransactionCount: the nonce that the account's next mined transaction has.</summary>
    public async Task<long> GetNonceAsync(EvmAddress account, BlockTag block, CancellationToken cancellationToken) =>
        Wire.Height(await RequestAsync("eth_getTransactionCount", [account.ToLowerHex(), block.ToString()], cancellationToken), "eth_getTransactionCount");

    /// <summary>eth_gasPrice in wei.</summary>
    public async Task<BigInteger> GetGasPriceAsync(CancellationToken cancellationToken) => Wire.Quantity(await RequestAsync("eth_gasPrice", [], cancellationToken), "eth_gasPrice");

    /// <summary>eth_estimateGas of a call by an account, on the newest state.</summary>
    /// <exception cref="JsonRpcException">The call would revert: see <see cref="JsonRpcException.RevertData"/>.</exception>
    public async Task<long> EstimateGasAsync(EvmAddress from, EvmAddress to, byte[] data, CancellationToken cancellationToken) =>
        Wire.Height(await RequestAsync("eth_estimateGas", [Transaction(from, to, data)], cancellationToken), "eth_estimateGas");

    /// <summary>eth_call as a certain account.</summary>
    /// <exception cref="JsonRpcException">The call reverted: see <see cref="JsonRpcException.RevertData"/>.</exception>
    public async Task<byte[]> CallAsAsync(EvmAddress from, EvmAddress to, byte[] data, BlockTag block, CancellationToken cancellationToken) =>
        Wire.Bytes(await RequestAsync("eth_call", [Transaction(from, to, data), block.ToString()], cancellationToken), "eth_call");

    /// <summary>Asks for the receipt until the transaction is mined; even a chain that mines at once answers null for a moment.</summary>
    public async Task<EvmReceipt> WaitForReceiptAsync(Bytes32 transaction, TimeSpan pollEvery, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await GetReceiptAsync(transaction, cancellationToken) is { } receipt) { return receipt; }
            await Task.Delay(pollEvery, time, cancellationToken);
        }
    }

    /// <summary>The logs of an answer, each with its block's time; where the node sends none the headers are fetched.</summary>
    internal async Task<IReadOnlyList<EvmLog>> LogsAsync(JsonElement json, CancellationToken cancellationToken)
    {
        var logs = Wire.Items(json, "logs").Where(item => !Wire.IsRemoved(item)).Select(Wire.Log).ToList();
        long[] untimed = [.. logs.Where(l => !l.HasTime).Select(l => l.Log.BlockNumber).Distinct()];
        var headers = await HeadersAsync(untimed, cancellationToken);
        return [.. logs.OrderBy(l => l.Log.BlockNumber).ThenBy(l => l.Log.LogIndex).Select(l => l.HasTime ? l.Log : Timed(l.Log, headers[l.Log.BlockNumber]))];
    }

    private async Task<Dictionary<long, EvmBlock>> HeadersAsync(long[] heights, CancellationToken cancellationToken)
    {
        var answers = await BatchAsync([.. heights.Select(h => new RpcCall("eth_getBlockByNumber", [Hex.Quantity(h), false]))], cancellationToken);
        return heights.Zip(answers).ToDictionary(pair => pair.First, pair => Wire.Block(pair.Second.Result())
            ?? throw new JsonRpcProtocolException($"The node has logs of block {pair.First} but not the block."));
    }

    private static EvmLog Timed(EvmLog log, EvmBlock block) =>
        block.Hash == log.BlockHash ? log with { Time = block.Time } : throw new ChainMovedException(log.BlockNumber, log.BlockHash, block.Hash);

    private static Dictionary<string, string> Transaction(EvmAddress from, EvmAddress to, byte[] data) =>
        new() { ["from"] = from.ToLowerHex(), ["to"] = to.ToLowerHex(), ["data"] = Hex.Encode(data) };

    private static object?[] Parameters(EvmAddress? to, byte[] data, BlockTag block)
    {
        var call = new Dictionary<string, string> { ["data"] = Hex.Encode(data) };
        if (to is { } address) { call["to"] = address.ToLowerHex(); }
        return [call, block.ToString()];
    }
}
