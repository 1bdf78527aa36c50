using Nirmaan.Control.Fleet;
using Nirmaan.Control.Tests.Fleet;
using Nirmaan.Control.Tests.Testing;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Fleet;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Tests.Fleet;

public sealed class LogsPageTests(ControlPostgres database)
{
    private async Task<FleetWorld> WrittenAsync(params string[] lines)
    {
        var world = await FleetWorld.CreateAsync(database);
        await world.LaunchAsync(1);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        world.Agents.Write(world.Clock.GetUtcNow(), lines);
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        await world.Get<KeepLogs>().RunAsync(CancellationToken.None);
        return world;
    }

    [Fact]
    public async Task An_auditor_finds_the_line_that_holds_the_words_and_its_machine()
    {
        await using var world = await WrittenAsync("loading", "CUDA error 700", "<b>done</b>");
        await using var desk = new Desk(world, Roles.Auditor);
        var page = desk.Open<LogsPage>("/ops/logs?words=cuda");
        page.WaitForAssertion(() => page.FindAll("td code").Select(c => c.TextContent).ShouldBe(["CUDA error 700"]));
        page.Find("td a").GetAttribute("href").ShouldBe($"/ops/instances/{(await world.InstancesAsync())[0].Id}?tab=logs");
    }

    [Fact]
    public async Task What_a_container_wrote_is_text_and_never_markup()
    {
        await using var world = await WrittenAsync("<b>done</b>");
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LogsPage>("/ops/logs");
        page.WaitForAssertion(() => page.Find("td code").TextContent.ShouldBe("<b>done</b>"));
        page.FindAll("td code b").ShouldBeEmpty();
    }

    [Fact]
    public async Task Words_that_nobody_wrote_are_said_to_be_in_nothing_that_is_kept()
    {
        await using var world = await WrittenAsync("loading");
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LogsPage>("/ops/logs?words=segfault");
        page.WaitForAssertion(() => page.Markup.ShouldContain("No kept line fits."));
    }

    [Fact]
    public async Task A_word_that_is_too_short_is_named_and_can_be_put_right()
    {
        await using var world = await WrittenAsync("loading");
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LogsPage>("/ops/logs?words=no");
        page.WaitForAssertion(() => page.Find("[role=alert]").TextContent.ShouldContain("words of at least 3 characters"));
        page.Labelled("Words").Change("loading");
        await page.Find("form").TriggerEventAsync("onsubmit", EventArgs.Empty);
        desk.Address.ShouldBe("/ops/logs?words=loading");
    }

    [Fact]
    public async Task More_lines_than_a_page_holds_are_led_on_to()
    {
        await using var world = await WrittenAsync([.. Enumerable.Range(0, 120).Select(i => $"job {i}")]);
        await using var desk = new Desk(world, Roles.Ops);
        var page = desk.Open<LogsPage>("/ops/logs?words=job");
        page.WaitForAssertion(() => page.FindAll("td code").Count.ShouldBe(100));
        await page.Button("Older lines").ClickAsync();
        desk.Address.ShouldContain("&after=");
    }
}
