using Nirmaan.Domain.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Domain.Fleet;

/// <summary>
/// What it cost in rewards that a machine had to take another's place: the time in which neither earned, times what the pool was expected to pay for the lost one's
/// work. An expectation, not a measurement: nobody knows what it would have been given.
/// </summary>
/// <param name="From">When the other was last heard of, or ended.</param>
/// <param name="To">When this one was first credited, or ended without; until then it grows.</param>
/// <param name="IsOver">False = it does not earn yet.</param>
/// <param name="AssetId">What the pool pays in; null = no estimate has the work.</param>
/// <param name="LostTokens">Whole tokens; null = not known, <paramref name="Source"/> says why.</param>
/// <param name="LostUsd">At the estimate's price; null = no price.</param>
/// <param name="Source">Where the expectation comes from, and of when it is.</param>
public sealed record RecoveryCost(DateTimeOffset From, DateTimeOffset To, bool IsOver, string? AssetId, decimal? LostTokens, decimal? LostUsd, string Source)
{
    /// <summary>Time in which neither earned.</summary>
    public TimeSpan Gap => To - From;

    /// <summary>By an estimate of about the time of the loss; null = there was none.</summary>
    public static RecoveryCost Of(DateTimeOffset from, DateTimeOffset to, bool isOver, YieldEstimate? estimate, WorkloadName workload, GpuModel gpu, int gpus)
    {
        var end = to > from ? to : from;
        // What one earned before the other went cost nothing, whatever the estimate says.
        var pool = estimate?.Pools.FirstOrDefault(p => p.Work.Any(w => w.Workload == workload && w.Gpu == gpu.Id));
        if (pool is null) { return new RecoveryCost(from, end, isOver, null, null, null, $"no estimate has {workload} on {gpu.Id}"); }
        var hours = (decimal)(end - from).TotalHours;
        var perHour = pool.TokensFor((decimal)pool.Work.First(w => w.Workload == workload && w.Gpu == gpu.Id).Mean * gpus);
        return new RecoveryCost(from, end, isOver, pool.AssetId, perHour * hours, pool.TokenUsd is { } usd ? perHour * hours * usd : null,
            perHour is null ? $"{pool.Label}: others' work or the demand is unknown" : FormattableString.Invariant($"{pool.Label}, estimated {estimate!.At:u}: {pool.Source}"));
    }
}
