namespace Nirmaan.Web.Components.Kit.Charts;

/// <summary>One line of a <see cref="LineChart"/>.</summary>
/// <param name="Name">Legend text.</param>
/// <param name="Points">In order of time.</param>
/// <param name="IsDashed">For what is estimated, not measured.</param>
/// <param name="IsFilled">Shades the area down to the axis.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points, bool IsDashed = false, bool IsFilled = false);

/// <summary>One point. A null value is a gap: not measured is not 0.</summary>
/// <param name="At">Time, UTC.</param>
/// <param name="Value">The figure, in the chart's unit.</param>
public readonly record struct ChartPoint(DateTimeOffset At, double? Value);

/// <summary>A range around lines, such as what an estimate may miss by.</summary>
/// <param name="Name">Legend text.</param>
/// <param name="Points">In order of time.</param>
public sealed record ChartBand(string Name, IReadOnlyList<BandPoint> Points);

/// <summary>One step of a band.</summary>
/// <param name="At">Time, UTC.</param>
/// <param name="Low">Lower end, in the chart's unit.</param>
/// <param name="High">Upper end, in the chart's unit.</param>
public readonly record struct BandPoint(DateTimeOffset At, double Low, double High);

/// <summary>One colour of a stacked <see cref="BarChart"/>; as many values as the chart has labels.</summary>
/// <param name="Name">Legend text.</param>
/// <param name="Values">Null = not known; negative stacks downwards.</param>
public sealed record BarSeries(string Name, IReadOnlyList<double?> Values);

/// <summary>One part of a <see cref="Donut"/>.</summary>
/// <param name="Name">Legend text.</param>
/// <param name="Value">Its size, not negative.</param>
public sealed record Slice(string Name, double Value);

/// <summary>One box of a <see cref="FlowChart"/>.</summary>
/// <param name="Id">Name that links use.</param>
/// <param name="Label">Text.</param>
/// <param name="Column">From the left, from 0.</param>
/// <param name="Href">Where its label leads.</param>
/// <param name="Figure">What stands under the label; without it what flows through, which for a box that gives more than it takes says only half.</param>
/// <param name="Series">Its colour, 1 to 8, so that one thing in two columns looks the same; null = the next in turn.</param>
public sealed record FlowNode(string Id, string Label, int Column, string? Href = null, string? Figure = null, int? Series = null);

/// <summary>One stream between two boxes.</summary>
/// <param name="From">Id of the left box.</param>
/// <param name="To">Id of the right box.</param>
/// <param name="Value">Its size in the chart's unit; null = unknown, drawn as a dashed line.</param>
public sealed record FlowLink(string From, string To, double? Value);
