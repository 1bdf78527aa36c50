using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Nirmaan.Web.Components.Kit;

/// <summary>A state in one word. Colour comes from the word's meaning unless given; each tone has its own dot.</summary>
public sealed class StateChip : ComponentBase
{
    /// <summary>The state's name in code.</summary>
    [Parameter, EditorRequired] public required string State { get; set; }

    /// <summary>Overrides the tone of the state's word.</summary>
    [Parameter] public Tone? Tone { get; set; }

    /// <summary>Reason, on hover.</summary>
    [Parameter] public string? Why { get; set; }

    /// <inheritdoc />
    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Cells.State(State, Tone, Why));
}
