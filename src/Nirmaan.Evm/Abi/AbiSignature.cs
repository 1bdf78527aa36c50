namespace Nirmaan.Evm.Abi;

/// <summary>
/// A function, event or error in Solidity's own words, for example
/// <c>getBid(bytes32 bidId) returns ((address provider, uint256 price))</c> or <c>Transfer(address indexed from, address indexed to, uint256 value)</c>.
/// A returned struct is a tuple, so it has two pairs of parentheses; several returned values have one.
/// </summary>
public sealed class AbiSignature
{
    private AbiSignature(string name, AbiType.Tuple? inputs, AbiType.Tuple? outputs)
    {
        (Name, InputTuple, OutputTuple) = (name, inputs, outputs);
        Hash = Keccak256.Hash(Canonical);
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        Hash.CopyTo(hash);
        Selector = hash[..4].ToArray();
    }

    /// <summary>The name before the parenthesis.</summary>
    public string Name { get; }

    /// <summary>Arguments of a function or error, fields of an event.</summary>
    public IReadOnlyList<AbiParameter> Inputs => InputTuple?.Members ?? [];

    /// <summary>What a function returns.</summary>
    public IReadOnlyList<AbiParameter> Outputs => OutputTuple?.Members ?? [];

    /// <summary>What is hashed: <c>transfer(address,uint256)</c>.</summary>
    public string Canonical => Name + (InputTuple?.Name ?? "()");

    /// <summary>keccak256 of <see cref="Canonical"/>: the first topic of an event.</summary>
    public Bytes32 Hash { get; }

    /// <summary>The first 4 bytes of <see cref="Hash"/>: what a call or an error starts with.</summary>
    public ReadOnlyMemory<byte> Selector { get; }

    // Null = empty: the ABI has no empty tuple, but functions without arguments.
    internal AbiType.Tuple? InputTuple { get; }

    internal AbiType.Tuple? OutputTuple { get; }

    /// <summary>Reads a signature; a leading <c>function</c>, <c>event</c> or <c>error</c> and words such as <c>view</c> are allowed.</summary>
    /// <exception cref="AbiException">Not a signature.</exception>
    public static AbiSignature Parse(string text)
    {
        var (name, inputs, outputs) = AbiParser.Signature(text);
        return new AbiSignature(name, inputs, outputs);
    }

    /// <inheritdoc/>
    public override string ToString() => Canonical;
}
