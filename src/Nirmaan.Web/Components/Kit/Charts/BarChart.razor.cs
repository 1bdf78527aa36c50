using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Kit.Charts;

/// <summary>Stacked bars, drawn on the server as SVG.</summary>
public sealed partial class BarChart
{
    private const double BarShare = 0.72;
    private const int MostLabels = 10;

    private IReadOnlyList<(string Name, string Css)> _legend = [];
    private IReadOnlyList<(string Text, double Place, bool IsZero)> _marks = [];
    private IReadOnlyList<(string Text, double Place)> _shownLabels = [];
    private IReadOnlyList<(string Css, double X, double Y, double Width, double Height)> _bars = [];
    private string? _readout;
    private string _summary = "";

    [Parameter, EditorRequired] public required string Title { get; set; }

    /// <summary>One per bar.</summary>
    [Parameter, EditorRequired] public required IReadOnlyList<string> Labels { get; set; }

    /// <summary>The colours of the stack; null = loading.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<BarSeries>? Series { get; set; }

    /// <summary>What the labels are; heads the table.</summary>
    [Parameter] public string LabelTitle { get; set; } = "Label";

    /// <summary>How a value is written; without it in few characters.</summary>
    [Parameter] public Func<double, string>? Show { get; set; }

    /// <summary>Pixels.</summary>
    [Parameter] public int Height { get; set; } = 220;

    [Parameter] public string EmptyText { get; set; } = "Nothing measured yet.";

    /// <summary>True on a page without a circuit.</summary>
    [Parameter] public bool IsPlain { get; set; }

    protected override void OnParametersSet()
    {
        if (Series is not null && Labels.Count > 0) { Draw(Series); }
    }

    private void Draw(IReadOnlyList<BarSeries> series)
    {
        foreach (var wrong in series.Where(s => s.Values.Count != Labels.Count))
        {
            throw new ArgumentException($"{Title}: '{wrong.Name}' has {wrong.Values.Count} values for {Labels.Count} labels.");
        }
        double Sum(int bar, Func<double, bool> which) => series.Select(s => s.Values[bar] ?? 0).Where(which).Sum();
        var bars = Enumerable.Range(0, Labels.Count).ToList();
        var ticks = Scale.Ticks(bars.Min(b => Sum(b, v => v < 0)), bars.Max(b => Sum(b, v => v > 0)));
        double Y(double value) => (ticks[^1] - value) / (ticks[^1] - ticks[0]);
        double Middle(int bar) => (bar + 0.5) / Labels.Count;

        _marks = [.. ticks.Select(t => (Text(t), Y(t), t == 0))];
        var every = (int)Math.Ceiling(Labels.Count / (double)MostLabels);
        _shownLabels = [.. bars.Where(b => b % every == 0).Select(b => (Labels[b], Middle(b)))];
        _legend = [.. series.Select((s, i) => (s.Name, Css(i)))];
        _bars = [.. bars.SelectMany(bar => Stack(series, bar, Y))];
        _readout = Readout.Of(bars.Select(Middle), Labels, series.Select((s, i) => (s.Name, Css(i), s.Values.Select(v => v is { } value ? Text(value) : "unknown"))));
        _summary = $"{Title}, {Labels.Count} bars from {Labels[0]} to {Labels[^1]}. "
            + string.Join(". ", series.Select(s => $"{s.Name}: {Text(s.Values.Sum(v => v ?? 0))} in all"));
    }

    private IEnumerable<(string Css, double X, double Y, double Width, double Height)> Stack(IReadOnlyList<BarSeries> series, int bar, Func<double, double> y)
    {
        var slot = Svg.Width / Labels.Count;
        var (above, below) = (0.0, 0.0);
        for (var i = 0; i < series.Count; i++)
        {
            if (series[i].Values[bar] is not { } value || value == 0) { continue; }
            var (from, to) = value > 0 ? (above, above += value) : (below, below += value);
            var (top, bottom) = (y(Math.Max(from, to)) * Height, y(Math.Min(from, to)) * Height);
            yield return (Css(i), (bar + ((1 - BarShare) / 2)) * slot, top, slot * BarShare, bottom - top);
        }
    }

    private string Text(double value) => Show?.Invoke(value) ?? Format.Brief(value);

    private static string Css(int index) => $"series-{(index % 8) + 1}";
}
