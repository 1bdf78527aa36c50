using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.JsonRpc;

/// <summary>Which state of the chain a call reads.</summary>
public readonly record struct BlockTag
{
    private readonly string? _text;

    private BlockTag(string text) => _text = text;

    /// <summary>The newest block, which may still be replaced. Also the default value.</summary>
    public static BlockTag Latest => new("latest");

    /// <summary>The newest block that the network calls safe.</summary>
    public static BlockTag Safe => new("safe");

    /// <summary>The newest block that cannot be replaced any more.</summary>
    public static BlockTag Finalized => new("finalized");

    /// <summary>The block of this height.</summary>
    public static BlockTag At(long number) => new(Hex.Quantity(number));

    /// <summary>As JSON-RPC writes it.</summary>
    public override string ToString() => _text ?? "latest";
}

/// <summary>A block's header. Time is UTC, whole seconds.</summary>
public sealed record EvmBlock(long Number, Bytes32 Hash, Bytes32 ParentHash, DateTimeOffset Time);

/// <summary>
/// A log with its place on the chain. (<see cref="BlockHash"/>, <see cref="LogIndex"/>) is unique for ever; <see cref="BlockNumber"/> may get another block.
/// </summary>
/// <param name="Time">The block's time, UTC.</param>
public sealed record EvmLog(
    EvmAddress Address, IReadOnlyList<Bytes32> Topics, byte[] Data,
    long BlockNumber, Bytes32 BlockHash, DateTimeOffset Time,
    Bytes32 TransactionHash, int TransactionIndex, int LogIndex)
{
    /// <summary>Reads the event if this log's topics are its own.</summary>
    /// <exception cref="AbiException">They are, and yet the fields do not fit.</exception>
    public bool TryDecode<TEvent>([MaybeNullWhen(false)] out TEvent value) => Events.TryDecode(Topics, Data, out value);
}

/// <summary>A transaction as it was sent.</summary>
/// <param name="To">Null = it creates a contract.</param>
/// <param name="BlockNumber">Null while it is not mined.</param>
public sealed record EvmTransaction(Bytes32 Hash, EvmAddress From, EvmAddress? To, long Nonce, byte[] Data, long? BlockNumber);

/// <summary>What became of a transaction that was mined.</summary>
/// <param name="ContractAddress">Of the contract it created, else null.</param>
/// <param name="WeiPerGas">What each unit of gas cost; null = the node does not say.</param>
public sealed record EvmReceipt(
    Bytes32 TransactionHash, bool Succeeded, long BlockNumber, Bytes32 BlockHash, EvmAddress? ContractAddress, long GasUsed, IReadOnlyList<EvmLog> Logs, BigInteger? WeiPerGas = null);

/// <summary>
/// Which logs are wanted: of any of these addresses (none = any address), and for each topic position any of these values (an empty
/// position = any value).
/// </summary>
public sealed record LogFilter(IReadOnlyList<EvmAddress> Addresses, params IReadOnlyList<IReadOnlyList<Bytes32>> Topics)
{
    /// <summary>All logs of one event at one address, further narrowed by the values of its indexed fields.</summary>
    public static LogFilter Of<TEvent>(EvmAddress address, params IEnumerable<IReadOnlyList<Bytes32>> fields) =>
        new([address], [[Events.Topic<TEvent>()], .. fields]);

    internal Dictionary<string, object> ToJson(long fromBlock, long toBlock)
    {
        var json = new Dictionary<string, object>
        {
            ["fromBlock"] = Hex.Quantity(fromBlock),
            ["toBlock"] = Hex.Quantity(toBlock),
            ["topics"] = Topics.Select(any => any.Count == 0 ? null : any),
        };
        if (Addresses.Count > 0) { json["address"] = Addresses.Select(a => a.ToLowerHex()); }
        return json;
    }
}
