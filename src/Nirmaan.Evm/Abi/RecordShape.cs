using System.Collections.Concurrent;
using System.Numerics;
using System.Reflection;

namespace Nirmaan.Evm.Abi;

/// <summary>A record as a list of values: the parameters of its constructor in order. Names are free; order and types must fit the ABI.</summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<Type, RecordShape> s_shapes = new();

    private readonly ConstructorInfo _constructor;
    private readonly ConstructorInvoker _invoker;
    private readonly PropertyInfo[] _properties;

    private RecordShape(Type type)
    {
        _constructor = type.GetConstructors().Where(c => !(c.GetParameters() is [var only] && only.ParameterType == type)).ToArray() is [var single] ? single
            : throw new InvalidOperationException($"{type.Name} needs exactly one public constructor, with the ABI's values in order.");
        _invoker = ConstructorInvoker.Create(_constructor);
        Parameters = _constructor.GetParameters();
        _properties = [.. Parameters.Select(p => type.GetProperty(p.Name!) ?? throw new InvalidOperationException($"{type.Name} has no property {p.Name}."))];
    }

    public IReadOnlyList<ParameterInfo> Parameters { get; }

    public static RecordShape Of(Type type) => s_shapes.GetOrAdd(type, static t => new RecordShape(t));

    public object?[] Read(object record) => [.. _properties.Select(p => p.GetValue(record))];

    /// <summary>Makes the record from decoded values.</summary>
    public object Create(IReadOnlyList<AbiParameter> abi, IReadOnlyList<object?> values)
    {
        object?[] arguments = new object?[Parameters.Count];
        for (int i = 0; i < arguments.Length; i++) { arguments[i] = FromAbi(Held(abi[i]), values[i], Parameters[i].ParameterType); }
        return _invoker.Invoke(arguments.AsSpan());
    }

    /// <summary>Throws unless the constructor's parameters can hold these ABI values: a slip in a declaration shows at its first use.</summary>
    public void Require(AbiSignature signature, IReadOnlyList<AbiParameter> abi)
    {
        string record = _constructor.DeclaringType!.Name;
        if (Parameters.Count != abi.Count) { throw new InvalidOperationException($"{record} has {Parameters.Count} values, {signature} has {abi.Count}."); }
        for (int i = 0; i < abi.Count; i++) { Require(signature, $"{record}.{Parameters[i].Name}", Held(abi[i]), Parameters[i].ParameterType); }
    }

    public static void Require(AbiSignature signature, string place, AbiType abi, Type type)
    {
        bool fits = abi switch
        {
            _ when type == typeof(object) => true,
            AbiType.Number => IsInteger(type),
            AbiType.Address => type == typeof(EvmAddress),
            AbiType.Bool => type == typeof(bool),
            AbiType.FixedBytes { Size: Bytes32.Size } => type == typeof(Bytes32),
            AbiType.FixedBytes or AbiType.Bytes => type == typeof(byte[]),
            AbiType.Text => type == typeof(string),
            AbiType.Array => ElementOf(type) is not null,
            _ => !type.IsPrimitive && type != typeof(string),
        };
        if (!fits) { throw new InvalidOperationException($"{place} is {type.Name}, which cannot hold {abi} of {signature}."); }
        if (abi is AbiType.Array array && ElementOf(type) is { } element) { Require(signature, $"{place}[]", array.Element, element); }
        if (abi is AbiType.Tuple tuple && type != typeof(object)) { Of(type).Require(signature, tuple.Members); }
    }

    /// <summary>A decoded value as the .NET type that a record declares.</summary>
    public static object? FromAbi(AbiType abi, object? value, Type type) => abi switch
    {
        _ when type == typeof(object) => value,
        AbiType.Number when type != typeof(BigInteger) => Narrow((BigInteger)value!, type),
        AbiType.Array array => ToArray(array, (object?[])value!, ElementOf(type)!),
        AbiType.Tuple tuple => Of(type).Create(tuple.Members, (object?[])value!),
        _ => value,
    };

    /// <summary>An indexed value that is longer than a word is not in the log; its hash is.</summary>
    private static AbiType Held(AbiParameter parameter) =>
        parameter.Indexed && IsHashedInTopic(parameter.Type) ? new AbiType.FixedBytes(Bytes32.Size) : parameter.Type;

    public static bool IsHashedInTopic(AbiType type) => type is AbiType.Array or AbiType.Tuple or AbiType.Bytes or AbiType.Text;

    private static Array ToArray(AbiType.Array abi, object?[] values, Type element)
    {
        var array = Array.CreateInstance(element, values.Length);
        for (int i = 0; i < values.Length; i++) { array.SetValue(FromAbi(abi.Element, values[i], element), i); }
        return array;
    }

    private static Type? ElementOf(Type type) =>
        type.IsSZArray ? type.GetElementType()
        : type.IsGenericType && type.GetGenericTypeDefinition() is var list
            && (list == typeof(IReadOnlyList<>) || list == typeof(IReadOnlyCollection<>) || list == typeof(IEnumerable<>)) ? type.GetGenericArguments()[0]
        : null;

    private static bool IsInteger(Type type) => type == typeof(BigInteger) || Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64 && !type.IsEnum;

    private static object Narrow(BigInteger value, Type type)
    {
        try
        {
            return Type.GetTypeCode(type) switch
            {
                TypeCode.Byte => (byte)value,
                TypeCode.SByte => (sbyte)value,
                TypeCode.Int16 => (short)value,
                TypeCode.UInt16 => (ushort)value,
                TypeCode.Int32 => (int)value,
                TypeCode.UInt32 => (uint)value,
                TypeCode.Int64 => (long)value,
                _ => (object)(ulong)value,
            };
        }
        catch (OverflowException) { throw new AbiException($"{value} does not fit {type.Name}."); }
    }
}
