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
        page.PageError += (_, error) => { if (!IsLateClick(error)) { _errors.Add(error); } };
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

    /// <summary>Fails when the page is wider than the window, or when something on it sticks out of its card sideways.</summary>
    public async Task ShouldFitAsync() => (await Page.EvaluateAsync<string[]>(Outside)).ShouldBeEmpty($"at {new Uri(Page.Url).PathAndQuery}, {Page.ViewportSize?.Width} px");

    // What scrolls or cuts by itself may hold more than it shows; all else ends where its card ends. Text counts by its lines, which may be longer than their element.
    private const string Outside = """
        () => {
          const found = new Set();
          const wider = document.documentElement.scrollWidth - innerWidth;
          if (wider > 0) found.add(`the page is ${wider} px wider than the window`);
          const cards = '.panel, .stat, .cost, .table tbody tr, .problems > li, .unknowns > li, .table-frame, .button, .chip, .signals, #main';
          const test = (element, box, isText) => {
            if (box.width < 1 || box.height < 1) return;
            for (let e = element; e && e !== document.body; e = e.parentElement) {
              const style = getComputedStyle(e);
              if (style.visibility === 'hidden' || style.position === 'fixed') return;
              if ((e !== element || isText) && (style.overflowX !== 'visible' || style.clipPath !== 'none')) return;
              if (!e.matches(cards)) continue;
              const card = e.getBoundingClientRect();
              const out = Math.max(box.right - card.right, card.left - box.left);
              if (out <= 1) continue;
              found.add(`${element.tagName} ${element.className} sticks ${Math.round(out)} px out of ${e.tagName} ${e.className}: ${element.textContent.trim().slice(0, 40)}`);
              return;
            }
          };
          for (const element of document.querySelectorAll('main *')) if (!element.closest('svg svg, svg > *')) test(element, element.getBoundingClientRect(), false);
          const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          for (let text; text = texts.nextNode();) {
            if (!text.data.trim() || text.parentElement.closest('svg, style')) continue;
            range.selectNodeContents(text);
            for (const box of range.getClientRects()) test(text.parentElement, box, true);
          }
          return [...found];
        }
        """;

    // A click whose button was drawn anew while it was on its way finds nobody to tell, on a busy machine. What goes wrong inside a handler ends the circuit instead, and says so.
    private static bool IsLateClick(string error) => error.Contains("exception invoking 'DispatchEventAsync'", StringComparison.Ordinal);

    /// <summary>Expected console errors (a page that answers 404) are no fault.</summary>
    public void ForgiveErrors() => _errors.Clear();

    public async ValueTask DisposeAsync()
    {
        await _window.DisposeAsync();
        _errors.ShouldBeEmpty();
    }
}
