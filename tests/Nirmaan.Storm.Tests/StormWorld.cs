using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Sandbox;
using Nirmaan.Sandbox.Containers;
using Nirmaan.Sandbox.Control;
using Nirmaan.Sandbox.Suppliers.Akash;
using Nirmaan.Sandbox.Suppliers.IoNet;
using Nirmaan.Sandbox.Suppliers.RunPod;
using Nirmaan.Sandbox.World;
using Nirmaan.Testing;
using Npgsql;

namespace Nirmaan.Storm.Tests;

/// <summary>One seed's world: the four suppliers, the database and the weather. Workers come and go in it.</summary>
internal sealed class StormWorld : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 9, 7, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);

    private readonly TestDatabase _database;
    private readonly WebApplication _sandbox;
    private readonly string _folder;
    private NpgsqlConnection? _connection;
    private bool _overtaking;

    private StormWorld(TestDatabase database, WebApplication sandbox, InProcessServer server, SandboxClock clock, int seed, string folder, IEnumerable<(string, string)> settings)
    {
        (_database, _sandbox, Server, _folder) = (database, sandbox, server, folder);
        (Clock, Weather) = (clock, new Weather(seed, clock));
        Machines = new OwnMachines(sandbox.Services.GetRequiredService<ContainerYard>(), clock);
        Configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings(folder, seed)).AddInMemoryCollection(settings.ToDictionary(s => s.Item1, s => (string?)s.Item2)).Build();
    }

    public InProcessServer Server { get; }
    public TimeProvider Clock { get; }
    public Weather Weather { get; }
    public OwnMachines Machines { get; }
    public PlainNetwork Network { get; } = new();
    public IConfiguration Configuration { get; }
    public string ConnectionString => _database.ConnectionString;
    /// <summary>Lists as they were read earlier.</summary>
    public Dictionary<string, byte[]> Stale { get; } = [];
    /// <summary>Another worker's round, while one sleeps.</summary>
    public Func<StormWorker, Task> Others { get; set; } = _ => Task.CompletedTask;
    /// <summary>What is looked at before a call that may cost money has left.</summary>
    public Func<string, Task> BeforeSpending { get; set; } = _ => Task.CompletedTask;
    public SortedList<DateTimeOffset, Func<Task>> Happenings { get; } = [];
    public DateTimeOffset Now => Clock.GetUtcNow();
    public IEnumerable<ISupplier> Suppliers => _sandbox.Services.GetServices<IWorldPart>().OfType<ISupplier>();
    public ContainerYard Yard => _sandbox.Services.GetRequiredService<ContainerYard>();

    public static async Task<StormWorld> CreateAsync(StormPostgres postgres, int seed, params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("nirmaan-storm-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "known_hosts"), "");
        var (clock, server) = (new SandboxClock(TimeProvider.System), new InProcessServer());
        var sandbox = SandboxHost.Build(
            [$"--Sandbox:Seed={seed.ToString(CultureInfo.InvariantCulture)}", $"--Sandbox:Start={Start:O}", $"--Sandbox:WorkFolder={folder}", "--Sandbox:Url=http://sandbox", "--Logging:LogLevel:Default=None", "--hostBuilder:reloadConfigOnChange=false"],
            services =>
            {
                services.AddSingleton(clock);
                services.AddSingleton<IServer>(server);
                services.PostConfigureAll<HttpClientFactoryOptions>(o => o.HttpMessageHandlerBuilderActions.Add(b => b.PrimaryHandler = new Deaf()));
            },
            [new ControlModule(), new ContainersModule(), new AkashModule(), new IoNetModule(), new RunPodModule()]);
        await sandbox.StartAsync();
        return new StormWorld(await postgres.CreateDatabaseAsync(), sandbox, server, clock, seed, folder, settings);
    }

    /// <summary>Lets everything due up to a time happen outside.</summary>
    public async Task AdvanceAsync(DateTimeOffset to)
    {
        if (await _sandbox.Services.GetRequiredService<ClockControl>().SetAsync(to, CancellationToken.None) is { } why) { throw new InvalidOperationException(why); }
    }

    /// <summary>A prepared query on a connection that lives as long as the world.</summary>
    public async Task<NpgsqlCommand> LookAsync(string sql, params NpgsqlParameter[] parameters)
    {
        if (_connection is null) { await (_connection = new NpgsqlConnection(ConnectionString)).OpenAsync(); }
        var command = new NpgsqlCommand(sql, _connection);
        command.Parameters.AddRange(parameters);
        await command.PrepareAsync();
        return command;
    }

    /// <summary>A request that is under way for so long that its sender no longer waits.</summary>
    public TaskCanceledException Late(HttpRequestMessage request, TimeSpan by)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri);
        foreach (var (name, values) in request.Headers) { copy.Headers.TryAddWithoutValidation(name, values); }
        if (request.Content is { } content)
        {
            using var bytes = new MemoryStream();
            content.CopyTo(bytes, null, CancellationToken.None);
            copy.Content = new ByteArrayContent(bytes.ToArray());
            foreach (var (name, values) in content.Headers) { copy.Content.Headers.TryAddWithoutValidation(name, values); }
        }
        Happen(Now + by, async () =>
        {
            using (copy) { using var answer = await Server.SendAsync(copy); Weather.Note($"late {copy.Method} {copy.RequestUri!.AbsolutePath} {(int)answer.StatusCode}"); }
        });
        return new TaskCanceledException("no answer in time", new TimeoutException());
    }

    /// <summary>Enters what will happen at a time.</summary>
    public void Happen(DateTimeOffset at, Func<Task> what)
    {
        at = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond));
        while (Happenings.ContainsKey(at)) { at = at.AddSeconds(1); }
        Happenings.Add(at, what);
    }

    /// <summary>A worker sleeps for longer than its lease, and another one does its work.</summary>
    public async Task OvertakeAsync(StormWorker sleeper)
    {
        if (_overtaking) { return; }
        _overtaking = true;
        try
        {
            await AdvanceAsync(Now + s_lease + TimeSpan.FromSeconds(1 + Weather.Draw.Next(60)));
            await Others(sleeper);
        }
        finally { _overtaking = false; }
    }

    public async ValueTask DisposeAsync()
    {
        Weather.Dispose();
        if (_connection is not null) { await _connection.DisposeAsync(); }
        await _sandbox.StopAsync();
        await _sandbox.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Dictionary<string, string?> Settings(string folder, int seed)
    {
        var values = new Dictionary<string, string?>
        {
            ["Control:MinerTokenKey"] = "0123456789abcdef0123456789abcdef", ["Payout:heurist:0"] = "0x1111111111111111111111111111111111111111", ["PayoutList:Required"] = "false",
            ["Fleet:RequirePermission"] = "false", ["Fleet:MinReliability"] = "0", ["Fleet:Parallel"] = "1", ["Fleet:RenewEvery"] = "00:00:00", ["Fleet:WorkerLease"] = s_lease.ToString("c"), ["Fleet:ControlUrl"] = "http://control",
            ["Fleet:Poll"] = "00:00:30", ["Fleet:ObserveEvery"] = "01:20:00", ["Fleet:BidPatience"] = "00:03:00", ["Fleet:UnreachablePatience"] = "01:15:00",
            ["Fleet:LastWordsPatience"] = "00:00:30", ["Fleet:MaxUsdPerHourPerSupplier"] = "4", ["Fleet:MaxUsdPerDay"] = seed % 3 == 0 ? "60" : "200",
            ["Providers:Akash:ApiKey"] = $"ac.sk.sandbox.{new string('0', 64)}", ["Providers:Akash:BaseUrl"] = "http://sandbox/akash", ["Providers:Akash:ManifestRetryDelay"] = "00:00:00",
            ["Providers:Akash:Contract"] = "Next", ["Providers:Akash:StockCallsAtOnce"] = "1",
            ["Providers:IoNet:ApiKey"] = "sandbox-ionet-key-0001", ["Providers:IoNet:BaseUrl"] = "http://sandbox/ionet",
            ["Providers:RunPod:ApiKey"] = "rpa_sandbox_key_0001", ["Providers:RunPod:BaseUrl"] = "http://sandbox/runpod", ["Providers:RunPod:ProxyUrl"] = "http://sandbox/runpod/proxy/{pod}/{port}/",
            ["Providers:Ssh:Enabled"] = "true", ["Providers:Ssh:KnownHostsFile"] = Path.Combine(folder, "known_hosts"),
        };
        foreach (var supplier in new[] { "Akash", "IoNet", "RunPod" })
        {
            values[$"Providers:{supplier}:Enabled"] = "true";
            values[$"Providers:{supplier}:QuickRetries"] = "0";
            values[$"Providers:{supplier}:MaxCallsPerSecond"] = "0";
            values[$"Providers:{supplier}:ReadTimeout"] = values[$"Providers:{supplier}:WriteTimeout"] = "00:10:00";
        }
        foreach (var (machine, index) in new[] { ("pune", 0), ("delhi", 1) })
        {
            var at = $"Providers:Ssh:Machines:{index.ToString(CultureInfo.InvariantCulture)}";
            (values[$"{at}:Name"], values[$"{at}:Host"], values[$"{at}:User"], values[$"{at}:Gpu"], values[$"{at}:GpuCount"], values[$"{at}:Price"], values[$"{at}:PublicHost"], values[$"{at}:CudaMax"]) =
                (machine, $"{machine}.example", "miner", "rtx-a6000", "4", "1.40", $"{machine}.example", "12.8");
        }
        return values;
    }

    /// <summary>Agents speak to nobody: what the control plane hears of them is drawn by the storm.</summary>
    private sealed class Deaf : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.Accepted));
    }
}
