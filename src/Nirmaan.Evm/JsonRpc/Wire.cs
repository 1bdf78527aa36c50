using System.Numerics;
using System.Text.Json;

namespace Nirmaan.Evm.JsonRpc;

/// <summary>Reads the answers' JSON strictly: what is missing or odd is an error that names the field.</summary>
internal static class Wire
{
    public static EvmBlock? Block(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null
        : new EvmBlock(Height(json, "number"), Hash(json, "hash"), Hash(json, "parentHash"), Time(json, "timestamp"));

    /// <summary>A log without its block's time, which only newer nodes send (<c>blockTimestamp</c>).</summary>
    public static (EvmLog Log, bool HasTime) Log(JsonElement json)
    {
        bool hasTime = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("blockTimestamp", out var time) && time.ValueKind == JsonValueKind.String;
        var log = new EvmLog(
            Address(json, "address"),
            [.. Items(json, "topics").Select(topic => Read(topic, "topics", Bytes32.Parse))],
            Bytes(json, "data"),
            Height(json, "blockNumber"),
            Hash(json, "blockHash"),
            hasTime ? Time(json, "blockTimestamp") : default,
            Hash(json, "transactionHash"),
            Index(json, "transactionIndex"),
            Index(json, "logIndex"));
        return (log, hasTime);
    }

    public static bool IsRemoved(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty("removed", out var removed) && removed.ValueKind == JsonValueKind.True;

    public static EvmReceipt Receipt(JsonElement json, IReadOnlyList<EvmLog> logs) => new(
        Hash(json, "transactionHash"),
        Quantity(json, "status") == BigInteger.One,
        Height(json, "blockNumber"),
        Hash(json, "blockHash"),
        IsThere(json, "contractAddress") ? Address(json, "contractAddress") : null,
        Height(json, "gasUsed"),
        logs,
        json.TryGetProperty("effectiveGasPrice", out var price) && price.ValueKind == JsonValueKind.String ? Quantity(json, "effectiveGasPrice") : null);

    public static EvmTransaction? Transaction(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null : new EvmTransaction(
        Hash(json, "hash"),
        Address(json, "from"),
        IsThere(json, "to") ? Address(json, "to") : null,
        Height(json, "nonce"),
        Bytes(json, "input"),
        IsThere(json, "blockNumber") ? Height(json, "blockNumber") : null);

    private static bool IsThere(JsonElement json, string what) => json.TryGetProperty(what, out var value) && value.ValueKind != JsonValueKind.Null;

    public static long Height(JsonElement json, string what) => Bounded(what, Quantity(json, what), long.MaxValue);

    public static BigInteger Quantity(JsonElement json, string what) => Read(Property(json, what), what, Hex.ParseQuantity);

    public static byte[] Bytes(JsonElement json, string what) => Read(Property(json, what), what, Hex.Decode);

    public static IEnumerable<JsonElement> Items(JsonElement json, string what)
    {
        var items = json.ValueKind == JsonValueKind.Object ? Property(json, what) : json;
        return items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : throw Wrong(what, items, null);
    }

    /// <summary>A property of an object; a bare value stands for itself, so that plain results are read with the same words.</summary>
    private static JsonElement Property(JsonElement json, string what) =>
        json.ValueKind != JsonValueKind.Object ? json
        : json.TryGetProperty(what, out var value) ? value
        : throw new JsonRpcProtocolException($"'{what}' is missing.");

    private static Bytes32 Hash(JsonElement json, string what) => Read(Property(json, what), what, Bytes32.Parse);

    private static EvmAddress Address(JsonElement json, string what) => Read(Property(json, what), what, text => EvmAddress.Parse(text));

    private static int Index(JsonElement json, string what) => (int)Bounded(what, Quantity(json, what), int.MaxValue);

    private static DateTimeOffset Time(JsonElement json, string what) =>
        DateTimeOffset.FromUnixTimeSeconds(Bounded(what, Quantity(json, what), DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    private static long Bounded(string what, BigInteger value, long most) =>
        value <= most ? (long)value : throw new JsonRpcProtocolException($"'{what}' is {Hex.Quantity(value)}, more than is possible.");

    private static T Read<T>(JsonElement json, string what, Func<string, T> parse)
    {
        if (json.ValueKind != JsonValueKind.String) { throw Wrong(what, json, null); }
        try { return parse(json.GetString()!); }
        catch (FormatException e) { throw Wrong(what, json, e); }
    }

    private static JsonRpcProtocolException Wrong(string what, JsonElement json, Exception? cause) =>
        new($"'{what}' cannot be read{(cause is null ? $": it is a JSON {json.ValueKind}" : $": {cause.Message}")}", cause);
}
