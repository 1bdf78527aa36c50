using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.Tests.Abi;

/// <summary>Random parameter types with values that fit them, drawn from a seed, and the same values as <c>cast</c> reads them.</summary>
public sealed class AbiSample
{
    private const string Letters = "abcXYZ019 ,()[]{}:_é≠😀";
    private readonly Random _random;

    public AbiSample(int seed)
    {
        _random = new Random(seed);
        Types = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Type(3))];
        Values = [.. Types.Select(Value)];
    }

    public IReadOnlyList<AbiType> Types { get; }

    public IReadOnlyList<object?> Values { get; }

    public static Arbitrary<AbiSample> Any => Gen.Choose(int.MinValue, int.MaxValue).Select(seed => new AbiSample(seed)).ToArbitrary();

    public IEnumerable<string> CastArguments =>
        ["abi-encode", $"f({string.Join(',', Types)})", "--", .. Types.Zip(Values, (t, v) => Spell(t, v, nested: false))];

    public override string ToString() => $"({string.Join(',', Types)}) {Spell(Values)}";

    /// <summary>One text for one value tree: a way to compare arrays in arrays.</summary>
    public static string Spell(object? value) => value switch
    {
        string text => $"'{text}'",
        byte[] bytes => Hex.Encode(bytes),
        IEnumerable items => $"[{string.Join(' ', items.Cast<object?>().Select(Spell))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private AbiType Type(int depth) => _random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => new AbiType.Number(8 * _random.Next(1, 33), _random.Next(2) == 0),
        1 => new AbiType.Address(),
        2 => new AbiType.Bool(),
        3 => new AbiType.FixedBytes(_random.Next(1, 33)),
        4 => new AbiType.Bytes(),
        5 => new AbiType.Text(),
        6 => new AbiType.Array(Type(depth - 1), null),
        7 => new AbiType.Array(Type(depth - 1), _random.Next(1, 4)),
        _ => new AbiType.Tuple([.. Enumerable.Range(0, _random.Next(1, 4)).Select(i => new AbiParameter(Type(depth - 1), $"m{i}"))]),
    };

    private object Value(AbiType type) => type switch
    {
        AbiType.Number number => Integer(number),
        AbiType.Address => new EvmAddress(Bytes(EvmAddress.Size)),
        AbiType.Bool => _random.Next(2) == 0,
        AbiType.FixedBytes { Size: Bytes32.Size } => new Bytes32(Bytes(Bytes32.Size)),
        AbiType.FixedBytes bytes => Bytes(bytes.Size),
        AbiType.Bytes => Bytes(_random.Next(70)),
        AbiType.Text => Text(),
        AbiType.Array array => Enumerable.Range(0, array.Length ?? _random.Next(4)).Select(_ => (object?)Value(array.Element)).ToArray(),
        AbiType.Tuple tuple => tuple.Members.Select(m => (object?)Value(m.Type)).ToArray(),
        _ => throw new InvalidOperationException($"{type}"),
    };

    private BigInteger Integer(AbiType.Number type)
    {
        var least = type.HasSign ? -(BigInteger.One << (type.Bits - 1)) : 0;
        var most = (BigInteger.One << (type.HasSign ? type.Bits - 1 : type.Bits)) - 1;
        return _random.Next(4) switch { 0 => least, 1 => most, _ => least + (new BigInteger(Bytes(40), isUnsigned: true) % (most - least + 1)) };
    }

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Without space at the ends, which cast takes off its arguments.</summary>
    private string Text()
    {
        Rune[] letters = [.. Letters.EnumerateRunes()];
        return string.Concat(Enumerable.Range(0, _random.Next(50)).Select(_ => letters[_random.Next(letters.Length)].ToString())).Trim();
    }

    private static string Spell(AbiType type, object? value, bool nested) => (type, value) switch
    {
        (AbiType.Array array, object?[] items) => $"[{string.Join(',', items.Select(i => Spell(array.Element, i, nested: true)))}]",
        (AbiType.Tuple tuple, object?[] items) => $"({string.Join(',', items.Select((i, n) => Spell(tuple.Members[n].Type, i, nested: true)))})",
        (AbiType.Text, string text) => nested ? $"\"{text}\"" : text,
        (AbiType.Bool, bool truth) => truth ? "true" : "false",
        (_, byte[] bytes) => Hex.Encode(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
