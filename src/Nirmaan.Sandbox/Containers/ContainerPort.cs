using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Nirmaan.Sandbox.Containers;

/// <summary>
/// The port of a container, as the world reaches it below <c>/sandbox/containers/{id}/</c>: a process is asked, an agent played here answers
/// <c>/</c> and <c>/logs</c> as the real one does.
/// </summary>
internal sealed class ContainerPort(ContainerYard yard, IHttpClientFactory http)
{
    private const int UsualLines = 200, MaxLines = 2000;
    private const string Scheme = "Bearer ";

    /// <summary>Answers a GET.</summary>
    /// <param name="path">The container's id and, behind a slash, the page; ids have slashes too.</param>
    public async Task<IResult> AnswerAsync(string path, HttpRequest request, CancellationToken cancellationToken)
    {
        path = path.TrimEnd('/');
        var (container, page) = (yard.Find(path), "");
        if (container is null && path.LastIndexOf('/') is > 0 and var slash) { (container, page) = (yard.Find(path[..slash]), path[(slash + 1)..]); }
        return container switch
        {
            null => Results.NotFound(),
            { Phase: ContainerPhase.Running, Body.Url: { } url } => await ForwardAsync($"{url}{page}{request.QueryString}", request.Headers.Authorization, cancellationToken),
            { IsHealthy: true } when page.Length == 0 => Results.Text($"{container.Body!.State}\n"),
            { IsHealthy: true } when page == "logs" => Logs(container, request),
            { IsHealthy: true } => Results.NotFound(),
            _ => Results.StatusCode(StatusCodes.Status503ServiceUnavailable),
        };
    }

    private async Task<IResult> ForwardAsync(string url, string? authorization, CancellationToken cancellationToken)
    {
        using var question = new HttpRequestMessage(HttpMethod.Get, url);
        if (authorization is not null) { question.Headers.TryAddWithoutValidation("Authorization", authorization); }
        try
        {
            using var answer = await http.CreateClient(nameof(RealAgent)).SendAsync(question, cancellationToken);
            return Results.Content(await answer.Content.ReadAsStringAsync(cancellationToken), answer.Content.Headers.ContentType?.ToString(), statusCode: (int)answer.StatusCode);
        }
        catch (HttpRequestException) { return Results.StatusCode(StatusCodes.Status502BadGateway); }
    }

    private static IResult Logs(Container container, HttpRequest request)
    {
        if (!Admits(container, request.Headers.Authorization))
        {
            request.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
            return Results.Text("the agent's token is needed\n", statusCode: StatusCodes.Status401Unauthorized);
        }
        var lines = UsualLines;
        if (request.Query["tail"].FirstOrDefault() is { } tail && (!int.TryParse(tail, NumberStyles.None, CultureInfo.InvariantCulture, out lines) || lines < 1))
        {
            return Results.Text("tail is a number of lines from 1\n", statusCode: StatusCodes.Status400BadRequest);
        }
        return Results.Text(string.Concat(container.Log.Last(int.MaxValue).Where(l => l.Stream is "stdout" or "stderr").TakeLast(Math.Min(lines, MaxLines)).Select(Line)));
    }

    private static string Line(LogLine line) =>
        string.Create(CultureInfo.InvariantCulture, $"{line.At.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {line.Stream} {line.Text.ReplaceLineEndings(" ")}\n");

    private static bool Admits(Container container, string? authorization) =>
        container.Spec.Env.TryGetValue("AGENT_TOKEN", out var token) && token.Length > 0 && authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()), Encoding.UTF8.GetBytes(token));
}
