using System.Collections;
using System.Numerics;
using System.Text;

namespace Nirmaan.Evm.Abi;

/// <summary>Writes values in the contract ABI's encoding (Solidity documentation, "Contract ABI Specification").</summary>
public static class AbiEncoder
{
    private const int Word = 32;

    /// <summary>
    /// <c>abi.encode(...)</c>. Integers may be any .NET integer, arrays any list, tuples a list or a record whose constructor
    /// parameters are the members in order.
    /// </summary>
    /// <exception cref="AbiException">A value does not fit its type.</exception>
    public static byte[] Encode(IReadOnlyList<AbiType> types, params IReadOnlyList<object?> values)
    {
        if (types.Count != values.Count) { throw new AbiException($"{types.Count} values are needed, not {values.Count}."); }
        var output = new Output();
        Sequence(output, types, values);
        return output.ToArray();
    }

    internal static byte[] Encode(ReadOnlySpan<byte> prefix, IReadOnlyList<AbiParameter> parameters, IReadOnlyList<object?> values)
    {
        byte[] body = Encode([.. parameters.Select(p => p.Type)], values);
        return [.. prefix, .. body];
    }

    /// <summary>Heads first, in a row; what is dynamic follows, and its head is its distance from the first head.</summary>
    private static void Sequence(Output output, IReadOnlyList<AbiType> types, IReadOnlyList<object?> values)
    {
        int start = output.Reserve(types.Sum(t => t.HeadWords) * Word);
        int head = start;
        for (int i = 0; i < types.Count; i++) { Item(output, types[i], values[i], start, ref head); }
    }

    private static void Item(Output output, AbiType type, object? value, int start, ref int head)
    {
        if (!type.IsDynamic)
        {
            Static(output, type, value, ref head);
            return;
        }
        Integer(output.At(head), output.Length - start);
        head += Word;
        switch (type)
        {
            case AbiType.Bytes: Blob(output, Cast<byte[]>(type, value)); break;
            case AbiType.Text: Blob(output, Encoding.UTF8.GetBytes(Cast<string>(type, value))); break;
            case AbiType.Tuple tuple: Sequence(output, [.. tuple.Members.Select(m => m.Type)], Members(tuple, value)); break;
            case AbiType.Array array:
                var items = Items(array, value);
                if (array.Length is null) { Integer(output.At(output.Reserve(Word)), items.Length); }
                int first = output.Reserve(items.Length * array.Element.HeadWords * Word);
                int at = first;
                foreach (object? item in items) { Item(output, array.Element, item, first, ref at); }
                break;
        }
    }

    private static void Static(Output output, AbiType type, object? value, ref int head)
    {
        switch (type)
        {
            case AbiType.Tuple tuple:
                var members = Members(tuple, value);
                for (int i = 0; i < members.Count; i++) { Static(output, tuple.Members[i].Type, members[i], ref head); }
                return;
            case AbiType.Array array:
                foreach (object? item in Items(array, value)) { Static(output, array.Element, item, ref head); }
                return;
            case AbiType.Number integer: Integer(output.At(head), Fitting(integer, value)); break;
            case AbiType.Address: Cast<EvmAddress>(type, value).CopyTo(output.At(head)[12..]); break;
            case AbiType.Bool: output.At(head)[Word - 1] = Cast<bool>(type, value) ? (byte)1 : (byte)0; break;
            case AbiType.FixedBytes when value is Bytes32 word && type.Name == "bytes32": word.CopyTo(output.At(head)); break;
            case AbiType.FixedBytes bytes:
                byte[] content = Cast<byte[]>(type, value);
                if (content.Length != bytes.Size) { throw new AbiException($"{type} needs {bytes.Size} bytes, not {content.Length}."); }
                content.CopyTo(output.At(head));
                break;
        }
        head += Word;
    }

    private static void Blob(Output output, byte[] content)
    {
        Integer(output.At(output.Reserve(Word)), content.Length);
        int at = output.Reserve((content.Length + Word - 1) / Word * Word);
        content.CopyTo(output.At(at, content.Length));
    }

    private static void Integer(Span<byte> word, BigInteger value)
    {
        if (value.Sign < 0) { word.Fill(0xFF); }
        Span<byte> bytes = stackalloc byte[Word + 1];
        if (!value.TryWriteBytes(bytes, out int written, isBigEndian: true)) { throw new AbiException($"{value} needs more than 256 bits."); }
        if (written > Word) { bytes[1..].CopyTo(word); } // 33 bytes: a leading zero for the sign
        else { bytes[..written].CopyTo(word[(Word - written)..]); }
    }

    private static BigInteger Fitting(AbiType.Number type, object? value)
    {
        BigInteger number = value switch
        {
            BigInteger big => big,
            int i => i,
            long i => i,
            uint i => i,
            ulong i => i,
            short i => i,
            ushort i => i,
            byte i => i,
            sbyte i => i,
            _ => throw Mismatch(type, value),
        };
        return Fits(type, number) ? number : throw new AbiException($"{number} does not fit {type}.");
    }

    internal static bool Fits(AbiType.Number type, BigInteger number) => type.HasSign
        ? number >= -(BigInteger.One << (type.Bits - 1)) && number < BigInteger.One << (type.Bits - 1)
        : number.Sign >= 0 && number < BigInteger.One << type.Bits;

    private static object?[] Items(AbiType.Array type, object? value)
    {
        if (value is string or null || value is not IEnumerable list) { throw Mismatch(type, value); }
        object?[] items = [.. list.Cast<object?>()];
        return type.Length is null || type.Length == items.Length ? items : throw new AbiException($"{type} needs {type.Length} items, not {items.Length}.");
    }

    private static IReadOnlyList<object?> Members(AbiType.Tuple type, object? value)
    {
        var members = value as IReadOnlyList<object?> ?? RecordShape.Of((value ?? throw Mismatch(type, value)).GetType()).Read(value);
        return members.Count == type.Members.Count ? members : throw new AbiException($"{type} needs {type.Members.Count} members, not {members.Count}.");
    }

    private static T Cast<T>(AbiType type, object? value) => value is T fitting ? fitting : throw Mismatch(type, value);

    private static AbiException Mismatch(AbiType type, object? value) => new($"A value of {type} cannot be made from {value?.GetType().Name ?? "null"}.");

    /// <summary>A growing buffer of zeros; spans of it are valid until the next <see cref="Reserve"/>.</summary>
    private sealed class Output
    {
        private byte[] _bytes = new byte[512];

        public int Length { get; private set; }

        public int Reserve(int size)
        {
            int at = Length;
            Length += size;
            if (Length > _bytes.Length) { System.Array.Resize(ref _bytes, Math.Max(Length, 2 * _bytes.Length)); }
            return at;
        }

        public Span<byte> At(int at, int length = Word) => _bytes.AsSpan(at, length);

        public byte[] ToArray() => _bytes.AsSpan(0, Length).ToArray();
    }
}
