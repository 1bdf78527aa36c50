using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Nirmaan.Cli.Tests.Rest;

/// <summary>A request as it arrived.</summary>
internal sealed record Asked(string Call, string Body, string? Key, string? IdempotencyKey);

/// <summary>A host that answers what a test lays down, in the order it was laid down, and keeps what it was asked.</summary>
internal sealed class Host : IAsyncDisposable
{
    public const string ApiKey = "nrm_ops_test";

    private readonly WebApplication _app;
    private readonly Queue<(int Status, string Type, string Body)> _answers = new();

    private Host(WebApplication app) => _app = app;

    /// <summary>Everything it was asked.</summary>
    public List<Asked> Asked { get; } = [];

    /// <summary>Its address.</summary>
    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<Host> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var host = new Host(builder.Build());
        host._app.Run(host.AnswerAsync);
        await host._app.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>The next answer is JSON.</summary>
    public Host Answers(string json, int status = 200) => Answers(status, "application/json", json);

    /// <summary>The next answer is a problem of RFC 9457.</summary>
    public Host Refuses(int status, string code, string detail) => Answers(status, "application/problem+json", $$"""{"title":"x","status":{{status}},"detail":"{{detail}}","code":"{{code}}"}""");

    /// <summary>The next answer.</summary>
    public Host Answers(int status, string type, string body)
    {
        _answers.Enqueue((status, type, body));
        return this;
    }

    /// <summary>Runs a command against this host, with its key in the environment.</summary>
    public Task<Said> RunAsync(params IReadOnlyList<string> words) => Run.NirmaanAsync(new Dictionary<string, string> { ["NIRMAAN_URL"] = Url, ["NIRMAAN_KEY"] = ApiKey }, "", words);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        Asked.Add(new Asked($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", body, context.Request.Headers.Authorization, context.Request.Headers["Idempotency-Key"]));
        var answer = _answers.Dequeue();
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.Type;
        await context.Response.WriteAsync(answer.Body, context.RequestAborted);
    }
}
