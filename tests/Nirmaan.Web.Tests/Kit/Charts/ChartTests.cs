using System.Globalization;
using System.Text.Json;
using AngleSharp.Dom;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Tests.Kit.Charts;

public sealed class ChartTests : BunitContext
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_line_breaks_where_nothing_was_measured() =>
        Lines(1, null, 3, 4).Find("path.line").GetAttribute("d")!.Count(c => c == 'M').ShouldBe(2);

    [Fact]
    public void A_single_measurement_is_a_dot() =>
        Lines(null, 2, null).Find("path.line").GetAttribute("d")!.ShouldEndWith("h0");

    [Fact]
    public void A_chart_says_its_figures_in_a_sentence() =>
        Lines(1, null, 3, 2).Find("svg[role=img]").GetAttribute("aria-label")!.ShouldBe("Yield, 22 Nov 00:00 to 22 Nov 03:00 UTC. MOR: last 2, lowest 1, highest 3");

    [Fact]
    public void A_chart_can_be_read_as_a_table()
    {
        var chart = Lines(1, null, 3);
        chart.Find("button[aria-pressed]").Click();
        chart.FindAll("tbody tr").Select(row => row.TextContent.Trim().Split('\n')[^1].Trim()).Count().ShouldBe(3);
        chart.FindAll("tbody td.number").Select(cell => cell.TextContent.Trim()).ShouldBe(["1", "not measured", "3"]);
        chart.FindAll("svg[role=img]").ShouldBeEmpty();
    }

    [Fact]
    public void A_label_at_an_end_leans_inwards() =>
        Lines(1, 2, 3).FindAll(".plot-x span").Select(label => label.GetAttribute("style")).Where(style => style!.Contains("left:0%", StringComparison.Ordinal) || style.Contains("left:100%", StringComparison.Ordinal))
            .ShouldBe(["left:0%;translate:-0%", "left:100%;translate:-100%"]);

    [Fact]
    public void The_read_out_has_every_time_and_names_gaps()
    {
        using var readout = JsonDocument.Parse(Lines(1, null, 3).Find("[data-plot]").GetAttribute("data-plot")!);
        readout.RootElement.GetProperty("x").EnumerateArray().Select(x => x.GetDouble()).ShouldBe([0, 0.5, 1]);
        readout.RootElement.GetProperty("s")[0].GetProperty("v").EnumerateArray().Select(v => v.GetString()).ShouldBe(["1", "not measured", "3"]);
    }

    [Fact]
    public void Series_measured_at_other_times_share_one_axis()
    {
        var chart = Render<LineChart>(p => p.Add(c => c.Title, "Yield").Add(c => c.Series,
            [new("a", [new(s_start, 1), new(s_start.AddHours(2), 1)]), new("b", [new(s_start.AddHours(1), 2)])]));
        chart.FindAll("path.line")[1].GetAttribute("d")!.ShouldStartWith("M500 ");
        chart.FindAll(".legend li").Select(l => l.TextContent).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void A_line_between_two_ends_reads_out_at_its_ends_only()
    {
        var chart = Render<LineChart>(p => p.Add(c => c.Title, "Yield").Add(c => c.Series,
            [new("a", [new(s_start, 1), new(s_start.AddHours(1), 1), new(s_start.AddHours(2), 1)]), new("limit", [new(s_start, 2), new(s_start.AddHours(2), 2)])]));
        using var readout = JsonDocument.Parse(chart.Find("[data-plot]").GetAttribute("data-plot")!);
        readout.RootElement.GetProperty("s")[1].GetProperty("v").EnumerateArray().Select(v => v.GetString()).ShouldBe(["2", "", "2"]);
    }

    [Fact]
    public void A_band_encloses_its_range()
    {
        var chart = Render<LineChart>(p => p.Add(c => c.Title, "Yield").Add(c => c.Height, 100)
            .Add(c => c.Series, [new("a", [new(s_start, 5), new(s_start.AddHours(1), 5)])])
            .Add(c => c.Band, new("sd", [new(s_start, 0, 10), new(s_start.AddHours(1), 0, 10)])));
        chart.Find("path.band").GetAttribute("d").ShouldBe("M0 0L1000 0L1000 100L0 100Z");
    }

    [Fact]
    public void A_chart_without_series_loads_and_one_without_points_is_empty()
    {
        Render<LineChart>(p => p.Add(c => c.Title, "Yield").Add(c => c.Series, null)).FindAll("[aria-busy]").Count.ShouldBe(1);
        Render<LineChart>(p => p.Add(c => c.Title, "Yield").Add(c => c.Series, [])).Find(".empty").TextContent.ShouldContain("Nothing measured yet.");
    }

    [Fact]
    public void Bars_stack_upwards_and_below_zero_downwards()
    {
        var bars = Bars().FindAll("rect.bar").Select(b => (Y: Number(b, "y"), Height: Number(b, "height"))).ToList();
        // Ticks −5 to 15 on 200 pixels: 10 pixels per unit, zero at 150.
        bars.ShouldBe([(50, 100), (0, 50), (150, 50)]);
    }

    [Fact]
    public void An_unknown_bar_is_not_drawn_and_read_as_unknown()
    {
        var chart = Bars(null);
        chart.FindAll("rect.bar").Count.ShouldBe(2);
        chart.Find("button[aria-pressed]").Click();
        chart.FindAll("tbody td.number")[0].TextContent.ShouldBe("unknown");
    }

    [Fact]
    public void A_series_that_does_not_fit_the_labels_is_refused() =>
        Should.Throw<ArgumentException>(() => Render<BarChart>(p => p.Add(c => c.Title, "Net").Add(c => c.Labels, ["Mon", "Tue"]).Add(c => c.Series, [new("MOR", [1])]))).Message.ShouldContain("1 values for 2 labels");

    [Fact]
    public void A_donut_names_each_share()
    {
        var donut = Render<Donut>(p => p.Add(d => d.Title, "Rent").Add(d => d.Slices, [new("Heurist", 3), new("Morpheus", 1)]));
        donut.Find("svg").GetAttribute("aria-label").ShouldBe("Rent: Heurist 75.0 %, Morpheus 25.0 %");
        donut.FindAll("circle").Count.ShouldBe(2);
        donut.Find(".donut-middle b").TextContent.ShouldBe("4");
    }

    [Fact]
    public void A_donut_of_nothing_is_empty() =>
        Render<Donut>(p => p.Add(d => d.Title, "Rent").Add(d => d.Slices, [new("Heurist", 0)])).FindAll("circle").ShouldBeEmpty();

    [Fact]
    public void A_sparkline_without_measurements_says_so() =>
        Render<Sparkline>(p => p.Add(s => s.Label, "MOR").Add(s => s.Values, [null, null])).Find("svg").GetAttribute("aria-label").ShouldBe("MOR: not measured");

    [Fact]
    public void A_sparkline_that_stands_still_is_a_level_line() =>
        Render<Sparkline>(p => p.Add(s => s.Label, "MOR").Add(s => s.Values, [5, 5]).Add(s => s.FromZero, false)).Find(".line").GetAttribute("d").ShouldBe("M0 15L100 15");

    private IRenderedComponent<LineChart> Lines(params double?[] values) => Render<LineChart>(p => p.Add(c => c.Title, "Yield").Add(c => c.Series,
        [new("MOR", [.. values.Select((value, i) => new ChartPoint(s_start.AddHours(i), value))])]));

    [Fact]
    public void Bars_of_a_few_kinds_keep_every_label_whatever_the_width()
    {
        var chart = Render<BarChart>(p => p.Add(c => c.Title, "GPUs").Add(c => c.Labels, ["RTX A6000", "RTX 4090", "H100"]).Add(c => c.Series, [new("Heurist", [1, 2, 3])]));
        chart.FindAll(".plot-x.slots span").Select(l => (l.TextContent, l.GetAttribute("title"))).ShouldBe([("RTX A6000", "RTX A6000"), ("RTX 4090", "RTX 4090"), ("H100", "H100")]);
    }

    private IRenderedComponent<BarChart> Bars(double? first = 10) => Render<BarChart>(p => p.Add(c => c.Title, "Net").Add(c => c.Height, 200).Add(c => c.Labels, ["Mon"])
        .Add(c => c.Series, [new("MOR", [first]), new("Vested", [5]), new("Rent", [-5])]));

    private static double Number(IElement element, string name) => double.Parse(element.GetAttribute(name)!, CultureInfo.InvariantCulture);
}
