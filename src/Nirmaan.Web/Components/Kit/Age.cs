using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Nirmaan.Web.Components.Kit;

/// <summary>How long ago; the browser keeps it counting without the circuit. The exact time on hover.</summary>
public sealed class Age : ComponentBase
{
    /// <summary>The moment; null shows <see cref="Never"/>.</summary>
    [Parameter, EditorRequired] public DateTimeOffset? At { get; set; }

    /// <summary>The word for a moment that has not come.</summary>
    [Parameter] public string Never { get; set; } = "never";

    /// <summary>What "ago" is counted from.</summary>
    [Inject] public required TimeProvider Clock { get; init; }

    /// <inheritdoc />
    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Cells.Age(At, Clock.GetUtcNow(), Never));
}
