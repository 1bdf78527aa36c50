using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Kit.Charts;

/// <summary>A Sankey picture, drawn on the server as SVG; scrolls sideways where it would be squeezed.</summary>
public sealed partial class FlowChart
{
    private FlowLayout? _layout;
    private Dictionary<string, string> _css = [];
    private HashSet<string> _isUnknown = [];

    [Parameter, EditorRequired] public required string Title { get; set; }

    /// <summary>The boxes; null = loading.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<FlowNode>? Nodes { get; set; }

    /// <summary>The streams; null = loading.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<FlowLink>? Links { get; set; }

    /// <summary>Heads the column of values in the table: "$ per hour".</summary>
    [Parameter, EditorRequired] public required string Unit { get; set; }

    /// <summary>How a value is written; without it in few characters.</summary>
    [Parameter] public Func<double, string>? Show { get; set; }

    /// <summary>Least height in pixels; many boxes in a column make it taller.</summary>
    [Parameter] public int Height { get; set; } = 300;

    [Parameter] public string EmptyText { get; set; } = "Nothing flows yet.";

    private string Summary =>
        $"{Title}. " + string.Join(". ", _layout!.Boxes.GroupBy(b => b.Node.Column).OrderBy(c => c.Key).Select(c => string.Join(", ", c.Select(b => $"{b.Node.Label} {Text(_isUnknown.Contains(b.Node.Id) ? null : b.Value)}"))));

    protected override void OnParametersSet()
    {
        if (Nodes is null || Links is null) { return; }
        _layout = FlowLayout.Of(Nodes, Links, Height);
        _css = Nodes.Select((node, i) => (node.Id, Css: $"series-{(i % 8) + 1}")).ToDictionary(n => n.Id, n => n.Css);
        // A box is known by either side; only when both sides hold an unknown stream or none is its own figure unknown.
        _isUnknown = [.. Nodes.Where(n => IsOpen(Links.Where(l => l.From == n.Id)) && IsOpen(Links.Where(l => l.To == n.Id))).Select(n => n.Id)];
    }

    private static bool IsOpen(IEnumerable<FlowLink> side) => !side.Any() || side.Any(l => l.Value is null);

    private string Text(double? value) => value is { } known ? Show?.Invoke(known) ?? Format.Brief(known) : "unknown";
}
