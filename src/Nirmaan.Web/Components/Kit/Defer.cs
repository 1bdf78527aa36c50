using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Nirmaan.Web.Components.Kit;

/// <summary>
/// Renders its content after the siblings before it: a parent whose children register themselves (tabs, columns) puts what reads them in here,
/// and the first render is already whole.
/// </summary>
public sealed class Defer : ComponentBase
{
    /// <summary>What is rendered last.</summary>
    [Parameter] public RenderFragment? ChildContent { get; set; }

    /// <inheritdoc />
    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, ChildContent);
}
