using Microsoft.Playwright;

namespace Nirmaan.Journeys;

public sealed class KitJourney(Site site)
{
    [Theory]
    [InlineData(1400, ColorScheme.Light)]
    [InlineData(1400, ColorScheme.Dark)]
    [InlineData(400, ColorScheme.Light)]
    [InlineData(400, ColorScheme.Dark)]
    public async Task The_kit_is_accessible_and_fits(int width, ColorScheme scheme)
    {
        await using var visit = await site.OpenAsync(width, 900, scheme);
        await visit.GoAsync("/kit");
        await visit.ScreenshotAsync($"kit-{width}-{scheme}".ToLowerInvariant(), isWhole: true);
        await visit.ShouldFitAsync();
        await visit.ShouldBeAccessibleAsync();
    }
}
