using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Nirmaan.Web.Components.Kit;

/// <summary>A figure that is not known. Never 0, never blank.</summary>
public sealed class Unknown : ComponentBase
{
    /// <summary>Why it is not known, shown on hover.</summary>
    [Parameter] public string? Why { get; set; }

    /// <inheritdoc />
    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Cells.Unknown(Why));
}
