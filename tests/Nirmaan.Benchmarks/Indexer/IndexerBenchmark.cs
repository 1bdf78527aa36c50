using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Control;
using Nirmaan.Control.Data;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Staking;
using Nirmaan.Networks;

namespace Nirmaan.Benchmarks.Indexer;

/// <summary>Times the index of stakes: a node's answers read and decoded alone, and the same into PostgreSQL by the verb that does it in production.</summary>
public static class IndexerBenchmark
{
    private const int PerBlock = 25, BlocksPerPage = 400;

    /// <summary>Arguments: EVENTS (default 1,000,000), --accounts N (a fifth of the events), --seed N. PostgreSQL is one of its own, made and thrown away.</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var (events, accounts, seed) = (1_000_000, 0, 1);
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--accounts": accounts = Number(arguments[++i]); break;
                case "--seed": seed = Number(arguments[++i]); break;
                default: events = Number(arguments[i]); break;
            }
        }
        if (accounts == 0) { accounts = Math.Max(1, events / 5); }
        // PostgreSQL runs as a user of its own where this runs as root, and must get in.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"nirmaan-indexer-{Environment.ProcessId}")).FullName;
        try
        {
            await using var cluster = await PrivateCluster.StartAsync(new PrivateClusterOptions { Folder = folder }, cancellationToken);
            await DatabaseMigrator.MigrateAsync(cluster.ConnectionString, cancellationToken);
            var reading = await ReadAsync(new LogNode(events, accounts, PerBlock, seed), cluster.ConnectionString, cancellationToken);
            var server = ProcessCpu.OfPostgres(folder);
            var storing = await StoreAsync(new LogNode(events, accounts, PerBlock, seed), cluster.ConnectionString, events, cancellationToken);
            server = ProcessCpu.OfPostgres(folder) - server;
            Console.WriteLine("| events, accounts | read and decoded s (cpu), events/s | of which making the answers s | read, checked and stored s (cpu; PostgreSQL's), events/s | once more, nothing new s | peak MB |");
            Console.WriteLine("|---|---|---|---|---|---|");
            Console.WriteLine(Text($"| {events}, {accounts} | {reading.Seconds:0.0} ({reading.Cpu:0.0}), {events / reading.Seconds:0} | {reading.Making:0.0} | {storing.Seconds:0.0} ({storing.Cpu:0.0}; {server:0.0}), {events / storing.Seconds:0} | {storing.Again:0.00} | {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:0} |"));
            return 0;
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static async Task<(double Seconds, double Cpu, double Making)> ReadAsync(LogNode node, string database, CancellationToken cancellationToken)
    {
        await using var host = Host(node, database);
        var chain = host.GetRequiredService<IStakeChain>();
        var (from, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (long next = 1; await chain.ReadAsync(next, cancellationToken) is { } page; next = page.To.Number + 1) { GC.KeepAlive(page); }
        return (Stopwatch.GetElapsedTime(from).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, node.Making.TotalSeconds);
    }

    private static async Task<(double Seconds, double Cpu, double Again)> StoreAsync(LogNode node, string database, int events, CancellationToken cancellationToken)
    {
        await using var host = Host(node, database);
        var sync = host.GetRequiredService<SyncStakes>();
        var (from, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        using (var progress = new Timer(_ => Console.Error.WriteLine(Text($"{Stopwatch.GetElapsedTime(from).TotalSeconds,6:0.0} s: {node.Given} of {events} events")), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2))) { await sync.RunAsync(cancellationToken); }
        var (seconds, spent) = (Stopwatch.GetElapsedTime(from).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        await using var db = await host.GetRequiredService<IDbContextFactory<NirmaanDbContext>>().CreateDbContextAsync(cancellationToken);
        if (await db.StakeEvents.CountAsync(cancellationToken) is var stored && stored != events) { throw new InvalidOperationException($"{stored} of {events} events are stored."); }
        from = Stopwatch.GetTimestamp();
        await sync.RunAsync(cancellationToken);
        return (seconds, spent, Stopwatch.GetElapsedTime(from).TotalSeconds);
    }

    private static ServiceProvider Host(LogNode node, string database)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Control:MinerTokenKey"] = new string('x', 32), ["Chain:Rpc"] = "http://node.test", ["Chain:Staking"] = LogNode.Staking, ["Chain:FinalityDepth"] = "0", ["Chain:MaxRange"] = Text($"{BlocksPerPage}"),
        }).Build();
        var services = new ServiceCollection().AddLogging(l => l.ClearProviders()).AddNirmaanControl(configuration, database).AddNirmaanNetworks(configuration);
        services.ConfigureHttpClientDefaults(http => http.ConfigurePrimaryHttpMessageHandler(() => node));
        return services.BuildServiceProvider();
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
