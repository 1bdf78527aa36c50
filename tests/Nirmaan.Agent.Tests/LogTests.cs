using System.Text;
using Nirmaan.Agent.Miner;

namespace Nirmaan.Agent.Tests;

public sealed class LogTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"nirmaan-logs-{Guid.NewGuid():N}");
    private readonly List<string> _lines = [];

    public LogTests() => Directory.CreateDirectory(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private LogTail Follow(params string[] patterns) => new(_folder, patterns, (file, line) => _lines.Add($"{file}: {line}"));

    private string At(string name) => Path.Combine(_folder, name);

    private void Append(string name, string text) => File.AppendAllText(At(name), text);

    [Fact]
    public void What_stood_in_a_file_before_belongs_to_an_earlier_run()
    {
        Append("a.log", "old\n");
        using var tail = Follow("a.log");
        tail.Look();
        Append("a.log", "new\n");
        tail.Look();
        _lines.ShouldBe(["a.log: new"]);
    }

    [Fact]
    public void A_file_that_appears_is_read_from_its_beginning()
    {
        using var tail = Follow("sd-miner_*.log");
        tail.Look();
        Append("sd-miner_0_0xabc.log", "first\n");
        Append("other.log", "no\n");
        tail.Look();
        _lines.ShouldBe(["sd-miner_0_0xabc.log: first"]);
    }

    [Fact]
    public void Wildcards_work_in_folders_too()
    {
        using var tail = Follow("logs/*/miner?.log");
        tail.Look();
        Directory.CreateDirectory(At("logs/one"));
        Append("logs/one/miner1.log", "x\n");
        Append("logs/one/miner10.log", "y\n");
        tail.Look();
        _lines.ShouldBe(["miner1.log: x"]);
    }

    [Fact]
    public void A_line_is_told_when_it_is_whole()
    {
        using var tail = Follow("a.log");
        tail.Look();
        Append("a.log", "half");
        tail.Look();
        _lines.ShouldBeEmpty();
        Append("a.log", " and half\n");
        tail.Look();
        _lines.ShouldBe(["a.log: half and half"]);
    }

    [Fact]
    public void A_renamed_file_is_read_to_its_end_and_its_successor_from_the_beginning()
    {
        using var tail = Follow("a.log");
        tail.Look();
        Append("a.log", "1\n");
        tail.Look();
        Append("a.log", "2\n");
        File.Move(At("a.log"), At("a.log.1"));
        Append("a.log.1", "3\n");
        Append("a.log", "4\n");
        tail.Look();
        Append("a.log", "5\n");
        tail.Look();
        _lines.ShouldBe(["a.log: 1", "a.log: 2", "a.log: 3", "a.log: 4", "a.log: 5"]);
    }

    [Fact]
    public void A_truncated_file_is_read_from_its_beginning()
    {
        using var tail = Follow("a.log");
        tail.Look();
        Append("a.log", "a long line before\n");
        tail.Look();
        File.WriteAllText(At("a.log"), "new\n");
        tail.Look();
        _lines.ShouldBe(["a.log: a long line before", "a.log: new"]);
    }

    [Fact]
    public void A_deleted_file_that_comes_back_is_read_from_its_beginning()
    {
        using var tail = Follow("a.log");
        tail.Look();
        Append("a.log", "1\n");
        tail.Look();
        File.Delete(At("a.log"));
        tail.Look();
        Append("a.log", "2\n");
        tail.Look();
        _lines.ShouldBe(["a.log: 1", "a.log: 2"]);
    }

    [Fact]
    public void Progress_bars_end_their_lines_with_a_carriage_return() => Cut("10%\r20%\r\ndone\n").ShouldBe(["10%", "20%", "done"]);

    [Fact]
    public void A_line_without_end_is_cut_and_does_not_grow() =>
        Cut(new string('x', 100_000) + "\nnext\n").Select(l => l.Length).ShouldBe([LineBuffer.MaxBytes, 4]);

    [Fact]
    public void A_character_split_over_two_reads_stays_whole()
    {
        var bytes = "é\n"u8.ToArray();
        List<string> lines = [];
        var buffer = new LineBuffer(lines.Add);
        buffer.Add(bytes.AsSpan(0, 1));
        buffer.Add(bytes.AsSpan(1));
        lines.ShouldBe(["é"]);
    }

    [Fact]
    public void A_rule_that_takes_too_long_is_given_up_and_the_next_one_asked()
    {
        var rules = new LogRules([new("^(a+)+$", "failed", null), new("aaaa", "idle", null)]);
        rules.Read(new string('a', 40) + "b").ShouldBe(("idle", null));
        rules.TimeOuts.ShouldBe(1);
    }

    [Fact]
    public async Task Lines_of_a_file_move_the_state_as_lines_of_the_output_do()
    {
        await using var run = new AgentRun().WithMiner("echo 'Default model sd loaded successfully.' >> sd-miner_0.log; exec sleep 600",
            new { files = new[] { "sd-miner_*.log" }, rules = new object[] { new { match = "loaded successfully", state = "serving" } } }).Start();
        var status = await run.UntilAsync(s => s.State == "serving");
        status.LastLines!.ShouldContain("[sd-miner_0.log] Default model sd loaded successfully.");
    }

    [Fact]
    public async Task The_reason_of_a_sudden_end_is_found_in_the_last_lines_of_a_file()
    {
        await using var run = new AgentRun().WithMiner("echo 'CUDA out of memory' >> m.log; exit 1",
            new { files = new[] { "m.log" }, rules = new object[] { new { match = "CUDA out", state = "failed", reason = "out of memory" } } }).Start();
        (await run.UntilAsync(s => s.State == "failed")).Reason.ShouldBe("out of memory");
    }

    private static List<string> Cut(string text)
    {
        List<string> lines = [];
        var buffer = new LineBuffer(lines.Add);
        foreach (var chunk in Encoding.UTF8.GetBytes(text).Chunk(7)) { buffer.Add(chunk); }
        return lines;
    }
}
