using System.Text.RegularExpressions;
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

    [Fact]
    public async Task A_question_opens_as_a_modal_dialog_and_gives_its_answer()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/kit");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Retire", Exact = true }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.WaitForAsync();
        await visit.ScreenshotAsync("dialog");
        await visit.ShouldBeAccessibleAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.GetByText("Answer: no").WaitForAsync();
        await dialog.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden });
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Retire", Exact = true }).ClickAsync();
        await dialog.GetByText("Retire it").ClickAsync();
        await visit.Page.GetByText("Answer: yes").WaitForAsync();
    }

    [Fact]
    public async Task A_chart_reads_out_under_the_pointer_without_the_server()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/kit");
        await visit.Page.Context.SetOfflineAsync(true);
        var plot = visit.Page.Locator(".chart").Filter(new LocatorFilterOptions { HasText = "Yield per GPU-hour" }).Locator(".plot-area");
        var tip = visit.Page.Locator(".tip");
        await plot.ScrollIntoViewIfNeededAsync();
        // Scrolling hides a read-out, and its event comes a frame later.
        await visit.Page.EvaluateAsync("new Promise(shown => requestAnimationFrame(() => requestAnimationFrame(shown)))");
        await plot.HoverAsync();
        await tip.WaitForAsync();
        (await tip.InnerTextAsync()).ShouldContain("Morpheus");
        await visit.ScreenshotAsync("read-out");
        visit.ForgiveErrors();
    }

    [Fact]
    public async Task A_thousand_rows_are_filtered_sorted_and_kept_in_the_address()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/kit");
        await visit.Page.GetByLabel("Filter example machines").FillAsync("l40s");
        await visit.Page.GetByText("250 of 1,000").WaitForAsync();
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Price" }).ClickAsync();
        await Assertions.Expect(visit.Page).ToHaveURLAsync(new Regex(@"/kit\?t\.q=l40s&t\.sort=Price$"), new PageAssertionsToHaveURLOptions { Timeout = 30_000 });
        var first = await visit.Page.Locator("tbody .row-link").First.InnerTextAsync();
        await visit.Page.ReloadAsync();
        await visit.ReadyAsync();
        (await visit.Page.Locator("tbody .row-link").First.InnerTextAsync()).ShouldBe(first);
        (await visit.Page.GetByLabel("Filter example machines").InputValueAsync()).ShouldBe("l40s");
    }

    [Fact]
    public async Task On_a_phone_a_table_is_a_stack_of_labelled_cards()
    {
        await using var visit = await site.OpenAsync(400);
        await visit.GoAsync("/kit");
        var card = visit.Page.Locator("tbody tr").Filter(new LocatorFilterOptions { HasText = "miner-1" }).First;
        await card.ScrollIntoViewIfNeededAsync();
        (await card.Locator("td").Nth(1).EvaluateAsync<string>("cell => getComputedStyle(cell, '::before').content")).ShouldBe("\"State\"");
        await visit.ScreenshotAsync("cards-400");
    }

    [Fact]
    public async Task A_dragged_slider_tells_where_it_rests()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/kit");
        await visit.Page.GetByLabel("Budget").FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await visit.Page.GetByText("Told: $130").WaitForAsync();
    }

    [Fact]
    public async Task A_command_is_copied_to_the_clipboard()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/kit");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Copy the command" }).ClickAsync();
        await visit.Page.Locator(".copied").WaitForAsync();
        (await visit.Page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldStartWith("nirmaan verify distribution-12.json");
    }

    [Fact]
    public async Task A_page_that_throws_leaves_the_frame_standing_and_comes_back()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/kit");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Throw" }).ClickAsync();
        await visit.Page.GetByText("This page failed").WaitForAsync();
        await visit.ScreenshotAsync("page-fault");
        await visit.Page.Locator("#nav").GetByText("Overview").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Mining as a service" }).WaitForAsync();
    }

    [Fact]
    public async Task Ages_count_in_the_browser_as_the_server_writes_them()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/kit");
        var texts = await visit.Page.EvaluateAsync<string[]>("[0, 45, 180, 7200, 7500, 367200, -7500].map(s => nirmaan.ageText(0, s * 1000))");
        texts.ShouldBe(["now", "45 s ago", "3 min ago", "2 h ago", "2 h 5 min ago", "4 d 6 h ago", "in 2 h 5 min"]);
        var age = visit.Page.Locator("time[data-age]").First;
        var before = await age.InnerTextAsync();
        await Assertions.Expect(age).Not.ToHaveTextAsync(before);
    }

    [Fact]
    public async Task Toasts_say_what_happened_and_bad_news_can_be_dismissed()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/kit");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Launch", Exact = true }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Fail", Exact = true }).ClickAsync();
        await visit.Page.GetByText("The move failed: the lease is closed.").WaitForAsync();
        await visit.ScreenshotAsync("toasts");
        await visit.Page.Locator(".toast.tone-bad").GetByLabel("Dismiss").ClickAsync();
        await visit.Page.GetByText("The move failed: the lease is closed.").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden });
    }
}
