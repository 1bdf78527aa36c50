using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Refit;

/// <summary>
/// The other side answered, and the answer is not usable: a status outside 2xx, a body that is not the declared JSON, or one beyond the size
/// limit. The message names method, path and status only; body and headers may hold secrets and are never in it.
/// </summary>
/// <remarks>No answer at all is not this: that stays an <see cref="HttpRequestException"/> or an <see cref="OperationCanceledException"/>.</remarks>
public sealed class ApiException : Exception
{
    private readonly RefitSettings _settings;

    internal ApiException(
        string problem, HttpRequestMessage request, HttpResponseMessage response, string? content, RefitSettings settings, Exception? inner = null)
        : base($"{request.Method} {Path(request)} answered {(int)response.StatusCode} ({response.ReasonPhrase}){problem}.", inner)
    {
        (RequestMessage, StatusCode, ReasonPhrase, Headers, ContentHeaders, Content, _settings) =
            (request, response.StatusCode, response.ReasonPhrase, response.Headers, response.Content.Headers, content, settings);
    }

    /// <summary>The request that was answered.</summary>
    public HttpRequestMessage RequestMessage { get; }

    /// <summary>The request's method.</summary>
    public HttpMethod HttpMethod => RequestMessage.Method;

    /// <summary>The request's absolute address.</summary>
    public Uri? Uri => RequestMessage.RequestUri;

    /// <summary>The status of the answer.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The status in words, where the server gave any.</summary>
    public string? ReasonPhrase { get; }

    /// <summary>The response headers, Retry-After among them.</summary>
    public HttpResponseHeaders Headers { get; }

    /// <summary>The headers of the response's body.</summary>
    public HttpContentHeaders? ContentHeaders { get; }

    /// <summary>The body as it came, whatever it is: JSON, HTML, empty. Null only when it was larger than the limit.</summary>
    public string? Content { get; }

    /// <summary>True when the body has more than white space.</summary>
    public bool HasContent => !string.IsNullOrWhiteSpace(Content);

    /// <summary>The body read as JSON of another type, an error envelope for example; default when it is empty.</summary>
    /// <exception cref="JsonException">The body is not that type.</exception>
    public Task<T?> GetContentAsAsync<T>() =>
        Task.FromResult(HasContent ? JsonSerializer.Deserialize<T>(Content!, _settings.ContentSerializer.Options) : default);

    // The query is left out as well: some interfaces carry keys there.
    private static string Path(HttpRequestMessage request) => request.RequestUri is { IsAbsoluteUri: true } uri ? uri.AbsolutePath : "";
}
