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

namespace Nirmaan.Benchmarks.Returns;

/// <summary>Times what a staker with a long history asks for: the read of all its epochs, and their CSV.</summary>
public static class ReturnsBenchmark
{
    // Before the host's clock, so that every epoch has ended.
    private static readonly DateTimeOffset s_end = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Arguments: --assets N (50), --days N (365), --accounts N (100 lines in each epoch's tree). PostgreSQL is one of its own, made and thrown away.</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var (assets, days, accounts) = (50, 365, 100);
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            var value = int.Parse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture);
            switch (arguments[i])
            {
                case "--assets": assets = value; break;
                case "--days": days = value; break;
                case "--accounts": accounts = value; break;
                default: throw new ArgumentException($"{arguments[i]}: expected --assets, --days or --accounts");
            }
        }
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"nirmaan-returns-{Environment.ProcessId}")).FullName;
        try
        {
            await using var cluster = await PrivateCluster.StartAsync(new PrivateClusterOptions { Folder = folder }, cancellationToken);
            await DatabaseMigrator.MigrateAsync(cluster.ConnectionString, cancellationToken);
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Control:MinerTokenKey"] = new string('x', 32) }).Build();
            await using var host = new ServiceCollection().AddLogging(l => l.ClearProviders()).AddNirmaanControl(configuration, cluster.ConnectionString).BuildServiceProvider();
            // The product knows a few tokens only: as many lines as asked for lie on as many more days.
            var lines = await ImportAsync(host, s_end, assets * days, accounts, cancellationToken);
            var stakers = host.GetRequiredService<StakerQueries>();
            var account = WalletAddress.Parse("0x" + 1.ToString("x40", CultureInfo.InvariantCulture));
            var first = await TimedAsync(() => stakers.ReadReturnsAsync(account, null, null, cancellationToken));
            var second = await TimedAsync(() => stakers.ReadReturnsAsync(account, null, null, cancellationToken));
            if (second.Value.Epochs.Sum(e => e.Lines.Count) is var read && read != lines) { throw new InvalidOperationException($"{read} of {lines} lines were read."); }
            var spread = Spread(second.Value, assets, days);
            var (from, length) = (Stopwatch.GetTimestamp(), 0L);
            await using (var text = new StreamWriter(Stream.Null))
            {
                foreach (var line in spread.CsvLines()) { await text.WriteAsync(line.AsMemory(), cancellationToken); length += line.Length; }
            }
            Console.WriteLine("| assets x days, accounts | lines | first read s | second read s | CSV s | CSV MB | peak MB |");
            Console.WriteLine("|---|---|---|---|---|---|---|");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {assets} x {days}, {accounts} | {lines} | {first.Seconds:0.00} | {second.Seconds:0.00} | {Stopwatch.GetElapsedTime(from).TotalSeconds:0.00} | {length / 1e6:0.0} | {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:0} |"));
            return 0;
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    /// <summary>Closed epochs of every token, each with a tree's lines, and a price a day, up to a moment.</summary>
    internal static async Task<int> ImportAsync(ServiceProvider host, DateTimeOffset begin, int wanted, int accounts, CancellationToken cancellationToken)
    {
        var tokens = Asset.Tokens.Select(a => a.Id).ToArray();
        var epochs = wanted / tokens.Length;
        await using var db = await host.GetRequiredService<IDbContextFactory<NirmaanDbContext>>().CreateDbContextAsync(cancellationToken);
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO distributions (epoch, asset_id, starts_at, ends_at, gross, cost, fee, pool, carried_in, carried_out, rent_usd, root, fee_basis_points, closed_at, leaves)
            SELECT n, asset, {begin} - ({epochs} - n + 1) * interval '1 day', {begin} - ({epochs} - n) * interval '1 day', 1e20, 0, 1e19, 9e19, 0, 0, 100, '0x' || repeat('0', 64), 1000, {begin},
                (SELECT jsonb_agg(jsonb_build_object('account', '0x' || lpad(to_hex(i), 40, '0'), 'balanceSeconds', '86400000000000000000000', 'amount', (trunc(9e19 / {accounts}))::text, 'cumulative', (n * trunc(9e19 / {accounts}))::text))
                FROM generate_series(1, {accounts}) i)
            FROM generate_series(1, {epochs}) n, unnest({tokens}) asset
            """, cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO prices (asset_id, at, source, usd) SELECT asset, {begin} - n * interval '1 day', 'feed', 2.5 FROM generate_series(0, {epochs}) n, unnest({tokens}) asset
            """, cancellationToken);
        await db.Database.ExecuteSqlAsync($"ANALYZE distributions, epoch_shares, prices", cancellationToken);
        return epochs * tokens.Length;
    }

    /// <summary>The lines that were read, as so many assets of so many days.</summary>
    private static StakerReturns Spread(StakerReturns read, int assets, int days)
    {
        var lines = read.Epochs.SelectMany(e => e.Lines).ToList();
        var names = Enumerable.Range(1, assets).Select(i => new Asset($"T{i}", 18)).ToList();
        return read with
        {
            Epochs = [.. read.Epochs.Take(days).Select((e, day) => e with { Lines = [.. names.Select((asset, i) => lines[(day * assets + i) % lines.Count] with { Asset = asset })] })],
        };
    }

    private static async Task<(T Value, double Seconds)> TimedAsync<T>(Func<Task<T>> read)
    {
        var from = Stopwatch.GetTimestamp();
        return (await read(), Stopwatch.GetElapsedTime(from).TotalSeconds);
    }
}
