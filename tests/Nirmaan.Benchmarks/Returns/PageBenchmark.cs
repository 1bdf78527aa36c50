using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Nirmaan.Control;
using Nirmaan.Control.Data;
using Nirmaan.Journeys;

namespace Nirmaan.Benchmarks.Returns;

/// <summary>Opens the page of a staker with a long history in a browser, the real host behind it, and times what a person waits for.</summary>
public static class PageBenchmark
{
    private const int Accounts = 100, Visits = 5;
    private const string Address = "0x0000000000000000000000000000000000000001";

    // Noted inside the page, so that the way to and from the driver is not in it.
    private const string Watch = """
        new MutationObserver(() => { if (!window.readyAt && document.querySelector('[data-ready]')) { window.readyAt = performance.now(); } })
          .observe(document, { subtree: true, childList: true, attributes: true });
        """;

    private const string Figures = """
        () => {
          const page = performance.getEntriesByType('navigation')[0];
          const others = performance.getEntriesByType('resource').reduce((sum, r) => sum + r.transferSize, 0);
          return [page.responseStart, performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, window.readyAt, page.decodedBodySize, page.transferSize, others];
        }
        """;

    // Presses, and waits until the page shows what was asked for.
    private const string PressAll = """
        async () => {
          const asked = () => /[\d,]{5,} epochs with a part/.test(document.body.textContent), from = performance.now();
          [...document.querySelectorAll('main a.button')].find(e => e.textContent.trim() === 'All').click();
          for (let i = 0; i < 3000 && !asked(); i++) { await new Promise(done => setTimeout(done, 5)); }
          if (!asked()) { throw new Error(`the whole history is not shown at ${location.search}: ${document.querySelector('.range')?.textContent ?? document.querySelector('main')?.textContent.slice(0, 300)}`); }
          return performance.now() - from;
        }
        """;

    /// <summary>Arguments: --assets N (20), --days N (1095). PostgreSQL and host are of its own, made and thrown away; the browser is that of the journeys.</summary>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var (assets, days) = (20, 1095);
        for (var i = 0; i + 1 < arguments.Length; i += 2)
        {
            var value = int.Parse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture);
            switch (arguments[i])
            {
                case "--assets": assets = value; break;
                case "--days": days = value; break;
                default: throw new ArgumentException($"{arguments[i]}: expected --assets or --days");
            }
        }
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"nirmaan-page-{Environment.ProcessId}")).FullName;
        try
        {
            await using var cluster = await PrivateCluster.StartAsync(new PrivateClusterOptions { Folder = folder }, cancellationToken);
            await DatabaseMigrator.MigrateAsync(cluster.ConnectionString, cancellationToken);
            var lines = await ImportAsync(cluster.ConnectionString, assets * days, cancellationToken);
            await using var web = await HostProcess.StartAsync("Nirmaan.Web", _ => new Dictionary<string, string>
            {
                // A sandbox that nobody runs, and no jobs: only the page is measured.
                ["Sandbox__Url"] = "http://127.0.0.1:9", ["Roles"] = "web", ["ConnectionStrings__Nirmaan"] = cluster.ConnectionString,
            });
            using var playwright = await Playwright.CreateAsync();
            await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Environment.GetEnvironmentVariable("NIRMAAN_BROWSER") is { Length: > 0 } named ? named : "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            });
            Console.WriteLine(Text($"{lines} lines of {assets} assets x {days} days (on three tokens and as many more days), {Accounts} accounts in each epoch"));
            Console.WriteLine("| visit | first byte ms | first paint ms | clicks are heard ms | CPU ms: host; PostgreSQL | HTML KB (sent), other files KB |");
            Console.WriteLine("|---|---|---|---|---|---|");
            for (var visit = 1; visit <= Visits; visit++) { await VisitAsync(browser, web.Url, folder, visit); }
            return 0;
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static async Task VisitAsync(IBrowser browser, Uri site, string folder, int visit)
    {
        await using var window = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1400, Height = 900 } });
        var page = await window.NewPageAsync();
        await page.AddInitScriptAsync(Watch);
        var (host, server) = (ProcessCpu.OfChild("Nirmaan.Web.dll"), ProcessCpu.OfPostgres(folder));
        await page.GotoAsync(new Uri(site, $"/stakers/{Address}").ToString());
        await page.Locator("[data-ready]").First.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        var f = await page.EvaluateAsync<double[]>(Figures);
        Console.WriteLine(Text($"| {visit} | {f[0]:0} | {f[1]:0} | {f[2]:0} | {(ProcessCpu.OfChild("Nirmaan.Web.dll") - host) * 1000:0}; {(ProcessCpu.OfPostgres(folder) - server) * 1000:0} | {f[3] / 1024:0} ({f[4] / 1024:0}), {f[5] / 1024:0} |"));
        if (visit < Visits) { return; }
        Console.WriteLine();
        Console.WriteLine("| pressed | shown after ms | CPU ms: host; PostgreSQL |");
        Console.WriteLine("|---|---|---|");
        (host, server) = (ProcessCpu.OfChild("Nirmaan.Web.dll"), ProcessCpu.OfPostgres(folder));
        var waited = await page.EvaluateAsync<double>(PressAll);
        Console.WriteLine(Text($"| All | {waited:0} | {(ProcessCpu.OfChild("Nirmaan.Web.dll") - host) * 1000:0}; {(ProcessCpu.OfPostgres(folder) - server) * 1000:0} |"));
    }

    private static async Task<int> ImportAsync(string database, int wanted, CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Control:MinerTokenKey"] = new string('x', 32) }).Build();
        await using var services = new ServiceCollection().AddLogging(l => l.ClearProviders()).AddNirmaanControl(configuration, database).BuildServiceProvider();
        // Up to last midnight, so that the last 30 days are full.
        var end = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var lines = await ReturnsBenchmark.ImportAsync(services, end, wanted, Accounts, cancellationToken);
        await using var db = await services.GetRequiredService<IDbContextFactory<NirmaanDbContext>>().CreateDbContextAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO stake_events (chain_id, tx_hash, log_index, block_number, block_hash, at, account, delta, balance)
            SELECT 1, '0x' || lpad(to_hex(i), 64, '0'), 0, i, '0x' || lpad(to_hex(i), 64, '0'), {end} - {lines} * interval '1 day', '0x' || lpad(to_hex(i), 40, '0'), 1e21, 1e21 FROM generate_series(1, {Accounts}) i
            """, cancellationToken);
        await db.Database.ExecuteSqlAsync($"INSERT INTO cursors (id, block_number, block_hash, block_at) VALUES ('stakes:1', {Accounts}, '0x1', {end})", cancellationToken);
        return lines;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
