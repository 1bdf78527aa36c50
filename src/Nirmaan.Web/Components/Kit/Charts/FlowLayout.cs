namespace Nirmaan.Web.Components.Kit.Charts;

/// <summary>Where the boxes and streams of a flow chart lie. Widths of streams are in proportion to their values, in one scale for the whole picture.</summary>
public sealed class FlowLayout
{
    /// <summary>Width of a box, of <see cref="Svg.Width"/>.</summary>
    public const double BoxWidth = 9;

    // A box shorter than its two-line label would push the label into the next one.
    private const double LeastSlot = 34;
    private const double Gap = 10;
    private const int Sweeps = 4;

    private FlowLayout(IReadOnlyList<FlowBox> boxes, IReadOnlyList<FlowStream> streams, double height) =>
        (Boxes, Streams, Height) = (boxes, streams, height);

    /// <summary>One per node.</summary>
    public IReadOnlyList<FlowBox> Boxes { get; }

    /// <summary>One per link.</summary>
    public IReadOnlyList<FlowStream> Streams { get; }

    /// <summary>Pixels; at least what was asked for.</summary>
    public double Height { get; }

    /// <summary>Lays the picture out.</summary>
    /// <exception cref="ArgumentException">A link names no node, does not lead to the right, or is negative.</exception>
    public static FlowLayout Of(IReadOnlyList<FlowNode> nodes, IReadOnlyList<FlowLink> links, double height)
    {
        var byId = nodes.ToDictionary(n => n.Id);
        foreach (var link in links)
        {
            if (!byId.TryGetValue(link.From, out var from) || !byId.TryGetValue(link.To, out var to) || from.Column >= to.Column || link.Value < 0)
            {
                throw new ArgumentException($"Stream '{link.From}' to '{link.To}' must join two known boxes, lead to the right and not be negative.");
            }
        }
        double Through(FlowNode node) => Math.Max(Sum(links.Where(l => l.From == node.Id)), Sum(links.Where(l => l.To == node.Id)));
        var columns = nodes.GroupBy(n => n.Column).OrderBy(c => c.Key).Select(c => c.ToList()).ToList();
        Untangle(columns, links);

        var scale = columns.Where(c => c.Sum(Through) > 0)
            .Select(c => Math.Max(1, height - ((c.Count - 1) * Gap)) / c.Sum(Through))
            .DefaultIfEmpty(0).Min();
        double Slot(FlowNode node) => Math.Max(LeastSlot, Through(node) * scale);
        double Tall(List<FlowNode> column) => column.Sum(Slot) + ((column.Count - 1) * Gap);
        var tallest = Math.Max(height, columns.Select(Tall).DefaultIfEmpty(0).Max());

        var last = Math.Max(1, columns.Select(c => c[0].Column).DefaultIfEmpty(0).Max());
        var boxes = new Dictionary<string, FlowBox>();
        foreach (var column in columns)
        {
            var y = (tallest - Tall(column)) / 2;
            foreach (var node in column)
            {
                var tall = Math.Max(1, Through(node) * scale);
                boxes[node.Id] = new FlowBox(node, node.Column * (Svg.Width - BoxWidth) / last, y + ((Slot(node) - tall) / 2), tall, Through(node), node.Column == last);
                y += Slot(node) + Gap;
            }
        }
        return new FlowLayout([.. nodes.Select(n => boxes[n.Id])], Streamed(boxes, links, scale), tallest);
    }

    // Boxes move to the mean place of what they are joined to, left to right and back, which removes most crossings.
    private static void Untangle(List<List<FlowNode>> columns, IReadOnlyList<FlowLink> links)
    {
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var isForward = sweep % 2 == 0;
            var place = columns.SelectMany(c => c.Select((node, i) => (node.Id, Place: (i + 0.5) / c.Count))).ToDictionary(p => p.Id, p => p.Place);
            foreach (var column in columns)
            {
                var ordered = column.OrderBy(node =>
                {
                    var joined = links.Where(l => (isForward ? l.To : l.From) == node.Id)
                        .Select(l => (Place: place[isForward ? l.From : l.To], Weight: (l.Value ?? 0) + 1e-9)).ToList();
                    return joined.Count == 0 ? place[node.Id] : joined.Sum(j => j.Place * j.Weight) / joined.Sum(j => j.Weight);
                }).ToList();
                column.Clear();
                column.AddRange(ordered);
            }
        }
    }

    private static List<FlowStream> Streamed(Dictionary<string, FlowBox> boxes, IReadOnlyList<FlowLink> links, double scale)
    {
        var leaves = boxes.Values.ToDictionary(b => b.Node.Id, b => b.Y);
        var enters = new Dictionary<string, double>(leaves);
        var starts = links.OrderBy(l => boxes[l.To].Y).ToDictionary(l => l, l => Take(leaves, l.From, (l.Value ?? 0) * scale));
        var ends = links.OrderBy(l => boxes[l.From].Y).ToDictionary(l => l, l => Take(enters, l.To, (l.Value ?? 0) * scale));
        return [.. links.Select(l => new FlowStream(l, boxes[l.From], boxes[l.To], starts[l], ends[l], (l.Value ?? 0) * scale))];
    }

    private static double Take(Dictionary<string, double> from, string id, double width)
    {
        var y = from[id];
        from[id] = y + width;
        return y;
    }

    private static double Sum(IEnumerable<FlowLink> links) => links.Sum(l => l.Value ?? 0);
}

/// <summary>A drawn box.</summary>
/// <param name="Node">What it stands for.</param>
/// <param name="X">Left edge, of 1000.</param>
/// <param name="Y">Top edge in pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Value">The larger of what flows in and out.</param>
/// <param name="IsLast">In the rightmost column, where the label stands at the left.</param>
public sealed record FlowBox(FlowNode Node, double X, double Y, double Height, double Value, bool IsLast);

/// <summary>A drawn stream.</summary>
/// <param name="Link">What it stands for.</param>
/// <param name="From">Its left box.</param>
/// <param name="To">Its right box.</param>
/// <param name="FromY">Top at the left, pixels.</param>
/// <param name="ToY">Top at the right, pixels.</param>
/// <param name="Width">Pixels; 0 when the value is 0 or unknown.</param>
public sealed record FlowStream(FlowLink Link, FlowBox From, FlowBox To, double FromY, double ToY, double Width)
{
    /// <summary>Outline of the stream; of an unknown one, its middle line.</summary>
    public string Path
    {
        get
        {
            var (x0, x1) = (From.X + FlowLayout.BoxWidth, To.X);
            var half = (x0 + x1) / 2;
            string Curve(double a, double ya, double b, double yb) => $"C{Svg.N(half)} {Svg.N(ya)} {Svg.N(half)} {Svg.N(yb)} {Svg.N(b)} {Svg.N(yb)}";
            var upper = $"M{Svg.N(x0)} {Svg.N(FromY)}{Curve(x0, FromY, x1, ToY)}";
            return Width <= 0 ? upper : $"{upper}V{Svg.N(ToY + Width)}{Curve(x1, ToY + Width, x0, FromY + Width)}Z";
        }
    }
}
