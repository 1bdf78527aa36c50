using FsCheck;
using FsCheck.Fluent;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Tests.Fleet;

public sealed class LogTailsTests
{
    private static LogLine Line(int second, string text, string source = "stdout") => new(Some.Noon.AddSeconds(second), source, text);

    private static List<LogLine> Supplied(int readAt, params string[] texts) => [.. texts.Select(t => Line(readAt, t, LogLine.SupplierOutput))];

    private static List<string> Texts(IEnumerable<LogLine> lines) => [.. lines.Select(l => l.Text)];

    /// <summary>Keeps each tail after the one before it, as the control plane does.</summary>
    private static List<LogLine> Keep(int lines, params IEnumerable<LogLine>[] tails)
    {
        List<LogLine> kept = [];
        foreach (var tail in tails) { kept.AddRange(LogTails.Newer(kept, [.. tail], lines)); }
        return kept;
    }

    [Fact]
    public void Of_the_first_tail_all_is_new_and_no_gap_is_before_it() => LogTails.Newer([], [Line(1, "a"), Line(2, "b")], 2).Count.ShouldBe(2);

    [Fact]
    public void A_tail_read_again_holds_nothing_new() => LogTails.Newer([Line(1, "a"), Line(2, "b")], [Line(1, "a"), Line(2, "b")], 2).ShouldBeEmpty();

    [Fact]
    public void Only_what_follows_the_newest_kept_line_is_new() =>
        Texts(LogTails.Newer([Line(1, "a"), Line(2, "b")], [Line(1, "a"), Line(2, "b"), Line(3, "c")], 10)).ShouldBe(["c"]);

    [Fact]
    public void A_line_said_again_later_is_new() => LogTails.Newer([Line(1, "idle")], [Line(1, "idle"), Line(2, "idle")], 10).ShouldBe([Line(2, "idle")]);

    [Fact]
    public void A_full_tail_that_does_not_reach_back_has_a_gap_before_it() =>
        LogTails.Newer([Line(1, "a")], [Line(8, "h"), Line(9, "i")], 2).Select(l => l.Source).ShouldBe([LogLine.Gap, "stdout", "stdout"]);

    [Fact]
    public void A_short_tail_that_does_not_reach_back_is_a_log_begun_anew() => LogTails.Newer([Line(1, "a")], [Line(8, "h")], 2).ShouldBe([Line(8, "h")]);

    [Fact]
    public void A_longer_tail_does_not_bring_back_what_a_gap_swallowed()
    {
        var log = Enumerable.Range(0, 30).Select(i => Line(i, $"l{i}")).ToList();
        var kept = Keep(5, log.Take(5), log.Skip(10).Take(5));
        LogTails.Newer(kept, log[..16], 20).ShouldBe([log[15]]);
    }

    [Fact]
    public void Lines_without_times_join_by_their_texts() => Texts(Keep(4, Supplied(1, "a", "b", "c"), Supplied(2, "b", "c", "d"))).ShouldBe(["a", "b", "c", "d"]);

    [Fact]
    public void A_container_begun_anew_says_the_same_again() =>
        Texts(Keep(10, Supplied(1, "boot", "ready", "job"), Supplied(2, "boot", "ready"))).ShouldBe(["boot", "ready", "job", "boot", "ready"]);

    [Fact]
    public void Output_and_errors_of_a_supplier_join_each_by_themselves()
    {
        List<LogLine> Read(int at, string[] output, string[] errors) => [.. Supplied(at, output), .. errors.Select(t => Line(at, t, LogLine.SupplierErrors))];
        var kept = Keep(10, Read(1, ["o1"], ["e1"]), Read(2, ["o1", "o2"], ["e1"]), Read(3, ["o1", "o2", "o3"], ["e1", "e2"]), Read(4, ["o1", "o2", "o3"], ["e1", "e2"]));
        Texts(kept).ShouldBe(["o1", "e1", "o2", "o3", "e2"]);
    }

    [Fact]
    public void What_the_supplier_gives_after_the_agent_fell_silent_is_not_kept_twice()
    {
        List<LogLine> agent = [Line(1, "miner started", "agent"), Line(2, "loading"), Line(3, "model loaded", "sd.log")];
        var supplier = Supplied(60, "[nirmaan-agent 2026-01-01T12:00:01Z] miner started", "loading", "[sd.log] model loaded", "job done");
        agent[0].Printed.ShouldBe($"[nirmaan-agent {Some.Noon.AddSeconds(1):yyyy-MM-ddTHH:mm:ssZ}] miner started");
        supplier[0] = supplier[0] with { Text = agent[0].Printed };
        Texts(LogTails.Newer(agent, supplier, 10)).ShouldBe(["job done"]);
    }

    [Fact]
    public void What_the_agent_gives_after_the_supplier_is_not_kept_twice() =>
        LogTails.Newer(Supplied(60, "loading", "[sd.log] model loaded"), [Line(1, "loading"), Line(2, "model loaded", "sd.log"), Line(3, "job")], 10).ShouldBe([Line(3, "job")]);

    [Fact]
    public void However_a_log_is_read_no_line_is_kept_twice_or_out_of_order_and_every_loss_is_marked()
    {
        // Few texts and several lines a second, so that equal lines are common; windows from 3 to 8 lines read at growing lengths of the log.
        var cases = from texts in Gen.Elements("idle", "job", "done").ArrayOf(40)
                    from steps in Gen.Choose(0, 9).ArrayOf(12)
                    from window in Gen.Choose(3, 8)
                    select (texts, steps, window);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var log = c.texts.Select((text, i) => new LogLine(Some.Noon.AddMilliseconds(i), "stdout", text)).ToList();
            List<LogLine> kept = [];
            var expected = new List<LogLine>();
            var (length, read) = (0, 0);
            foreach (var step in c.steps)
            {
                length = Math.Min(log.Count, length + step);
                var tail = log.Take(length).TakeLast(c.window).ToList();
                kept.AddRange(LogTails.Newer(kept, tail, c.window));
                var from = Math.Max(read, length - c.window);
                if (read > 0 && from >= read && length - read >= c.window && tail.Count > 0 && length > read) { expected.Add(new LogLine(log[from].At, LogLine.Gap, "lines went by unread here")); }
                expected.AddRange(log.Take(length).Skip(from));
                read = length;
            }
            return kept.SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }
}
