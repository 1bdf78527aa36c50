using System.Text.Json.Nodes;
using Nirmaan.Evm.JsonRpc;

namespace Nirmaan.Evm.Tests.JsonRpc;

/// <summary>A chain in memory of blocks 0 to <see cref="Newest"/>, one second apart, with one log in each, behind a node with limits.</summary>
public sealed class FakeChain
{
    public static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public long Newest { get; set; } = 99;

    /// <summary>Throws when the node will not answer such a range.</summary>
    public Action<long, long> Limit { get; set; } = (_, _) => { };

    /// <summary>Blocks from here on are of another chain than the logs.</summary>
    public long HeadersForkAt { get; set; } = long.MaxValue;

    /// <summary>The node knows headers up to here only.</summary>
    public long HeadersEndAt { get; set; } = long.MaxValue;

    public bool SendsTimes { get; set; } = true;

    public FakeNode Node => field ??= FakeNode.Of(Answer);

    public LogReader Reader(int finalityDepth = 0, int maxRange = 1000) => new(Node.Client(), new LogReaderOptions(finalityDepth, maxRange));

    public static Bytes32 HashOf(long block, int fork = 0) => Keccak256.Hash($"block {block} of fork {fork}");

    public static JsonObject LogJson(long block, int index) => new()
    {
        ["address"] = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        ["topics"] = new JsonArray(HashOf(block).ToString()),
        ["data"] = "0x01",
        ["blockNumber"] = Hex.Quantity(block),
        ["blockHash"] = HashOf(block).ToString(),
        ["blockTimestamp"] = Hex.Quantity((Start.AddSeconds(block)).ToUnixTimeSeconds()),
        ["transactionHash"] = HashOf(block).ToString(),
        ["transactionIndex"] = "0x0",
        ["logIndex"] = Hex.Quantity(index),
        ["removed"] = false,
    };

    private JsonNode? Answer(string method, JsonArray parameters) => method switch
    {
        "eth_blockNumber" => Hex.Quantity(Newest),
        "eth_getBlockByNumber" => Header((long)Hex.ParseQuantity(parameters[0]!.GetValue<string>())),
        "eth_getLogs" => Logs(parameters[0]!),
        _ => throw new RefusedException(-32601, method),
    };

    private JsonObject? Header(long block) => block > Math.Min(Newest, HeadersEndAt) ? null : new JsonObject
    {
        ["number"] = Hex.Quantity(block),
        ["hash"] = HashOf(block, block < HeadersForkAt ? 0 : 1).ToString(),
        ["parentHash"] = HashOf(block - 1).ToString(),
        ["timestamp"] = Hex.Quantity((Start.AddSeconds(block)).ToUnixTimeSeconds()),
    };

    private JsonArray Logs(JsonNode filter)
    {
        long from = (long)Hex.ParseQuantity(filter["fromBlock"]!.GetValue<string>()), to = (long)Hex.ParseQuantity(filter["toBlock"]!.GetValue<string>());
        Limit(from, to);
        var logs = Enumerable.Range((int)from, (int)(Math.Min(to, Newest) - from + 1)).Select(block => LogJson(block, 0)).ToArray();
        if (!SendsTimes) { Array.ForEach(logs, log => log.Remove("blockTimestamp")); }
        return new JsonArray([.. logs.Reverse()]); // order is the node's business
    }
}
