using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Nirmaan.Evm.Abi;

/// <summary>
/// Declares a contract's event on a record of its fields, in the order of the signature, indexed or not:
/// <code>[Event("Transfer(address indexed from, address indexed to, uint256 value)")] public sealed record Transfer(EvmAddress From, EvmAddress To, BigInteger Value);</code>
/// An indexed string, bytes, array or struct is not in the log, only its hash: such a field is a <see cref="Bytes32"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EventAttribute(string signature) : Attribute
{
    /// <summary>See <see cref="AbiSignature"/>.</summary>
    public string Signature { get; } = signature;
}

/// <summary>Decodes logs of events declared as records. Anonymous events, which have no topic of their own, are not supported.</summary>
public static class Events
{
    private static readonly ConcurrentDictionary<Type, Shape> s_shapes = new();

    /// <summary>The declared signature.</summary>
    public static AbiSignature Signature(Type @event) => ShapeOf(@event).Signature;

    private static Shape ShapeOf(Type @event) => s_shapes.GetOrAdd(@event, static type =>
    {
        var declared = type.GetCustomAttribute<EventAttribute>() ?? throw new InvalidOperationException($"{type.Name} has no [Event].");
        var signature = AbiSignature.Parse(declared.Signature);
        if (signature.Inputs.Count(p => p.Indexed) > 3) { throw new InvalidOperationException($"{signature} has more than 3 indexed fields."); }
        var record = RecordShape.Of(type);
        record.Require(signature, signature.Inputs);
        return new Shape(signature, [.. signature.Inputs.Where(p => !p.Indexed).Select(p => p.Type)], record);
    });

    /// <summary>The first topic of the event's logs.</summary>
    public static Bytes32 Topic<TEvent>() => Signature(typeof(TEvent)).Hash;

    /// <summary>
    /// True when the topics are this event's. Two events of one signature that index other fields (ERC-20's and ERC-721's Transfer) have the
    /// same first topic; the number of topics tells them apart.
    /// </summary>
    public static bool Is<TEvent>(IReadOnlyList<Bytes32> topics) => ShapeOf(typeof(TEvent)).Has(topics);

    /// <summary>Reads the event if the topics are its own.</summary>
    /// <exception cref="AbiException">They are, and yet the fields do not fit.</exception>
    public static bool TryDecode<TEvent>(IReadOnlyList<Bytes32> topics, ReadOnlySpan<byte> data, [MaybeNullWhen(false)] out TEvent value)
    {
        value = default;
        var shape = ShapeOf(typeof(TEvent));
        if (!shape.Has(topics)) { return false; }
        var signature = shape.Signature;
        object?[] unindexed = AbiDecoder.Decode(shape.Unindexed, data);
        object?[] fields = new object?[signature.Inputs.Count];
        int topic = 1, rest = 0;
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = signature.Inputs[i].Indexed ? FromTopic(signature.Inputs[i].Type, topics[topic++]) : unindexed[rest++];
        }
        value = (TEvent)shape.Record.Create(signature.Inputs, fields);
        return true;
    }

    private static object? FromTopic(AbiType type, Bytes32 topic) =>
        RecordShape.IsHashedInTopic(type) ? topic : AbiDecoder.Decode([type], topic.ToArray())[0];

    /// <summary>What decoding needs of a declaration, worked out once: an indexer asks it of every log.</summary>
    private sealed record Shape(AbiSignature Signature, AbiType[] Unindexed, RecordShape Record)
    {
        public bool Has(IReadOnlyList<Bytes32> topics) => topics.Count == 1 + Signature.Inputs.Count - Unindexed.Length && topics[0] == Signature.Hash;
    }
}
