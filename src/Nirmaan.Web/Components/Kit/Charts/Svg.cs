using System.Globalization;
using System.Text;

namespace Nirmaan.Web.Components.Kit.Charts;

/// <summary>Writes SVG path data and CSS percentages with one decimal, in the invariant culture.</summary>
internal static class Svg
{
    /// <summary>Width of every stretched drawing, in its own units.</summary>
    public const double Width = 1000;

    public static string N(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>0.25 is "25%".</summary>
    public static string Percent(double share) => (share * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%";

    /// <summary>A line through the points; a null ends one piece and starts the next. A piece of one point is drawn as a dot.</summary>
    public static string Line(IEnumerable<(double X, double? Y)> points)
    {
        var path = new StringBuilder();
        var isDrawing = false;
        var isAlone = false;
        foreach (var (x, y) in points)
        {
            if (y is not { } height)
            {
                if (isAlone) { path.Append("h0"); }
                isDrawing = isAlone = false;
                continue;
            }
            path.Append(isDrawing ? 'L' : 'M').Append(N(x)).Append(' ').Append(N(height));
            (isDrawing, isAlone) = (true, !isDrawing);
        }
        return isAlone ? path.Append("h0").ToString() : path.ToString();
    }

    /// <summary>The area between an upper line and a lower one, gapless.</summary>
    public static string Area(IReadOnlyList<(double X, double Low, double High)> points)
    {
        if (points.Count == 0) { return ""; }
        var path = new StringBuilder("M");
        path.AppendJoin('L', points.Select(p => $"{N(p.X)} {N(p.High)}")).Append('L');
        path.AppendJoin('L', points.Reverse().Select(p => $"{N(p.X)} {N(p.Low)}")).Append('Z');
        return path.ToString();
    }

    /// <summary>Splits a line at its gaps.</summary>
    public static IEnumerable<IReadOnlyList<(double X, double Y)>> Pieces(IEnumerable<(double X, double? Y)> points)
    {
        var piece = new List<(double, double)>();
        foreach (var (x, y) in points)
        {
            if (y is { } height)
            {
                piece.Add((x, height));
            }
            else if (piece.Count > 0)
            {
                yield return piece;
                piece = [];
            }
        }
        if (piece.Count > 0) { yield return piece; }
    }
}
