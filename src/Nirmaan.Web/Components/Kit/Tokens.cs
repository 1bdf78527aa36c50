using System.Numerics;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Nirmaan.Web.Components.Kit;

/// <summary>A token amount out of base units, exact to the last one; when decimals are cut, the whole amount is in the title.</summary>
public sealed class Tokens : ComponentBase
{
    /// <summary>Base units; null = unknown.</summary>
    [Parameter, EditorRequired] public BigInteger? Amount { get; set; }

    /// <summary>Decimals of the asset.</summary>
    [Parameter, EditorRequired] public int Decimals { get; set; }

    /// <summary>Asset symbol.</summary>
    [Parameter, EditorRequired] public required string Asset { get; set; }

    /// <summary>Most decimals to show, cut and not rounded; without it all.</summary>
    [Parameter] public int? Digits { get; set; }

    /// <inheritdoc />
    protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Cells.Tokens(Amount, Decimals, Asset, Digits));
}
