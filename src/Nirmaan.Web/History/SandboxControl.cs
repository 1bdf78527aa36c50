using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.History;

/// <summary>The sandbox's own calls: its clock and its faults. It answers a move of the clock when all that was due has happened.</summary>
public sealed class SandboxControl(IHttpClientFactory clients, IOptions<SandboxOptions> options)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string ClientName = "Nirmaan.Sandbox";

    /// <summary>The sandbox's time, and whether it only moves when it is told to.</summary>
    /// <param name="Mode"><c>manual</c> or <c>live</c>.</param>
    public sealed record Clock(DateTimeOffset Now, string Mode)
    {
        /// <summary>True while time only moves when it is told to.</summary>
        public bool IsManual => Mode == "manual";
    }

    /// <summary>Reads the clock.</summary>
    public async Task<Clock> ReadClockAsync(CancellationToken cancellationToken)
    {
        using var client = Client();
        return await client.GetFromJsonAsync<Clock>("sandbox/clock", cancellationToken) ?? throw new HttpRequestException("The sandbox answered no clock.");
    }

    /// <summary>Brings the manual clock to a time.</summary>
    public Task SetClockAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        PostAsync("sandbox/clock", new JsonObject { ["mode"] = "manual", ["now"] = now.UtcDateTime.ToString("O") }, cancellationToken);

    /// <summary>Hands time over to the system's clock.</summary>
    public Task GoLiveAsync(CancellationToken cancellationToken) => PostAsync("sandbox/clock", new JsonObject { ["mode"] = "live" }, cancellationToken);

    /// <summary>Lets the next calls of an endpoint go wrong.</summary>
    public Task BreakCallsAsync(string endpoint, string kind, int times, CancellationToken cancellationToken) =>
        PostAsync("sandbox/faults", new JsonObject { ["target"] = endpoint, ["kind"] = kind, ["times"] = times }, cancellationToken);

    /// <summary>Lets something befall a machine, by the supplier's id of its deployment.</summary>
    public Task StrikeAsync(string kind, string externalId, CancellationToken cancellationToken) =>
        PostAsync("sandbox/faults", new JsonObject { ["kind"] = kind, ["id"] = externalId }, cancellationToken);

    private async Task PostAsync(string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var client = Client();
        using var answer = await client.PostAsJsonAsync(path, body, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"The sandbox refused {path} with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}", null, answer.StatusCode);
        }
    }

    private HttpClient Client()
    {
        var client = clients.CreateClient(ClientName);
        client.BaseAddress = new Uri($"{options.Value.Url!.ToString().TrimEnd('/')}/");
        return client;
    }
}
