using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Control;
using Nirmaan.Control.Data;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Benchmarks.Distribution;

/// <summary>Times the closing of an epoch of very many stakers by the verb that does it in production, and then what claims and publishing read of it.</summary>
public static class ClosingBenchmark
{
    private const int Claims = 100;
    private static readonly DateTimeOffset s_day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Arguments: STAKERS (default 1,000,000), each with one stake. PostgreSQL is one of its own, made and thrown away.</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var stakers = arguments is [var text] ? int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : 1_000_000;
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"nirmaan-closing-{Environment.ProcessId}")).FullName;
        try
        {
            await using var cluster = await PrivateCluster.StartAsync(new PrivateClusterOptions { Folder = folder }, cancellationToken);
            await DatabaseMigrator.MigrateAsync(cluster.ConnectionString, cancellationToken);
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Control:MinerTokenKey"] = new string('x', 32), ["Rewards:SignOffs"] = "0" }).Build();
            await using var host = new ServiceCollection().AddLogging(l => l.ClearProviders()).AddNirmaanControl(configuration, cluster.ConnectionString).BuildServiceProvider();
            await ImportAsync(host, stakers, cancellationToken);
            Console.WriteLine("| stakers | step | s (cpu; PostgreSQL's) | peak MB so far |");
            Console.WriteLine("|---|---|---|---|");
            for (var epoch = 1; epoch <= 2; epoch++)
            {
                await PayAsync(host, epoch, cancellationToken);
                var close = await TimedAsync(folder, () => host.GetRequiredService<CloseEpoch>().RunAsync(cancellationToken));
                if (!close.Value.Contains("closed epoch", StringComparison.Ordinal)) { throw new InvalidOperationException($"Nothing was closed: {close.Value}"); }
                Show(stakers, $"epoch {epoch} closed", close.Text);
            }
            var queries = host.GetRequiredService<StakerQueries>();
            var first = await TimedAsync(folder, () => queries.ReadClaimsAsync(Account(1), cancellationToken));
            Show(stakers, "first claim asked for, its tree made", first.Text);
            var many = await TimedAsync(folder, async () =>
            {
                for (var i = 1; i <= Claims; i++)
                {
                    if (await queries.ReadClaimsAsync(Account(1 + ((long)i * stakers / (Claims + 1))), cancellationToken) is not [_]) { throw new InvalidOperationException("A staker has no claim."); }
                }
                return 0;
            });
            Show(stakers, Text($"{Claims} more claims"), many.Text);
            Show(stakers, "list of epochs", (await TimedAsync(folder, () => host.GetRequiredService<DistributionQueries>().ListAsync(null, null, null, cancellationToken))).Text);
            return 0;
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static async Task ImportAsync(ServiceProvider host, int stakers, CancellationToken cancellationToken)
    {
        await using var db = await ContextAsync(host, cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO stake_events (chain_id, tx_hash, log_index, block_number, block_hash, at, account, delta, balance)
            SELECT 1, '0x' || lpad(to_hex(i), 64, '0'), 0, 1 + i / 25, '0x' || lpad(to_hex(1 + i / 25), 64, '0'), {s_day} + (i % 3600) * interval '1 second', '0x' || lpad(to_hex(i * 7919::bigint), 40, '0'),
                (1 + i % 9973) * 1e18, (1 + i % 9973) * 1e18 FROM generate_series(1, {stakers}) i
            """, cancellationToken);
        await db.Database.ExecuteSqlAsync($"INSERT INTO cursors (id, block_number, block_hash, block_at) VALUES ('stakes:1', {stakers}, '0x1', {s_day.AddDays(30)})", cancellationToken);
        await db.Database.ExecuteSqlAsync($"ANALYZE stake_events", cancellationToken);
    }

    /// <summary>A receipt in the epoch, and stakes read past its end.</summary>
    private static async Task PayAsync(ServiceProvider host, int epoch, CancellationToken cancellationToken)
    {
        await using var db = await ContextAsync(host, cancellationToken);
        var (name, at, beneficiary) = (Text($"pay-{epoch}"), s_day.AddDays(epoch - 1).AddHours(12), Beneficiary.NrmPool.Name);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO rewards (network, external_id, asset_id, units, at, paid_to, evidence, beneficiary, ingested_at) VALUES ('morpheus', {name}, 'MOR', 1234567e18, {at}, '0x1', {name}, {beneficiary}, {at})
            """, cancellationToken);
        await db.Database.ExecuteSqlAsync($"UPDATE cursors SET block_at = {s_day.AddDays(epoch).AddHours(1)}", cancellationToken);
    }

    private static async Task<NirmaanDbContext> ContextAsync(ServiceProvider host, CancellationToken cancellationToken)
    {
        var db = await host.GetRequiredService<IDbContextFactory<NirmaanDbContext>>().CreateDbContextAsync(cancellationToken);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        return db;
    }

    private static async Task<(T Value, string Text)> TimedAsync<T>(string folder, Func<Task<T>> work)
    {
        var (from, cpu, server) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, ProcessCpu.OfPostgres(folder));
        var value = await work();
        return (value, Text($"{Stopwatch.GetElapsedTime(from).TotalSeconds:0.00} ({(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:0.00}; {ProcessCpu.OfPostgres(folder) - server:0.00})"));
    }

    private static void Show(int stakers, string step, string figures) => Console.WriteLine(Text($"| {stakers} | {step} | {figures} | {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:0} |"));
    private static WalletAddress Account(long i) => WalletAddress.Parse(Text($"0x{i * 7919:x40}"));
    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
