using System.Diagnostics;
using System.Runtime.CompilerServices;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Components;

namespace Nirmaan.Testing.Rendering;

/// <summary>A rendered component and its present HTML. Find anew after each change: elements found before are of the past.</summary>
/// <typeparam name="T">The component.</typeparam>
public interface IRenderedComponent<out T>
    where T : IComponent
{
    /// <summary>The component itself.</summary>
    T Instance { get; }

    /// <summary>Its HTML now, event handlers as blazor: attributes.</summary>
    string Markup { get; }

    /// <summary>The first element that a CSS selector finds.</summary>
    /// <exception cref="ElementNotFoundException">There is none.</exception>
    IElement Find(string cssSelector);

    /// <summary>Every element that a CSS selector finds.</summary>
    IReadOnlyList<IElement> FindAll(string cssSelector);

    /// <summary>The first component of a type below this one.</summary>
    IRenderedComponent<TChild> FindComponent<TChild>()
        where TChild : IComponent;

    /// <summary>Runs on the renderer's thread, as Blazor would.</summary>
    Task InvokeAsync(Func<Task> workItem);

    /// <summary>Repeats the assertion after each render until it holds; else throws its last failure.</summary>
    void WaitForAssertion(Action assertion, TimeSpan? timeout = null);

    /// <summary>Waits until the condition holds.</summary>
    void WaitForState(Func<bool> statePredicate, TimeSpan? timeout = null);
}

/// <summary>A selector found nothing.</summary>
public sealed class ElementNotFoundException(string selector, string markup) : Exception($"No element matches '{selector}' in:\n{markup}");

/// <summary>Re-rendering with other parameters.</summary>
public static class RenderedComponentExtensions
{
    /// <summary>Gives a root component new parameters.</summary>
    public static void Render<T>(this IRenderedComponent<T> rendered, Action<ComponentParameterCollectionBuilder<T>> parameterBuilder)
        where T : IComponent
    {
        var parameters = new ComponentParameterCollectionBuilder<T>();
        parameterBuilder(parameters);
        ((RenderedComponent<T>)rendered).Update(parameters.ToFragment());
    }
}

internal sealed class RenderedComponent<T>(TestRenderer renderer, (int Id, T Component) component, HostComponent host) : IRenderedComponent<T>
    where T : IComponent
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(20);

    private (int Version, IElement Body)? _parsed;

    public T Instance => component.Component;

    public string Markup => renderer.Markup(component.Id);

    private IElement Body
    {
        get
        {
            var version = renderer.Version;
            if (_parsed is not { } parsed || parsed.Version != version)
            {
                _parsed = parsed = (version, Parse(Markup));
            }
            return parsed.Body;
        }
    }

    public IElement Find(string cssSelector) => Body.QuerySelector(cssSelector) ?? throw new ElementNotFoundException(cssSelector, Markup);

    public IReadOnlyList<IElement> FindAll(string cssSelector) => [.. Body.QuerySelectorAll(cssSelector)];

    public IRenderedComponent<TChild> FindComponent<TChild>()
        where TChild : IComponent => new RenderedComponent<TChild>(renderer, renderer.Find<TChild>(component.Id).First(), host);

    public Task InvokeAsync(Func<Task> workItem) => renderer.Dispatcher.InvokeAsync(workItem);

    public void Update(RenderFragment content) => renderer.Update(host, content);

    public void WaitForState(Func<bool> statePredicate, TimeSpan? timeout = null) =>
        WaitForAssertion(() => { if (!statePredicate()) { throw new TimeoutException("The state did not come."); } }, timeout);

    public void WaitForAssertion(Action assertion, TimeSpan? timeout = null)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var batch = renderer.NextBatch;
            try
            {
                renderer.ThrowFault();
                assertion();
                return;
            }
            catch (Exception) when (Stopwatch.GetElapsedTime(since) < (timeout ?? s_patience))
            {
                // What is waited for may also be outside the tree, so look again even without a render.
                batch.Wait(s_glance);
            }
        }
    }

    private IElement Parse(string markup)
    {
        var parser = new HtmlParser();
        var document = parser.ParseDocument("");
        var body = document.Body!;
        body.Append([.. parser.ParseFragment(markup, body)]);
        ElementEvents.Origins.Add(document, new PageOrigin(renderer, () => Body));
        return body;
    }
}

internal static partial class ElementEvents
{
    /// <summary>Where an element's document came from.</summary>
    internal static readonly ConditionalWeakTable<IDocument, PageOrigin> Origins = [];
}

/// <summary>The renderer of a document, and the page as it is now.</summary>
internal sealed record PageOrigin(TestRenderer Renderer, Func<IElement> Now);
