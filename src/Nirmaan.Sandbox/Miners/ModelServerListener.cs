using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Nirmaan.Sandbox.Miners;

/// <summary>The model server's port, on the loopback: chat completions, the model list and health. A plain listener keeps the process small.</summary>
internal sealed class ModelServerListener : IDisposable
{
    private const int LongestBody = 1 << 20;
    private readonly HttpListener _listener = new();

    public ModelServerListener(int port)
    {
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Prefixes.Add($"http://localhost:{port}/");
    }

    /// <summary>Opens the port.</summary>
    public void Open() => _listener.Start();

    /// <inheritdoc />
    public void Dispose() => _listener.Close();

    /// <summary>Answers requests until it is cancelled.</summary>
    public async Task RunAsync(ModelServer server, CancellationToken cancellationToken)
    {
        using var stop = cancellationToken.Register(_listener.Stop);
        while (!cancellationToken.IsCancellationRequested)
        {
            HttpListenerContext context;
            try { context = await _listener.GetContextAsync(); }
            catch (Exception e) when (cancellationToken.IsCancellationRequested && e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            _ = AnswerAsync(server, context, cancellationToken);
        }
    }

    private static async Task AnswerAsync(ModelServer server, HttpListenerContext context, CancellationToken cancellationToken)
    {
        try
        {
            var (status, body) = await RespondAsync(server, context.Request, cancellationToken);
            var bytes = Encoding.UTF8.GetBytes(body);
            (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength64) = (status, "application/json", bytes.Length);
            await context.Response.OutputStream.WriteAsync(bytes, cancellationToken);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The caller went away, or the server stops: there is nobody to answer.
            context.Response.Abort();
        }
    }

    private static async Task<(int Status, string Body)> RespondAsync(ModelServer server, HttpListenerRequest request, CancellationToken cancellationToken)
    {
        switch (request.HttpMethod, request.Url?.AbsolutePath)
        {
            case ("GET", "/health"):
                return (200, "{}");
            case ("GET", "/v1/models"):
                var model = new JsonObject { ["id"] = server.ModelName, ["object"] = "model", ["owned_by"] = "vllm" };
                return (200, new JsonObject { ["object"] = "list", ["data"] = new JsonArray(model) }.ToJsonString());
            case ("POST", "/v1/chat/completions"):
                if (request.ContentLength64 is < 0 or > LongestBody) { return Error(413, "Request body is too large or of unknown length."); }
                using (var reader = new StreamReader(request.InputStream, Encoding.UTF8))
                {
                    var (answer, takes, error) = server.Complete(await reader.ReadToEndAsync(cancellationToken));
                    if (answer is null) { return Error(400, error ?? "Bad request"); }
                    await Task.Delay(takes, TimeProvider.System, cancellationToken);
                    return (200, answer);
                }
            default:
                return Error(404, "Not Found");
        }
    }

    private static (int Status, string Body) Error(int status, string message) =>
        (status, new JsonObject { ["object"] = "error", ["message"] = message, ["type"] = "BadRequestError", ["code"] = status }.ToJsonString());
}
