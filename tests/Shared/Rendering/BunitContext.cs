using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.JSInterop;

namespace Nirmaan.Testing.Rendering;

/// <summary>
/// Renders components without a browser, on the framework's own renderer. Names and meaning follow bUnit 2, so that these tests move to it by
/// changing a using.
/// </summary>
public class BunitContext : IDisposable, IAsyncDisposable
{
    private TestRenderer? _renderer;

    /// <summary>Registers what every Blazor host registers.</summary>
    public BunitContext()
    {
        Services.AddLogging();
        Services.AddSingleton<NavigationManager>(_ => new BunitNavigationManager(() => _renderer?.Dispatcher));
        Services.AddSingleton<INavigationInterception, NoInterception>();
        Services.AddSingleton<IScrollToLocationHash, NoScroll>();
        Services.AddSingleton<IJSRuntime>(JSInterop);
        Services.AddSingleton<IErrorBoundaryLogger, NoLog>();
        Services.AddSingleton<AntiforgeryStateProvider, NoAntiforgery>();
    }

    /// <summary>Add before the first render, ask for instances after it.</summary>
    public BunitServiceProvider Services { get; } = [];

    /// <summary>The browser's side of interop.</summary>
    public BunitJSInterop JSInterop { get; } = new();

    internal TestRenderer Renderer => _renderer ??= new TestRenderer(Services, NullLoggerFactory.Instance, JSInterop);

    /// <summary>Renders a component; its waiting parts may still be under way on return.</summary>
    public IRenderedComponent<T> Render<T>(Action<ComponentParameterCollectionBuilder<T>>? parameterBuilder = null)
        where T : IComponent
    {
        var parameters = new ComponentParameterCollectionBuilder<T>();
        parameterBuilder?.Invoke(parameters);
        var host = Renderer.RenderHost(parameters.ToFragment());
        return new RenderedComponent<T>(Renderer, Renderer.Find<T>(host.Id).First(), host);
    }

    /// <summary>Renders a fragment.</summary>
    public IRenderedComponent<IComponent> Render(RenderFragment fragment)
    {
        var host = Renderer.RenderHost(fragment);
        return new RenderedComponent<IComponent>(Renderer, (host.Id, host), host);
    }

    /// <summary>Gives the visitor an identity, at first none. Policies are those registered in <see cref="Services"/>.</summary>
    public BunitAuthorizationContext AddAuthorization()
    {
        var visitor = new BunitAuthorizationContext();
        Services.AddAuthorizationCore();
        Services.AddCascadingAuthenticationState();
        Services.RemoveAll<Microsoft.AspNetCore.Components.Authorization.AuthenticationStateProvider>();
        Services.AddSingleton<Microsoft.AspNetCore.Components.Authorization.AuthenticationStateProvider>(visitor);
        return visitor;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _renderer?.Dispose();
        Services.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_renderer is not null) { await _renderer.DisposeAsync(); }
        await Services.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private sealed class NoInterception : INavigationInterception
    {
        public Task EnableNavigationInterceptionAsync() => Task.CompletedTask;
    }

    private sealed class NoLog : IErrorBoundaryLogger
    {
        public ValueTask LogErrorAsync(Exception exception) => ValueTask.CompletedTask;
    }

    private sealed class NoAntiforgery : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
    }

    private sealed class NoScroll : IScrollToLocationHash
    {
        public Task RefreshScrollPositionForHash(string locationAbsolute) => Task.CompletedTask;
    }
}

/// <summary>A service collection that becomes a provider when the first service is asked for.</summary>
public sealed class BunitServiceProvider : ServiceCollection, IServiceProvider, IDisposable, IAsyncDisposable
{
    private ServiceProvider? _provider;

    /// <inheritdoc />
    public object? GetService(Type serviceType) => (_provider ??= this.BuildServiceProvider()).GetService(serviceType);

    /// <inheritdoc />
    public void Dispose() => _provider?.Dispose();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _provider?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Keeps where the component went.</summary>
public sealed class BunitNavigationManager : NavigationManager
{
    private readonly Func<Dispatcher?> _dispatcher;
    private readonly List<(string Uri, NavigationOptions Options)> _history = [];

    /// <summary>Starts at http://localhost/.</summary>
    public BunitNavigationManager(Func<Dispatcher?> dispatcher)
    {
        _dispatcher = dispatcher;
        Initialize("http://localhost/", "http://localhost/");
    }

    /// <summary>Every navigation, oldest first, as it was asked for.</summary>
    public IReadOnlyList<(string Uri, NavigationOptions Options)> History => _history;

    /// <inheritdoc />
    protected override void NavigateToCore(string uri, NavigationOptions options)
    {
        _history.Add((uri, options));
        Uri = ToAbsoluteUri(uri).ToString();
        if (_dispatcher() is { } dispatcher)
        {
            dispatcher.InvokeAsync(() => NotifyLocationChanged(isInterceptedLink: false)).GetAwaiter().GetResult();
        }
    }
}
