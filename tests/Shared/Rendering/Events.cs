using System.Globalization;
using AngleSharp.Dom;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Nirmaan.Testing.Rendering;

/// <summary>What a person does to an element. An event climbs from the element to its ancestors, as in a browser.</summary>
public static class Events
{
    private const int Attempts = 10;

    /// <summary>Clicks.</summary>
    public static void Click(this IElement element) => element.ClickAsync().GetAwaiter().GetResult();

    /// <summary>Clicks and waits for what it starts.</summary>
    public static Task ClickAsync(this IElement element) => element.TriggerEventAsync("onclick", new MouseEventArgs());

    /// <summary>Types into a field: each stroke raises input.</summary>
    public static void Input(this IElement element, object value) => element.TriggerEventAsync("oninput", Changed(value)).GetAwaiter().GetResult();

    /// <summary>Leaves a field with a new value, or lets a slider go.</summary>
    public static void Change(this IElement element, object value) => element.TriggerEventAsync("onchange", Changed(value)).GetAwaiter().GetResult();

    /// <summary>Presses a key.</summary>
    public static void KeyDown(this IElement element, string key) => element.TriggerEventAsync("onkeydown", new KeyboardEventArgs { Key = key }).GetAwaiter().GetResult();

    /// <summary>Sends a form.</summary>
    public static void Submit(this IElement element) => element.TriggerEventAsync("onsubmit", EventArgs.Empty).GetAwaiter().GetResult();

    /// <summary>Raises any event.</summary>
    /// <exception cref="MissingEventHandlerException">Nobody listens, neither here nor above.</exception>
    public static async Task TriggerEventAsync(this IElement element, string eventName, EventArgs eventArgs)
    {
        for (var left = Attempts; ; left--)
        {
            try
            {
                await RaiseAsync(element, eventName, eventArgs);
                return;
            }
            // The page rendered between the look and the event, so that the handler has another number now. A person presses what is there.
            catch (ArgumentException e) when (e.ParamName == "eventHandlerId" && left > 0) { element = Counterpart(element) ?? throw new InvalidOperationException($"Gone before the event: {element.OuterHtml}", e); }
        }
    }

    private static async Task RaiseAsync(IElement element, string eventName, EventArgs eventArgs)
    {
        var (renderer, _) = OriginOf(element);
        // All handlers are looked up first: the tree changes while they run.
        var handlers = new List<ulong>();
        for (var at = element; at is not null; at = at.ParentElement)
        {
            if (at == element && at.HasAttribute("disabled") && eventArgs is MouseEventArgs) { break; }
            if (at.GetAttribute(Htmlizer.EventPrefix + eventName) is { } handler) { handlers.Add(ulong.Parse(handler, CultureInfo.InvariantCulture)); }
            if (at.HasAttribute($"__internal_stopPropagation_{eventName}")) { break; }
        }
        if (handlers.Count == 0) { throw new MissingEventHandlerException(eventName, element.OuterHtml); }
        foreach (var (i, handler) in handlers.Index())
        {
            // Only the first can be of the past; those above it are looked up by what stood there when it was raised.
            try { await renderer.RaiseAsync(handler, eventArgs); }
            catch (ArgumentException e) when (i > 0 && e.ParamName == "eventHandlerId") { break; }
        }
    }

    /// <summary>The element at the same place of the page as it is now, if it is still the same to a person.</summary>
    private static IElement? Counterpart(IElement element)
    {
        List<int> path = [];
        for (var at = element; at.ParentElement is { } parent; at = parent) { path.Insert(0, parent.Children.ToList().IndexOf(at)); }
        // The path begins at the document's root, below which the body is.
        IElement? found = OriginOf(element).Now();
        foreach (var index in path.Skip(1)) { found = found is not null && index < found.Children.Length ? found.Children[index] : null; }
        return found is not null && found.LocalName == element.LocalName && found.TextContent == element.TextContent ? found : null;
    }

    private static PageOrigin OriginOf(IElement element) =>
        ElementEvents.Origins.TryGetValue(element.Owner!, out var found) ? found : throw new InvalidOperationException("The element was not found through a rendered component.");

    private static ChangeEventArgs Changed(object value) => new() { Value = value is bool ? value : Convert.ToString(value, CultureInfo.InvariantCulture) };
}

/// <summary>Nobody listens to the event.</summary>
public sealed class MissingEventHandlerException(string eventName, string element) : Exception($"Nobody listens to {eventName} at or above {element}");
