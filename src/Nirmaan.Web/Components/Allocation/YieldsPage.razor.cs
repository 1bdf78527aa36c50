using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>Estimated yields and their history.</summary>
public sealed partial class YieldsPage
{
    private const int DefaultRange = 7;
    private const int MostPoints = 168;
    private static readonly int[] s_ranges = [1, 7, 30];

    private YieldBoard? _board;
    private IReadOnlyList<YieldPoint> _history = [];
    private IReadOnlyList<WorkPoint> _work = [];

    [Inject] public required YieldQueries Yields { get; init; }

    [SupplyParameterFromQuery(Name = "days")] public string? Days { get; set; }

    // Machines change the income by the minute; estimates come twice an hour.
    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Allocation];

    protected override object? Asked => Range;

    private int Range => int.TryParse(Days, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && s_ranges.Contains(days) ? days : DefaultRange;

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var since = Now.AddDays(-Range);
        var board = await Yields.ReadAsync(cancellationToken);
        _history = await Yields.HistoryAsync(since, MostPoints, cancellationToken);
        _work = await Yields.WorkHistoryAsync(since, MostPoints, cancellationToken);
        _board = board;
    }

    private static string Text(int days) => days.ToString(CultureInfo.InvariantCulture);
}
