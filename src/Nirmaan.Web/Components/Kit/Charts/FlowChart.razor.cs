using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Kit.Charts;

/// <summary>A Sankey picture, drawn on the server as SVG; scrolls sideways where it would be squeezed.</summary>
public sealed partial class FlowChart
{
    private FlowLayout? _layout;
    private Dictionary<string, string> _css = [];
    private Dictionary<string, string> _figures = [];

    [Parameter, EditorRequired] public required string Title { get; set; }

    /// <summary>The boxes; null = loading.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<FlowNode>? Nodes { get; set; }

    /// <summary>The streams; null = loading.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<FlowLink>? Links { get; set; }

    /// <summary>Heads the column of values in the table: "$ per hour".</summary>
    [Parameter, EditorRequired] public required string Unit { get; set; }

    /// <summary>What stands above each column, from the left.</summary>
    [Parameter] public IReadOnlyList<string> Heads { get; set; } = [];

    /// <summary>How a value is written; without it in few characters.</summary>
    [Parameter] public Func<double, string>? Show { get; set; }

    /// <summary>Least height in pixels; many boxes in a column make it taller.</summary>
    [Parameter] public int Height { get; set; } = 300;

    [Parameter] public string EmptyText { get; set; } = "Nothing flows yet.";

    private string Summary =>
        $"{Title}. " + string.Join(". ", _layout!.Boxes
            .GroupBy(b => b.Node.Column)
            .OrderBy(column => column.Key)
            .Select(column => string.Join(", ", column.Select(b => $"{b.Node.Label} {_figures[b.Node.Id]}"))));

    protected override void OnParametersSet()
    {
        if (Nodes is null || Links is null) { return; }
        _layout = FlowLayout.Of(Nodes, Links, Height);
        _css = Nodes.Select((node, i) => (node.Id, Css: $"series-{node.Series ?? (i % 8) + 1}")).ToDictionary(n => n.Id, n => n.Css);
        // A box is known by either side; where both hold an unknown stream, what is known of it is a part only.
        _figures = _layout.Boxes.ToDictionary(b => b.Node.Id, b =>
        {
            if (b.Node.Figure is { } figure) { return figure; }
            var isKnown = IsWhole(Links.Where(l => l.From == b.Node.Id)) || IsWhole(Links.Where(l => l.To == b.Node.Id));
            return isKnown ? Text(b.Value) : b.Value > 0 ? $"{Text(b.Value)} + unknown" : Text(null);
        });
    }

    private static bool IsWhole(IEnumerable<FlowLink> side) => side.Any() && side.All(l => l.Value is not null);

    private string Text(double? value) => value is { } known ? Show?.Invoke(known) ?? Format.Brief(known) : "unknown";
}
