using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>GPUs by workload and model, as they are and, where a plan says so, as they would be.</summary>
/// <param name="Workloads">Rows.</param>
/// <param name="Gpus">Columns, canonical ids.</param>
/// <param name="Shifts">What lies between the two; empty where no plan says so.</param>
public sealed record GpuMatrix(
    IReadOnlyList<string> Workloads, IReadOnlyList<string> Gpus, IReadOnlyDictionary<(string Workload, string Gpu), int> Now, IReadOnlyDictionary<(string Workload, string Gpu), int>? Then, IReadOnlyList<GpuShift> Shifts)
{
    /// <summary>Of a board.</summary>
    public static GpuMatrix Of(AllocationBoard board) => Make(board.Cells.Select(c => (c.Workload.Value, c.Gpu.Id, c.Gpus)), null, []);

    /// <summary>Of a board and what a plan makes of it.</summary>
    public static GpuMatrix Of(IReadOnlyCollection<Assignment> now, IReadOnlyCollection<Assignment> then) => Make(now.Select(Cell), then.Select(Cell), GpuShift.Between(now, then));

    /// <summary>GPUs of a row, a column or all, as they are.</summary>
    public int NowOf(string? workload, string? gpu) => Sum(Now, workload, gpu);

    /// <summary>GPUs of a row, a column or all, as they would be.</summary>
    public int ThenOf(string? workload, string? gpu) => Sum(Then ?? Now, workload, gpu);

    /// <summary>GPUs that come to a row, a column or all. A switch within what is summed neither comes nor goes.</summary>
    public int InOf(string? workload, string? gpu) => Shifts.Where(s => (s.Kind is MoveKind.Start || (s.Kind is MoveKind.Switch && workload is not null)) && Lies(s.To, s.Gpu, workload, gpu)).Sum(s => s.Count);

    /// <summary>GPUs that leave a row, a column or all.</summary>
    public int OutOf(string? workload, string? gpu) => Shifts.Where(s => (s.Kind is MoveKind.Release || (s.Kind is MoveKind.Switch && workload is not null)) && Lies(s.From, s.Gpu, workload, gpu)).Sum(s => s.Count);

    private static bool Lies(WorkloadName? at, string of, string? workload, string? gpu) => (workload is null || at?.Value == workload) && (gpu is null || of == gpu);

    private static (string Workload, string Gpu, int Count) Cell(Assignment a) => (a.Workload!, a.Gpu, a.Count);

    private static GpuMatrix Make(IEnumerable<(string Workload, string Gpu, int Count)> now, IEnumerable<(string Workload, string Gpu, int Count)>? then, IReadOnlyList<GpuShift> shifts)
    {
        var (before, after) = (Counts(now), then is null ? null : Counts(then));
        var keys = before.Keys.Union(after is null ? [] : after.Keys).ToList();
        return new GpuMatrix(
            [.. keys.Select(k => k.Workload).Distinct().Order(StringComparer.Ordinal)],
            [.. keys.Select(k => k.Gpu).Distinct().OrderBy(g => GpuCatalogue.Name(new GpuModel(g)), StringComparer.OrdinalIgnoreCase)], before, after, shifts);
    }

    private static Dictionary<(string Workload, string Gpu), int> Counts(IEnumerable<(string Workload, string Gpu, int Count)> cells) =>
        cells.Where(c => c.Count > 0).GroupBy(c => (c.Workload, c.Gpu)).ToDictionary(g => g.Key, g => g.Sum(c => c.Count));

    private static int Sum(IReadOnlyDictionary<(string Workload, string Gpu), int> counts, string? workload, string? gpu) =>
        counts.Where(c => (workload is null || c.Key.Workload == workload) && (gpu is null || c.Key.Gpu == gpu)).Sum(c => c.Value);
}
