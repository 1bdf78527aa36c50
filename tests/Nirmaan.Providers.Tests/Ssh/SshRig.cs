using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Providers.Tests.Conformance;
using Nirmaan.Testing;

namespace Nirmaan.Providers.Tests.Ssh;

/// <summary>The adapter of own machines against a machine of this process.</summary>
internal sealed class SshRig : ISupplierRig
{
    private readonly (string Key, string Value)[] _settings;
    private readonly ManualClock _clock = new(Rig.Start);
    private ServiceProvider _services;

    private SshRig(SshHost host, (string, string)[] settings)
    {
        (Host, _settings) = (host, settings);
        _services = Connect();
        Tell();
    }

    public SshHost Host { get; }

    public LogBook Log { get; } = new();

    public IComputeProvider Provider => _services.GetRequiredService<IComputeProvider>();

    public DateTimeOffset Now => _clock.GetUtcNow();

    public string UnknownId => "alpha/nirmaan-nothing";

    public int Creates => Host.Read("calls").Split('\n').Count(c => c == "run");

    public static async Task<SshRig> StartAsync(params (string, string)[] settings) => new(await SshHost.StartAsync(), settings);

    public RentRequest Request(string name = Rig.Name, params (string Name, string Value)[] env) => SandboxedRequest.Of(SupplierName.Own, "rtx-a6000", "alphax2", name, env);

    public Task AdvanceAsync(TimeSpan by)
    {
        _clock.Advance(by);
        Tell();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<TrueThing>> LivingAsync() => Task.FromResult<IReadOnlyList<TrueThing>>([.. Names.Select(name =>
    {
        var labels = Host.Read($"c/{name}/labels").Split('\n').Select(l => l.Split('=', 2)).Where(l => l.Length == 2).ToDictionary(l => l[0], l => l[1]);
        var hours = (decimal)(Now - DateTimeOffset.Parse(Host.Read($"c/{name}/created"), CultureInfo.InvariantCulture)).TotalHours;
        // 1460 USD a month for four cards are half a dollar per card and hour.
        return new TrueThing($"alpha/{name}", labels["nirmaan.name"], hours * 0.5m * labels["nirmaan.gpus"].Split(',').Length);
    })]);

    public Task<string?> RunsAsync(string id)
    {
        var name = id.Split('/')[1];
        return Task.FromResult(Host.Read($"c/{name}/status") == "running" ? Host.Read($"c/{name}/image") : null);
    }

    public Task SilenceCreateAsync() => SilenceAsync("run");

    public Task SilenceCloseAsync(string id) => SilenceAsync("rm");

    public Task SayNewWordAsync(string id, string word)
    {
        Host.Write($"c/{id.Split('/')[1]}/status", word);
        return Task.CompletedTask;
    }

    public Task WriteLogAsync(string id, params string[] lines)
    {
        var at = Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.000000000Z'", CultureInfo.InvariantCulture);
        Host.Append($"c/{id.Split('/')[1]}/more", string.Concat(lines.Select(line => $"o {at} {line}\n")));
        return Task.CompletedTask;
    }

    public Task BreakLogAsync(int times)
    {
        Host.Write("break-log", new string('x', times));
        return Task.CompletedTask;
    }

    public IEnumerable<string> Names => Directory.EnumerateDirectories(Path.Combine(Host.Shim, "c")).Select(d => Path.GetFileName(d)!);

    /// <summary>Another process of the same house.</summary>
    public ServiceProvider Connect(params (string Key, string Value)[] further)
    {
        (string Key, string Value)[] usual =
        [
            ("Enabled", "true"), ("KnownHostsFile", Host.KnownHosts), ("IdentityFile", Host.Key), ("GpusPerMachine:0", "2"), ("Machines:0:Name", "alpha"), ("Machines:0:Host", "127.0.0.1"),
            ("Machines:0:Port", Host.Port.ToString(CultureInfo.InvariantCulture)), ("Machines:0:User", Environment.UserName), ("Machines:0:Gpu", "rtx-a6000"), ("Machines:0:GpuCount", "4"),
            ("Machines:0:Region", "IN"), ("Machines:0:Price", "1460"), ("Machines:0:Per", "Month"),
        ];
        var values = new Dictionary<string, string?>();
        foreach (var (name, value) in usual.Concat(_settings).Concat(further)) { values[$"Providers:Ssh:{name}"] = value; }
        return new ServiceCollection().AddSingleton<TimeProvider>(_clock).AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))
            .AddNirmaanProviders(new ConfigurationBuilder().AddInMemoryCollection(values).Build()).BuildServiceProvider(validateScopes: true);
    }

    public void Reconnect(params (string Key, string Value)[] further)
    {
        _services.Dispose();
        _services = Connect(further);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Host.DisposeAsync();
    }

    private Task SilenceAsync(string verb)
    {
        Reconnect(("ReadTimeout", "00:00:06"), ("WriteTimeout", "00:00:06"));
        Host.Write($"hang-{verb}", "");
        return Task.CompletedTask;
    }

    private void Tell() => Host.Write("now", Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
