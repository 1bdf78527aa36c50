using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Nirmaan.Web.Components.Kit;

/// <summary>Dollars. Small prices keep two significant digits.</summary>
public sealed class Usd : ComponentBase
{
    /// <summary>USD; null = unknown.</summary>
    [Parameter, EditorRequired] public decimal? Amount { get; set; }

    /// <summary>Unit of time or thing it is per: "h", "GPU-h".</summary>
    [Parameter] public string? Per { get; set; }

    /// <summary>Decimals; without it as many as the size asks for.</summary>
    [Parameter] public int? Digits { get; set; }

    /// <summary>Shows a plus sign and the colour of gain or loss.</summary>
    [Parameter] public bool IsChange { get; set; }

    /// <summary>Where the figure is from, or why it is unknown; on hover.</summary>
    [Parameter] public string? Source { get; set; }

    /// <inheritdoc />
    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Cells.Usd(Amount, Per, Digits, IsChange, Source));
}
