using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nirmaan.Networks.Tests.Chain;

/// <summary>A node of a chain that exists only in a test: blocks a minute apart, logs and transactions as the test wrote them.</summary>
internal sealed class FakeRpc
{
    private readonly List<(long Block, string Transaction, string Address, string[] Topics, string Data)> _logs = [];

    public static readonly DateTimeOffset Genesis = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    public long ChainId { get; set; } = 8453;

    public long Head { get; set; } = 100;

    /// <summary>Changes every hash from a block on: a reorganisation.</summary>
    public (long From, int Fork) Fork { get; set; } = (long.MaxValue, 0);

    /// <summary>Call data by transaction.</summary>
    public Dictionary<string, string> Inputs { get; } = [];

    public List<string> Asked { get; } = [];

    public FakeRpc At(Outside outside)
    {
        outside.Answers("POST /rpc", seen => Answer(JsonNode.Parse(seen.Body)!).ToJsonString());
        return this;
    }

    public void Log(long block, string transaction, string address, string[] topics, string data = "0x") => _logs.Add((block, transaction, address, topics, data));

    public string HashOf(long block) => Word((block << 8) + (block >= Fork.From ? Fork.Fork : 0) + 1);

    public static string Word(long number) => "0x" + number.ToString("x64", CultureInfo.InvariantCulture);

    public static string Word(string address) => "0x" + new string('0', 24) + address[2..].ToLowerInvariant();

    private JsonNode Answer(JsonNode call) => call is JsonArray batch
        ? new JsonArray([.. batch.Select(c => Answer(c!))])
        : new JsonObject { ["jsonrpc"] = "2.0", ["id"] = call["id"]!.DeepClone(), ["result"] = Result(call["method"]!.GetValue<string>(), call["params"]!.AsArray()) };

    private JsonNode? Result(string method, JsonArray parameters)
    {
        Asked.Add(method);
        return method switch
        {
            "eth_chainId" => Hex(ChainId),
            "eth_blockNumber" => Hex(Head),
            "eth_getBlockByNumber" => Number(parameters[0]!) is var n && n > Head ? null
                : new JsonObject { ["number"] = Hex(n), ["hash"] = HashOf(n), ["parentHash"] = HashOf(n - 1), ["timestamp"] = Hex(Genesis.AddMinutes(n).ToUnixTimeSeconds()) },
            "eth_getTransactionByHash" => Inputs.TryGetValue(parameters[0]!.GetValue<string>(), out var input) ? new JsonObject { ["input"] = input } : null,
            "eth_getLogs" => Logs(parameters[0]!.AsObject()),
            _ => throw new InvalidOperationException($"{method} was not expected."),
        };
    }

    private JsonArray Logs(JsonObject filter)
    {
        var addresses = filter["address"]!.AsArray().Select(a => a!.GetValue<string>()).ToHashSet();
        var topics = filter["topics"]!.AsArray().Select(t => t?.AsArray().Select(v => v!.GetValue<string>()).ToHashSet()).ToArray();
        var (from, to) = (Number(filter["fromBlock"]!), Number(filter["toBlock"]!));
        return new JsonArray([.. _logs.Index().Where(l => l.Item.Block >= from && l.Item.Block <= to && addresses.Contains(l.Item.Address)
            && topics.Index().All(t => t.Item is null || (t.Index < l.Item.Topics.Length && t.Item.Contains(l.Item.Topics[t.Index])))).Select(l => new JsonObject
            {
                ["address"] = l.Item.Address, ["topics"] = JsonSerializer.SerializeToNode(l.Item.Topics), ["data"] = l.Item.Data, ["blockNumber"] = Hex(l.Item.Block),
                ["blockHash"] = HashOf(l.Item.Block), ["transactionHash"] = l.Item.Transaction, ["transactionIndex"] = "0x0", ["logIndex"] = Hex(l.Index), ["removed"] = false,
            })]);
    }

    private static string Hex(long number) => "0x" + number.ToString("x", CultureInfo.InvariantCulture);

    private static long Number(JsonNode hex) => long.Parse(hex.GetValue<string>()[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
