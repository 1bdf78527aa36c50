using AngleSharp.Dom;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Data;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Rewards.Schedules;

namespace Nirmaan.Web.Tests.Rewards;

/// <summary>The networks' schedules, at noon of 2026-11-22, where Morpheus' day 1,019 begins.</summary>
public sealed class SchedulesPageTests(ControlPostgres postgres) : BunitContext
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), s_day = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Without_a_database_the_schedules_stand_and_our_part_is_unknown()
    {
        var page = Open(new NoDatabase());
        page.Find(".form-error").TextContent.ShouldContain("The schedules stand without it.");
        Today(page, "Morpheus").ShouldBe(["at most 32,100.41…\u00a0MOR", "unknown", "when the session is closed, or from 00:00 UTC after its end"]);
        Today(page, "Heurist")[..2].ShouldBe(["none: no season", "unknown"]);
        page.FindAll("figure.chart").Count.ShouldBe(4);
    }

    [Fact]
    public void The_day_of_the_emission_turns_at_noon()
    {
        Stat(Open(new NoDatabase()), "Emission day").ShouldBe("1,019\u00a0of 5,833");
        Stat(Open(new NoDatabase()), "Emitted for compute today").ShouldBe("2,852.77…\u00a0MOR");
    }

    [Fact]
    public void Whoever_has_no_circuit_finds_the_figures_of_a_chart_below_it_and_no_button_that_nobody_hears()
    {
        var page = Open(new NoDatabase());
        page.FindAll("button").ShouldBeEmpty();
        page.FindAll("figure.chart details table").Count.ShouldBe(4);
        page.Find("#morpheus details tbody tr").TextContent.ShouldStartWith("2024");
    }

    [Fact]
    public void Networks_where_no_miner_of_ours_works_pay_us_nothing_and_say_what_is_unknown()
    {
        var page = Open(new NoDatabase());
        Today(page, "Bittensor")[..2].ShouldBe(["unknown", "none"]);
        Today(page, "Ritual Infernet")[..2].ShouldBe(["none: no emission", "none"]);
    }

    [Fact]
    public async Task What_was_received_yesterday_is_our_part_of_what_the_contract_could_pay()
    {
        await using var database = await postgres.CreateDatabaseAsync();
        var contexts = new Factory(DatabaseMigrator.Options(database.ConnectionString));
        await using (var db = contexts.CreateDbContext())
        {
            db.Rewards.Add(Paid("0xa:0", 32m, s_day.AddHours(5)));
            db.Rewards.Add(Paid("0xb:0", 0.1m, s_day.AddDays(1)));
            db.RewardCursors.Add(ReadTo(s_now));
            db.PointsSamples.Add(new PointsSample(NetworkName.Heurist, "llama", "0xab", s_day.AddHours(9), 5_000, 1_000, null, "fake"));
            db.PointsSamples.Add(new PointsSample(NetworkName.Heurist, "waifu", "0xab", s_day.AddHours(9), 70, 70, null, "fake"));
            db.Estimates.Add(new YieldEstimate(Guid.CreateVersion7(), s_now, [Pool("heurist-llama", 1_000m)]));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var page = Open(contexts);
        page.WaitForAssertion(() => Today(page, "Morpheus")[1].ShouldBe("0.100 %"));
        Stat(page, "We received on 21 Nov").ShouldBe("32\u00a0MOR");
        Today(page, "Heurist")[1].ShouldBe("Llama 4.00 % Waifu unknown");
    }

    [Fact]
    public void Payments_that_are_not_read_to_the_days_end_are_unknown_and_not_nothing()
    {
        Measured(new() { [NetworkName.Morpheus] = s_day.AddHours(23) }).Mor.ShouldBeNull();
        Measured([]).MorShare.ShouldBeNull();
        Measured(new() { [NetworkName.Morpheus] = s_day.AddDays(1) }).MorShare.ShouldBe(0);

        static MeasuredDay Measured(Dictionary<NetworkName, DateTimeOffset> readTo) => MeasuredDay.Of(s_day, [], readTo, [], null);
    }

    [Theory]
    [InlineData(1_000, 24_000, 0.04)]
    [InlineData(0, 24_000, 0.0)]
    [InlineData(0, 0, null)]
    [InlineData(1_000, null, null)]
    [InlineData(-5, 24_000, null)]
    public void A_share_of_points_needs_the_others(int ours, int? others, double? share) => ((double?)new PointsPart("llama", ours, others).Share).ShouldBe(share);

    private IRenderedComponent<SchedulesPage> Open(IDbContextFactory<NirmaanDbContext> contexts)
    {
        this.AddPublicPages(new ManualClock(s_now), contexts);
        Services.AddLogging(l => l.ClearProviders()).AddSingleton<PointsQueries>().AddSingleton<AllocationQueries>();
        return Render<SchedulesPage>();
    }

    private static string[] Today(IRenderedComponent<SchedulesPage> page, string network) =>
        [.. page.Find("table").QuerySelectorAll("tbody tr").Single(r => r.QuerySelector("a")!.TextContent == network).Children.Skip(1).Select(Words)];

    private static string Stat(IRenderedComponent<SchedulesPage> page, string label) => Words(page.FindAll(".stat").Single(s => Words(s.QuerySelector(".stat-label")!) == label).QuerySelector(".stat-value")!);

    private static string Words(IElement element) => string.Join(' ', element.TextContent.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private static Reward Paid(string id, decimal mor, DateTimeOffset at) => new(
        new RewardReading(NetworkName.Morpheus, id, Asset.Mor, TokenAmount.Of(mor, Asset.Mor).Units, at, "0xab", null, "0xtx"), null, "nrm-pool", at);

    private static RewardCursor ReadTo(DateTimeOffset at)
    {
        var cursor = new RewardCursor(NetworkName.Morpheus);
        cursor.MarkReadTo(at);
        return cursor;
    }

    private static PoolEstimate Pool(string pool, decimal others) => new(
        new PoolName(pool), NetworkName.Heurist, pool, Bucket.Emerging, RewardShape.ProRata, "HEU", 10_000m, null, null, others, null, "Llama Point", true, "fake", s_now, null, []);

    private sealed class Factory(DbContextOptions<NirmaanDbContext> options) : IDbContextFactory<NirmaanDbContext>
    {
        public NirmaanDbContext CreateDbContext() => new(options);
    }
}
