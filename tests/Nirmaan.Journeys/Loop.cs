using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Testing;

namespace Nirmaan.Journeys;

/// <summary>
/// The whole loop on this machine: a local chain with Nirmaan's contracts, the sandbox, the web with a PostgreSQL of its own, as infra/up.sh
/// starts them. Without the npm tools whoever starts one skips.
/// </summary>
public sealed class Loop : IAsyncDisposable
{
    private static readonly Dictionary<string, string> s_noSettings = [];

    private readonly LocalChain _chain;
    private Dictionary<string, string> _webSettings = [];
    private readonly ServiceProvider _services = new ServiceCollection().AddHttpClient().BuildServiceProvider();

    private Loop(LocalChain chain) => _chain = chain;

    /// <summary>The outside world.</summary>
    public HostProcess Sandbox { get; private set; } = null!;

    /// <summary>Nirmaan.</summary>
    public HostProcess Web { get; private set; } = null!;

    /// <summary>Address of the chain.</summary>
    public Uri Chain => _chain.Url;

    /// <summary>The chain itself.</summary>
    public LocalChain OnChain => _chain;

    /// <summary>The staking contract on it.</summary>
    public string Staking => _chain.Contracts.Staking.ToString();

    /// <summary>Starts all of it.</summary>
    /// <param name="history">How much is played before "now"; zero = live from the start.</param>
    /// <param name="web">Settings of the web beyond the usual ones.</param>
    public static async Task<Loop> StartAsync(TimeSpan history, IReadOnlyDictionary<string, string>? web = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var loop = new Loop(new LocalChain { Start = now - history - TimeSpan.FromDays(1) });
        try
        {
            await loop._chain.InitializeAsync();
            var chain = loop.ChainSettings();
            // Real agents are tested by themselves; a few are enough to see that they are real.
            var world = new Dictionary<string, string>(chain) { ["Sandbox__RealProcesses"] = "4" };
            if (history > TimeSpan.Zero) { world["Sandbox__Start"] = (now - history).ToString("O", CultureInfo.InvariantCulture); }
            if (Environment.GetEnvironmentVariable("NIRMAAN_TEST_AGENT") is { Length: > 0 } agent) { world["Sandbox__AgentPath"] = agent; }
            loop.Sandbox = await HostProcess.StartAsync("Nirmaan.Sandbox", url => new Dictionary<string, string>(world) { ["Sandbox__Url"] = url.ToString() });
            loop.Web = await HostProcess.StartAsync("Nirmaan.Web", url => loop._webSettings = new Dictionary<string, string>((web ?? s_noSettings).Concat(chain))
            {
                ["Sandbox__Url"] = loop.Sandbox.Url.ToString(),
                ["Fleet__ControlUrl"] = url.ToString(),
                ["Staff__AttemptsPerMinute"] = "1000",
            });
            return loop;
        }
        catch
        {
            await loop.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more process of Nirmaan on the web's database, with the web's settings but these. Whoever starts it ends it.</summary>
    public Task<HostProcess> BesideAsync(IReadOnlyDictionary<string, string> settings) =>
        HostProcess.StartAsync("Nirmaan.Web", _ => new Dictionary<string, string>(_webSettings.Where(s => !settings.ContainsKey(s.Key)).Concat(settings)) { ["PrivateCluster__Folder"] = Web.Cluster });

    /// <summary>Calls REST with a demo key.</summary>
    /// <param name="role">ops, admin or auditor; null = nobody.</param>
    /// <param name="host">Whose; null = the web's.</param>
    public HttpClient Api(string? role = "ops", HostProcess? host = null)
    {
        var http = _services.GetRequiredService<IHttpClientFactory>().CreateClient();
        http.BaseAddress = new Uri((host ?? Web).Url, "/api/v1/");
        if (role is not null) { http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", $"nrm_demo-{role}"); }
        return http;
    }

    /// <summary>Calls the sandbox's own controls.</summary>
    public HttpClient World()
    {
        var http = _services.GetRequiredService<IHttpClientFactory>().CreateClient();
        http.BaseAddress = new Uri(Sandbox.Url, "/sandbox/");
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        if (Web is not null) { await Web.DisposeAsync(); }
        if (Sandbox is not null) { await Sandbox.DisposeAsync(); }
        await _chain.DisposeAsync();
        await _services.DisposeAsync();
    }

    private Dictionary<string, string> ChainSettings() => new()
    {
        ["Chain__Rpc"] = _chain.Url.ToString(),
        ["Chain__Nrm"] = _chain.Contracts.Nrm.ToString(),
        ["Chain__Staking"] = _chain.Contracts.Staking.ToString(),
        ["Chain__Distributor"] = _chain.Contracts.MorDistributor.ToString(),
        ["Chain__Distributors__NRM"] = _chain.Contracts.NrmDistributor.ToString(),
        ["Chain__Timelock"] = _chain.Contracts.Timelock.ToString(),
        ["Chain__Mor"] = _chain.Contracts.Mor.ToString(),
        ["Chain__Diamond"] = _chain.Contracts.Diamond.ToString(),
        ["Chain__FundingAccount"] = _chain.Contracts.FundingAccount.ToString(),
    };
}
