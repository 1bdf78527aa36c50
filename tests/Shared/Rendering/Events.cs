using System.Globalization;
using AngleSharp.Dom;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Nirmaan.Testing.Rendering;

/// <summary>What a person does to an element. An event climbs from the element to its ancestors, as in a browser.</summary>
public static class Events
{
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
        var renderer = ElementEvents.Renderers.TryGetValue(element.Owner!, out var found) ? found : throw new InvalidOperationException("The element was not found through a rendered component.");
        // All handlers are looked up first: the tree changes while they run.
        var handlers = new List<ulong>();
        for (var at = element; at is not null; at = at.ParentElement)
        {
            if (at == element && at.HasAttribute("disabled") && eventArgs is MouseEventArgs) { break; }
            if (at.GetAttribute(Htmlizer.EventPrefix + eventName) is { } handler) { handlers.Add(ulong.Parse(handler, CultureInfo.InvariantCulture)); }
            if (at.HasAttribute($"__internal_stopPropagation_{eventName}")) { break; }
        }
        if (handlers.Count == 0) { throw new MissingEventHandlerException(eventName, element.OuterHtml); }
        foreach (var handler in handlers) { await renderer.RaiseAsync(handler, eventArgs); }
    }

    private static ChangeEventArgs Changed(object value) => new() { Value = value is bool ? value : Convert.ToString(value, CultureInfo.InvariantCulture) };
}

/// <summary>Nobody listens to the event.</summary>
public sealed class MissingEventHandlerException(string eventName, string element) : Exception($"Nobody listens to {eventName} at or above {element}");
