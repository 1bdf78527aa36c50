using System.Text.Json;

namespace Nirmaan.Evm.JsonRpc;

/// <summary>What a call of a batch came to.</summary>
public sealed class RpcAnswer
{
    private readonly JsonElement _result;

    private RpcAnswer(JsonElement result, JsonRpcException? error) => (_result, Error) = (result, error);

    /// <summary>The node's error, or null.</summary>
    public JsonRpcException? Error { get; }

    /// <summary>The <c>result</c>.</summary>
    /// <exception cref="JsonRpcException">The node answered with an error.</exception>
    public JsonElement Result() => Error is null ? _result : throw Error;

    internal static RpcAnswer Of(string method, JsonElement answer)
    {
        if (answer.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null) { return new RpcAnswer(default, ErrorOf(method, error)); }
        return answer.TryGetProperty("result", out var result) ? new RpcAnswer(result.Clone(), null)
            : throw new JsonRpcProtocolException($"The answer to {method} has neither result nor error.");
    }

    private static JsonRpcException ErrorOf(string method, JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object) { return new JsonRpcException(method, 0, error.ToString(), null, null); }
        int code = error.TryGetProperty("code", out var c) && c.ValueKind == JsonValueKind.Number && c.TryGetInt32(out int number) ? number : 0;
        string message = error.TryGetProperty("message", out var m) ? m.ToString() : "no message";
        bool hasData = error.TryGetProperty("data", out var data) && data.ValueKind != JsonValueKind.Null;
        return new JsonRpcException(method, code, message, hasData ? data.GetRawText() : null, hasData ? RevertDataOf(data) : null);
    }

    /// <summary>
    /// geth and anvil: <c>"data":"0x.."</c>; hardhat: <c>"data":{"message":..,"data":"0x.."}</c>; some parity-born nodes: <c>"data":"Reverted 0x.."</c>.
    /// </summary>
    private static byte[]? RevertDataOf(JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Object && data.TryGetProperty("data", out var inner)) { data = inner; }
        if (data.ValueKind != JsonValueKind.String) { return null; }
        string text = data.GetString()!;
        const string Parity = "Reverted ";
        return Hex.TryDecode(text.StartsWith(Parity, StringComparison.Ordinal) ? text[Parity.Length..] : text, out byte[]? bytes) ? bytes : null;
    }
}
