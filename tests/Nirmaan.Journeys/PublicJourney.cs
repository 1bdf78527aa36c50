namespace Nirmaan.Journeys;

/// <summary>The public pages before anything has happened: readable without an account, at both widths.</summary>
public sealed class PublicJourney(Site site)
{
    public static TheoryData<string, int> Pages =>
        [.. new[] { "/stakers", "/epochs", "/epochs/1", "/rewards", "/rewards?view=books", "/networks", "/uptime", "/methodology", "/methodology/distribution", "/methodology/returns" }
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
        (await visit.Page.Locator("h1").InnerTextAsync()).ShouldBe("Returns");
    }
}
