using Microsoft.Playwright;

namespace Nirmaan.Journeys;

public sealed class ShellJourney(Site site)
{
    [Fact]
    public async Task A_visitor_sees_the_start_page_and_that_it_is_a_sandbox()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/");
        (await visit.Page.Locator(".sandbox-banner").InnerTextAsync()).ShouldContain("Sandbox");
        await visit.ScreenshotAsync("start");
    }
}
