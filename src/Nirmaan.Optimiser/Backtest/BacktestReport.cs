using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nirmaan.Optimiser.Backtest;

/// <summary>What one policy earned over a history, USD.</summary>
public sealed record PolicyResult
{
    /// <summary>Its name, see <see cref="Backtester.Policies"/>.</summary>
    public required string Policy { get; init; }

    /// <summary>Revenue less rent. What switching costs is in it: GPUs that start or move are paid for and do not work.</summary>
    public required double ProfitUsd { get; init; }

    /// <summary>The same as a share of what could have been spent.</summary>
    public required double ProfitOfBudget { get; init; }

    /// <summary>What the networks paid for its work, our own weight in each pool included.</summary>
    public required double RevenueUsd { get; init; }

    /// <summary>Rent of every GPU held, working or not.</summary>
    public required double RentUsd { get; init; }

    /// <summary>Rent per dollar of tokens received; below 1 mining was cheaper than the market. Null = nothing was received.</summary>
    public required double? AcquisitionCost { get; init; }

    /// <summary>GPUs rented anew, over all decisions.</summary>
    public required long GpusStarted { get; init; }

    /// <summary>Held GPUs set to another workload.</summary>
    public required long GpusMoved { get; init; }

    /// <summary>GPUs given back.</summary>
    public required long GpusReleased { get; init; }

    /// <summary>Tries to rent from an offer that came to nothing.</summary>
    public required long FailedBids { get; init; }

    /// <summary>GPUs started or moved per GPU held and day.</summary>
    public required double MovesPerGpuDay { get; init; }

    /// <summary>Share of the GPU-hours paid for in which a GPU was starting or moving.</summary>
    public required double IdleShare { get; init; }

    /// <summary>The worst whole day's profit as a share of a day's budget; null = no whole day.</summary>
    public required double? WorstDayOfBudget { get; init; }

    /// <summary>The deepest fall of the profit so far from its peak, in budgets of a day.</summary>
    public required double DrawdownBudgetDays { get; init; }

    /// <summary>Decisions that broke a limit: a policy that knows no floors may, the solver never does.</summary>
    public required int DecisionsBeyondLimits { get; init; }

    /// <summary>Share of the clairvoyant bound's profit that was missed, at most; null = the bound promises nothing.</summary>
    public double? Regret { get; init; }

    /// <summary>Profit of each day since the first decision; the last may be cut short.</summary>
    public required IReadOnlyList<double> DailyProfitUsd { get; init; }

    /// <summary>The networks it mined, by id.</summary>
    public required IReadOnlyList<NetworkResult> Networks { get; init; }
}

/// <summary>The optimiser's profit less a baseline's, pair by pair, in shares of the budget.</summary>
/// <param name="Baseline">The policy it is compared with.</param>
/// <param name="Mean">Mean of the differences.</param>
/// <param name="StandardError">Of the mean; null with a single pair.</param>
/// <param name="Lower95">Lower end of the 95 % confidence interval (Student's t); null with a single pair.</param>
/// <param name="Upper95">Its upper end.</param>
/// <param name="Pairs">How many pairs: histories, or days of the only one.</param>
public sealed record PairedDifference(string Baseline, double Mean, double? StandardError, double? Lower95, double? Upper95, int Pairs)
{
    /// <summary>Compares pair by pair.</summary>
    public static PairedDifference Of(string baseline, IReadOnlyList<double> differences)
    {
        var n = differences.Count;
        var mean = differences.Average();
        if (n < 2) { return new PairedDifference(baseline, mean, null, null, null, n); }
        var error = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (n - 1) / n);
        var reach = StudentT.Quantile975(n - 1) * error;
        return new PairedDifference(baseline, mean, error, mean - reach, mean + reach, n);
    }
}

/// <summary>One history, walked through by every policy (report.json).</summary>
public sealed record BacktestReport
{
    /// <summary>First decision.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until when the last one was judged.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Decisions of each policy.</summary>
    public required int Decisions { get; init; }

    /// <summary>More than anyone could have earned: the certified bound of every moment with the truth known and nothing to switch, USD.</summary>
    public required double ClairvoyantUsd { get; init; }

    /// <summary>The same as a share of what could have been spent.</summary>
    public required double ClairvoyantOfBudget { get; init; }

    /// <summary>Every policy, the optimiser first.</summary>
    public required IReadOnlyList<PolicyResult> Policies { get; init; }

    /// <summary>The optimiser against every other, by days.</summary>
    public required IReadOnlyList<PairedDifference> Against { get; init; }

    /// <summary>This report as report.json.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, BacktestJson.Default.BacktestReport);
}

/// <summary>Several histories, each walked through by every policy.</summary>
public sealed record BacktestSummary
{
    /// <summary>What was asked for, as a command line; null = not by one.</summary>
    public string? Command { get; init; }

    /// <summary>The version that decided, see <see cref="AllocationSolver.Version"/>.</summary>
    public string? OptimiserVersion { get; init; }

    /// <summary>Histories.</summary>
    public required int Histories { get; init; }

    /// <summary>Decisions of each policy in each.</summary>
    public required int Decisions { get; init; }

    /// <summary>Mean over the histories of the clairvoyant bound, as a share of the budget.</summary>
    public required double ClairvoyantOfBudget { get; init; }

    /// <summary>Means over the histories.</summary>
    public required IReadOnlyList<PolicySummary> Policies { get; init; }

    /// <summary>The networks that the optimiser mined, summed up over the histories by id.</summary>
    public required IReadOnlyList<NetworkResult> Networks { get; init; }

    /// <summary>The optimiser against every other, by histories.</summary>
    public required IReadOnlyList<PairedDifference> Against { get; init; }

    /// <summary>Sums reports up.</summary>
    public static BacktestSummary Of(IReadOnlyList<BacktestReport> reports)
    {
        var first = reports[0];
        double Mean(int policy, Func<PolicyResult, double> figure) => reports.Average(r => figure(r.Policies[policy]));
        return new BacktestSummary
        {
            OptimiserVersion = AllocationSolver.Version,
            Histories = reports.Count,
            Decisions = first.Decisions,
            ClairvoyantOfBudget = reports.Average(r => r.ClairvoyantOfBudget),
            Policies = [.. first.Policies.Select((p, i) => new PolicySummary(
                p.Policy, Mean(i, x => x.ProfitOfBudget), Mean(i, x => x.Regret ?? 0), Mean(i, x => x.MovesPerGpuDay), Mean(i, x => x.WorstDayOfBudget ?? 0), Mean(i, x => x.DrawdownBudgetDays),
                reports.Sum(r => r.Policies[i].RevenueUsd) is > 0 and var revenue ? reports.Sum(r => r.Policies[i].RentUsd) / revenue : null))],
            Networks = [.. reports.SelectMany(r => r.Policies[0].Networks).GroupBy(n => n.Network, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => NetworkResult.Sum([.. g]))],
            Against = [.. first.Policies.Skip(1).Select((p, i) => PairedDifference.Of(p.Policy, [.. reports.Select(r => r.Policies[0].ProfitOfBudget - r.Policies[i + 1].ProfitOfBudget)]))],
        };
    }

    /// <summary>This summary as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, BacktestJson.Default.BacktestSummary);

    /// <summary>Reads a summary that was written.</summary>
    /// <exception cref="JsonException">The text is none.</exception>
    public static BacktestSummary Parse(string json) => JsonSerializer.Deserialize(json, BacktestJson.Default.BacktestSummary) ?? throw new JsonException("The summary is null.");
}

/// <summary>Means of a policy over histories; see <see cref="PolicyResult"/> for each figure.</summary>
public sealed record PolicySummary(string Policy, double ProfitOfBudget, double Regret, double MovesPerGpuDay, double WorstDayOfBudget, double DrawdownBudgetDays, double? AcquisitionCost);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BacktestReport))]
[JsonSerializable(typeof(BacktestSummary))]
internal sealed partial class BacktestJson : JsonSerializerContext;
