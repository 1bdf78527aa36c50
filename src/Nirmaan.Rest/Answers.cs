using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Refit;

/// <summary>Sends a call and turns the answer into the method's return value, a task of the declared type.</summary>
internal delegate object Answer(Exchange exchange, CancellationToken cancellationToken);

/// <summary>A call with its arguments and the client to send it.</summary>
internal sealed record Exchange(Call Call, HttpClient Client, object?[] Args)
{
    internal RefitSettings Settings => Call.Settings;

    /// <summary>The request, relative to the client's base address.</summary>
    internal HttpRequestMessage ToRequest()
    {
        if (Client.BaseAddress is null) { throw new InvalidOperationException("BaseAddress must be set on the HttpClient."); }
        var draft = new Draft(Call.Template, new(Call.Headers, StringComparer.OrdinalIgnoreCase));
        for (var i = 0; i < Call.Parts.Count; i++) { Call.Parts[i].Write(draft, Args[i]); }
        return draft.ToRequest(Call.Method, Client.BaseAddress);
    }
}

/// <summary>The kinds of return value.</summary>
internal static class Answers
{
    /// <summary>The answer for a return type; null when it is not one that can be filled.</summary>
    internal static Answer? For(Type returns, RefitSettings settings)
    {
        if (returns == typeof(Task)) { return NothingAsync; }
        if (!returns.IsGenericType || returns.GetGenericTypeDefinition() != typeof(Task<>)) { return null; }
        var result = returns.GetGenericArguments()[0];
        if (result == typeof(HttpResponseMessage)) { return RawAsync; }
        if (result == typeof(IApiResponse)) { return StatusAsync; }
        var (kind, body) = result.IsGenericType && result.GetGenericTypeDefinition() == typeof(IApiResponse<>)
            ? (nameof(ResponseAsync), result.GetGenericArguments()[0])
            : (nameof(BodyAsync), result);
        return body == typeof(string) || Knows(settings, body)
            ? typeof(Answers).GetMethod(kind, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(body).CreateDelegate<Answer>()
            : null;
    }

    internal static bool Knows(RefitSettings settings, Type type)
    {
        var options = settings.ContentSerializer.Options;
        if (!options.IsReadOnly) { options.MakeReadOnly(populateMissingResolver: true); }
        try { return options.TryGetTypeInfo(type, out _); }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException or ArgumentException) { return false; }
    }

    private static async Task NothingAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        using var read = await ReadAsync(exchange, cancellationToken);
        if (read.Error is { } error) { throw error; }
    }

    private static Task<HttpResponseMessage> RawAsync(Exchange exchange, CancellationToken cancellationToken) =>
        SendAsync(exchange, cancellationToken);

    private static async Task<IApiResponse> StatusAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        var read = await ReadAsync(exchange, cancellationToken);
        return new ApiResponse<string>(read.Response, read.Text, exchange.Settings, read.Error);
    }

    private static async Task<T?> BodyAsync<T>(Exchange exchange, CancellationToken cancellationToken)
    {
        using var read = await ReadAsync(exchange, cancellationToken);
        if (read.Error is { } error) { throw error; }
        var (content, garbage) = Parse<T>(read, exchange.Settings);
        return garbage is null ? content : throw garbage;
    }

    private static async Task<IApiResponse<T>> ResponseAsync<T>(Exchange exchange, CancellationToken cancellationToken)
    {
        var read = await ReadAsync(exchange, cancellationToken);
        var (content, garbage) = read.Error is null ? Parse<T>(read, exchange.Settings) : default;
        return new ApiResponse<T>(read.Response, content, exchange.Settings, read.Error ?? garbage);
    }

    private static (T? Content, ApiException? Garbage) Parse<T>(Read read, RefitSettings settings)
    {
        if (typeof(T) == typeof(string)) { return ((T)(object)read.Text!, null); }
        if (read.Text!.Length == 0) { return default; }
        try { return (JsonSerializer.Deserialize<T>(read.Text, settings.ContentSerializer.Options), null); }
        catch (JsonException e)
        {
            return (default, new ApiException(" with a body that is not the declared JSON", read.Request, read.Response, read.Text, settings, e));
        }
    }

    /// <summary>An answer with its body in memory; text null means too large.</summary>
    private sealed record Read(HttpRequestMessage Request, HttpResponseMessage Response, string? Text, ApiException? Error) : IDisposable
    {
        public void Dispose() => Response.Dispose();
    }

    private static async Task<Read> ReadAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        // HttpClient's timeout ends with the headers; a body that never ends must not hang the caller.
        var settings = exchange.Settings;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(exchange.Client.Timeout);
        var response = await SendAsync(exchange, cancellationToken);
        var request = response.RequestMessage!;
        try
        {
            var text = await ReadTextAsync(response.Content, settings.MaxResponseBytes, limit.Token);
            var error = text is null ? new ApiException($" with a body of more than {settings.MaxResponseBytes} bytes", request, response, null, settings)
                : response.IsSuccessStatusCode ? null
                : new ApiException("", request, response, text, settings);
            return new Read(request, response, text, error);
        }
        catch (Exception e)
        {
            response.Dispose();
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                var seconds = exchange.Client.Timeout.TotalSeconds;
                throw new TaskCanceledException($"The body did not end within the timeout of {seconds} seconds.", new TimeoutException(e.Message, e));
            }
            throw;
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(Exchange exchange, CancellationToken cancellationToken) =>
        await exchange.Client.SendAsync(exchange.ToRequest(), HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private static async Task<string?> ReadTextAsync(HttpContent content, long limit, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > limit) { return null; }
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int n; (n = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (bytes.Length + n > limit) { return null; }
            bytes.Write(buffer, 0, n);
        }
        bytes.Position = 0;
        using var reader = new StreamReader(bytes, EncodingOf(content));
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private static Encoding EncodingOf(HttpContent content)
    {
        try { return content.Headers.ContentType?.CharSet?.Trim('"') is { Length: > 0 } name ? Encoding.GetEncoding(name) : Encoding.UTF8; }
        catch (ArgumentException) { return Encoding.UTF8; }
    }
}
