using Microsoft.Playwright;

namespace Nirmaan.Journeys;

/// <summary>The public pages before anything has happened: readable without an account, at both widths.</summary>
public sealed class PublicJourney(Site site)
{
    public static TheoryData<string, int> Pages =>
        [.. new[] { "/stakers", "/epochs", "/epochs/1", "/rewards", "/rewards?view=books", "/networks", "/networks/catalogue", "/uptime", "/work", "/methodology", "/methodology/distribution", "/methodology/returns" }
            .SelectMany(path => new[] { (path, 1400), (path, 400) })];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_public_page_is_accessible_and_fits(string path, int width)
    {
        await using var visit = await site.OpenAsync(width);
        await visit.GoAsync(path);
        await visit.ShouldFitAsync();
        await visit.ShouldBeAccessibleAsync();
    }

    [Fact]
    public async Task From_a_figures_method_one_click_leads_to_its_explanation()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/stakers");
        await visit.Page.Locator("a.method").First.ClickAsync();
        await visit.Page.WaitForURLAsync("**/methodology/returns");
        await HeadingAsync(visit, "Returns");
    }

    [Fact]
    public async Task From_rewards_one_click_leads_to_what_networks_pay_and_one_leads_back()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/rewards");
        await visit.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Networks", Exact = true }).First.ClickAsync();
        await HeadingAsync(visit, "What networks pay");
        // Plain HTML: the figures of a chart fold out without a circuit.
        var chart = visit.Page.Locator("#morpheus figure");
        await chart.GetByText("As a table").ClickAsync();
        await chart.GetByRole(AriaRole.Cell, new LocatorGetByRoleOptions { Name = "2040", Exact = true }).WaitForAsync();
        await visit.ScreenshotAsync("networks", isWhole: true);
        await visit.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Rewards", Exact = true }).First.ClickAsync();
        await HeadingAsync(visit, "Rewards");
        await visit.ReadyAsync();
    }

    // The address changes before the page does.
    private static Task HeadingAsync(Visit visit, string name) =>
        visit.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name, Exact = true, Level = 1 }).WaitForAsync();
}
