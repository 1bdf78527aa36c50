using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace Nirmaan.Web.Components;

/// <summary>
/// The document. Pages are prerendered, then interactive over one circuit; a page marked
/// <see cref="ExcludeFromInteractiveRoutingAttribute"/> stays plain HTML.
/// </summary>
public sealed partial class App
{
    private static readonly string[] s_sheets = ["css/tokens.css", "css/base.css", "css/layout.css", "css/kit.css", "css/charts.css", "css/public.css", "css/ops.css", "css/allocation.css"];

    [CascadingParameter] private HttpContext Http { get; set; } = default!;

    private IComponentRenderMode? PageMode => Http.AcceptsInteractiveRouting() ? RenderMode.InteractiveServer : null;

    private string? Theme => Http.Request.Cookies["theme"] is { } theme and ("light" or "dark") ? theme : null;
}
