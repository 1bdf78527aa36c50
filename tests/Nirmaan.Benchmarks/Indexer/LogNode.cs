using System.Buffers;
using System.Net;
using System.Numerics;
using System.Text.Json;
using Nirmaan.Evm;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Benchmarks.Indexer;

/// <summary>
/// A node that answers JSON-RPC out of a history drawn from a seed, as one would read it from a file: stakes and unstakes of many accounts, some in
/// each block. Ranges are asked for one after the other, each once.
/// </summary>
internal sealed class LogNode(int events, int accounts, int perBlock, int seed) : HttpMessageHandler
{
    public const string Staking = "0x00000000000000000000000000000000000057a4";
    private const long Genesis = 1_700_000_000, Unit = 9_999_999_999_999;

    [Event("Staked(address indexed account, uint256 amount, uint256 balance)")]
    private sealed record Staked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

    [Event("Unstaked(address indexed account, uint256 amount, uint256 balance)")]
    private sealed record Unstaked(EvmAddress Account, BigInteger Amount, BigInteger Balance);

    private static readonly string s_staked = Events.Topic<Staked>().ToString(), s_unstaked = Events.Topic<Unstaked>().ToString();

    private readonly Random _random = new(seed);
    private readonly long[] _held = new long[accounts];
    private readonly ArrayBufferWriter<byte> _answer = new();
    private readonly Lock _turn = new();

    /// <summary>Events handed out.</summary>
    public int Given { get; private set; }

    /// <summary>Time spent on making them.</summary>
    public TimeSpan Making { get; private set; }

    private long Last => (events + perBlock - 1) / perBlock;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var asked = await JsonDocument.ParseAsync(await request.Content!.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        // The next page is asked for while the last block is.
        lock (_turn) { return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Answer(asked)) }; }
    }

    private byte[] Answer(JsonDocument asked)
    {
        var from = TimeProvider.System.GetTimestamp();
        _answer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_answer))
        {
            if (asked.RootElement.ValueKind == JsonValueKind.Array)
            {
                json.WriteStartArray();
                foreach (var call in asked.RootElement.EnumerateArray()) { Answer(json, call); }
                json.WriteEndArray();
            }
            else { Answer(json, asked.RootElement); }
        }
        var body = _answer.WrittenSpan.ToArray();
        Making += TimeProvider.System.GetElapsedTime(from);
        return body;
    }

    private void Answer(Utf8JsonWriter json, JsonElement call)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc", "2.0");
        json.WritePropertyName("id");
        call.GetProperty("id").WriteTo(json);
        json.WritePropertyName("result");
        var parameters = call.GetProperty("params");
        switch (call.GetProperty("method").GetString())
        {
            case "eth_chainId": json.WriteStringValue("0x7a69"); break;
            case "eth_blockNumber": json.WriteStringValue(Hex.Quantity(Last)); break;
            case "eth_getBlockByNumber": Block(json, (long)Hex.ParseQuantity(parameters[0].GetString()!)); break;
            case "eth_getLogs":
                var range = parameters[0];
                json.WriteStartArray();
                for (var block = Math.Max(1, Number(range, "fromBlock")); block <= Number(range, "toBlock"); block++) { Logs(json, block); }
                json.WriteEndArray();
                break;
            case var other: throw new InvalidOperationException($"{other} is not asked for in a benchmark.");
        }
        json.WriteEndObject();
    }

    private static long Number(JsonElement range, string name) => (long)Hex.ParseQuantity(range.GetProperty(name).GetString()!);

    private void Block(Utf8JsonWriter json, long number)
    {
        if (number > Last) { json.WriteNullValue(); return; }
        json.WriteStartObject();
        json.WriteString("number", Hex.Quantity(number));
        json.WriteString("hash", $"0x{number:x64}");
        json.WriteString("parentHash", $"0x{number - 1:x64}");
        json.WriteString("timestamp", Hex.Quantity(Genesis + 2 * number));
        json.WriteEndObject();
    }

    private void Logs(Utf8JsonWriter json, long block)
    {
        for (var i = 0; i < perBlock && Given < events; i++)
        {
            // Each account stakes once before any comes again.
            var who = Given < accounts ? Given : _random.Next(accounts);
            var isOut = _held[who] > 0 && _random.Next(3) == 0;
            var units = isOut ? _random.NextInt64(1, _held[who] + 1) : _random.NextInt64(1, 1_000_000_000);
            _held[who] += isOut ? -units : units;
            json.WriteStartObject();
            json.WriteString("address", Staking);
            json.WriteStartArray("topics");
            json.WriteStringValue(isOut ? s_unstaked : s_staked);
            json.WriteStringValue($"0x{0:x24}{1 + (UInt128)who * 0x9E3779B97F4A7C15UL:x40}");
            json.WriteEndArray();
            json.WriteString("data", $"0x{(Int128)units * Unit:x64}{(Int128)_held[who] * Unit:x64}");
            json.WriteString("blockNumber", Hex.Quantity(block));
            json.WriteString("blockHash", $"0x{block:x64}");
            json.WriteString("blockTimestamp", Hex.Quantity(Genesis + 2 * block));
            json.WriteString("transactionHash", $"0x{(UInt128)(Given + 1) * 0xD1B54A32D192ED03UL:x64}");
            json.WriteString("transactionIndex", Hex.Quantity(i));
            json.WriteString("logIndex", Hex.Quantity(i));
            json.WriteEndObject();
            Given++;
        }
    }
}
