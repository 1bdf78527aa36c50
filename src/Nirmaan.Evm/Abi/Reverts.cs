using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Reflection;

namespace Nirmaan.Evm.Abi;

/// <summary>
/// Declares a contract's custom error on a record of its fields:
/// <code>[Error("ProviderStakeTooLow(uint256 amount, uint256 minimum)")] public sealed record ProviderStakeTooLow(BigInteger Amount, BigInteger Minimum);</code>
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ErrorAttribute(string signature) : Attribute
{
    /// <summary>See <see cref="AbiSignature"/>.</summary>
    public string Signature { get; } = signature;
}

/// <summary>Reads the data with which a call reverted.</summary>
public static class Reverts
{
    /// <summary>Characters of a reason that are worth a log line; the contract decides how many there are.</summary>
    private const int MaxReason = 500;

    private static readonly AbiSignature s_words = AbiSignature.Parse("Error(string reason)");
    private static readonly AbiSignature s_panic = AbiSignature.Parse("Panic(uint256 code)");
    private static readonly ConcurrentDictionary<Type, AbiSignature> s_signatures = new();

    /// <summary>The declared signature.</summary>
    public static AbiSignature Signature(Type error) => s_signatures.GetOrAdd(error, static type =>
    {
        var declared = type.GetCustomAttribute<ErrorAttribute>() ?? throw new InvalidOperationException($"{type.Name} has no [Error].");
        var signature = AbiSignature.Parse(declared.Signature);
        RecordShape.Of(type).Require(signature, signature.Inputs);
        return signature;
    });

    /// <summary>Reads a declared error if the data are its own.</summary>
    /// <exception cref="AbiException">They start with its selector, and yet the fields do not fit.</exception>
    public static bool TryDecode<TError>(ReadOnlySpan<byte> data, [MaybeNullWhen(false)] out TError error)
    {
        var signature = Signature(typeof(TError));
        error = default;
        if (!data.StartsWith(signature.Selector.Span)) { return false; }
        error = (TError)RecordShape.Of(typeof(TError)).Create(signature.Inputs, AbiDecoder.Decode(signature.Inputs, data[4..]));
        return true;
    }

    /// <summary>
    /// The reason in words: <c>require</c>'s text, a panic's meaning, a known error with its fields, or the unknown error's selector. Never throws:
    /// the data come from a contract that may be hostile.
    /// </summary>
    public static string Describe(ReadOnlySpan<byte> data, params IEnumerable<AbiSignature> known)
    {
        if (data.IsEmpty) { return "reverted without a reason"; }
        if (data.Length < 4) { return $"reverted with {Hex.Encode(data)}"; }
        try
        {
            if (data.StartsWith(s_words.Selector.Span)) { return Shorten((string)AbiDecoder.Decode(s_words.Inputs, data[4..])[0]!); }
            if (data.StartsWith(s_panic.Selector.Span)) { return Panic((BigInteger)AbiDecoder.Decode(s_panic.Inputs, data[4..])[0]!); }
            foreach (var signature in known)
            {
                if (data.StartsWith(signature.Selector.Span)) { return Shorten($"{signature.Name}({string.Join(", ", AbiDecoder.Decode(signature.Inputs, data[4..]).Select(Show))})"); }
            }
        }
        catch (AbiException) { return $"reverted with malformed data {Hex.Encode(data[..Math.Min(data.Length, 36)])}"; }
        return $"custom error {Hex.Encode(data[..4])}";
    }

    /// <summary>Codes of the Solidity documentation, "Panic via assert and Error via require".</summary>
    private static string Panic(BigInteger code) => $"panic {Hex.Quantity(code)}: " + (code < 256 ? (int)code : -1) switch
    {
        0x01 => "an assertion failed",
        0x11 => "arithmetic overflow or underflow",
        0x12 => "division by zero",
        0x21 => "no such enum value",
        0x22 => "wrongly encoded storage byte array",
        0x31 => "pop of an empty array",
        0x32 => "index out of bounds",
        0x41 => "too much memory",
        0x51 => "call of an uninitialised function pointer",
        _ => "unknown code",
    };

    private static string Shorten(string reason) => reason.Length <= MaxReason ? reason : $"{reason[..MaxReason]}...";

    private static string Show(object? value) => value switch
    {
        object?[] items => $"[{string.Join(", ", items.Select(Show))}]",
        byte[] bytes => Hex.Encode(bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
