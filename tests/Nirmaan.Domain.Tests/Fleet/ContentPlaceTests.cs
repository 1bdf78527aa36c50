using Nirmaan.Domain.Fleet;

namespace Nirmaan.Domain.Tests.Fleet;

public sealed class ContentPlaceTests
{
    private static readonly DateTimeOffset s_at = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static LogLine Line(string text) => new(s_at, LogLine.SupplierOutput, text);

    private static List<string> Take(ContentPlace place, params IEnumerable<string> texts) => [.. texts.SelectMany(t => place.Take(Line(t))).Select(l => l.Source == LogLine.Gap ? LogLine.Gap : l.Text)];

    private static ContentPlace After(params IEnumerable<string> texts)
    {
        var place = new ContentPlace(mostReplayed: 0);
        Take(place, texts).ShouldBe(texts);
        place.Reconnect();
        return place;
    }

    [Fact]
    public void What_a_new_connection_repeats_is_left_out() => Take(After("a", "b", "c"), "b", "c", "d").ShouldBe(["d"]);

    [Fact]
    public void A_repetition_that_pauses_gives_nothing_until_it_is_past_what_is_known()
    {
        var place = After("a", "b", "c");
        Take(place, "a", "b").ShouldBeEmpty();
        Take(place, "c").ShouldBeEmpty();
        Take(place, "d", "e").ShouldBe(["d", "e"]);
    }

    [Fact]
    public void Equal_lines_are_counted_by_what_stands_before_them() =>
        Take(After("a", "job", "job"), "a", "job", "job", "job", "job").ShouldBe(["job", "job"]);

    [Fact]
    public void A_connection_that_broke_off_in_its_repetition_has_brought_nothing()
    {
        var place = After("a", "b", "c");
        Take(place, "a").ShouldBeEmpty();
        place.Reconnect();
        Take(place, "a", "b", "c", "d").ShouldBe(["d"]);
    }

    [Fact]
    public void What_agrees_with_nothing_known_stands_behind_a_mark() => Take(After("a", "b"), "x", "y").ShouldBe([LogLine.Gap, "x", "y"]);

    [Fact]
    public void What_held_back_a_line_is_given_when_the_next_one_shows_that_it_was_new()
    {
        var place = After("a", "b", "a");
        Take(place, "a").ShouldBeEmpty();
        // Had the connection begun with the first line, b would come now.
        Take(place, "c").ShouldBe(["c"]);
        place = After("a", "b", "a");
        Take(place, "a", "b", "a", "b").ShouldBe(["b"]);
    }

    [Fact]
    public void Kept_lines_are_found_behind_older_ones_that_come_again()
    {
        var place = new ContentPlace([Line("c"), Line("d")], mostReplayed: 100);
        Take(place, "a", "b", "c").ShouldBeEmpty();
        place.IsLost.ShouldBeTrue();
        Take(place, "d", "e").ShouldBe(["e"]);
    }

    [Fact]
    public void What_never_joins_kept_lines_is_given_up_when_it_is_asked_for()
    {
        var place = new ContentPlace([Line("c"), Line("d")], mostReplayed: 100);
        Take(place, "x", "y").ShouldBeEmpty();
        place.GiveUp().Select(l => l.Source == LogLine.Gap ? LogLine.Gap : l.Text).ShouldBe([LogLine.Gap, "x", "y"]);
        Take(place, "z").ShouldBe(["z"]);
    }
}
