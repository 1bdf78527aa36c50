using Nirmaan.Agent.Heartbeats;

namespace Nirmaan.Agent.Tests;

public sealed class SpoolTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"nirmaan-spool-{Guid.NewGuid():N}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Spool Open(long maxBytes = 1_000_000) => new(_folder, maxBytes);

    private static void Add(Spool spool, int from, int to)
    {
        for (var i = from; i <= to; i++) { spool.Add($"{{\"n\":{i:000}}}"); }
    }

    private static void Forget(Spool spool, int count)
    {
        var (lines, mark) = spool.Oldest(count);
        spool.Forget(lines.Count, mark);
    }

    private static string[] All(Spool spool) => [.. spool.Oldest(1000).Lines.Select(l => l[5..8])];

    [Fact]
    public void The_oldest_come_first_and_stay_until_forgotten()
    {
        using var spool = Open();
        Add(spool, 1, 3);
        spool.Oldest(2).Lines.ShouldBe(["{\"n\":001}", "{\"n\":002}"]);
        All(spool).ShouldBe(["001", "002", "003"]);
    }

    [Fact]
    public void What_was_forgotten_stays_so_after_a_restart()
    {
        using (var spool = Open())
        {
            Add(spool, 1, 4);
            Forget(spool, 3);
        }
        using var again = Open();
        All(again).ShouldBe(["004"]);
        again.Unsent.ShouldBe(1);
    }

    [Fact]
    public void The_file_is_empty_when_all_has_been_taken()
    {
        using var spool = Open();
        Add(spool, 1, 4);
        Forget(spool, 4);
        new FileInfo(Path.Combine(_folder, "heartbeats.jsonl")).Length.ShouldBe(0);
        Add(spool, 5, 5);
        All(spool).ShouldBe(["005"]);
    }

    [Fact]
    public void A_line_cut_short_by_a_crash_is_dropped()
    {
        using (var spool = Open()) { Add(spool, 1, 2); }
        File.AppendAllText(Path.Combine(_folder, "heartbeats.jsonl"), "{\"n\":0");
        using var again = Open();
        Add(again, 3, 3);
        All(again).ShouldBe(["001", "002", "003"]);
    }

    [Theory]
    [InlineData("99999")]
    [InlineData("3")]
    [InlineData("-1")]
    [InlineData("x")]
    public void A_mark_that_makes_no_sense_sends_all_again(string mark)
    {
        using (var spool = Open()) { Add(spool, 1, 2); }
        File.WriteAllText(Path.Combine(_folder, "heartbeats.sent"), mark);
        using var again = Open();
        All(again).ShouldBe(["001", "002"]);
    }

    [Fact]
    public void When_there_is_no_room_the_oldest_go_and_are_counted()
    {
        // A line takes 10 bytes.
        using var spool = Open(maxBytes: 300);
        Add(spool, 1, 31);
        All(spool)[^1].ShouldBe("031");
        (spool.Unsent + spool.Dropped).ShouldBe(31);
        spool.Unsent.ShouldBe(21);
        new FileInfo(Path.Combine(_folder, "heartbeats.jsonl")).Length.ShouldBeLessThanOrEqualTo(300);
    }

    [Fact]
    public void Room_is_made_of_what_was_taken_first()
    {
        using var spool = Open(maxBytes: 300);
        Add(spool, 1, 30);
        Forget(spool, 15);
        Add(spool, 31, 31);
        (spool.Dropped, spool.Unsent).ShouldBe((0, 16));
    }

    [Fact]
    public void A_batch_that_was_under_way_when_room_was_made_forgets_nothing_else()
    {
        using var spool = Open(maxBytes: 300);
        Add(spool, 1, 30);
        var (lines, mark) = spool.Oldest(5);
        Add(spool, 31, 31);
        var before = All(spool);
        spool.Forget(lines.Count, mark);
        All(spool).ShouldBe(before);
    }

    [Fact]
    public void Two_agents_cannot_share_a_folder()
    {
        using var spool = Open();
        Should.Throw<IOException>(() => Open());
    }
}
