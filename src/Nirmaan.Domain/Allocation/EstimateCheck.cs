using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Domain.Allocation;

/// <summary>What an estimate said of a GPU model's work, and what our GPUs of it then did over a plan's horizon.</summary>
/// <param name="Pool">Whose unit the work is in.</param>
/// <param name="Mean">Work per GPU-hour, as estimated; more than 0.</param>
/// <param name="StandardDeviation">Of that rate; more than 0.</param>
/// <param name="EvidenceHours">What the estimate rested on, in GPU-hours weighed by age.</param>
/// <param name="Measured">False = it was mostly assumed.</param>
/// <param name="From">When the horizon began.</param>
/// <param name="To">When it ended.</param>
/// <param name="GpuHours">Hours that GPUs were up in it; more than 0.</param>
/// <param name="Work">What was credited for them.</param>
public sealed record EstimateCheck(
    PoolName Pool, WorkloadName Workload, string Gpu, double Mean, double StandardDeviation, double EvidenceHours, bool Measured, DateTimeOffset From, DateTimeOffset To, double GpuHours, double Work)
{
    /// <summary>Work per GPU-hour that came true.</summary>
    public double Rate => Work / GpuHours;

    /// <summary>
    /// Spread of what could be expected to come: that of the rate, and that of so few hours of it. A Gamma-Poisson rate of b hours' evidence and variance s² scatters
    /// by s² (1 + b/h) over h hours.
    /// </summary>
    public double Spread => StandardDeviation * Math.Sqrt(1 + (EvidenceHours / GpuHours));

    /// <summary>The share of what was thought possible that lies below what came true: even between 0 and 1 where estimates are good.</summary>
    public double Place => GammaBand.Below(Rate, Mean, Spread);

    /// <summary>It came true within the middle half.</summary>
    public bool InHalf => Place is >= 0.25 and <= 0.75;

    /// <summary>It came true within the middle nine tenths.</summary>
    public bool InNineTenths => Place is >= 0.05 and <= 0.95;

    /// <summary>The middle share of what could be expected, from and to, in work per GPU-hour.</summary>
    /// <param name="share">0.5 or 0.9, say.</param>
    public (double From, double To) Band(double share) => (GammaBand.Quantile((1 - share) / 2, Mean, Spread), GammaBand.Quantile((1 + share) / 2, Mean, Spread));
}

/// <summary>How far one workload's estimates can be trusted: what came true, held against the bands they gave.</summary>
/// <param name="Checks">Estimates that were checked, each over its plan's horizon.</param>
/// <param name="Apart">How many of them share no hour with another of the same GPU model: only so many are independent of each other.</param>
/// <param name="InHalf">How many came true within their middle half; good estimates do in 50 %.</param>
/// <param name="InNineTenths">How many came true within their middle nine tenths; good estimates do in 90 %.</param>
/// <param name="Bias">What came true over what was expected, all GPU-hours together; 1 = right on the whole, below it = promised too much. Null = nothing was expected.</param>
public sealed record WorkloadCalibration(PoolName Pool, WorkloadName Workload, int Checks, int Apart, int InHalf, int InNineTenths, double? Bias)
{
    /// <summary>Sums up checks, by workload.</summary>
    public static IReadOnlyList<WorkloadCalibration> Of(IEnumerable<EstimateCheck> checks) =>
    [
        .. checks.GroupBy(c => (c.Pool, c.Workload)).OrderBy(g => g.Key.Workload.Value, StringComparer.Ordinal).ThenBy(g => g.Key.Pool.Value, StringComparer.Ordinal).Select(g =>
        {
            var expected = g.Sum(c => c.Mean * c.GpuHours);
            return new WorkloadCalibration(
                g.Key.Pool, g.Key.Workload, g.Count(), g.GroupBy(c => c.Gpu).Sum(gpu => ApartOf(gpu)), g.Count(c => c.InHalf), g.Count(c => c.InNineTenths), expected > 0 ? g.Sum(c => c.Work) / expected : null);
        }),
    ];

    // The most intervals that do not overlap: always take the one that ends first.
    private static int ApartOf(IEnumerable<EstimateCheck> checks)
    {
        var (count, end) = (0, DateTimeOffset.MinValue);
        foreach (var check in checks.OrderBy(c => c.To))
        {
            if (check.From >= end) { (count, end) = (count + 1, check.To); }
        }
        return count;
    }
}
