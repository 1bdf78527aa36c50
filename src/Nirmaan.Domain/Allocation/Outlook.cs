using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Allocation;

/// <summary>How a pool turns work into tokens (formats.md, instance.json).</summary>
public enum RewardShape
{
    /// <summary>V x ours / (ours + others').</summary>
    ProRata,
    /// <summary>Paid per unit up to the demand.</summary>
    DemandCapped,
    /// <summary>Paid per unit at our bid up to the demand that the bid wins.</summary>
    BidPriced,
}

/// <summary>Established networks pay tokens that trade; emerging ones promise.</summary>
public enum Bucket
{
    /// <summary>Pays a token that trades.</summary>
    Established,
    /// <summary>Points, testnets, young tokens.</summary>
    Emerging,
}

/// <summary>
/// What a pool pays and against how much other work, as read. Value is in tokens (or scenario tokens) per hour at full share; work units are
/// the pool's own (points, session-seconds).
/// </summary>
/// <param name="OthersWorkPerHour">Work of all others per hour; null = unknown.</param>
/// <param name="DemandWorkPerHour">Demand per hour; null for pro-rata pools or when unknown.</param>
/// <param name="Modelled">True: the value rests on a scenario or a replay, and pages say so.</param>
public sealed record PoolOutlook(
    PoolName Pool, NetworkName Network, string Label, Bucket Bucket, RewardShape Shape, string AssetId, decimal TokensPerHour, string WorkUnit,
    decimal? OthersWorkPerHour, decimal? DemandWorkPerHour, DateTimeOffset At, string Source, bool Modelled, IReadOnlyList<WorkPrior> Priors);

/// <summary>What a workload on a GPU model is expected to do before we measured it: work units per GPU-hour, as worth how many hours of evidence.</summary>
public sealed record WorkPrior(WorkloadName Workload, string Gpu, double WorkPerGpuHour, double EvidenceHours, string Source);

/// <summary>What an estimate was measured on: our own GPUs of that model, on that workload.</summary>
/// <param name="To">End of the last hour in it.</param>
/// <param name="GpuHours">Up, not weighed by age.</param>
/// <param name="Jobs">By the miners' own count.</param>
/// <param name="Payments">Of the network; 0 where it counts points.</param>
public sealed record WorkEvidence(DateTimeOffset From, DateTimeOffset To, double GpuHours, int Jobs, int Payments);

/// <summary>An estimated figure with its spread and where it comes from.</summary>
/// <param name="EvidenceHours">What it rests on, in GPU-hours weighed by age, the assumption's own worth among them.</param>
/// <param name="Measured">What was measured weighs at least as much as what was assumed before.</param>
/// <param name="Seen">What was measured, however little; null = nothing.</param>
public sealed record WorkEstimate(WorkloadName Workload, string Gpu, double Mean, double StandardDeviation, double EvidenceHours, bool Measured, string Source, WorkEvidence? Seen = null);

/// <summary>One pool as the optimiser is told, with everything it rests on.</summary>
public sealed record PoolEstimate(
    PoolName Pool, NetworkName Network, string Label, Bucket Bucket, RewardShape Shape, string AssetId, decimal TokensPerHour, decimal? TokenUsd, decimal? ValueUsdPerHour,
    decimal? OthersWorkPerHour, decimal? DemandWorkPerHour, string WorkUnit, bool Modelled, string Source, DateTimeOffset DataAt, DateTimeOffset? PriceAt, IReadOnlyList<WorkEstimate> Work)
{
    /// <summary>Tokens per hour that an amount of work is paid, by the pool's shape, price or none; null = others' work or the demand is unknown.</summary>
    public decimal? TokensFor(decimal workPerHour) =>
        workPerHour <= 0 ? 0
        : Shape == RewardShape.ProRata ? OthersWorkPerHour is { } others ? TokensPerHour * workPerHour / (workPerHour + others) : null
        : DemandWorkPerHour is { } demand and > 0 ? TokensPerHour * Math.Min(workPerHour, demand) / demand : null;

    /// <summary>What an amount of our work earns, USD per hour, by the pool's shape (formats.md, instance.json); null = value, others' work or demand is unknown.</summary>
    public decimal? IncomeUsdPerHour(decimal workPerHour)
    {
        if (ValueUsdPerHour is not { } value) { return null; }
        if (workPerHour <= 0) { return 0; }
        return Shape == RewardShape.ProRata
            ? OthersWorkPerHour is { } others ? value * workPerHour / (workPerHour + others) : null
            : DemandWorkPerHour is { } demand and > 0 ? value * Math.Min(workPerHour, demand) / demand : null;
    }

    /// <summary>
    /// Why no plan may rest on the pool at a time: the word that says what is missing. Null = it may.
    /// </summary>
    public string? WhyFrozen(DateTimeOffset now, TimeSpan staleAfter) =>
        ValueUsdPerHour is null ? "no price"
        : OthersWorkPerHour is null ? "no totals"
        : now - DataAt > staleAfter ? "stale"
        : Shape != RewardShape.ProRata && DemandWorkPerHour is not > 0 ? "no demand"
        : null;
}

/// <summary>All estimates of one moment; a plan names the one it rests on.</summary>
public sealed record YieldEstimate(Guid Id, DateTimeOffset At, IReadOnlyList<PoolEstimate> Pools);

/// <summary>Discounted Gamma-Poisson rate of work (facts: an EWMA with an honest error bar that starts from a prior).</summary>
public static class WorkRate
{
    // Demand has days and nights and drifts for hours: hour by hour it looks steadier than it is.
    private static readonly double[] s_blocks = [1, 3, 6, 12];
    private const int LeastBlocks = 2;

    /// <summary>
    /// Posterior of a rate. Observations are (age in hours, work units, GPU-hours up); older ones weigh half per <paramref name="halfLifeHours"/>. Over-dispersion is
    /// estimated from the residuals of single hours and of blocks of hours, whichever scatter most, and never below 1: what lasts for hours does not average out.
    /// </summary>
    public static (double Mean, double StandardDeviation, double EvidenceHours) Estimate(
        double priorRate, double priorHours, IReadOnlyList<(double AgeHours, double Work, double GpuHours)> observations, double halfLifeHours)
    {
        double a = priorRate * priorHours, b = priorHours;
        foreach (var (age, work, hours) in observations)
        {
            var weight = Math.Pow(0.5, age / halfLifeHours);
            a += weight * work;
            b += weight * hours;
        }
        if (b <= 0) { return (priorRate, priorRate, 0); }
        var mean = a / b;
        var dispersion = s_blocks.Max(block => Dispersion(mean, observations, block, halfLifeHours));
        return (mean, Math.Sqrt(dispersion * a) / b, b);
    }

    /// <summary>Squared residuals over what a Poisson process would have, by blocks of so many hours; 1 where there are too few to tell.</summary>
    private static double Dispersion(double mean, IReadOnlyList<(double AgeHours, double Work, double GpuHours)> observations, double block, double halfLifeHours)
    {
        double residual = 0, weights = 0;
        var blocks = 0;
        foreach (var hours in observations.Where(o => o.GpuHours > 0).GroupBy(o => Math.Floor(o.AgeHours / block)))
        {
            var (work, up, age) = (hours.Sum(o => o.Work), hours.Sum(o => o.GpuHours), hours.Average(o => o.AgeHours));
            if (mean * up <= 0) { continue; }
            var weight = Math.Pow(0.5, age / halfLifeHours);
            residual += weight * (work - mean * up) * (work - mean * up) / (mean * up);
            weights += weight;
            blocks++;
        }
        // The mean was fitted to the same hours, so a few blocks lie nearer to it than the truth does (Bessel).
        return blocks < LeastBlocks ? 1 : Math.Max(1, residual / weights * blocks / (blocks - 1));
    }
}
