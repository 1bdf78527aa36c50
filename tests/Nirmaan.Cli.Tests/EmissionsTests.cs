using System.Text.Json;

namespace Nirmaan.Cli.Tests;

public sealed class EmissionsTests
{
    [Fact]
    public async Task The_contracts_answers_and_the_days_emission_are_printed_in_wei()
    {
        // The answers are a real SessionRouter's on a local chain (contracts/vectors.json): before and after what providers claimed.
        var said = await Run.NirmaanAsync("emissions", "morpheus", "--at", "1795305600");
        said.Code.ShouldBe(0, said.Error);
        Members(said).ShouldBe(
        [
            ("at", "2026-11-22T00:00:00Z"), ("emissionPerDay", "2853367773379920000000"), ("computeBalance", "3210041512763689320000000"),
            ("todaysBudget", "32100415127636893200000"), ("supplyExCompute", "10165131457085016180000000"),
        ]);
        Members(await Run.NirmaanAsync("emissions", "morpheus", "--at", "1795305600", "--claimed", "123456000000000000000000")).Skip(2).ShouldBe(
            [("computeBalance", "3086585512763689320000000"), ("todaysBudget", "30865855127636893200000"), ("supplyExCompute", "10288587457085016180000000")]);
    }

    [Theory]
    [InlineData("2026-11-22T00:00:00Z")]
    [InlineData("2026-11-22T05:30:00+05:30")]
    [InlineData("2026-11-21T19:00:00-05:00")]
    [InlineData("2026-11-22t00:00:00z")]
    [InlineData("2026-11-22T00:00:00.999Z")]
    public async Task A_time_may_be_written_as_RFC_3339_allows(string at) =>
        (await Run.NirmaanAsync("emissions", "morpheus", "--at", at)).Out.ShouldBe((await Run.NirmaanAsync("emissions", "morpheus", "--at=1795305600")).Out);

    [Theory]
    [InlineData("1707393599", "0")]
    [InlineData("1707393600", "3456000000000000000000")]
    [InlineData("1707479999", "3456000000000000000000")]
    [InlineData("1707480000", "3455407441271760000000")]
    [InlineData("2211364799", "197496904320000000")]
    [InlineData("2211364800", "0")]
    [InlineData("0", "0")]
    [InlineData("253402300799", "0")]
    public async Task A_day_turns_at_noon_and_outside_the_schedule_nothing_is_emitted(string at, string perDay) =>
        Members(await Run.NirmaanAsync("emissions", "morpheus", "--at", at))[1].ShouldBe(("emissionPerDay", perDay));

    [Theory]
    [InlineData("--at", "2026-11-22")]
    [InlineData("--at", "2026-11-22T00:00:00")]
    [InlineData("--at", "2026-02-30T00:00:00Z")]
    [InlineData("--at", "tomorrow")]
    [InlineData("--at", "-1")]
    [InlineData("--at", "1e9")]
    [InlineData("--at", "99999999999999")]
    public async Task What_is_no_time_is_bad_input(string option, string at) => (await Run.NirmaanAsync("emissions", "morpheus", $"{option}={at}")).ShouldFail(2, "--at", $"'{at}'", "Unix seconds");

    [Theory]
    [InlineData("1.5", "base units")]
    [InlineData("-1", "base units")]
    [InlineData("3210041512763689320000001", "no more than was emitted")]
    public async Task What_cannot_have_been_claimed_is_bad_input(string claimed, string part) =>
        (await Run.NirmaanAsync("emissions", "morpheus", "--at", "1795305600", $"--claimed={claimed}")).ShouldFail(2, "--claimed", part);

    private static (string Name, string? Value)[] Members(Said said)
    {
        said.Code.ShouldBe(0, said.Error);
        using var document = JsonDocument.Parse(said.Out);
        return [.. document.RootElement.EnumerateObject().Select(m => (m.Name, m.Value.GetString()))];
    }
}
