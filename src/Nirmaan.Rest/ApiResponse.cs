using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;

namespace Refit;

/// <summary>An answer whose status the caller wants to see instead of an exception. Failing to get any answer still throws.</summary>
public interface IApiResponse : IDisposable
{
    /// <summary>The response headers.</summary>
    HttpResponseHeaders Headers { get; }

    /// <summary>The headers of the body.</summary>
    HttpContentHeaders? ContentHeaders { get; }

    /// <summary>True for 2xx, also when the body could not be read as declared.</summary>
    bool IsSuccessStatusCode { get; }

    /// <summary>True for 2xx with a body read as declared.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    bool IsSuccessful { get; }

    /// <summary>The status.</summary>
    HttpStatusCode StatusCode { get; }

    /// <summary>The status in words, where the server gave any.</summary>
    string? ReasonPhrase { get; }

    /// <summary>The request that was answered.</summary>
    HttpRequestMessage? RequestMessage { get; }

    /// <summary>The HTTP version of the answer.</summary>
    Version Version { get; }

    /// <summary>What was wrong with the answer, with its raw body; null when all went well.</summary>
#pragma warning disable CA1716 // Refit's name
    ApiException? Error { get; }
#pragma warning restore CA1716
}

/// <summary>An answer with a body. Declare <c>IApiResponse&lt;string&gt;</c> to get the body raw in every case of success.</summary>
public interface IApiResponse<out T> : IApiResponse
{
    /// <summary>The body; default when there was none or <see cref="IApiResponse.Error"/> is set.</summary>
    T? Content { get; }
}

/// <summary>The one implementation; public so that hand-written fakes can make answers.</summary>
/// <param name="response">The HTTP answer; disposed with this.</param>
/// <param name="content">The body as declared.</param>
/// <param name="settings">The settings of the call, as in Refit's constructor.</param>
/// <param name="error">What was wrong, if anything.</param>
public sealed class ApiResponse<T>(HttpResponseMessage response, T? content, RefitSettings settings, ApiException? error = null) : IApiResponse<T>
{
    /// <inheritdoc />
    public T? Content => content;

    /// <summary>The settings of the call.</summary>
    public RefitSettings Settings => settings;

    /// <inheritdoc />
    public HttpResponseHeaders Headers => response.Headers;

    /// <inheritdoc />
    public HttpContentHeaders? ContentHeaders => response.Content.Headers;

    /// <inheritdoc />
    public bool IsSuccessStatusCode => response.IsSuccessStatusCode;

    /// <inheritdoc />
    [MemberNotNullWhen(false, nameof(Error))]
#pragma warning disable CS8775 // A status outside 2xx always comes with an error from the proxy.
    public bool IsSuccessful => response.IsSuccessStatusCode && error is null;
#pragma warning restore CS8775

    /// <inheritdoc />
    public HttpStatusCode StatusCode => response.StatusCode;

    /// <inheritdoc />
    public string? ReasonPhrase => response.ReasonPhrase;

    /// <inheritdoc />
    public HttpRequestMessage? RequestMessage => response.RequestMessage;

    /// <inheritdoc />
    public Version Version => response.Version;

    /// <inheritdoc />
    public ApiException? Error => error;

    /// <inheritdoc />
    public void Dispose() => response.Dispose();
}
