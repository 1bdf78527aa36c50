using System.Text.Json;

namespace Nirmaan.Cli.Tests;

public sealed class BacktestTests
{
    private static readonly string[] s_small = ["--days", "2", "--step-hours", "12", "--offers", "20"];

    [Fact]
    public async Task A_simulated_market_that_was_written_down_is_read_back_and_compared_by_days()
    {
        using var folder = new TempFolder();
        var simulated = await Run.NirmaanAsync(["backtest", "--simulate", "1", .. s_small, "--write", folder.Of("history")]);
        simulated.Code.ShouldBe(0, simulated.Error);
        Directory.EnumerateFiles(folder.Of("history")).Select(Path.GetFileName).Order().ShouldBe(["2026-01-01T000000Z.json", "2026-01-01T120000Z.json", "2026-01-02T000000Z.json", "2026-01-02T120000Z.json", "outcomes.csv"]);

        var read = await Run.NirmaanAsync("backtest", folder.Of("history"));
        read.Code.ShouldBe(0, read.Error);
        var (wide, narrow) = (JsonDocument.Parse(simulated.Out).RootElement, JsonDocument.Parse(read.Out).RootElement);
        narrow.GetProperty("decisions").GetInt32().ShouldBe(4);
        // The bound asks nothing but the history, so it is that of the market in memory.
        narrow.GetProperty("clairvoyantOfBudget").GetDouble().ShouldBe(wide.GetProperty("clairvoyantOfBudget").GetDouble(), 1e-9);
        narrow.GetProperty("against").EnumerateArray().ShouldAllBe(a => a.GetProperty("pairs").GetInt32() == 2);
    }

    [Fact]
    public async Task The_report_is_JSON_alone_and_the_table_is_said_beside_it()
    {
        var said = await Run.NirmaanAsync(["backtest", "--simulate", "2", .. s_small]);
        JsonDocument.Parse(said.Out).RootElement.GetProperty("histories").GetInt32().ShouldBe(2);
        said.Error.ShouldContain("buying the token");
        said.Error.ShouldContain("No policy can earn more than");
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_report()
    {
        var once = await Run.NirmaanAsync(["backtest", "--simulate", "1", "--seed", "7", .. s_small]);
        (await Run.NirmaanAsync(["backtest", "--simulate", "1", "--seed", "7", .. s_small])).Out.ShouldBe(once.Out);
        (await Run.NirmaanAsync(["backtest", "--simulate", "1", "--seed", "8", .. s_small])).Out.ShouldNotBe(once.Out);
    }

    [Theory]
    [InlineData("2026-01-01T000000Z.json", "{}", "budgetUsdPerHour")]
    [InlineData("monday.json", "{}", "is not named by a time")]
    [InlineData("outcomes.csv", "when,network\n", "time,network,valueUsdPerHour,othersWork")]
    [InlineData("outcomes.csv", "time,network,valueUsdPerHour,othersWork\nsoon,n,1,1\n", "outcomes.csv:2: time")]
    [InlineData("outcomes.csv", "time,network,valueUsdPerHour,othersWork\n2026-01-01T00:00:00Z,n,much,1\n", "outcomes.csv:2: valueUsdPerHour")]
    [InlineData("outcomes.csv", "time,network,valueUsdPerHour,othersWork\n2026-01-01T00:00:00Z,n,1\n", "outcomes.csv:2: 3 fields")]
    [InlineData("outcomes.csv", "time,network,valueUsdPerHour,othersWork\n", "none of net-0")]
    public async Task A_history_that_cannot_be_used_names_its_fault(string file, string text, string fault)
    {
        using var folder = new TempFolder();
        await Run.NirmaanAsync(["backtest", "--simulate", "1", .. s_small, "--write", folder.Of("history")]);
        folder.Write(Path.Combine("history", file), text);
        (await Run.NirmaanAsync("backtest", folder.Of("history"))).ShouldFail(2, fault);
    }

    [Theory]
    [InlineData("DIR", "backtest")]
    [InlineData("is no folder", "backtest", "nowhere")]
    [InlineData("--days", "backtest", "nowhere", "--days", "3")]
    [InlineData("--simulate", "backtest", "--simulate", "0")]
    [InlineData("stepHours is 7", "backtest", "--simulate", "1", "--step-hours", "7")]
    [InlineData("failedBids", "backtest", "--simulate", "1", "--days", "1", "--failed-bids", "2")]
    public async Task Words_that_make_no_sense_are_refused(string fault, params string[] words) => (await Run.NirmaanAsync(words)).ShouldFail(2, fault);

    [Fact]
    public async Task A_folder_with_something_in_it_is_not_written_over()
    {
        using var folder = new TempFolder();
        folder.Write("mine.txt", "mine");
        (await Run.NirmaanAsync(["backtest", "--simulate", "1", .. s_small, "--write", folder.Path])).ShouldFail(2, "not an empty folder");
    }
}
