using Microsoft.Playwright;

namespace Nirmaan.Journeys;

public sealed class ShellJourney(Site site)
{
    [Theory]
    [InlineData("/", 1400)]
    [InlineData("/", 400)]
    [InlineData("/sign-in", 1400)]
    [InlineData("/sign-in", 400)]
    public async Task An_open_page_is_accessible_fits_and_says_that_this_is_a_sandbox(string path, int width)
    {
        await using var visit = await site.OpenAsync(width);
        await visit.GoAsync(path);
        await visit.ScreenshotAsync($"{(path == "/" ? "start" : path[1..])}-{width}");
        (await visit.Page.Locator(".sandbox-banner").InnerTextAsync()).ShouldContain("Sandbox.");
        await visit.ShouldFitAsync();
        await visit.ShouldBeAccessibleAsync();
    }

    [Fact]
    public async Task The_theme_switches_and_is_remembered_by_the_server()
    {
        await using var visit = await site.OpenAsync(scheme: ColorScheme.Light);
        await visit.GoAsync("/");
        var light = await GroundAsync(visit);
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Switch between light and dark" }).ClickAsync();
        var dark = await GroundAsync(visit);
        dark.ShouldNotBe(light);
        (await (await visit.GoAsync("/"))!.TextAsync()).ShouldContain("data-theme=\"dark\"");
        (await GroundAsync(visit)).ShouldBe(dark);
    }

    [Fact]
    public async Task A_system_in_dark_mode_gets_a_dark_page()
    {
        await using var dark = await site.OpenAsync(scheme: ColorScheme.Dark);
        await using var light = await site.OpenAsync(scheme: ColorScheme.Light);
        await dark.GoAsync("/");
        await light.GoAsync("/");
        (await GroundAsync(dark)).ShouldNotBe(await GroundAsync(light));
    }

    [Fact]
    public async Task Staff_sign_in_come_back_to_their_page_and_sign_out()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/sign-in?returnUrl=%2Fkit");
        await visit.SignInAsync("ops@nirmaan.example", "demo-ops");
        await visit.Page.WaitForURLAsync("**/kit");
        await visit.ReadyAsync();
        (await visit.Page.Locator(".who-name").InnerTextAsync()).ShouldBe("ops@nirmaan.example");
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Sign in", Exact = true }).WaitForAsync();
    }

    [Fact]
    public async Task A_wrong_password_is_said_on_the_page()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/sign-in");
        await visit.SignInAsync("ops@nirmaan.example", "wrong");
        await visit.Page.GetByText("Name or password is wrong.").WaitForAsync();
        (await visit.Page.GetByLabel("E-mail").InputValueAsync()).ShouldBe("ops@nirmaan.example");
    }

    [Fact]
    public async Task On_a_phone_the_menu_is_a_drawer_that_closes_on_navigation()
    {
        await using var visit = await site.OpenAsync(400);
        await visit.GoAsync("/");
        var menu = visit.Page.Locator("#nav");
        (await menu.IsVisibleAsync()).ShouldBeFalse();
        await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Menu" }).ClickAsync();
        await visit.ScreenshotAsync("menu-400");
        await menu.GetByText("Kit").ClickAsync();
        await visit.Page.WaitForURLAsync("**/kit");
        await menu.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden });
    }

    [Fact]
    public async Task On_a_low_screen_the_menu_scrolls_to_the_page_one_is_on_and_shows_that_there_is_more()
    {
        await using var visit = await site.OpenAsync(height: 420);
        await visit.GoAsync("/sign-in?returnUrl=%2Fops%2Fjobs");
        await visit.SignInAsync("admin@nirmaan.example", "demo-admin");
        await visit.Page.WaitForURLAsync("**/ops/jobs");
        await visit.ReadyAsync();
        await visit.Page.WaitForFunctionAsync("""
            () => {
              const [nav, entry] = [document.querySelector('#nav'), document.querySelector('#nav a.active')];
              const [frame, box] = [nav.getBoundingClientRect(), entry.getBoundingClientRect()];
              return nav.scrollHeight > nav.clientHeight && frame.bottom <= innerHeight && box.top >= frame.top && box.bottom <= frame.bottom;
            }
            """);
        (await visit.Page.Locator("#nav").EvaluateAsync<string>("nav => getComputedStyle(nav).backgroundAttachment")).ShouldContain("local");
        await visit.ScreenshotAsync("menu-low");
    }

    [Fact]
    public async Task The_keyboard_begins_at_the_content_and_can_skip_to_it()
    {
        await using var visit = await site.OpenAsync();
        await visit.GoAsync("/kit");
        await visit.Page.Locator("h1:focus").WaitForAsync();
        await visit.Page.Locator(".skip").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.Locator("#main:focus").WaitForAsync();
    }

    [Fact]
    public async Task An_address_that_is_none_has_a_page()
    {
        await using var visit = await site.OpenAsync();
        (await visit.GoAsync("/no/such/page"))!.Status.ShouldBe(404);
        visit.ForgiveErrors();
        await visit.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "No such page" }).WaitForAsync();
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_comes_back_with_the_page_as_it_was()
    {
        await using var visit = await site.OpenAsync();
        var sockets = new List<(IWebSocketRoute Page, IWebSocketRoute Server)>();
        await visit.Page.RouteWebSocketAsync("**/_blazor*", socket => sockets.Add((socket, socket.ConnectToServer())));
        await visit.GoAsync("/kit");
        var count = visit.Page.GetByLabel("Count");
        await count.FillAsync("7");
        await visit.Page.Locator(".field-wrong").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });

        await visit.Page.RouteAsync("**/_blazor/negotiate*", route => route.AbortAsync());
        await sockets[0].Server.CloseAsync();
        await sockets[0].Page.CloseAsync(new WebSocketRouteCloseOptions { Code = 3001, Reason = "dropped by the test" });
        var said = visit.Page.GetByText("Connection lost");
        await said.WaitForAsync();
        await visit.ScreenshotAsync("reconnect");

        await visit.Page.UnrouteAllAsync();
        await said.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden });
        (await count.InputValueAsync()).ShouldBe("7");
        await count.FillAsync("0");
        await visit.Page.GetByText("Between 1 and 200.").WaitForAsync();
        visit.ForgiveErrors();
    }

    private static Task<string> GroundAsync(Visit visit) => visit.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
}
