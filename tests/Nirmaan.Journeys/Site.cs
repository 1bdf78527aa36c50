using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Nirmaan.Journeys.Site))]

namespace Nirmaan.Journeys;

/// <summary>One web host and one browser for the whole run. Where the browser is absent every journey skips and says so.</summary>
public sealed class Site : IAsyncLifetime
{
    private static readonly string[] s_browsers = Environment.GetEnvironmentVariable("NIRMAAN_BROWSER") is { Length: > 0 } named
        ? [named]
        : ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private HostProcess? _web;

    /// <summary>Where the host answers.</summary>
    public Uri Url => _web!.Url;

    public async ValueTask InitializeAsync()
    {
        if (Executable is null) { return; }
        // A sandbox that nobody runs: the shell needs its address only.
        _web = await HostProcess.StartAsync("Nirmaan.Web", _ => new Dictionary<string, string> { ["Sandbox__Url"] = "http://127.0.0.1:9", ["Staff__AttemptsPerMinute"] = "1000" });
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--disable-dev-shm-usage",
            ],
        });
    }

    /// <summary>Opens a window of its own, with its own cookies.</summary>
    /// <param name="at">Another host than this one.</param>
    public async Task<Visit> OpenAsync(int width = 1400, int height = 900, ColorScheme scheme = ColorScheme.Light, Uri? at = null)
    {
        Assert.SkipWhen(NoBrowser is not null, NoBrowser ?? "");
        var window = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = (at ?? Url).ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        return new Visit(window, await window.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) { await _browser.DisposeAsync(); }
        _playwright?.Dispose();
        if (_web is not null) { await _web.DisposeAsync(); }
    }

    /// <summary>Why there is no browser; null = there is one.</summary>
    public static string? NoBrowser { get; } = Array.Exists(s_browsers, File.Exists) ? null
        : $"No browser: 'apt-get install --no-install-recommends chromium', or name one in NIRMAAN_BROWSER (looked for {string.Join(", ", s_browsers)}).";

    private static string? Executable { get; } = Array.Find(s_browsers, File.Exists);
}
