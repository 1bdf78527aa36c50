using System.Text.Json.Nodes;

namespace Nirmaan.Cli.Tests.Files;

public sealed class DistributeTests
{
    [Fact]
    public async Task A_pool_is_shared_out_by_stake_and_time()
    {
        using var epochs = await Epochs.MakeAsync();
        var first = JsonNode.Parse(await File.ReadAllTextAsync(epochs.First, TestContext.Current.CancellationToken))!;
        first["epoch"]!.GetValue<int>().ShouldBe(1);
        first["from"]!.ToString().ShouldBe("2026-03-01T00:00:00Z");
        first["to"]!.ToString().ShouldBe("2026-03-02T00:00:00Z");
        first["asset"]!.ToString().ShouldBe("MOR");
        first["pool"]!.ToString().ShouldBe("100000000");
        // 300 x 12 h, 100 x 24 h and 1 x 6 h of 6006 unit-hours: floors 59940059, 39960039, 99900; the two left go to the largest remainders, .94 and .96.
        first["leaves"]!.AsArray().Select(l => (l!["account"]!.ToString(), l["balanceSeconds"]!.ToString(), l["amount"]!.ToString(), l["cumulative"]!.ToString())).ShouldBe([
            (Epochs.Ann, "12960000", "59940060", "59940060"), (Epochs.Bob, "8640000", "39960040", "39960040"), (Epochs.Eve, "21600", "99900", "99900")]);
    }

    [Fact]
    public async Task That_it_has_no_waterfall_is_said_beside_the_file()
    {
        using var epochs = await Epochs.MakeAsync();
        var said = await epochs.DistributeAsync(1, "10");
        said.Error.ShouldContain("No waterfall is in it");
        JsonNode.Parse(said.Out)!.AsObject().ContainsKey("waterfall").ShouldBeFalse();
    }

    [Fact]
    public async Task The_next_epoch_adds_to_what_was_paid_before()
    {
        using var epochs = await Epochs.MakeAsync();
        var second = JsonNode.Parse(await File.ReadAllTextAsync(epochs.Second, TestContext.Current.CancellationToken))!;
        second["epoch"]!.GetValue<int>().ShouldBe(2);
        second["leaves"]!.AsArray().Select(l => (l!["account"]!.ToString(), l["amount"]!.ToString(), l["cumulative"]!.ToString())).ShouldBe([
            (Epochs.Ann, "0", "59940060"), (Epochs.Bob, "3", "39960043"), (Epochs.Eve, "0", "99900")]);
    }

    [Theory]
    [InlineData("2026-03-01T00:00:00.5Z,{0},1", "line 2", "2026-03-01T00:00:00.5Z", "whole seconds")]
    [InlineData("2026-03-01T00:00:00Z,{0},1.5", "line 2", "'1.5'", "base units")]
    [InlineData("2026-03-01T00:00:00Z,0x70997970c51812dc3A010C7d01b50e0d17dc79C8,1", "line 2", "0x70997970c51812dc3A010C7d01b50e0d17dc79C8", "EIP-55")]
    [InlineData("2026-03-01T00:00:00Z,{0}", "line 2", "2 fields", "3")]
    [InlineData("2026-03-01T00:00:00Z,{0},-1", "-1", "below zero", "")]
    [InlineData("2026-03-05T00:00:00Z,{0},1", "total is zero", "", "")]
    public async Task A_stakes_file_that_cannot_be_used_is_bad_input(string line, string part, string other, string expected)
    {
        using var epochs = await Epochs.MakeAsync();
        epochs.Write("stakes.csv", $"time,account,delta\n{string.Format(System.Globalization.CultureInfo.InvariantCulture, line, Epochs.Bob)}\n");
        (await epochs.DistributeAsync(1, "10")).ShouldFail(2, epochs.Stakes, part, other, expected);
    }

    [Theory]
    [InlineData("--from", "2026-03-01T00:00:00", "RFC 3339")]
    [InlineData("--from", "2026-03-01T00:00:00.250Z", "whole seconds")]
    [InlineData("--to", "2026-02-01T00:00:00Z", "after 2026-03-01T00:00:00Z")]
    [InlineData("--pool", "1e18", "base units")]
    [InlineData("--pool", "-5", "base units")]
    [InlineData("--pool", "1000000000000000000000000000000000000000000000000000000000000000000000000000000000", "256 bits")]
    public async Task An_option_that_cannot_be_used_is_named(string option, string value, string expected)
    {
        using var epochs = await Epochs.MakeAsync();
        string[] words = ["distribute", epochs.Stakes, "--from=2026-03-01T00:00:00Z", "--to=2026-03-02T00:00:00Z", "--pool=10", "--asset=MOR"];
        (await Run.NirmaanAsync([.. words.Where(w => !w.StartsWith(option, StringComparison.Ordinal)), $"{option}={value}"])).ShouldFail(2, option, expected);
    }

    [Fact]
    public async Task Nothing_is_built_on_a_distribution_of_another_asset_or_a_wrong_one()
    {
        using var epochs = await Epochs.MakeAsync();
        var other = epochs.Forge(epochs.First, d => d["asset"] = "NRM");
        (await epochs.DistributeAsync(2, "3", "--previous", other)).ShouldFail(2, other, "'NRM'", "MOR");
        var wrong = epochs.Forge(epochs.First, d => d["leaves"]![0]!["cumulative"] = "60000000");
        (await epochs.DistributeAsync(2, "3", "--previous", wrong)).ShouldFail(2, wrong, Epochs.Ann, "60000000");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_epoch_that_overlaps_the_one_before_or_leaves_a_gap_is_refused(int day)
    {
        using var epochs = await Epochs.MakeAsync();
        (await epochs.DistributeAsync(day, "3", "--previous", epochs.First)).ShouldFail(2, "--from", $"2026-03-0{day}T00:00:00Z", "2026-03-02T00:00:00Z", "end of the epoch before");
    }
}
