using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Domain.Fleet;
using Nirmaan.Sandbox;
using Nirmaan.Sandbox.Containers;

namespace Nirmaan.Providers.Tests.Conformance;

/// <summary>An adapter against the whole sandbox on a free loopback port; strikes fall in front of the sandbox, faults within it.</summary>
public sealed class HttpRig : ISupplierRig
{
    private static readonly (string, string)[] s_impatient = [("ReadTimeout", "00:00:01.5"), ("WriteTimeout", "00:00:01.5"), ("QuickRetries", "0")];

    private readonly HttpSupplier _supplier;
    private readonly (string Key, string Value)[] _settings;
    private readonly WebApplication _sandbox;
    private readonly HttpClient _control;
    private readonly string _work;
    private ServiceProvider _services;

    private HttpRig(HttpSupplier supplier, (string, string)[] settings, WebApplication sandbox, Strikes strikes, string work)
    {
        (_supplier, _settings, _sandbox, Strikes, _work) = (supplier, settings, sandbox, strikes, work);
        _control = sandbox.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        _control.BaseAddress = new Uri(sandbox.Urls.First());
        _services = Connect([]);
    }

    public Strikes Strikes { get; }

    public LogBook Log { get; } = new();

    /// <summary>Reads the logs of agents wherever a supplier shows them.</summary>
    public IAgentLogs Agents => _services.GetRequiredService<IAgentLogs>();

    public IComputeProvider Provider => _services.GetRequiredService<IComputeProvider>();

    public DateTimeOffset Now => _sandbox.Services.GetRequiredService<TimeProvider>().GetUtcNow();

    public string UnknownId => _supplier.UnknownId;

    public int Creates => Count(_supplier.Create);

    /// <summary>A folder that goes with the rig.</summary>
    public string Work => _work;

    /// <summary>Starts one; settings that begin with <c>Sandbox:</c> are the sandbox's, others the adapter's, where <c>{work}</c> is the rig's folder.</summary>
    public static async Task<HttpRig> StartAsync(HttpSupplier supplier, params (string Key, string Value)[] settings)
    {
        var (work, strikes) = (Directory.CreateTempSubdirectory("nirmaan-conformance-").FullName, new Strikes());
        var sandbox = SandboxHost.Build(
            [.. settings.Where(IsSandboxs).Select(s => $"--{s.Key}={s.Value}"), $"--Sandbox:Start={Rig.Start:O}", $"--Sandbox:WorkFolder={work}", "--Sandbox:Seed=11", "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning"],
            services => services.AddSingleton<IStartupFilter>(new InFront(strikes, $"/{supplier.Group}/")));
        await sandbox.StartAsync(Rig.Token);
        return new HttpRig(supplier, [.. settings.Where(s => !IsSandboxs(s))], sandbox, strikes, work);
    }

    public RentRequest Request(string name = Rig.Name, params (string Name, string Value)[] env) => _supplier.Request(name, env);

    public int Count(string call) => Strikes.Requests.Count(r => r.Call == call);

    /// <summary>Sets a fault of the sandbox's own.</summary>
    public async Task FaultAsync(string target, string kind, int? status = null, double? delaySeconds = null, int times = 1) =>
        (await _control.PostAsJsonAsync("/sandbox/faults", new { target, kind, status, delaySeconds, times }, Rig.Token)).EnsureSuccessStatusCode();

    public async Task AdvanceAsync(TimeSpan by) => (await _control.PostAsJsonAsync("/sandbox/clock", new { mode = "manual", now = Now + by }, Rig.Token)).EnsureSuccessStatusCode();

    public async Task<IReadOnlyList<TrueThing>> LivingAsync() =>
        [.. (await _control.GetFromJsonAsync<JsonNode>("/sandbox/bills", Rig.Token))!["items"]!.AsArray().Where(b => (string)b!["supplier"]! == (_supplier.Books ?? _supplier.Group) && b["to"] is null)
            .Select(b => new TrueThing((string)b!["id"]!, (string?)b["name"], (decimal)b["chargedUsd"]!))];

    public async Task<string?> RunsAsync(string id) =>
        (await _control.GetFromJsonAsync<JsonNode>("/sandbox/world", Rig.Token))!["containers"]!.AsArray()
            .Where(c => ((string)c!["id"]!).StartsWith($"{_supplier.Books ?? _supplier.Group}/{id}/", StringComparison.Ordinal) && (string)c["phase"]! == "running").Select(c => (string?)c!["image"]).SingleOrDefault();

    public Task SilenceCreateAsync() => SilenceAsync(_supplier.Create);

    public Task SilenceCloseAsync(string id) => SilenceAsync(_supplier.Close(id));

    public Task SayNewWordAsync(string id, string word)
    {
        Strikes.Next(_supplier.Find(id), Tests.Strikes.ActThenSay(said => said with { Body = said.Body.Replace($"\"{_supplier.StateWord}\"", $"\"{word}\"", StringComparison.Ordinal) }));
        return Task.CompletedTask;
    }

    public Task WriteLogAsync(string id, params string[] lines)
    {
        var container = _sandbox.Services.GetRequiredService<ContainerYard>().All
            .Last(c => c.Id.StartsWith($"{_supplier.Books ?? _supplier.Group}/{id}/", StringComparison.Ordinal) && c.Phase == ContainerPhase.Running);
        foreach (var line in lines) { container.Log.Add(Now, "stdout", line); }
        return Task.CompletedTask;
    }

    public Task BreakLogAsync(int times) => FaultAsync(_supplier.Group, "break-off", times: times);

    /// <summary>Lets an event happen in the world.</summary>
    public async Task HappenAsync(string kind, string id) => (await _control.PostAsJsonAsync("/sandbox/faults", new { kind, id }, Rig.Token)).EnsureSuccessStatusCode();

    /// <summary>A call of the account's owner, beside the adapter.</summary>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation(_supplier.KeyHeader, _supplier.KeyHeader == "Authorization" ? $"Bearer {_supplier.Key}" : _supplier.Key);
        using var answer = (await _control.SendAsync(request, Rig.Token)).EnsureSuccessStatusCode();
        var text = await answer.Content.ReadAsStringAsync(Rig.Token);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>The adapter talks to an address where nobody listens.</summary>
    public void Disconnect() => Reconnect(("BaseUrl", "http://127.0.0.1:1/"));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _sandbox.StopAsync(CancellationToken.None);
        await _sandbox.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }

    private static bool IsSandboxs((string Key, string Value) setting) => setting.Key.StartsWith("Sandbox:", StringComparison.Ordinal);

    private Task SilenceAsync(string call)
    {
        Reconnect(s_impatient);
        Strikes.Next(call, Tests.Strikes.ActThenHang);
        return Task.CompletedTask;
    }

    private void Reconnect(params (string, string)[] settings)
    {
        _services.Dispose();
        _services = Connect(settings);
    }

    private ServiceProvider Connect((string, string)[] settings)
    {
        (string Key, string Value)[] usual =
        [
            ("Enabled", "true"), ("BaseUrl", $"{_control.BaseAddress}{_supplier.Group}"), ("ApiKey", _supplier.Key), ("RetryDelay", "00:00:00.001"), ("MaxCallsPerSecond", "0"),
            ("ManifestRetryDelay", "00:00:00"), ("LogReadTime", "00:00:01"), ("ReadTimeout", "00:00:10"), ("WriteTimeout", "00:00:20"), ("GpusPerMachine:0", "2"),
            ("ProxyUrl", $"{_control.BaseAddress}{_supplier.Group}/proxy/{{pod}}/{{port}}/"),
        ];
        var values = new Dictionary<string, string?>();
        foreach (var (name, value) in usual.Concat(_settings).Concat(settings)) { values[$"Providers:{_supplier.Section}:{name}"] = value.Replace("{work}", _work, StringComparison.Ordinal); }
        return new ServiceCollection().AddSingleton(_sandbox.Services.GetRequiredService<TimeProvider>())
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))
            .AddNirmaanProviders(new ConfigurationBuilder().AddInMemoryCollection(values).Build()).BuildServiceProvider(validateScopes: true);
    }

    /// <summary>Stands before the sandbox's own pipeline and sees the calls to one supplier first.</summary>
    private sealed class InFront(Strikes strikes, string path) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, pass) =>
            {
                var strike = context.Request.Path.StartsWithSegments(path.TrimEnd('/')) ? (await strikes.TakeAsync(context)).Strike : null;
                await (strike is null ? pass(context) : strike(context, () => ActAsync(context, pass)));
            });
            next(app);
        };

        private static async Task<Said> ActAsync(Microsoft.AspNetCore.Http.HttpContext context, Microsoft.AspNetCore.Http.RequestDelegate pass)
        {
            var open = context.Response.Body;
            using var kept = new MemoryStream();
            context.Response.Body = kept;
            try { await pass(context); }
            finally { context.Response.Body = open; }
            context.Response.ContentLength = null;
            return new Said(context.Response.StatusCode, Encoding.UTF8.GetString(kept.ToArray()), context.Response.ContentType);
        }
    }
}
