using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Control;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Market;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;
using Npgsql;

namespace Nirmaan.Benchmarks.Fleet;

/// <summary>
/// How fast one worker carries out a launch, every step committed before the next, beside how fast the same server commits at all. The suppliers
/// answer from memory, so that their time is none, and the clock only moves when nothing is due.
/// </summary>
internal static class LaunchBenchmark
{
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var count = args is [var text, ..] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given is > 0 and <= 1000 ? given : args.Length == 0 ? 1000 : 0;
        if (count == 0) { Console.Error.WriteLine("launch [MACHINES]: 1 to 1000 machines; 1000 when left out"); return 2; }
        var folder = Path.Combine(Path.GetTempPath(), $"nirmaan-launch-{Environment.ProcessId}");
        await using (var cluster = await PrivateCluster.StartAsync(new PrivateClusterOptions { Folder = folder, Database = "bench" }, cancellationToken))
        {
            var limit = await CommitLimitAsync(cluster.ConnectionString, new FleetOptions().Parallel, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The server commits {limit:#,0} one-row transactions a second on {new FleetOptions().Parallel} connections (fsync on)."));
            Console.WriteLine("| machines, market, process | entered s | operations | s (cpu) | operations/s | commits per operation | commits/s | of the limit | statements read per operation |\n|---|---|---|---|---|---|---|---|---|");
            // Twice: a worker that was just started compiles what it runs while it runs, one that runs for a day does not.
            foreach (var run in new[] { "cold", "warm" })
            {
                foreach (var hasBids in new[] { false, true }) { await LaunchAsync(cluster, count, hasBids, run, limit, cancellationToken); }
            }
        }
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task LaunchAsync(PrivateCluster cluster, int count, bool hasBids, string run, double limit, CancellationToken cancellationToken)
    {
        var database = cluster.ConnectionStringOf($"{(hasBids ? "auction" : "straight")}_{run}");
        await DatabaseMigrator.MigrateAsync(database, cancellationToken);
        var clock = new StillClock();
        var supplier = new FakeSupplier(SupplierName.Akash, clock) { HasBids = hasBids };
        supplier.Offers.Add(FakeSupplier.Offer("a6000", "rtx-a6000", 0.42m, count));
        await using var services = Build(database, clock, supplier);
        await services.GetRequiredService<SyncOffers>().RunAsync(cancellationToken);
        // What only the first machine pays, such as compiling, is paid before.
        await LaunchAsync(services, "warm", 8, cancellationToken);
        await WorkAsync(services, clock, cancellationToken);

        var watch = Stopwatch.StartNew();
        await LaunchAsync(services, "run", count - 8 > 0 ? count - 8 : 1, cancellationToken);
        var entered = watch.Elapsed;
        var (before, done) = (await TransactionsAsync(database, cancellationToken), await DoneAsync(services, cancellationToken));
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        watch.Restart();
        await WorkAsync(services, clock, cancellationToken);
        var (took, used) = (watch.Elapsed, Process.GetCurrentProcess().TotalProcessorTime - cpu);
        var (operations, after) = (await DoneAsync(services, cancellationToken) - done, await TransactionsAsync(database, cancellationToken));
        var (commits, reads) = (after.Writing - before.Writing, after.All - before.All - (after.Writing - before.Writing));
        await using var db = await services.GetRequiredService<IDbContextFactory<NirmaanDbContext>>().CreateDbContextAsync(cancellationToken);
        var running = await db.Instances.CountAsync(i => i.State == InstanceState.Running, cancellationToken);
        if (running != Math.Max(count, 9)) { throw new InvalidOperationException($"{running} machines run, {count} were asked for."); }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {running:#,0}, {(hasBids ? "auction" : "straight")}, {run} | {entered.TotalSeconds:0.00} | {operations:#,0} | {took.TotalSeconds:0.00} ({used.TotalSeconds:0.00}) | {operations / took.TotalSeconds:0} | {(double)commits / operations:0.0} | {commits / took.TotalSeconds:0} | {commits / took.TotalSeconds / limit:0 %} | {(double)reads / operations:0.0} |"));
    }

    private static ServiceProvider Build(string database, TimeProvider clock, FakeSupplier supplier)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Control:MinerTokenKey"] = "0123456789abcdef0123456789abcdef", ["Payout:heurist:0"] = "0x1111111111111111111111111111111111111111", ["PayoutList:Required"] = "false", ["Fleet:RequirePermission"] = "false",
            ["Fleet:MaxUsdPerHourPerLaunch"] = "1000", ["Fleet:MaxUsdPerHourPerSupplier"] = "1000", ["Fleet:MaxUsdPerDay"] = "100000",
            // A machine is up at the first look: how long a supplier takes is not what is measured.
            ["Fleet:BidWait"] = "00:00:00", ["Fleet:Poll"] = "00:00:30",
        }).Build();
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(clock).AddSingleton<IComputeProvider>(supplier).AddSingleton<IMiningNetwork>(new PlainNetwork()).AddSingleton<IAgentLogs>(new FakeAgents());
        services.AddNirmaanControl(configuration, database);
        return services.BuildServiceProvider();
    }

    private static async Task LaunchAsync(IServiceProvider services, string key, int count, CancellationToken cancellationToken)
    {
        var outcome = await services.GetRequiredService<LaunchInstance>().RunAsync(
            new LaunchRequest(new WorkloadName("heurist-llm"), count, 0.5m, new GpuModel("rtx-a6000"), Reason: "benchmark"), key, "benchmark", cancellationToken);
        if (outcome is not LaunchOutcome.Accepted) { throw new InvalidOperationException($"The launch was not accepted: {outcome}"); }
    }

    private static async Task WorkAsync(IServiceProvider services, StillClock clock, CancellationToken cancellationToken)
    {
        var work = services.GetRequiredService<FleetWork>();
        while (await work.NextInTransitAsync(cancellationToken) is { } due)
        {
            clock.MoveTo(due);
            await work.RunAsync(int.MaxValue, cancellationToken);
        }
    }

    private static async Task<int> DoneAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<NirmaanDbContext>>().CreateDbContextAsync(cancellationToken);
        return await db.Operations.CountAsync(o => o.State == OperationState.Succeeded, cancellationToken);
    }

    /// <summary>Transactions that the database ever committed, and those of the server that wrote. A connection tells its own when it is closed.</summary>
    private static async Task<(long All, long Writing)> TransactionsAsync(string database, CancellationToken cancellationToken)
    {
        NpgsqlConnection.ClearAllPools();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var others = new NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        while ((long)(await others.ExecuteScalarAsync(cancellationToken))! > 0) { await Task.Yield(); }
        await using var command = new NpgsqlCommand("SELECT xact_commit, pg_current_xact_id()::text::bigint FROM pg_stat_database WHERE datname = current_database()", connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt64(1));
    }

    /// <summary>One-row transactions that the server commits in a second.</summary>
    private static async Task<double> CommitLimitAsync(string database, int connections, CancellationToken cancellationToken)
    {
        await using (var setUp = new NpgsqlConnection(database))
        {
            await setUp.OpenAsync(cancellationToken);
            await using var table = new NpgsqlCommand("CREATE TABLE commits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, said text NOT NULL)", setUp);
            await table.ExecuteNonQueryAsync(cancellationToken);
        }
        var (watch, commits) = (Stopwatch.StartNew(), 0L);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            await using var connection = new NpgsqlConnection(database);
            await connection.OpenAsync(cancellationToken);
            await using var insert = new NpgsqlCommand("INSERT INTO commits (said) VALUES ('a line as long as most of the timeline''s lines are')", connection);
            await insert.PrepareAsync(cancellationToken);
            for (; watch.Elapsed < TimeSpan.FromSeconds(3); Interlocked.Increment(ref commits)) { await insert.ExecuteNonQueryAsync(cancellationToken); }
        }, cancellationToken)));
        return commits / watch.Elapsed.TotalSeconds;
    }

    private sealed class StillClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => _now;
        public void MoveTo(DateTimeOffset now) => _now = now > _now ? now : _now;
    }
}
