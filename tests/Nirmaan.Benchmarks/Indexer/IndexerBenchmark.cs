using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Nirmaan.Control;
using Nirmaan.Control.Data;
using Nirmaan.Control.Staking;
using Nirmaan.Networks;

namespace Nirmaan.Benchmarks.Indexer;

/// <summary>Times the reading of stake events from a node's JSON into PostgreSQL, by the classes of the host.</summary>
public static class IndexerBenchmark
{
    /// <summary>Arguments: EVENTS (default 1,000,000), --seed N. A fifth as many stakers.</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var (events, seed) = (1_000_000, 1);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--seed") { seed = int.Parse(arguments[++i], CultureInfo.InvariantCulture); }
            else { events = int.Parse(arguments[i], NumberStyles.AllowThousands, CultureInfo.InvariantCulture); }
        }
        using var node = new LogNode(Math.Max(1, events / 5), events, seed);
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"nirmaan-indexer-{Guid.NewGuid():N}")).FullName;
        try
        {
            await using var cluster = await PrivateCluster.StartAsync(new PrivateClusterOptions { Folder = folder }, cancellationToken);
            await DatabaseMigrator.MigrateAsync(cluster.ConnectionString, cancellationToken);
            var settings = new Dictionary<string, string?>
            {
                ["Control:MinerTokenKey"] = "0123456789abcdef0123456789abcdef", ["Chain:Rpc"] = "http://node.test/", ["Chain:Staking"] = LogNode.Staking, ["Chain:FinalityDepth"] = "0",
                // Ten events a block: pages of 10,000.
                ["Chain:MaxRange"] = "1000",
            };
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
            var services = new ServiceCollection().AddLogging(l => l.ClearProviders()).AddNirmaanControl(configuration, cluster.ConnectionString).AddNirmaanNetworks(configuration);
            services.ConfigureAll<HttpClientFactoryOptions>(o => o.HttpMessageHandlerBuilderActions.Add(b => b.PrimaryHandler = node));
            await using var host = services.BuildServiceProvider();

            var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var said = await host.GetRequiredService<SyncStakes>().RunAsync(cancellationToken);
            var (seconds, cpuSeconds) = (Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);

            await using var db = await host.GetRequiredService<IDbContextFactory<NirmaanDbContext>>().CreateDbContextAsync(cancellationToken);
            var stored = await db.StakeEvents.CountAsync(cancellationToken);
            Console.WriteLine(said);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {stored} of {node.Count} events | {seconds:0.0} s (cpu {cpuSeconds:0.0} s, PostgreSQL's not counted) | {stored / seconds:0} events/s | peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:0} MB |"));
            return stored == node.Count ? 0 : 1;
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
