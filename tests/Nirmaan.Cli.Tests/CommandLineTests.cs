namespace Nirmaan.Cli.Tests;

public sealed class CommandLineTests
{
    private static readonly string[] s_commands = ["offers", "launch", "instances", "close", "cordon", "plans", "approve", "optimise", "backtest", "distribute", "verify", "sdl", "preflight", "emissions", "payout", "migrate"];

    public static TheoryData<string> Commands => [.. s_commands];

    [Fact]
    public async Task Help_lists_every_command_and_the_exit_codes()
    {
        var said = await Run.NirmaanAsync();
        said.Code.ShouldBe(0);
        var listed = said.Out.Split('\n').Where(l => l.StartsWith("  ", StringComparison.Ordinal)).Select(l => l.Trim().Split(' ')[0]);
        listed.ShouldBe(s_commands);
        said.Out.ShouldContain("0 done, 1 checked and wrong, 2 bad input, 3 an outside system failed");
        (await Run.NirmaanAsync("--help")).Out.ShouldBe(said.Out);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself(string name)
    {
        var said = await Run.NirmaanAsync(name, "--help");
        said.Code.ShouldBe(0, said.Error);
        said.Out.ShouldStartWith($"nirmaan {name}");
        (await Run.NirmaanAsync("help", name)).Out.ShouldBe(said.Out);
    }

    [Fact]
    public async Task A_command_that_calls_a_host_says_how_it_finds_it()
    {
        (await Run.NirmaanAsync("launch", "--help")).Out.ShouldContain("NIRMAAN_KEY");
        (await Run.NirmaanAsync("verify", "--help")).Out.ShouldNotContain("NIRMAAN_KEY");
    }

    [Fact]
    public async Task A_command_that_is_none_is_bad_input() => (await Run.NirmaanAsync("destroy")).ShouldFail(2, "'destroy'", "offers, launch");

    [Theory]
    [InlineData("verify d.json --stake s.csv", "--stake", "--stakes")]
    [InlineData("verify d.json --stakes", "--stakes", "a value")]
    [InlineData("verify d.json --stakes --previous p.json", "--stakes", "a value")]
    [InlineData("verify d.json --stakes a --stakes b", "--stakes", "once")]
    [InlineData("verify", "distribution.json", "exactly one")]
    [InlineData("verify a.json b.json", "distribution.json", "exactly one")]
    [InlineData("instances --all=no", "--all", "no value")]
    [InlineData("instances 17", "'17'", "an id")]
    [InlineData("offers rtx-4090", "'rtx-4090'", "options only")]
    [InlineData("offers --min-vram-gb much", "--min-vram-gb", "a whole number")]
    [InlineData("offers --url ftp://there", "--url", "http")]
    [InlineData("launch heurist-llm", "launch", "a workload and a count")]
    [InlineData("launch heurist-llm many --max-usd-per-gpu-hour 1", "count", "a whole number")]
    [InlineData("launch heurist-llm 2 --reason test", "--max-usd-per-gpu-hour", "missing")]
    [InlineData("launch heurist-llm 2 --max-usd-per-gpu-hour 1", "--reason", "missing")]
    [InlineData("launch heurist-llm 2 --max-usd-per-gpu-hour 1 --reason test --offer 7", "--offer", "'7'")]
    [InlineData("close", "close", "one id or more")]
    [InlineData("cordon --reason x", "cordon", "one id or more")]
    [InlineData("cordon 019b2f3e-0c00-7000-8000-000000000001", "--reason", "missing")]
    [InlineData("plans --budget 9", "plans", "make")]
    [InlineData("approve 019b2f3e-0c00-7000-8000-000000000001 --moves x", "--moves", "'x'")]
    [InlineData("approve 019b2f3e-0c00-7000-8000-000000000001 --moves=,", "--moves", "ids of moves")]
    [InlineData("distribute s.csv --to 2026-03-02T00:00:00Z", "--from", "missing")]
    [InlineData("emissions --at 1795305600", "network", "exactly one")]
    [InlineData("emissions morpheus", "--at", "missing")]
    [InlineData("emissions render --at 1795305600", "'render'", "morpheus, heurist, bittensor, ritual")]
    [InlineData("emissions bittensor --at 1795305600", "--at", "not an option of bittensor", "--issued")]
    [InlineData("emissions bittensor", "--issued", "base units")]
    [InlineData("emissions ritual", "--payment", "base units")]
    [InlineData("migrate now", "'now'", "options only")]
    public async Task What_is_misspelt_or_left_out_is_named(string line, params string[] parts) => (await Run.NirmaanAsync(line.Split(' '))).ShouldFail(2, parts);
}
