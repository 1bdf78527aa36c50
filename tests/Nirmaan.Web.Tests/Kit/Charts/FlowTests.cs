using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Tests.Kit.Charts;

public sealed class FlowTests : BunitContext
{
    private static readonly FlowNode[] s_nodes = [new("akash", "Akash", 0), new("ionet", "io.net", 0), new("a6000", "A6000", 1), new("mor", "MOR", 2, "/rewards"), new("points", "Points", 2)];
    private static readonly FlowLink[] s_links = [new("akash", "a6000", 30), new("ionet", "a6000", 10), new("a6000", "mor", 40), new("a6000", "points", null)];

    private readonly FlowLayout _layout = FlowLayout.Of(s_nodes, s_links, 300);

    [Fact]
    public void Widths_are_in_one_proportion_to_values() =>
        _layout.Streams.Where(s => s.Link.Value > 0).Select(s => s.Width / s.Link.Value!.Value).ShouldAllBe(scale => Math.Abs(scale - (_layout.Streams[0].Width / 30)) < 1e-9);

    [Fact]
    public void Boxes_of_a_column_do_not_overlap_and_stay_inside()
    {
        foreach (var column in _layout.Boxes.GroupBy(b => b.X))
        {
            var down = column.OrderBy(b => b.Y).ToList();
            down[0].Y.ShouldBeGreaterThanOrEqualTo(0);
            down.Zip(down.Skip(1)).ShouldAllBe(pair => pair.First.Y + pair.First.Height <= pair.Second.Y);
            (down[^1].Y + down[^1].Height).ShouldBeLessThanOrEqualTo(_layout.Height + 1e-9);
        }
    }

    [Fact]
    public void Streams_leave_and_enter_inside_their_boxes_without_overlap()
    {
        foreach (var box in _layout.Boxes)
        {
            foreach (var side in new[] { _layout.Streams.Where(s => s.From == box).Select(s => (s.FromY, s.Width)), _layout.Streams.Where(s => s.To == box).Select(s => (s.ToY, s.Width)) })
            {
                var down = side.OrderBy(s => s.Item1).ToList();
                down.ShouldAllBe(s => s.Item1 >= box.Y - 1e-9 && s.Item1 + s.Width <= box.Y + box.Height + 1e-9);
                down.Zip(down.Skip(1)).ShouldAllBe(pair => pair.First.Item1 + pair.First.Width <= pair.Second.Item1 + 1e-9);
            }
        }
    }

    [Fact]
    public void Streams_are_untangled()
    {
        FlowNode[] nodes = [new("a", "a", 0), new("b", "b", 0), new("c", "c", 1), new("d", "d", 1)];
        var layout = FlowLayout.Of(nodes, [new("a", "d", 1), new("b", "c", 1)], 200);
        var (first, second) = (layout.Streams[0], layout.Streams[1]);
        (first.FromY < second.FromY).ShouldBe(first.ToY < second.ToY);
    }

    [Fact]
    public void Many_boxes_make_the_picture_taller_instead_of_tighter() =>
        FlowLayout.Of([.. Enumerable.Range(0, 20).Select(i => new FlowNode($"n{i}", "n", 0))], [], 300).Height.ShouldBeGreaterThan(600);

    [Theory]
    [InlineData("akash", "nowhere", 1.0)]
    [InlineData("a6000", "akash", 1.0)]
    [InlineData("akash", "a6000", -1.0)]
    public void A_stream_that_cannot_be_drawn_is_refused(string from, string to, double value) =>
        Should.Throw<ArgumentException>(() => FlowLayout.Of(s_nodes, [new(from, to, value)], 300)).Message.ShouldContain($"'{from}' to '{to}'");

    [Fact]
    public void An_unknown_stream_is_a_thin_line_and_its_box_unknown()
    {
        var chart = Chart();
        chart.FindAll(".stream-thin").Count.ShouldBe(1);
        chart.FindAll(".flow-label").Single(l => l.TextContent.Contains("Points", StringComparison.Ordinal)).TextContent.ShouldContain("unknown");
    }

    [Fact]
    public void A_box_fed_by_known_and_unknown_streams_shows_both()
    {
        var chart = Render<FlowChart>(p => p.Add(c => c.Title, "Loop").Add(c => c.Unit, "$/h")
            .Add(c => c.Nodes, [new("mor", "MOR", 0), new("points", "Points", 0), new("stakers", "Stakers", 1)])
            .Add(c => c.Links, [new("mor", "stakers", 52.8), new("points", "stakers", null)]));
        chart.FindAll(".flow-label")[2].TextContent.ShouldContain("52.8 + unknown");
    }

    [Fact]
    public void The_picture_can_be_read_as_a_table()
    {
        var chart = Chart();
        chart.Find("button[aria-pressed]").Click();
        chart.FindAll("tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent)))
            .ShouldBe(["Akash|A6000|30", "io.net|A6000|10", "A6000|MOR|40", "A6000|Points|unknown"]);
    }

    [Fact]
    public void A_box_can_lead_to_its_page() => Chart().Find(".flow-label a").GetAttribute("href").ShouldBe("/rewards");

    private IRenderedComponent<FlowChart> Chart() => Render<FlowChart>(p => p.Add(c => c.Title, "Loop").Add(c => c.Unit, "$/h").Add(c => c.Nodes, s_nodes).Add(c => c.Links, s_links));
}
