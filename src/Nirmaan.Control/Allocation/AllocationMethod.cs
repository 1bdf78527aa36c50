using Nirmaan.Optimiser;
using Nirmaan.Optimiser.Backtest;

namespace Nirmaan.Control.Allocation;

/// <summary>A published backtest: made-up markets, walked through by every way of deciding. Shares are of 1.</summary>
/// <param name="Command">What repeats it.</param>
/// <param name="Markets">How many.</param>
/// <param name="Decisions">Of each policy in each market.</param>
/// <param name="ClairvoyantOfBudget">More than anyone could have earned, as a share of the budget.</param>
/// <param name="Rows">The optimiser first.</param>
/// <param name="Networks">The networks that the optimiser mined, summed up over the markets.</param>
public sealed record PublishedBacktest(string Command, string OptimiserVersion, int Markets, int Decisions, double ClairvoyantOfBudget, IReadOnlyList<PublishedPolicy> Rows, IReadOnlyList<PublishedNetwork> Networks);

/// <summary>One way of deciding.</summary>
/// <param name="ProfitOfBudget">Mean over the markets.</param>
/// <param name="RentPerTokenUsd">Rent per dollar of tokens; null = none was received.</param>
/// <param name="BetterBy">By how much of the budget the optimiser did better, mean of the pairs; null for the optimiser itself.</param>
/// <param name="BetterAtLeast">Lower end of its 95 % interval.</param>
/// <param name="BetterAtMost">Upper end.</param>
public sealed record PublishedPolicy(string Policy, double ProfitOfBudget, double Regret, double MovesPerGpuDay, double? RentPerTokenUsd, double? BetterBy, double? BetterAtLeast, double? BetterAtMost);

/// <summary>What a network's tokens cost to mine.</summary>
/// <param name="RentPerTokenUsd">Rent per dollar of its tokens.</param>
/// <param name="Share">Of its work that was ours.</param>
/// <param name="YieldAtNoShare">Revenue per dollar of rent that a newcomer would have had.</param>
public sealed record PublishedNetwork(string Network, double? RentPerTokenUsd, double? Share, double? YieldAtNoShare);

/// <summary>One pool and one kind of GPU, where the best is known in closed form.</summary>
/// <param name="ValueUsdPerHour">What the pool pays out.</param>
/// <param name="OthersWork">Work of all others per hour.</param>
/// <param name="WorkPerGpuHour">Of one GPU of ours.</param>
/// <param name="UsdPerGpuHour">Its rent.</param>
/// <param name="Gpus">What the optimiser rents.</param>
/// <param name="ProfitUsdPerHour">What its plan is worth.</param>
/// <param name="BoundUsdPerHour">What no plan exceeds.</param>
public sealed record ShareExample(double ValueUsdPerHour, double OthersWork, double WorkPerGpuHour, double UsdPerGpuHour, int Gpus, double ProfitUsdPerHour, double BoundUsdPerHour)
{
    /// <summary>r: revenue per dollar of rent while our share is next to nothing.</summary>
    public double Yield => ValueUsdPerHour * WorkPerGpuHour / (OthersWork * UsdPerGpuHour);

    /// <summary>Our share of the pool's work.</summary>
    public double Share => Gpus * WorkPerGpuHour / ((Gpus * WorkPerGpuHour) + OthersWork);

    /// <summary>The most profitable share, by calculus: 1 - 1/√r.</summary>
    public double BestShare => 1 - (1 / Math.Sqrt(Yield));

    /// <summary>Rent per dollar of tokens: 1 / (r (1 - s)).</summary>
    public double CostPerTokenUsd => 1 / (Yield * (1 - Share));
}

/// <summary>How GPUs are allocated, as the methodology tells it: from the code that does it, and from the backtest that is kept beside the documentation.</summary>
public static class AllocationMethod
{
    /// <summary>Name of the method; its version is the optimiser's.</summary>
    public const string MethodVersion = "price-space-" + AllocationSolver.Version;

    private static readonly Lazy<PublishedBacktest> s_published = new(Read);
    private static readonly Lazy<ShareExample> s_example = new(Solve);

    /// <summary>The local search ends once the gap to the bound is this small, as a share.</summary>
    public static double GapWanted => SolveOptions.Default.GapWanted;

    /// <summary>Hours of rent without work before a new GPU earns, in the backtest's markets.</summary>
    public static double StartHours => new BacktestOptions().StartHours;

    /// <summary>The same for a GPU that moves to other work.</summary>
    public static double MoveHours => new BacktestOptions().MoveHours;

    /// <summary>The backtest in docs/methodology.</summary>
    public static PublishedBacktest Published => s_published.Value;

    /// <summary>The closed form beside what the optimiser answers.</summary>
    public static ShareExample Example => s_example.Value;

    private static PublishedBacktest Read()
    {
        using var stream = typeof(AllocationMethod).Assembly.GetManifestResourceStream("published-backtest.json")!;
        using var reader = new StreamReader(stream);
        var summary = BacktestSummary.Parse(reader.ReadToEnd());
        var against = summary.Against.ToDictionary(a => a.Baseline, StringComparer.Ordinal);
        return new PublishedBacktest(
            summary.Command!, summary.OptimiserVersion!, summary.Histories, summary.Decisions, summary.ClairvoyantOfBudget,
            [.. summary.Policies.Select(p => (Policy: p, Better: against.GetValueOrDefault(p.Policy))).Select(p => new PublishedPolicy(
                p.Policy.Policy, p.Policy.ProfitOfBudget, p.Policy.Regret, p.Policy.MovesPerGpuDay, p.Policy.AcquisitionCost, p.Better?.Mean, p.Better?.Lower95, p.Better?.Upper95))],
            [.. summary.Networks.Select(n => new PublishedNetwork(n.Network, n.AcquisitionCost, n.Share, n.YieldAtNoShare))]);
    }

    private static ShareExample Solve()
    {
        const double Value = 50, Others = 10_000, Work = 100, Rent = 0.20;
        var plan = AllocationSolver.Solve(new AllocationInstance
        {
            BudgetUsdPerHour = 1_000, HorizonHours = 48, RiskWeight = 0, TailLevel = 0.95,
            Items = [new AllocationItem { Id = "offer", Provider = "supplier", Gpu = "gpu", UsdPerGpuHour = Rent, Reliability = 1, Available = 1_000 }],
            Networks = [new RewardNetwork { Id = "pool", Bucket = "established", ValueUsdPerHour = Value, OthersWork = Others, Reward = RewardShape.ProRata }],
            Workloads = [new Workload { Id = "work", Network = "pool", WorkPerGpuHour = new Dictionary<string, double> { ["gpu"] = Work }, GpusPerMiner = 1, MoveCostUsd = 0, StartCostUsd = 0 }],
        }).Plan;
        return new ShareExample(Value, Others, Work, Rent, plan.Assignments.Sum(a => a.Count), plan.ObjectiveUsdPerHour, plan.BoundUsdPerHour);
    }
}
