using System.Globalization;

namespace Nirmaan.Evm.Abi;

/// <summary>
/// A Solidity type as the contract ABI sees it. Values are held as <see cref="System.Numerics.BigInteger"/> (any integer),
/// <see cref="EvmAddress"/>, <see cref="bool"/>, <see cref="Bytes32"/> (bytes32), <c>byte[]</c> (bytes and shorter bytesN),
/// <see cref="string"/>, and <c>object[]</c> (arrays and tuples).
/// </summary>
public abstract record AbiType
{
    /// <summary>No type may hold more fixed words than this: 32 MiB of encoding, far above anything real.</summary>
    internal const int MaxWords = 1 << 20;

    /// <summary>Deepest nesting of arrays and tuples: the decoder recurses once a level.</summary>
    internal const int MaxDepth = 32;

    private AbiType() { }

    /// <summary>The canonical name, as it is hashed into selectors: <c>uint256</c>, <c>(address,bytes)[]</c>.</summary>
    public abstract string Name { get; }

    /// <summary>True when the encoding is an offset in the head and the value in the tail.</summary>
    public virtual bool IsDynamic => false;

    /// <summary>Words this type takes in the head of a sequence.</summary>
    internal virtual int HeadWords => 1;

    /// <summary>Nesting levels, 1 for a plain value.</summary>
    internal virtual int Depth => 1;

    /// <summary>Reads a type, for example <c>(address account, uint256 amount)[]</c>; names inside tuples are allowed.</summary>
    /// <exception cref="AbiException">Not a type.</exception>
    public static AbiType Parse(string text) => AbiParser.Type(text);

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    /// <summary>uintN or intN, N a multiple of 8 up to 256.</summary>
    public sealed record Number(int Bits, bool HasSign) : AbiType
    {
        /// <inheritdoc/>
        public override string Name => string.Create(CultureInfo.InvariantCulture, $"{(HasSign ? "int" : "uint")}{Bits}");
    }

    /// <summary>A 20-byte address.</summary>
    public sealed record Address : AbiType
    {
        /// <inheritdoc/>
        public override string Name => "address";
    }

    /// <summary>True or false.</summary>
    public sealed record Bool : AbiType
    {
        /// <inheritdoc/>
        public override string Name => "bool";
    }

    /// <summary>bytesN, 1 to 32 bytes.</summary>
    public sealed record FixedBytes(int Size) : AbiType
    {
        /// <inheritdoc/>
        public override string Name => string.Create(CultureInfo.InvariantCulture, $"bytes{Size}");
    }

    /// <summary>Bytes of any number.</summary>
    public sealed record Bytes : AbiType
    {
        /// <inheritdoc/>
        public override string Name => "bytes";

        /// <inheritdoc/>
        public override bool IsDynamic => true;
    }

    /// <summary>UTF-8 text. Ill-formed bytes decode to U+FFFD: strangers choose on-chain names, and no name may stop a reader.</summary>
    public sealed record Text : AbiType
    {
        /// <inheritdoc/>
        public override string Name => "string";

        /// <inheritdoc/>
        public override bool IsDynamic => true;
    }

    /// <summary>T[] (no length) or T[n].</summary>
    public sealed record Array(AbiType Element, int? Length) : AbiType
    {
        /// <inheritdoc/>
        public override string Name => string.Create(CultureInfo.InvariantCulture, $"{Element.Name}[{Length}]");

        /// <inheritdoc/>
        public override bool IsDynamic => Length is null || Element.IsDynamic;

        internal override int HeadWords => IsDynamic ? 1 : Length!.Value * Element.HeadWords;

        internal override int Depth => 1 + Element.Depth;
    }

    /// <summary>A struct: its members in order. Members are compared by type; names do not matter to the ABI.</summary>
    public sealed record Tuple(IReadOnlyList<AbiParameter> Members) : AbiType
    {
        /// <inheritdoc/>
        public override string Name => $"({string.Join(',', Members.Select(m => m.Type.Name))})";

        /// <inheritdoc/>
        public override bool IsDynamic { get; } = Members.Any(m => m.Type.IsDynamic);

        internal override int HeadWords => IsDynamic ? 1 : InnerWords;

        internal int InnerWords { get; } = Members.Sum(m => m.Type.HeadWords);

        internal override int Depth { get; } = 1 + Members.Max(m => m.Type.Depth);

        /// <inheritdoc/>
        public bool Equals(Tuple? other) => other is not null && Name == other.Name;

        /// <inheritdoc/>
        public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Name);
    }
}

/// <summary>A type with its name ("" when it has none); <paramref name="Indexed"/> is meant for events only.</summary>
public sealed record AbiParameter(AbiType Type, string Name, bool Indexed = false);
