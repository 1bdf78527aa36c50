using System.Globalization;

namespace Nirmaan.Agent.Tests;

public sealed class LogsPageTests
{
    private const string Ready = "ready-and-waiting";

    private static readonly object s_readyRule = new { rules = new object[] { new { match = $"^{Ready}$", state = "serving" } } };

    /// <summary>A miner that says something and then that it is ready.</summary>
    private static AgentRun Saying(string script) => new AgentRun().WithMiner($"{script}\necho {Ready}; exec sleep 600", s_readyRule);

    private static async Task<List<(DateTimeOffset At, string Source, string Text)>> ReadAsync(AgentRun run, string query = "")
    {
        await run.UntilAsync(s => s.State == "serving");
        var (status, body) = await run.GetAsync($"/logs{query}");
        status.ShouldBe(200, body);
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 3))
            .Select(l => (DateTimeOffset.ParseExact(l[0], "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), l[1], l[2]))];
    }

    [Fact]
    public async Task Each_line_comes_with_its_time_and_the_stream_it_was_said_on()
    {
        var began = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        await using var run = Saying("echo out; echo err >&2").Start();
        // The two streams are read by themselves, so the error may come in after the other's next line.
        await AgentRun.UntilAsync(async () => (await ReadAsync(run)).Exists(l => l.Source == "stderr"), () => string.Join('\n', run.Output));
        var lines = await ReadAsync(run);
        lines.Where(l => l.Source == "stdout").Select(l => l.Text).ShouldBe(["out", Ready]);
        lines.Where(l => l.Source == "stderr").Select(l => l.Text).ShouldBe(["err"]);
        lines.Select(l => l.At).ShouldBeInOrder();
        lines.ShouldAllBe(l => l.At > began && l.At <= TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task A_log_file_is_a_source_by_its_name_without_blanks()
    {
        await using var run = new AgentRun().WithMiner("echo 'from the file' >> 'sd miner.log'; exec sleep 600",
            new { files = new[] { "sd*.log" }, rules = new object[] { new { match = "from the file", state = "serving" } } }).Start();
        (await ReadAsync(run)).Select(l => (l.Source, l.Text)).ShouldContain(("sd_miner.log", "from the file"));
    }

    [Fact]
    public async Task What_the_agent_says_itself_is_among_the_lines()
    {
        await using var run = Saying("").Start();
        // The page answers before the miner's process is started.
        await AgentRun.UntilAsync(async () => (await ReadAsync(run)).Exists(l => l.Source == "agent" && l.Text.StartsWith("miner started as process ", StringComparison.Ordinal)), () => string.Join('\n', run.Output));
    }

    [Fact]
    public async Task The_lines_of_a_miner_that_ended_are_still_there()
    {
        await using var run = new AgentRun().WithMiner("echo last words; exit 3").Start();
        await run.UntilAsync(s => s.Miner.Restarts >= 2);
        (await run.GetAsync("/logs")).Body.Split('\n').Count(l => l.EndsWith(" stdout last words", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer ")]
    [InlineData("Bearer another-token-here")]
    [InlineData("Bearer token-of-the-mine")]
    [InlineData("Bearer token-of-the-miner2")]
    [InlineData("Basic token-of-the-miner")]
    [InlineData("token-of-the-miner")]
    public async Task Nobody_sees_a_line_without_the_agents_token(string authorization)
    {
        await using var run = Saying("echo secret plans").Start();
        await run.UntilAsync(s => s.State == "serving");
        var (status, body) = await run.GetAsync("/logs", authorization: authorization);
        status.ShouldBe(401);
        body.ShouldNotContain("plans");
        (await run.GetAsync("/status", authorization: authorization)).ShouldSatisfyAllConditions(s => s.Status.ShouldBe(200), s => s.Body.ShouldNotContain("plans"));
    }

    [Fact]
    public async Task An_agent_without_a_token_shows_its_lines_to_nobody()
    {
        await using var run = Saying("").With("AGENT_TOKEN", "").Start();
        await run.UntilAsync(s => s.State == "serving");
        (await run.GetAsync("/logs", authorization: "Bearer ")).Status.ShouldBe(401);
        (await run.GetAsync("/logs")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task The_newest_lines_come_200_unless_asked_for_others()
    {
        await using var run = Saying("i=0; while [ $i -lt 300 ]; do echo line-$i; i=$((i+1)); done").Start();
        (await ReadAsync(run)).Count.ShouldBe(200);
        (await ReadAsync(run, "?tail=3")).Select(l => l.Text).ShouldBe(["line-298", "line-299", Ready]);
        (await ReadAsync(run, "?tail=100000")).Count(l => l.Text.StartsWith("line-", StringComparison.Ordinal)).ShouldBe(300);
    }

    [Theory]
    [InlineData("?tail=0")]
    [InlineData("?tail=-5")]
    [InlineData("?tail=many")]
    [InlineData("?tail=99999999999")]
    public async Task A_tail_that_is_no_number_of_lines_is_refused(string query)
    {
        await using var run = Saying("").Start();
        await run.UntilAsync(s => s.State == "serving");
        (await run.GetAsync($"/logs{query}")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_flood_of_lines_pushes_the_oldest_out()
    {
        await using var run = Saying("i=0; while [ $i -lt 5000 ]; do echo line-$i; i=$((i+1)); done").Start();
        var lines = await ReadAsync(run, "?tail=2000");
        lines.Count.ShouldBe(LineRing.MaxLines);
        // A miner may say all this before its agent has said that it was started.
        lines.Where(l => l.Source == "stdout").TakeLast(2).Select(l => l.Text).ShouldBe(["line-4999", Ready]);
    }

    [Fact]
    public async Task Long_lines_are_cut_and_together_stay_within_a_mebibyte()
    {
        // 300 lines of 10,240 characters: each is cut at 8 KiB, and 128 of those fill the ring.
        await using var run = Saying("long=0123456789; for n in 1 2 3 4 5 6 7 8 9 10; do long=$long$long; done; i=0; while [ $i -lt 300 ]; do echo $long; i=$((i+1)); done").Start();
        var lines = await ReadAsync(run, "?tail=2000");
        lines.Max(l => l.Text.Length).ShouldBe(8 * 1024);
        lines.Sum(l => l.Text.Length).ShouldBeLessThanOrEqualTo(LineRing.MaxCharacters);
        lines.Count.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Secrets_are_blotted_out_of_the_lines()
    {
        await using var run = new AgentRun().With("HF_TOKEN", "hf_abcdefgh")
            .WithMiner($"echo \"fetching with $HF_TOKEN\"; echo {Ready}; exec sleep 600", s_readyRule, new() { ["secretEnv"] = new[] { "HF_TOKEN" } }).Start();
        (await ReadAsync(run)).Select(l => l.Text).ShouldContain("fetching with ***");
    }
}
