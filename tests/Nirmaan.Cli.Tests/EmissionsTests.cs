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

    [Theory]
    [InlineData("2024-04-01T00:00:00Z", "season 1", "50000000000000000000000000", "458715596330275229357798")]
    [InlineData("2024-07-19T00:00:00Z", "season 2", "10000000000000000000000000", "54945054945054945054945")]
    [InlineData("2026-11-22T00:00:00Z", null, null, null)]
    public async Task Heurists_open_season_is_printed_and_none_is_null(string at, string? season, string? pool, string? perDay) =>
        Members(await Run.NirmaanAsync("emissions", "heurist", "--at", at)).Where(m => m.Name is "season" or "pool" or "emissionPerDay").Select(m => m.Value).ShouldBe([season, pool, perDay]);

    [Theory]
    [InlineData("0", "1000000000", "7200000000000", "0", "10500000")]
    [InlineData("11180113340000000", "500000000", "3600000000000", "1", "9139774")]
    public async Task TAO_is_printed_by_what_has_been_issued(string issued, string perBlock, string perDay, string halvings, string blocks) =>
        Members(await Run.NirmaanAsync("emissions", "bittensor", "--issued", issued)).Select(m => m.Value).ShouldBe([issued, perBlock, perDay, halvings, blocks]);

    [Fact]
    public async Task A_payment_for_an_Infernet_job_is_printed_in_its_parts() =>
        Members(await Run.NirmaanAsync("emissions", "ritual", "--payment", "1000000", "--verifier-fee", "200000")).ShouldBe([("payment", "1000000"), ("protocol", "110000"), ("verifier", "190000"), ("node", "700000")]);

    [Theory]
    [InlineData("bittensor --issued 21000000000000000", "--issued", "less than all TAO")]
    [InlineData("ritual --payment 100 --fee 6000", "--payment", "at least the fees")]
    [InlineData("ritual --payment 100 --fee -1", "--payment", "none of them below 0")]
    [InlineData("ritual --payment 100 --verifier-fee 91", "--payment", "at least the fees")]
    public async Task What_no_network_could_be_is_bad_input(string line, params string[] parts) => (await Run.NirmaanAsync(["emissions", .. line.Split(' ')])).ShouldFail(2, parts);

    private static (string Name, string? Value)[] Members(Said said)
    {
        said.Code.ShouldBe(0, said.Error);
        using var document = JsonDocument.Parse(said.Out);
        return [.. document.RootElement.EnumerateObject().Select(m => (m.Name, m.Value.ValueKind == JsonValueKind.Null ? null : m.Value.ToString()))];
    }
}
