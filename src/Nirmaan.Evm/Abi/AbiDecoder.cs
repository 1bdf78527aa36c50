using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Nirmaan.Evm.Abi;

/// <summary>
/// Reads the contract ABI's encoding from bytes that nobody vouches for. Lengths are checked before memory is taken, and no part of
/// the data may be used twice: offsets that point many times at one place would blow a kilobyte up to gigabytes. Data after
/// the last value is ignored, as Solidity does.
/// </summary>
public static class AbiDecoder
{
    private const int Word = 32;

    /// <summary><c>abi.decode(data, (types))</c>; the values have the types that <see cref="AbiType"/> tells.</summary>
    /// <exception cref="AbiException">The data are not an encoding of these types.</exception>
    public static object?[] Decode(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data)
    {
        var input = new Input(data);
        return input.Sequence(types, 0);
    }

    internal static object?[] Decode(IReadOnlyList<AbiParameter> parameters, ReadOnlySpan<byte> data) =>
        Decode([.. parameters.Select(p => p.Type)], data);

    private ref struct Input(ReadOnlySpan<byte> data)
    {
        private readonly ReadOnlySpan<byte> _data = data;
        private long _unusedWords = ((long)data.Length + Word - 1) / Word;

        public object?[] Sequence(IReadOnlyList<AbiType> types, int start)
        {
            object?[] values = new object?[types.Count];
            int head = start;
            for (int i = 0; i < values.Length; i++) { values[i] = Item(types[i], start, ref head); }
            return values;
        }

        private object? Item(AbiType type, int start, ref int head)
        {
            if (!type.IsDynamic) { return Static(type, ref head); }
            int at = Distance(ref head, type) + start; // both < data.Length, which is an int
            if (at < 0 || at > _data.Length) { throw Beyond(type); }
            return type switch
            {
                AbiType.Bytes => Blob(type, at).ToArray(),
                AbiType.Text => Encoding.UTF8.GetString(Blob(type, at)),
                AbiType.Tuple tuple => Sequence([.. tuple.Members.Select(m => m.Type)], at),
                AbiType.Array array => Items(array, at),
                _ => throw new InvalidOperationException($"{type} is not dynamic."),
            };
        }

        private object?[] Items(AbiType.Array type, int at)
        {
            int count = type.Length ?? Distance(ref at, type);
            if ((long)count * type.Element.HeadWords * Word > _data.Length - at) { throw Beyond(type); }
            object?[] items = new object?[count];
            int head = at;
            for (int i = 0; i < count; i++) { items[i] = Item(type.Element, at, ref head); }
            return items;
        }

        private object? Static(AbiType type, ref int head)
        {
            switch (type)
            {
                case AbiType.Tuple tuple:
                    object?[] members = new object?[tuple.Members.Count];
                    for (int i = 0; i < members.Length; i++) { members[i] = Static(tuple.Members[i].Type, ref head); }
                    return members;
                case AbiType.Array array:
                    if ((long)array.HeadWords * Word > _data.Length - head) { throw Beyond(type); }
                    object?[] items = new object?[array.Length!.Value];
                    for (int i = 0; i < items.Length; i++) { items[i] = Static(array.Element, ref head); }
                    return items;
                default:
                    return Value(type, Take(ref head, type));
            }
        }

        private static object Value(AbiType type, ReadOnlySpan<byte> word)
        {
            switch (type)
            {
                case AbiType.Number integer:
                    var number = new BigInteger(word, isUnsigned: !integer.HasSign, isBigEndian: true);
                    return AbiEncoder.Fits(integer, number) ? number : throw Dirty(type, word);
                case AbiType.Address:
                    return word[..12].ContainsAnyExcept((byte)0) ? throw Dirty(type, word) : new EvmAddress(word[12..]);
                case AbiType.Bool:
                    return word[..31].ContainsAnyExcept((byte)0) || word[31] > 1 ? throw Dirty(type, word) : word[31] == 1;
                case AbiType.FixedBytes { Size: Word }:
                    return new Bytes32(word);
                case AbiType.FixedBytes bytes:
                    return word[bytes.Size..].ContainsAnyExcept((byte)0) ? throw Dirty(type, word) : word[..bytes.Size].ToArray();
                default:
                    throw new InvalidOperationException($"{type} is not one word.");
            }
        }

        /// <summary>A length in bytes, then the bytes; the zeros behind them may be missing.</summary>
        private ReadOnlySpan<byte> Blob(AbiType type, int at)
        {
            int length = Distance(ref at, type);
            if (length > _data.Length - at) { throw Beyond(type); }
            Use(((long)length + Word - 1) / Word);
            return _data.Slice(at, length);
        }

        /// <summary>An offset or a length: never more than there is data.</summary>
        private int Distance(ref int head, AbiType type)
        {
            var word = Take(ref head, type);
            ulong low = BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
            return word[..24].ContainsAnyExcept((byte)0) || low > (ulong)_data.Length ? throw Beyond(type) : (int)low;
        }

        private ReadOnlySpan<byte> Take(ref int head, AbiType type)
        {
            if (head > _data.Length - Word) { throw Beyond(type); }
            Use(1);
            head += Word;
            return _data.Slice(head - Word, Word);
        }

        private void Use(long words)
        {
            _unusedWords -= words;
            if (_unusedWords < 0) { throw new AbiException($"Parts of the {_data.Length} bytes are used more than once."); }
        }

        private readonly AbiException Beyond(AbiType type) => new($"{type} reaches beyond the {_data.Length} bytes of data.");

        private static AbiException Dirty(AbiType type, ReadOnlySpan<byte> word) => new($"{Hex.Encode(word)} is not a value of {type}.");
    }
}
