using Microsoft.AspNetCore.Components;
using Nirmaan.Control.Allocation;
using Nirmaan.Control.Live;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Market;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Components.Kit.Charts;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>The overview of admins.</summary>
public sealed partial class AllocationPage
{
    private AllocationBoard? _board;
    private PlanRow? _newest;
    private IReadOnlyList<PlanRow> _open = [];
    private GpuMatrix _matrix = GpuMatrix.Of([], []);
    private IReadOnlyList<PoolLine> _pools = [];
    private IReadOnlyList<string> _chartLabels = [];
    private IReadOnlyList<BarSeries> _chart = [];

    [Inject] public required BoardQueries Boards { get; init; }

    [Inject] public required AllocationQueries Plans { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Fleet, Topic.Allocation];

    private decimal Modelled => _pools.Where(p => p.Pool?.Modelled == true).Sum(p => p.Income ?? 0);

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var board = await Boards.ReadAsync(cancellationToken);
        _open = await Plans.OpenAsync(cancellationToken);
        _newest = (await Plans.ListAsync(1, null, cancellationToken)).Items is [var newest] ? newest : null;
        (_board, _matrix, _pools) = (board, GpuMatrix.Of(board), [.. PoolLine.Of(board)]);
        _chartLabels = [.. _matrix.Gpus.Select(g => GpuCatalogue.Name(new GpuModel(g)))];
        _chart = [.. board.Cells.GroupBy(c => c.Network).OrderBy(g => g.Key?.Value, StringComparer.Ordinal).Select(g => new BarSeries(
            g.Key is { } network ? Names.Of(network) : "no network", [.. _matrix.Gpus.Select(gpu => (double?)g.Where(c => c.Gpu.Id == gpu).Sum(c => c.Gpus))]))];
    }

    /// <summary>A pool's line of the table; GPUs whose workload is in no pool of the estimate are one line of their own.</summary>
    private sealed record PoolLine(string Key, string Label, PoolEstimate? Pool, int Running, decimal? Rent, decimal? Income, string? Frozen, NetworkNotice? Notice)
    {
        public static IEnumerable<PoolLine> Of(AllocationBoard board)
        {
            var cells = board.Cells.ToLookup(c => c.Pool);
            foreach (var pool in board.Estimate?.Pools ?? [])
            {
                yield return Make(pool.Pool.Value, pool.Label, pool, [.. cells[pool.Pool]], board.Frozen.GetValueOrDefault(pool.Pool), board.Notices.GetValueOrDefault(pool.Network));
            }
            if (cells[null].Any()) { yield return Make("", "In no pool of the estimate", null, [.. cells[null]], "not estimated", null); }
        }

        private static PoolLine Make(string key, string label, PoolEstimate? pool, List<BoardCell> cells, string? frozen, NetworkNotice? notice) => new(
            key, label, pool, cells.Sum(c => c.Running), cells.Any(c => c.RentUsdPerHour is null) ? null : cells.Sum(c => c.RentUsdPerHour), cells.Any(c => c.IncomeUsdPerHour is null) ? null : cells.Sum(c => c.IncomeUsdPerHour), frozen, notice);
    }
}
