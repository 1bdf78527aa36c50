using System.Collections.Concurrent;
using System.Reflection;

namespace Nirmaan.Evm.Abi;

/// <summary>
/// Declares a contract function on a record of its arguments:
/// <code>[Function("balanceOf(address account) returns (uint256)")] public sealed record BalanceOf(EvmAddress Account) : IFunction&lt;BigInteger&gt;;</code>
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FunctionAttribute(string signature) : Attribute
{
    /// <summary>See <see cref="AbiSignature"/>.</summary>
    public string Signature { get; } = signature;
}

/// <summary>A record of a function's arguments, with a <see cref="FunctionAttribute"/>.</summary>
public interface IFunction;

/// <summary>
/// A function that answers <typeparamref name="TResult"/>: the one returned value's type, or a record of the several.
/// A returned struct is one value, a tuple, and its type is a record.
/// </summary>
public interface IFunction<TResult> : IFunction;

/// <summary>Encodes calls and decodes answers of functions declared as records.</summary>
public static class Functions
{
    private static readonly ConcurrentDictionary<Type, AbiSignature> s_signatures = new();

    /// <summary>The declared signature.</summary>
    public static AbiSignature Signature(Type function) => s_signatures.GetOrAdd(function, static type =>
    {
        var declared = type.GetCustomAttribute<FunctionAttribute>() ?? throw new InvalidOperationException($"{type.Name} has no [Function].");
        var signature = AbiSignature.Parse(declared.Signature);
        RecordShape.Of(type).Require(signature, signature.Inputs);
        var answers = type.GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IFunction<>));
        if (answers?.GetGenericArguments()[0] is { } result)
        {
            if (signature.Outputs is [var only]) { RecordShape.Require(signature, $"{type.Name}'s answer", only.Type, result); }
            else { RecordShape.Of(result).Require(signature, signature.Outputs); }
        }
        return signature;
    });

    /// <summary>What a transaction or an eth_call carries: the selector and the encoded arguments.</summary>
    public static byte[] Encode(IFunction function)
    {
        var signature = Signature(function.GetType());
        return AbiEncoder.Encode(signature.Selector.Span, signature.Inputs, RecordShape.Of(function.GetType()).Read(function));
    }

    /// <summary>Reads call data back: what a prepared transaction will do.</summary>
    /// <exception cref="AbiException">Another function's selector, or arguments that do not fit.</exception>
    public static TFunction Decode<TFunction>(ReadOnlySpan<byte> callData) where TFunction : IFunction
    {
        var signature = Signature(typeof(TFunction));
        if (!callData.StartsWith(signature.Selector.Span)) { throw new AbiException($"The call data do not start with the selector of {signature}."); }
        return (TFunction)RecordShape.Of(typeof(TFunction)).Create(signature.Inputs, AbiDecoder.Decode(signature.Inputs, callData[4..]));
    }

    /// <summary>Reads what the function returned.</summary>
    /// <exception cref="AbiException">The bytes are not the declared answer. No bytes at all is what an address without code answers.</exception>
    public static TResult DecodeResult<TResult>(IFunction<TResult> function, ReadOnlySpan<byte> answer)
    {
        var signature = Signature(function.GetType());
        if (answer.IsEmpty && signature.Outputs.Count > 0) { throw new AbiException($"{signature} answered nothing: is there a contract at the address?"); }
        object?[] values = AbiDecoder.Decode(signature.Outputs, answer);
        return (TResult)(signature.Outputs is [var only]
            ? RecordShape.FromAbi(only.Type, values[0], typeof(TResult))!
            : RecordShape.Of(typeof(TResult)).Create(signature.Outputs, values));
    }
}
