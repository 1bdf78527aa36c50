using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>The history of plans.</summary>
public sealed partial class PlansPage
{
    private const int MostGraded = 200;

    private IReadOnlyList<PlanRow>? _plans;
    private int _pages = 1;
    private bool _isMore;
    private IReadOnlyList<PlanGrade> _graded = [];
    private CalibrationBoard? _calibration;
    private ReplayBoard? _replays;
    private IReadOnlyList<ChartSeries> _chart = [];

    [Inject] public required AllocationQueries Plans { get; init; }

    [Inject] public required CalibrationQueries Calibration { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Allocation];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        List<PlanRow> plans = [];
        string? after = null;
        for (var page = 0; page < _pages && (page == 0 || after is not null); page++)
        {
            var read = await Plans.ListAsync(Paging.MaxLimit, after, cancellationToken);
            plans.AddRange(read.Items);
            after = read.Next;
        }
        (_plans, _isMore) = (plans, after is not null);
        (_calibration, _replays) = (await Calibration.ReadAsync(MostGraded, cancellationToken), await Calibration.ReplaysAsync(MostGraded, cancellationToken));
        _graded = [.. plans.Select(p => p.Grade).OfType<PlanGrade>().OrderBy(g => g.From)];
        _chart =
        [
            Line("promised", g => g.PromisedUsdPerHour, isDashed: true), Line("gained", g => g.GainUsdPerHour), Line("most that could be gained", g => g.BoundUsdPerHour - g.StayUsdPerHour, isDashed: true),
        ];
    }

    private ChartSeries Line(string name, Func<PlanGrade, decimal> usdPerHour, bool isDashed = false) => new(name, [.. _graded.Select(g => new ChartPoint(g.From, (double)usdPerHour(g) * 24))], isDashed);

    private Task MoreAsync()
    {
        _pages++;
        return ReloadAsync();
    }
}
