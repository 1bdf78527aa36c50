using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Live;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Uptime;
using Nirmaan.Testing;

namespace Nirmaan.Control.Tests.Testing;

/// <summary>A test with its own copy of the database, a clock that it moves, and rows to begin with.</summary>
public abstract class ControlTest(ControlPostgres postgres) : IAsyncLifetime
{
    /// <summary>Where the clock begins: a full hour.</summary>
    protected static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    protected static readonly NetworkName Heurist = NetworkName.Heurist;
    protected static readonly NetworkName Morpheus = NetworkName.Morpheus;

    private TestDatabase? _database;
    private int _made;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;
    protected ManualClock Clock { get; } = new(Noon);
    protected ControlEvents Events { get; } = new();
    protected IDbContextFactory<NirmaanDbContext> Contexts { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        Contexts = new Factory(DatabaseMigrator.Options(_database.ConnectionString));
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null) { await _database.DisposeAsync(); }
        GC.SuppressFinalize(this);
    }

    protected static IOptions<T> With<T>(Action<T>? set = null) where T : class, new()
    {
        var options = new T();
        set?.Invoke(options);
        return Options.Create(options);
    }

    protected static WalletAddress Wallet(int n) => WalletAddress.Parse("0x" + n.ToString("x40", CultureInfo.InvariantCulture));

    /// <summary>Reads in a context of its own.</summary>
    protected async Task<T> ReadAsync<T>(Func<NirmaanDbContext, Task<T>> read)
    {
        await using var db = await Contexts.CreateDbContextAsync(Token);
        return await read(db);
    }

    /// <summary>Writes in a context of its own.</summary>
    protected async Task WriteAsync(Action<NirmaanDbContext> write)
    {
        await using var db = await Contexts.CreateDbContextAsync(Token);
        write(db);
        await db.SaveChangesAsync(Token);
    }

    /// <summary>A running, billed machine.</summary>
    protected async Task<Instance> RentAsync(decimal usdPerGpuHour = 0.5m, int gpus = 1, SupplierName? supplier = null, DateTimeOffset? at = null)
    {
        var now = at ?? Clock.GetUtcNow();
        var wish = new InstanceWish(supplier ?? SupplierName.Akash, new GpuModel("rtx-a6000"), gpus, null, null, null, 1, 1);
        var instance = new Instance(InstanceId.New(now), wish, new WorkloadName("heurist-sd"), null, usdPerGpuHour, "test", now);
        instance.MarkPlacing(now, $"x{++_made}");
        instance.MarkStarting(now, usdPerGpuHour, "provider", null, null);
        instance.MarkRunning(now);
        await WriteAsync(db => db.Instances.Add(instance));
        return instance;
    }

    /// <summary>A miner on a machine of its own.</summary>
    protected async Task<Miner> MineAsync(
        NetworkName? network = null, string workload = "heurist-sd", int payout = 1, string? key = null, Beneficiary? beneficiary = null, Instance? on = null, DateTimeOffset? at = null)
    {
        var now = at ?? Clock.GetUtcNow();
        on ??= await RentAsync(at: now);
        var template = new Template(workload, 1, (network ?? Heurist).Value, workload, "image", ["run"], new Dictionary<string, string>(), [],
            new TemplateNeeds(12, 1, 4, 16, 50, null, [8080], false, false), new TemplatePayout("evm-address", "MINER_ID_0"), new TemplateLogs([], []), 30, 30, "test", null);
        var miner = new Miner(MinerId.New(now), on.Id, template, Wallet(payout).Value, key ?? $"key{++_made}", beneficiary ?? Beneficiary.NrmPool, now);
        await WriteAsync(db => db.Miners.Add(miner));
        return miner;
    }

    protected static readonly Guid Boot = Guid.Parse("00000000-0000-0000-0000-00000000b001");

    /// <summary>A report as an agent sends it.</summary>
    protected static HeartbeatReport Report(DateTimeOffset at, long sequence = 0, string state = "working", int jobs = 0, int gpus = 1, Guid? boot = null, DateTimeOffset? lastJobAt = null) =>
        new(boot ?? Boot, sequence, at, state, [.. Enumerable.Range(0, gpus).Select(i => new GpuReading(i, "NVIDIA RTX A6000", 97.5m, 61, 40_000, 290.1m))], jobs, lastJobAt);

    /// <summary>Stores reports through the verb.</summary>
    protected Task<HeartbeatOutcome> BeatAsync(MinerId miner, params HeartbeatReport[] reports) =>
        new RecordHeartbeats(Contexts, Clock, Log<RecordHeartbeats>()).RunAsync(miner, reports, Token);

    protected static Microsoft.Extensions.Logging.ILogger<T> Log<T>() => Microsoft.Extensions.Logging.Abstractions.NullLogger<T>.Instance;

    private sealed class Factory(DbContextOptions<NirmaanDbContext> options) : IDbContextFactory<NirmaanDbContext>
    {
        public NirmaanDbContext CreateDbContext() => new(options);
    }
}
