using Microsoft.AspNetCore.Components;

namespace Nirmaan.Web.Components.Kit.Charts;

/// <summary>Lines over time, drawn on the server as SVG.</summary>
public sealed partial class LineChart
{
    private IReadOnlyList<(string Name, string Css)> _legend = [];
    private IReadOnlyList<DateTimeOffset> _times = [];
    private IReadOnlyList<Dictionary<DateTimeOffset, double?>> _values = [];
    private IReadOnlyList<(string Text, double Place, bool IsZero)> _marks = [];
    private IReadOnlyList<(string Text, double Place)> _labels = [];
    private IReadOnlyList<(string Css, string Line, string? Area, bool IsDashed)> _shapes = [];
    private string? _bandPath;
    private string? _readout;
    private string _summary = "";

    [Parameter, EditorRequired] public required string Title { get; set; }

    /// <summary>The lines; null = loading.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<ChartSeries>? Series { get; set; }

    [Parameter] public ChartBand? Band { get; set; }

    /// <summary>How a value is written; without it in few characters.</summary>
    [Parameter] public Func<double, string>? Show { get; set; }

    /// <summary>Pixels.</summary>
    [Parameter] public int Height { get; set; } = 220;

    /// <summary>False lets the value axis start near the lowest value.</summary>
    [Parameter] public bool FromZero { get; set; } = true;

    [Parameter] public string EmptyText { get; set; } = "Nothing measured yet.";

    protected override void OnParametersSet()
    {
        if (Series is null) { return; }
        _times = [.. Series.SelectMany(s => s.Points).Select(p => p.At).Distinct().Order()];
        if (_times.Count > 0) { Draw(Series); }
    }

    private void Draw(IReadOnlyList<ChartSeries> series)
    {
        _values = [.. series.Select(s => s.Points.DistinctBy(p => p.At).ToDictionary(p => p.At, p => p.Value))];
        var all = _values.SelectMany(v => v.Values.OfType<double>()).Concat(Band?.Points.SelectMany(p => new[] { p.Low, p.High }) ?? []).DefaultIfEmpty(0).ToList();
        var ticks = Scale.Ticks(FromZero ? Math.Min(0, all.Min()) : all.Min(), FromZero ? Math.Max(0, all.Max()) : all.Max());
        var (from, to) = (_times[0], _times[^1]);
        double X(DateTimeOffset at) => to == from ? 0.5 : (at - from) / (to - from);
        double Y(double value) => (ticks[^1] - value) / (ticks[^1] - ticks[0]);

        _marks = [.. ticks.Select(t => (Text(t), Y(t), t == 0))];
        _labels = [.. Scale.Times(from, to).Select(t => (t.Text, X(t.At)))];
        _legend = [.. series.Select((s, i) => (s.Name, $"{Css(i)}{(s.IsDashed ? " dashed" : "")}")), .. Band is null ? [] : new[] { (Band.Name, "is-band") }];
        _shapes = [.. series.Select((s, i) =>
        {
            var points = s.Points.Select(p => (X(p.At) * Svg.Width, p.Value is { } value ? Y(value) * Height : (double?)null)).ToList();
            var floor = Y(Math.Clamp(0, ticks[0], ticks[^1])) * Height;
            var area = s.IsFilled ? string.Concat(Svg.Pieces(points).Select(piece => Svg.Area([.. piece.Select(p => (p.X, floor, p.Y))]))) : null;
            return (Css(i), Svg.Line(points), area, s.IsDashed);
        })];
        _bandPath = Band is null ? null : Svg.Area([.. Band.Points.Select(p => (X(p.At) * Svg.Width, Y(p.Low) * Height, Y(p.High) * Height))]);
        _readout = Readout.Of(
            _times.Select(X),
            _times.Select(Format.DayTime),
            series.Select((s, i) => (s.Name, Css(i), _times.Select(at => Cell(_values[i], at)))));
        _summary = $"{Title}, {Format.DayTime(from)} to {Format.DayTime(to)} UTC. " + string.Join(". ", series.Select(Sentence));
    }

    private string Sentence(ChartSeries series)
    {
        var known = series.Points.Select(p => p.Value).OfType<double>().ToList();
        return known.Count == 0 ? $"{series.Name}: not measured" : $"{series.Name}: last {Text(known[^1])}, lowest {Text(known.Min())}, highest {Text(known.Max())}";
    }

    // A gap says that it is one; a series that has no point at this time at all (a line between two ends) says nothing.
    private string Cell(Dictionary<DateTimeOffset, double?> values, DateTimeOffset at) =>
        !values.TryGetValue(at, out var value) ? "" : value is { } known ? Text(known) : "not measured";

    private string Text(double value) => Show?.Invoke(value) ?? Format.Brief(value);

    private static string Css(int index) => $"series-{(index % 8) + 1}";
}
