using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Sandbox;

namespace Nirmaan.Providers.Tests.Sandbox;

/// <summary>Both adapters against the whole sandbox on a free loopback port, all on the sandbox's manual clock.</summary>
internal sealed class SandboxRig : IAsyncDisposable
{
    private readonly WebApplication _sandbox;
    private readonly HttpClient _control;
    private readonly string _work;
    private ServiceProvider _services;

    private SandboxRig(WebApplication sandbox, string work)
    {
        (_sandbox, _work, _services) = (sandbox, work, new ServiceCollection().BuildServiceProvider());
        _control = sandbox.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        _control.BaseAddress = new Uri(sandbox.Urls.First());
        Connect(Url, Url);
    }

    public string Url => _control.BaseAddress!.ToString().TrimEnd('/');

    public DateTimeOffset Now => _sandbox.Services.GetRequiredService<TimeProvider>().GetUtcNow();

    public IComputeProvider Akash => _services.GetServices<IComputeProvider>().Single(p => p.Supplier == SupplierName.Akash);

    public IComputeProvider IoNet => _services.GetServices<IComputeProvider>().Single(p => p.Supplier == SupplierName.IoNet);

    public IComputeProvider IoNetVm => _services.GetServices<IComputeProvider>().Single(p => p.Supplier == SupplierName.IoNetVm);

    public IAgentLogs Agents => _services.GetRequiredService<IAgentLogs>();

    /// <summary>Starts one with settings of the sandbox such as <c>Sandbox:Akash:Contract=published</c>.</summary>
    public static async Task<SandboxRig> StartAsync(params string[] settings)
    {
        var work = Directory.CreateTempSubdirectory("nirmaan-providers-").FullName;
        string[] own = [$"Sandbox:Start={Rig.Start:O}", $"Sandbox:WorkFolder={work}", "Sandbox:Seed=11", "urls=http://127.0.0.1:0", "Logging:LogLevel:Default=Warning"];
        var sandbox = SandboxHost.Build([.. own.Concat(settings).Select(s => $"--{s}")]);
        await sandbox.StartAsync(Rig.Token);
        return new SandboxRig(sandbox, work);
    }

    /// <summary>Points the adapters at these addresses.</summary>
    public void Connect(string akash, string ioNet, params (string Key, string Value)[] settings)
    {
        _services.Dispose();
        var values = new Dictionary<string, string?>
        {
            ["Providers:Akash:Enabled"] = "true", ["Providers:Akash:BaseUrl"] = akash == Url ? $"{Url}/akash" : akash, ["Providers:Akash:ApiKey"] = Rig.AkashKey, ["Providers:Akash:ManifestRetryDelay"] = "00:00:00",
            ["Providers:IoNet:Enabled"] = "true", ["Providers:IoNet:BaseUrl"] = ioNet == Url ? $"{Url}/ionet" : ioNet, ["Providers:IoNet:ApiKey"] = Rig.IoNetKey, ["Providers:IoNet:MaxCallsPerSecond"] = "0",
            ["Providers:IoNet:LogReadTime"] = "00:00:01.5",
        };
        foreach (var (name, value) in settings) { values[$"Providers:{name}"] = value; }
        _services = new ServiceCollection().AddLogging().AddSingleton(_sandbox.Services.GetRequiredService<TimeProvider>())
            .AddNirmaanProviders(new ConfigurationBuilder().AddInMemoryCollection(values).Build()).BuildServiceProvider();
    }

    /// <summary>A request whose agent and miner the sandbox plays.</summary>
    public static RentRequest Request(SupplierName supplier, string gpu = "rtx-a6000", string? offerKey = null, decimal maxUsd = 2m, string name = Rig.Name)
    {
        const string Template = """
            {"name":"heurist-llm","version":1,"network":"heurist","workload":"heurist-llm","image":"ghcr.io/nirmaan/heurist-llm:1.0.0","command":["/miner"],"env":{},"secretEnv":[],
             "needs":{"minVramGb":12,"gpus":1,"vcpu":4,"ramGb":16,"diskGb":60,"cudaMin":null,"inboundPorts":[],"vm":false,"dockerSocket":false},"payout":{"kind":"evm-address","env":"MINER_ID_0"},
             "logs":{"files":[],"rules":[]},"readyWithinMinutes":15,"stopGraceSeconds":5,"licence":"MIT","season":null}
            """;
        var request = Rig.Request(supplier, gpu, offerKey: offerKey, maxUsd: maxUsd, env: [("AGENT_TEMPLATE", Template.ReplaceLineEndings("")), ("AGENT_CONTROL_URL", "http://127.0.0.1:9"), ("HEURIST_MODEL_ID", "llama3-8b")]);
        return request with { Name = name };
    }

    public async Task AdvanceAsync(TimeSpan by) => (await _control.PostAsJsonAsync("/sandbox/clock", new { mode = "manual", now = Now + by }, Rig.Token)).EnsureSuccessStatusCode();

    /// <summary>Sets a fault or lets an event happen.</summary>
    public async Task StrikeAsync(object order) => (await _control.PostAsJsonAsync("/sandbox/faults", order, Rig.Token)).EnsureSuccessStatusCode();

    /// <summary>What each supplier has truly charged, by deployment.</summary>
    public async Task<List<JsonNode>> BillsAsync() => [.. (await _control.GetFromJsonAsync<JsonNode>("/sandbox/bills", Rig.Token))!["items"]!.AsArray().Select(b => b!)];

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _sandbox.StopAsync(CancellationToken.None);
        await _sandbox.DisposeAsync();
        Directory.Delete(_work, recursive: true);
    }
}
