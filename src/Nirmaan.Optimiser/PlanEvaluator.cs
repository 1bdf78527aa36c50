namespace Nirmaan.Optimiser;

/// <summary>
/// What a plan is truly worth and whether it keeps every row. Reads nothing but the instance and the assignments, so it
/// judges plans from anywhere: ours, a person's, another solver's.
/// </summary>
public static class PlanEvaluator
{
    /// <summary>Rows in USD or stake hold to this; rows that count GPUs hold exactly.</summary>
    public const double Tolerance = 1e-7;

    /// <summary>Values the assignments and checks every row.</summary>
    public static PlanEvaluation Evaluate(AllocationInstance instance, IReadOnlyList<Assignment> assignments)
    {
        var tally = new PlanTally(instance, assignments);
        var (mean, tail) = Revenue(instance, tally.Work);
        var revenue = ((1 - instance.RiskWeight) * mean) + (instance.RiskWeight * tail);
        return new PlanEvaluation
        {
            ObjectiveUsdPerHour = revenue - tally.Rent - tally.Switching,
            MeanRevenueUsdPerHour = mean,
            TailRevenueUsdPerHour = tail,
            RentUsdPerHour = tally.Rent,
            SwitchingUsdPerHour = tally.Switching,
            Moves = tally.Moves,
            WorkPerHour = instance.Networks.Select((n, i) => (n.Id, Work: tally.Work[i])).ToDictionary(x => x.Id, x => x.Work, StringComparer.Ordinal),
            Rows = tally.Rows(),
            Faults = tally.Faults,
        };
    }

    /// <summary>Value per hour of work E on a network that pays V in all; 0/0 is 0.</summary>
    internal static double Reward(RewardNetwork network, double value, double work) => network.Reward switch
    {
        RewardShape.ProRata => work > 0 ? value * (work / (work + network.OthersWork)) : 0,
        _ => value * (Math.Min(work, network.DemandWorkPerHour!.Value) / network.DemandWorkPerHour.Value),
    };

    private static (double Mean, double Tail) Revenue(AllocationInstance instance, double[] work)
    {
        var scenarios = instance.Networks.FirstOrDefault(n => n.ScenarioValuesUsdPerHour is not null)?.ScenarioValuesUsdPerHour!.Count ?? 1;
        var revenue = new double[scenarios];
        for (var n = 0; n < work.Length; n++)
        {
            var network = instance.Networks[n];
            for (var s = 0; s < scenarios; s++)
            {
                revenue[s] += Reward(network, network.ScenarioValuesUsdPerHour?[s] ?? network.ValueUsdPerHour, work[n]);
            }
        }
        var mean = revenue.Sum() / scenarios;
        return (mean, WorstShare(revenue, instance.TailLevel));
    }

    /// <summary>Mean of the worst (1-a) share, the last scenario counting in part.</summary>
    private static double WorstShare(double[] revenue, double tailLevel)
    {
        Array.Sort(revenue);
        var share = (1 - tailLevel) * revenue.Length;
        var (left, sum) = (share, 0.0);
        foreach (var value in revenue)
        {
            var weight = Math.Min(1, left);
            sum += weight * value;
            left -= weight;
            if (left <= 0)
            {
                break;
            }
        }
        return sum / share;
    }
}
