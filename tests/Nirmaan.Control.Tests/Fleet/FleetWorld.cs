using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Fleet;

/// <summary>The fleet's verbs on a database of their own, with suppliers in memory and a clock that the test moves.</summary>
internal sealed class FleetWorld : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private ServiceProvider _services;

    public ManualClock Clock { get; } = new();
    public FakeSupplier Akash { get; }
    public FakeSupplier IoNet { get; }
    public PlainNetwork Network { get; } = new();
    public FakeAgents Agents { get; } = new();
    private readonly Dictionary<string, string?> _settings;

    private FleetWorld(TestDatabase database, Dictionary<string, string?> settings)
    {
        (_database, _settings) = (database, settings);
        Akash = new FakeSupplier(SupplierName.Akash, Clock);
        Akash.Offers.Add(FakeSupplier.Offer("a6000", "rtx-a6000", 0.42m, 30));
        IoNet = new FakeSupplier(SupplierName.IoNet, Clock) { HasBids = false, Prepaid = true };
        IoNet.Offers.Add(FakeSupplier.Offer("io-a6000", "rtx-a6000", 0.55m, 30, "io"));
        _services = Build();
    }

    public static async Task<FleetWorld> CreateAsync(ControlPostgres database, params (string Key, string Value)[] settings)
    {
        var world = new FleetWorld(await database.CreateDatabaseAsync(), settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        await world.Get<SyncOffers>().RunAsync(CancellationToken.None);
        return world;
    }

    private ServiceProvider Build()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Control:MinerTokenKey"] = "0123456789abcdef0123456789abcdef", ["Fleet:RequirePermission"] = "false", ["Payout:heurist:0"] = "0x1111111111111111111111111111111111111111", ["PayoutList:Required"] = "false",
        }).AddInMemoryCollection(_settings).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IComputeProvider>(Akash);
        services.AddSingleton<IComputeProvider>(IoNet);
        services.AddSingleton<IMiningNetwork>(Network);
        services.AddSingleton<IAgentLogs>(Agents);
        services.AddNirmaanControl(configuration, _database.ConnectionString);
        return services.BuildServiceProvider();
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>The process is gone and another one starts on the same database.</summary>
    public async Task RestartAsync()
    {
        await _services.DisposeAsync();
        _services = Build();
    }

    public Task<NirmaanDbContext> DbAsync() => Get<IDbContextFactory<NirmaanDbContext>>().CreateDbContextAsync();

    public static LaunchRequest Request(int count, string workload = "heurist-llm", decimal max = 0.5m) => new(new WorkloadName(workload), count, max, new GpuModel("rtx-a6000"), Reason: "test");

    public Task<LaunchOutcome> LaunchAsync(int count, string key = "k1", string workload = "heurist-llm", decimal max = 0.5m) =>
        Get<LaunchInstance>().RunAsync(Request(count, workload, max), key, "ops@test", CancellationToken.None);

    /// <summary>Attends due rows while time passes to each next due row, as the history driver does; a crash of the worker is swallowed and the next round goes on.</summary>
    public async Task PassAsync(TimeSpan time, bool reconcile = false)
    {
        var end = Clock.GetUtcNow() + time;
        var nextRound = Clock.GetUtcNow();
        while (true)
        {
            if (reconcile && Clock.GetUtcNow() >= nextRound)
            {
                await Get<ReconcileSupplier>().RunAsync(CancellationToken.None);
                await Get<ReplaceLost>().RunAsync(CancellationToken.None);
                nextRound = Clock.GetUtcNow() + TimeSpan.FromMinutes(2);
            }
            try { await Get<FleetWork>().RunAsync(50, CancellationToken.None); }
            catch (OperationCanceledException) { await RestartAsync(); }
            var due = await Get<FleetWork>().NextDueAsync(CancellationToken.None) ?? end;
            // A due row that is still held by a dead worker waits for its lease, so time must pass all the same.
            var next = new[] { due > Clock.GetUtcNow() ? due : Clock.GetUtcNow().AddSeconds(5), reconcile ? nextRound : end, end }.Min();
            if (next >= end) { Clock.MoveTo(end); return; }
            Clock.MoveTo(next > Clock.GetUtcNow() ? next : Clock.GetUtcNow().AddSeconds(1));
        }
    }

    /// <summary>Every live miner's agent reports that it serves.</summary>
    public async Task ReportServingAsync()
    {
        await using var db = await DbAsync();
        foreach (var miner in await db.Miners.Where(m => m.State != MinerState.Stopped).ToListAsync()) { miner.Hear("serving", Clock.GetUtcNow(), 0, null); }
        await db.SaveChangesAsync();
    }

    public async Task<List<Instance>> InstancesAsync() { await using var db = await DbAsync(); return await db.Instances.AsNoTracking().OrderBy(i => i.CreatedAt).ToListAsync(); }
    public async Task<List<Operation>> OperationsAsync() { await using var db = await DbAsync(); return await db.Operations.AsNoTracking().OrderBy(o => o.CreatedAt).ToListAsync(); }
    public async Task<List<Miner>> MinersAsync() { await using var db = await DbAsync(); return await db.Miners.AsNoTracking().OrderBy(m => m.CreatedAt).ToListAsync(); }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }
}
