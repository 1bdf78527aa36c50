using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Fleet;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Api;
using Nirmaan.Web.Components.Fleet;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class LogLinesTests : BunitContext
{
    private static readonly DateTimeOffset s_at = new(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero);

    private IRenderedComponent<LogLines> Show(params LogLine[] lines) => Render<LogLines>(p => p.Add(l => l.Lines, lines));

    [Fact]
    public void A_line_shows_its_time_its_source_and_its_text() =>
        Show(new LogLine(s_at, "stdout", "ready"), new LogLine(s_at.AddSeconds(1), "sd.log", "job 1")).Find("pre").TextContent
            .ShouldBe("2026-03-01 12:00:00.250 stdout ready\n2026-03-01 12:00:01.250 sd.log job 1\n");

    [Fact]
    public void Markup_in_a_line_stays_text()
    {
        var shown = Show(new LogLine(s_at, "stdout", "<img src=x onerror=alert(1)>"));
        shown.FindAll("img").ShouldBeEmpty();
        shown.Find("pre").TextContent.ShouldContain("<img src=x onerror=alert(1)>");
    }

    [Theory]
    [InlineData("stderr", 1)]
    [InlineData(LogLine.SupplierErrors, 1)]
    [InlineData("stdout", 0)]
    public void Errors_are_tinted(string source, int tinted) => Show(new LogLine(s_at, source, "x")).FindAll(".log-errors").Count.ShouldBe(tinted);

    [Fact]
    public void A_gap_is_a_mark_and_no_line() =>
        Show(new LogLine(s_at, "stdout", "one"), new LogLine(s_at, LogLine.Gap, "lines went by unread here"), new LogLine(s_at, "stdout", "two")).Find(".log-gap").TextContent
            .ShouldBe("— lines went by unread here —\n");

    [Fact]
    public void Over_REST_lines_bear_source_and_time_and_say_whether_they_are_live()
    {
        var wire = LogWire.Of(new LogTail(false, LogOrigin.Agent, s_at, "There is no machine now.", [new LogLine(s_at, "stderr", "out of memory")]));
        (wire.Source, wire.Origin, wire.ReadAt, wire.Lines.Single()).ShouldBe(("kept", LogOrigin.Agent, s_at, new LogLineWire(s_at, "stderr", "out of memory")));
    }
}
