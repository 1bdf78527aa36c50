using System.Net.Http.Headers;
using System.Text.Json;

namespace Nirmaan.Evm.JsonRpc;

/// <summary>What one node lets through.</summary>
/// <param name="BatchSize">Calls in one HTTP request; larger batches are cut. Some public nodes accept 10.</param>
/// <param name="MaxAnswerBytes">An answer longer than this is not read.</param>
public sealed record JsonRpcLimits(int BatchSize = 50, long MaxAnswerBytes = 64 << 20);

/// <summary>One call of a batch.</summary>
public sealed record RpcCall(string Method, IReadOnlyList<object?> Parameters);

/// <summary>
/// JSON-RPC 2.0 over HTTP to an EVM node. The client's base address is the node's whole URL; time-outs and retries belong to its handlers
/// (every method of this class only reads, so a repeat does no harm). Needs no keys and cannot sign.
/// </summary>
public sealed partial class JsonRpcClient
{
    private static readonly MediaTypeHeaderValue s_json = new("application/json");
    private readonly HttpClient _http;
    private readonly JsonRpcLimits _limits;
    private long _lastId;

    /// <exception cref="ArgumentException">The client has no base address.</exception>
    public JsonRpcClient(HttpClient http, JsonRpcLimits? limits = null)
    {
        if (http.BaseAddress is null) { throw new ArgumentException("The client needs the node's URL as its base address.", nameof(http)); }
        (_http, _limits) = (http, limits ?? new JsonRpcLimits());
    }

    /// <summary>One call of any method; answers the <c>result</c>.</summary>
    /// <param name="parameters">Strings, numbers, lists and objects as JSON is to carry them; big numbers as <see cref="Hex.Quantity"/>.</param>
    /// <exception cref="JsonRpcException">The node answered with an error.</exception>
    /// <exception cref="JsonRpcProtocolException">The answer is not JSON-RPC.</exception>
    /// <exception cref="HttpRequestException">No answer, or an HTTP error without a JSON-RPC body.</exception>
    public async Task<JsonElement> RequestAsync(string method, IReadOnlyList<object?> parameters, CancellationToken cancellationToken) =>
        (await SendAsync([new RpcCall(method, parameters)], single: true, cancellationToken))[0].Result();

    /// <summary>Several calls in as few HTTP requests as the limits allow; answers in the order of the calls, each a result or an error.</summary>
    /// <exception cref="JsonRpcProtocolException">An answer is not JSON-RPC, or one is missing.</exception>
    /// <exception cref="HttpRequestException">No answer, or an HTTP error without a JSON-RPC body.</exception>
    public async Task<IReadOnlyList<RpcAnswer>> BatchAsync(IReadOnlyList<RpcCall> calls, CancellationToken cancellationToken)
    {
        List<RpcAnswer> answers = [];
        foreach (var chunk in calls.Chunk(_limits.BatchSize)) { answers.AddRange(await SendAsync(chunk, single: false, cancellationToken)); }
        return answers;
    }

    private async Task<RpcAnswer[]> SendAsync(RpcCall[] calls, bool single, CancellationToken cancellationToken)
    {
        long firstId = Interlocked.Add(ref _lastId, calls.Length) - calls.Length + 1;
        var envelopes = calls.Select((call, i) => new { jsonrpc = "2.0", id = firstId + i, method = call.Method, @params = call.Parameters });
        byte[] body = single ? JsonSerializer.SerializeToUtf8Bytes(envelopes.First()) : JsonSerializer.SerializeToUtf8Bytes(envelopes);

        using var request = new HttpRequestMessage(HttpMethod.Post, _http.BaseAddress) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = s_json;
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var document = await ReadAsync(response, cancellationToken);
        return Match(document.RootElement, calls, firstId, single);
    }

    private async Task<JsonDocument> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(_limits.MaxAnswerBytes, cancellationToken);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new JsonRpcProtocolException($"The answer is longer than {_limits.MaxAnswerBytes} bytes.", e, isTooLarge: true);
        }
        try
        {
            var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
            if (response.IsSuccessStatusCode || HoldsAnswer(document.RootElement)) { return document; }
            document.Dispose();
        }
        catch (JsonException e) when (response.IsSuccessStatusCode) { throw new JsonRpcProtocolException("The answer is not JSON.", e); }
        catch (JsonException) { } // an error page: its status says more
        throw new HttpRequestException($"The node answered HTTP {(int)response.StatusCode}.", null, response.StatusCode);
    }

    /// <summary>Some nodes put a JSON-RPC error into a 4xx or 5xx; gateways put other JSON there.</summary>
    private static bool HoldsAnswer(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array
        || (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out _));

    private static RpcAnswer[] Match(JsonElement root, RpcCall[] calls, long firstId, bool single)
    {
        if (root.ValueKind == JsonValueKind.Object)
        {
            // A node that refuses a batch as a whole answers one error, often without an id.
            var only = RpcAnswer.Of(calls[0].Method, root);
            if (single && (only.Error is not null || IndexOf(root, firstId, 1) == 0)) { return [only]; }
            throw only.Error ?? (Exception)new JsonRpcProtocolException(single ? "The answer's id is not the call's." : "The node answered a batch with one result.");
        }
        if (single || root.ValueKind != JsonValueKind.Array) { throw new JsonRpcProtocolException($"The answer is a JSON {root.ValueKind}, not a JSON-RPC answer."); }
        var answers = new RpcAnswer?[calls.Length];
        foreach (var item in root.EnumerateArray())
        {
            int i = item.ValueKind == JsonValueKind.Object ? IndexOf(item, firstId, calls.Length) : -1;
            if (i < 0) { throw new JsonRpcProtocolException("The batch's answer holds an item that belongs to none of its calls."); }
            answers[i] = RpcAnswer.Of(calls[i].Method, item);
        }
        return [.. answers.Select((a, i) => a ?? throw new JsonRpcProtocolException($"The node did not answer call {i + 1} of {calls.Length} in a batch ({calls[i].Method})."))];
    }

    private static int IndexOf(JsonElement answer, long firstId, int count) =>
        answer.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out long number)
        && number >= firstId && number < firstId + count ? (int)(number - firstId) : -1;
}
