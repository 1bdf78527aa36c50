using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Control.Data;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;
using Nirmaan.Testing;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Staking;

namespace Nirmaan.Web.Tests.Staking;

/// <summary>Whole pages of stakers over a real database: two accounts, two closed epochs.</summary>
public sealed class StakerPagesTests(ControlPostgres postgres) : BunitContext, IAsyncLifetime
{
    private static readonly DateTimeOffset s_day = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
    private static readonly BigInteger s_unit = BigInteger.Pow(10, 18);
    private static readonly WalletAddress s_large = Wallet('a'), s_small = Wallet('b'), s_stranger = Wallet('c');
    private TestDatabase _database = null!;
    private Factory _contexts = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _contexts = new Factory(DatabaseMigrator.Options(_database.ConnectionString));
        this.AddPublicPages(new ManualClock(), _contexts);
        await SeedAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await base.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_stakers_page_shows_what_its_csv_adds_up_to()
    {
        var page = Staker(s_large);
        var earned = page.FindAll(".stat").Single(s => s.TextContent.Contains("Earned, MOR", StringComparison.Ordinal)).QuerySelector(".num")!;
        var csv = (await Services.GetRequiredService<StakerQueries>().ReadReturnsAsync(s_large, null, null, TestContext.Current.CancellationToken)).ToCsv();
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(',')).ToList();
        var net = Array.IndexOf(lines[0], "net");
        var sum = lines.Skip(1).Sum(l => decimal.Parse(l[net], CultureInfo.InvariantCulture));
        sum.ShouldBe(20.25m);
        earned.TextContent.ShouldBe($"{sum.ToString("0.####", CultureInfo.InvariantCulture)}\u00a0MOR");
    }

    [Fact]
    public void A_stakers_csv_is_of_the_period_that_is_shown()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/stakers/x?days=7");
        Staker(s_large).Find("a[download]").GetAttribute("href").ShouldBe($"/api/v1/stakers/{s_large.Checksummed()}/returns.csv?from=2026-11-15T00:00:00Z");
    }

    [Fact]
    public void The_epoch_that_the_address_names_is_explained_and_else_the_newest()
    {
        Staker(s_large).Find("#epoch h2").TextContent.ShouldContain("epoch 2");
        Services.GetRequiredService<NavigationManager>().NavigateTo("/stakers/x?epoch=1");
        Staker(s_large).Find("#epoch h2").TextContent.ShouldContain("epoch 1");
    }

    [Fact]
    public void An_address_that_never_staked_is_told_so() => Staker(s_stranger).Find(".empty").TextContent.ShouldContain("No stake seen.");

    [Fact]
    public void An_epochs_lines_add_up_to_its_pool()
    {
        var page = Epoch(2);
        var amounts = page.FindAll("table")[0].QuerySelectorAll("tbody tr td:nth-child(4) .num").Select(n => decimal.Parse(n.TextContent.Split('\u00a0')[0], CultureInfo.InvariantCulture)).ToList();
        amounts.Sum().ShouldBe(18m);
        page.FindAll(".waterfall .num")[^1].TextContent.ShouldBe("18\u00a0MOR");
    }

    [Fact]
    public void An_epoch_offers_its_files_and_the_command_that_recomputes_it()
    {
        var page = Epoch(2);
        page.FindAll("a[download]").Select(a => a.GetAttribute("href")).ShouldBe(["/epochs/2/MOR/distribution.json", "/epochs/2/MOR/stakes.csv", "/epochs/2/MOR/previous.json"]);
        page.Find(".command code").TextContent.ShouldContain("nirmaan verify distribution.json --stakes stakes.csv --previous previous.json");
    }

    [Fact]
    public void An_epoch_that_is_not_closed_is_told_so() => Epoch(3).Find(".empty").TextContent.ShouldContain("This epoch is not closed.");

    [Fact]
    public void The_list_of_epochs_leads_to_each()
    {
        var page = Render<EpochsPage>();
        page.WaitForAssertion(() => page.FindAll("a.row-link").Select(a => a.GetAttribute("href")).ShouldBe(["/epochs/2?asset=MOR", "/epochs/1?asset=MOR"]));
    }

    [Fact]
    public void The_search_begins_with_an_address_that_has_something_to_see()
    {
        var page = Render<StakersPage>();
        page.WaitForAssertion(() => page.Find(".address-search input").GetAttribute("value").ShouldBe(s_large.Checksummed()));
    }

    private IRenderedComponent<StakerView> Staker(WalletAddress account)
    {
        var page = Render<StakerView>(p => p.Add(s => s.Account, account));
        page.WaitForState(() => page.FindAll(".tiles, .empty, .failed").Count > 0);
        return page;
    }

    private IRenderedComponent<EpochPage> Epoch(int number)
    {
        var page = Render<EpochPage>(p => p.Add(e => e.Epoch, number));
        page.WaitForState(() => page.FindAll(".waterfall, .empty, .failed").Count > 0);
        return page;
    }

    // Account a holds three quarters. Epoch 1 shares 9 MOR out, epoch 2 18 MOR, each after a tenth of fee.
    private async Task SeedAsync()
    {
        await using var db = _contexts.CreateDbContext();
        StakeEvent Stake(WalletAddress account, int index, int nrm) => new(31337, $"0x{index:x64}", index, 1, $"0x{1:x64}", s_day, account, nrm * s_unit, nrm * s_unit);
        StakeEvent[] stakes = [Stake(s_large, 0, 3000), Stake(s_small, 1, 1000)];
        db.StakeEvents.AddRange(stakes);
        IReadOnlyList<DistributionLeaf> before = [];
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            var (from, gross) = (s_day.AddDays(epoch - 1), epoch * 10 * s_unit);
            var file = DistributionFile.Of(epoch, from, from.AddDays(1), Asset.Mor.Id, gross * 9 / 10, Shares.TimeWeighted(stakes.Select(s => s.ToDelta()), from, from.AddDays(1)), before);
            db.Distributions.Add(new Distribution(epoch, Asset.Mor, from, from.AddDays(1), gross, 0, gross / 10, file.Pool, 0, 0, 12m, file.Root, file.Leaves, 1000, from.AddDays(1).AddMinutes(10)));
            before = file.Leaves;
        }
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private static WalletAddress Wallet(char digit) => WalletAddress.Parse($"0x{new string(digit, 40)}");

    private sealed class Factory(DbContextOptions<NirmaanDbContext> options) : IDbContextFactory<NirmaanDbContext>
    {
        public NirmaanDbContext CreateDbContext() => new(options);
    }
}
