using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Nirmaan.Journeys;

/// <summary>One person's window. Ending it fails when the browser's console showed an error.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _window;
    private readonly List<string> _errors = [];

    public Visit(IBrowserContext window, IPage page)
    {
        (_window, Page) = (window, page);
        page.Console += (_, message) => { if (message.Type == "error") { _errors.Add($"{message.Text} ({message.Location})"); } };
        page.PageError += (_, error) => _errors.Add(error);
    }

    /// <summary>The window's page.</summary>
    public IPage Page { get; }

    /// <summary>Opens a path and waits until its clicks are heard.</summary>
    public async Task<IResponse?> GoAsync(string path)
    {
        var answer = await Page.GotoAsync(path);
        await ReadyAsync();
        return answer;
    }

    /// <summary>Waits until clicks are heard.</summary>
    public Task ReadyAsync() => Page.Locator("[data-ready]").First.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });

    /// <summary>Signs in through the form.</summary>
    public async Task SignInAsync(string email, string password)
    {
        await Page.GetByLabel("E-mail").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in", Exact = true }).ClickAsync();
    }

    /// <summary>Saves what is seen as artifacts/screenshots/name.png.</summary>
    public async Task ScreenshotAsync(string name, bool isWhole = false)
    {
        var folder = Path.Combine(HostProcess.Root, "artifacts", "screenshots");
        Directory.CreateDirectory(folder);
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png"), FullPage = isWhole });
    }

    /// <summary>Fails when axe finds something serious or critical for people who hear or key their way through.</summary>
    public async Task ShouldBeAccessibleAsync()
    {
        var found = await Page.RunAxe();
        var grave = found.Violations.Where(v => v.Impact is "serious" or "critical")
            .Select(v => $"{v.Id} ({v.Impact}): {v.Help}\n  {string.Join("\n  ", v.Nodes.Take(4).Select(n => $"{n.Target} {n.Html}"))}")
            .ToList();
        grave.ShouldBeEmpty();
        found.Passes.ShouldNotBeEmpty("axe must have looked at something");
    }

    /// <summary>Fails when the page is wider than the window.</summary>
    public async Task ShouldFitAsync() =>
        (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth")).ShouldBe(0);

    /// <summary>Expected console errors (a page that answers 404) are no fault.</summary>
    public void ForgiveErrors() => _errors.Clear();

    public async ValueTask DisposeAsync()
    {
        await _window.DisposeAsync();
        _errors.ShouldBeEmpty();
    }
}
