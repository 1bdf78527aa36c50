using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Testing;

namespace Nirmaan.Providers.Tests;

/// <summary>Keeps every line that is logged, at every level.</summary>
public sealed class LogBook : ILoggerProvider
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Pen(Lines);

    public void Dispose() { }

    private sealed class Pen(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
    }
}

/// <summary>An adapter as the host registers it, pointed at a server of this process.</summary>
public sealed class Rig : IAsyncDisposable
{
    public const string AkashKey = "ac.sk.sandbox.00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    public const string IoNetKey = "ionet-test-key-0123456789";
    public const string RunPodKey = "rpa_test_key_0123456789";
    public const string Name = "nirmaan-0197b2c4d5e67f8091a2b3c4d5e6f708";

    private readonly ServiceProvider _services;

    /// <summary>When every test begins.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private Rig(SupplierServer server, ServiceProvider services, ManualClock clock, LogBook log) => (Server, _services, Clock, Log) = (server, services, clock, log);

    public SupplierServer Server { get; }

    public ManualClock Clock { get; }

    public LogBook Log { get; }

    public IComputeProvider Provider => _services.GetRequiredService<IComputeProvider>();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<Rig> AkashAsync(Func<Seen, Said> supplier, params (string Key, string Value)[] settings) => StartAsync("Akash", AkashKey, supplier, settings);

    public static Task<Rig> IoNetAsync(Func<Seen, Said> supplier, params (string Key, string Value)[] settings) => StartAsync("IoNet", IoNetKey, supplier, settings);

    /// <summary>A request such as the control plane makes.</summary>
    public static RentRequest Request(SupplierName supplier, string gpu = "rtx-a6000", int gpus = 1, string? offerKey = null, decimal maxUsd = 0.60m, int hours = 24,
        string? provider = null, string? region = null, TemplateNeeds? needs = null, params (string Name, string Value)[] env)
    {
        var template = new Template(
            "heurist-llm", 3, "heurist", "heurist-llm", "ghcr.io/nirmaan/heurist-llm:1.4.2", ["/miner/run.sh"], new Dictionary<string, string>(), ["MINER_SECRET"],
            needs ?? new TemplateNeeds(24, gpus, 4, 16, 60, "12.1", [], false, false), new TemplatePayout("evm-address", "MINER_ID_0"), new TemplateLogs([], []), 15, 30, "MIT", null);
        var entries = new Dictionary<string, string>
        {
            ["AGENT_CONTROL_URL"] = "http://127.0.0.1:5280", ["AGENT_TOKEN"] = "token-of-the-agent-42", ["MINER_SECRET"] = "secret-of-the-miner-42",
            ["MINER_ID_0"] = "0x8ba1f109551bd432803012645ac136ddd64dba72-a",
        };
        foreach (var (name, value) in env) { entries[name] = value; }
        return new RentRequest(Name, new InstanceWish(supplier, new GpuModel(gpu), gpus, offerKey, provider, region, maxUsd, hours), template, entries);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static async Task<Rig> StartAsync(string supplier, string key, Func<Seen, Said> answers, (string Key, string Value)[] settings)
    {
        var server = await SupplierServer.StartAsync(answers);
        var (clock, log) = (new ManualClock(Start), new LogBook());
        var values = new Dictionary<string, string?>
        {
            [$"Providers:{supplier}:Enabled"] = "true", [$"Providers:{supplier}:BaseUrl"] = server.Address.ToString(), [$"Providers:{supplier}:ApiKey"] = key,
            [$"Providers:{supplier}:RetryDelay"] = "00:00:00.001", [$"Providers:{supplier}:MaxCallsPerSecond"] = "0",
            [$"Providers:{supplier}:ManifestRetryDelay"] = "00:00:00", [$"Providers:{supplier}:ReadTimeout"] = "00:00:05", [$"Providers:{supplier}:WriteTimeout"] = "00:00:10",
        };
        foreach (var (name, value) in settings) { values[$"Providers:{supplier}:{name}"] = value; }
        var services = new ServiceCollection().AddSingleton<TimeProvider>(clock)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
            .AddNirmaanProviders(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        return new Rig(server, services.BuildServiceProvider(validateScopes: true), clock, log);
    }
}

internal static class Numbers
{
    public static string Text(this long number) => number.ToString(CultureInfo.InvariantCulture);
}
