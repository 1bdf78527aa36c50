using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Nirmaan.Cli.Rest;

/// <summary>The REST interface of a running host. A problem becomes one line: its code and its detail.</summary>
internal sealed class ApiClient : IDisposable
{
    /// <summary>Where a host listens unless told otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:5280";

    /// <summary>Names the host when no option does.</summary>
    public const string UrlVariable = "NIRMAAN_URL";

    /// <summary>Holds the key when no option does: a key in the environment is in no shell's history.</summary>
    public const string KeyVariable = "NIRMAAN_KEY";

    private readonly ServiceProvider _services;
    private readonly HttpClient _http;

    private ApiClient(Uri url, string? key)
    {
        _services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
        _http = _services.GetRequiredService<IHttpClientFactory>().CreateClient();
        _http.BaseAddress = new Uri($"{url.ToString().TrimEnd('/')}/api/v1/");
        if (key is not null) { _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key); }
    }

    /// <summary>Options of every command that calls a host.</summary>
    public static readonly IReadOnlyList<string> Valued = ["url", "key"];

    /// <summary>The client that options and environment name.</summary>
    public static ApiClient Of(Arguments arguments, Terminal terminal)
    {
        var text = arguments.Find("url") ?? terminal.Environment(UrlVariable) ?? DefaultUrl;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) { throw FailureException.BadInput("--url", $"'{text}'", "an http or https address"); }
        return new ApiClient(url, arguments.Find("key") ?? terminal.Environment(KeyVariable));
    }

    /// <summary>A path with its query; what is null is left out.</summary>
    public static string Query(string path, params (string Name, string? Value)[] query)
    {
        var given = query.Where(q => q.Value is not null).Select(q => $"{q.Name}={Uri.EscapeDataString(q.Value!)}").ToList();
        return given.Count == 0 ? path : $"{path}?{string.Join('&', given)}";
    }

    /// <summary>GET.</summary>
    public Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    /// <summary>Every page of a list as one answer: the first page with the items of all and no next.</summary>
    public async Task<JsonNode> ListAsync(string path, CancellationToken cancellationToken)
    {
        var first = await GetAsync(path, cancellationToken);
        var items = new JsonArray([.. first.List("items").Select(i => i.DeepClone())]);
        for (var next = first.Text("next"); next is not null;)
        {
            var page = await GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}after={Uri.EscapeDataString(next)}", cancellationToken);
            foreach (var item in page.List("items")) { items.Add(item.DeepClone()); }
            next = page.Text("next");
        }
        first["items"] = items;
        first["next"] = null;
        return first;
    }

    /// <summary>Any call.</summary>
    /// <param name="idempotencyKey">The same for a repeated request.</param>
    /// <exception cref="FailureException">The host refuses (its code and detail), or cannot be reached.</exception>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonNode? body, string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) { request.Content = JsonContent.Create(body); }
        if (idempotencyKey is not null) { request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey); }
        try
        {
            using var answer = await _http.SendAsync(request, cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (!answer.IsSuccessStatusCode) { throw Problem(answer.StatusCode, text); }
            return JsonNode.Parse(text) as JsonObject ?? throw FailureException.Outside($"{_http.BaseAddress}{path}: the answer is no JSON object");
        }
        catch (JsonException e) { throw FailureException.Outside($"{_http.BaseAddress}{path}: the answer is no JSON object; is this a Nirmaan host?", e); }
        catch (HttpRequestException e) { throw FailureException.Outside($"{_http.BaseAddress}: {e.Message}", e); }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested) { throw FailureException.Outside($"{_http.BaseAddress}: no answer in time", e); }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _http.Dispose();
        _services.Dispose();
    }

    private static FailureException Problem(HttpStatusCode status, string body)
    {
        var line = Read(body) is { } problem && problem.Text("code") is { } code ? $"{code}: {problem.Text("detail")}" : $"the host answered {(int)status} without a reason";
        return (int)status switch
        {
            422 => FailureException.Wrong(line),
            >= 400 and < 500 and not (408 or 429) => FailureException.BadInput(line, new HttpRequestException(line, null, status)),
            _ => FailureException.Outside(line),
        };
    }

    private static JsonObject? Read(string body)
    {
        try { return JsonNode.Parse(body) as JsonObject; }
        catch (JsonException) { return null; }
    }
}
