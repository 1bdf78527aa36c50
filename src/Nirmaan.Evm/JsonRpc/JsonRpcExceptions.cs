using Nirmaan.Evm.Abi;

namespace Nirmaan.Evm.JsonRpc;

/// <summary>The node answered with an error: the call reverted, was refused or failed.</summary>
public sealed class JsonRpcException : Exception
{
    internal JsonRpcException(string method, int code, string message, string? data, byte[]? revertData)
        : base($"{method}: {(revertData is null ? message : Reverts.Describe(revertData))} (code {code})") =>
        (Method, Code, NodeMessage, NodeData, RevertData) = (method, code, message, data, revertData);

    /// <summary>The JSON-RPC method that was called.</summary>
    public string Method { get; }

    /// <summary>The JSON-RPC code: 3 = reverted, -32602 = bad parameters, -32005 = limit exceeded, ...; nodes differ.</summary>
    public int Code { get; }

    /// <summary>The node's own words.</summary>
    public string NodeMessage { get; }

    /// <summary>The error's <c>data</c> as JSON text, whatever it is; null when there is none.</summary>
    public string? NodeData { get; }

    /// <summary>What the contract reverted with (empty: without a reason), or null when the node sent no revert data.</summary>
    public byte[]? RevertData { get; }
}

/// <summary>The answer is not JSON-RPC or not what the method answers.</summary>
public sealed class JsonRpcProtocolException(string message, Exception? cause = null, bool isTooLarge = false) : Exception(message, cause)
{
    /// <summary>True when the answer was longer than <see cref="JsonRpcLimits.MaxAnswerBytes"/>: ask for less.</summary>
    public bool IsTooLarge { get; } = isTooLarge;
}

/// <summary>A block is no longer on the chain: it was replaced while it was being read.</summary>
public sealed class ChainMovedException(long block, Bytes32 expected, Bytes32 found)
    : Exception($"Block {block} was {expected} and is {found} now: the chain reorganised while it was read.")
{
    /// <summary>The height.</summary>
    public long Block { get; } = block;
}
