using Microsoft.Playwright;

namespace Nirmaan.Journeys;

/// <summary>
/// The loop with more than a day of history behind it, so that one epoch at least is closed, and a window for each person. History stands still some
/// hours before the present, for who decides there and wants to see what becomes of it; whoever opens another window is in the present. For a
/// class of journeys; without the npm tools each skips.
/// </summary>
public sealed class PlayedLoop(Site site) : IAsyncLifetime
{
    private static readonly TimeSpan s_leastHistory = TimeSpan.FromHours(25), s_ofTheDayBefore = TimeSpan.FromHours(8), s_closedBy = TimeSpan.FromHours(3), s_heldBefore = TimeSpan.FromHours(5), s_patience = TimeSpan.FromMinutes(8);
    private Loop? _loop;
    private bool _isPresent;

    /// <summary>The world.</summary>
    public Loop Loop => _loop!;

    /// <summary>Pages of the launches that journeys made in it, and how many miners each is.</summary>
    public List<(string Page, int Count)> Launched { get; } = [];

    public async ValueTask InitializeAsync()
    {
        if (Site.NoBrowser is not null || Testing.NpmTools.MissingForChain() is not null) { return; }
        // A dead machine's silence is believed sooner than the usual ten minutes.
        _loop = await Loop.StartAsync(History(TimeProvider.System.GetUtcNow().TimeOfDay), new Dictionary<string, string> { ["Fleet__UnreachablePatience"] = "00:03:00", ["Sandbox__HoldBefore"] = $"{s_heldBefore}" });
        await Until.SeenAsync(() => Task.FromResult(_loop.Web.Output), said => said.Contains("History stands still", StringComparison.Ordinal), s_patience, "the hours before the present");
    }

    /// <summary>Lets history go on to its end, once.</summary>
    public async Task PresentAsync()
    {
        Assert.SkipWhen(Testing.NpmTools.MissingForChain() is not null, Testing.NpmTools.MissingForChain() ?? "");
        if (_isPresent) { return; }
        await using var ops = await OpenHeldAsync("ops");
        await ops.GoAsync("/sandbox");
        await ops.PressAsync("To the present");
        await Until.SeenAsync(() => Task.FromResult(Loop.Web.Output), said => said.Contains("The present is reached", StringComparison.Ordinal), s_patience, "the end of history");
        _isPresent = true;
    }

    /// <summary>Opens a window in the present, signed in when a role is named.</summary>
    public async Task<Visit> OpenAsync(string? role = null)
    {
        await PresentAsync();
        return await OpenHeldAsync(role);
    }

    /// <summary>Opens a window at whatever time it is there.</summary>
    public async Task<Visit> OpenHeldAsync(string? role = null)
    {
        Assert.SkipWhen(Testing.NpmTools.MissingForChain() is not null, Testing.NpmTools.MissingForChain() ?? "");
        var visit = await site.OpenAsync(at: Loop.Web.Url);
        if (role is null) { return visit; }
        await visit.GoAsync("/sign-in");
        await visit.SignInAsync($"{role}@nirmaan.example", $"demo-{role}");
        await visit.Page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        await visit.ReadyAsync();
        return visit;
    }

    // An epoch is a UTC day, closed some time after midnight. Whatever the hour, the newest closed one must be long enough for payments to fall into it.
    private static TimeSpan History(TimeSpan today)
    {
        var needed = today + s_ofTheDayBefore + (today < s_closedBy ? TimeSpan.FromDays(1) : TimeSpan.Zero);
        return needed > s_leastHistory ? needed : s_leastHistory;
    }

    public async ValueTask DisposeAsync()
    {
        if (_loop is not null) { await _loop.DisposeAsync(); }
    }
}

/// <summary>What persons do on the pages, in their words.</summary>
internal static class Deeds
{
    /// <summary>Presses "Run now" of a job, as ops do who do not want to wait for its minute.</summary>
    public static async Task RunNowAsync(this Visit visit, string job)
    {
        var row = visit.Page.Locator("tr").Filter(new LocatorFilterOptions { HasText = job }).First;
        var button = row.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Run now" });
        if (await button.CountAsync() > 0 && await button.IsEnabledAsync()) { await button.ClickAsync(); }
    }

    /// <summary>The big figure under a label.</summary>
    public static async Task<string> StatAsync(this Visit visit, string label) =>
        await visit.Page.Locator(".stat").Filter(new LocatorFilterOptions { Has = visit.Page.Locator(".stat-label", new PageLocatorOptions { HasText = label }) }).First.Locator(".stat-value").InnerTextAsync();

    /// <summary>Fills a field by its label and leaves it.</summary>
    public static async Task FillAsync(this Visit visit, string label, string text)
    {
        var field = visit.Page.GetByLabel(label, new PageGetByLabelOptions { Exact = true });
        await field.FillAsync(text);
        await field.BlurAsync();
    }

    /// <summary>Answers the open dialog.</summary>
    public static Task AnswerAsync(this Visit visit, string button) =>
        visit.Page.Locator("dialog[open]").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = button, Exact = true }).ClickAsync();

    /// <summary>Presses a button of the page.</summary>
    public static Task PressAsync(this Visit visit, string button) =>
        visit.Page.Locator("main").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = button, Exact = true }).First.ClickAsync();
}
