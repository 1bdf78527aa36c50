using System.Net;
using Nirmaan.Domain.Fleet;
using Refit;

namespace Nirmaan.Providers.Agents;

/// <summary>
/// Reads agents' lines at the addresses that suppliers show. What answers there may be anybody: the token goes to that address only, a redirect
/// is not followed, time and size are limited, and a text that is no agent's is no log.
/// </summary>
internal sealed class AgentLogs(IHttpClientFactory clients) : IAgentLogs
{
    /// <summary>Name of the HTTP client.</summary>
    internal const string Client = "agent";

    /// <summary>Longest wait for a whole answer.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const int MaxLines = 2_000;

    // 2^20 characters are the most that an agent keeps, at up to three bytes each; times and sources come on top.
    private static readonly RefitSettings s_settings = new() { MaxResponseBytes = 4 * 1024 * 1024 };

    /// <inheritdoc />
    public async Task<IReadOnlyList<LogLine>?> ReadTailAsync(Uri endpoint, string token, int lines, CancellationToken cancellationToken)
    {
        if (!IsAddress(endpoint)) { return null; }
        using var http = clients.CreateClient(Client);
        http.BaseAddress = endpoint;
        try
        {
            using var answer = await RestService.For<IAgentApi>(http, s_settings).ReadLogsAsync(Math.Clamp(lines, 1, MaxLines), $"Bearer {token}", cancellationToken);
            return answer is { IsSuccessful: true, StatusCode: HttpStatusCode.OK } && answer.ContentHeaders?.ContentType?.MediaType == "text/plain" ? Read(answer.Content) : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { throw; }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException) { return null; }
    }

    /// <summary>True for what can be an agent's: an address is someone else's text, and one with a user or a query is none that a supplier makes.</summary>
    private static bool IsAddress(Uri endpoint) =>
        endpoint is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" };

    private static List<LogLine>? Read(string? text)
    {
        var given = (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // A colon marks the sources that are not an agent's.
        var lines = given.Select(LogLine.Parse).OfType<LogLine>().Select(line => line with { Source = line.Source.Replace(':', '_') }).ToList();
        return lines.Count == 0 && given.Length > 0 ? null : lines;
    }
}
