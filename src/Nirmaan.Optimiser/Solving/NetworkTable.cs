namespace Nirmaan.Optimiser.Solving;

/// <summary>The networks of a model, sorted by id.</summary>
internal sealed class NetworkTable
{
    public NetworkTable(AllocationInstance instance, double usdScale)
    {
        var networks = instance.Networks.OrderBy(n => n.Id, StringComparer.Ordinal).ToArray();
        Count = networks.Length;
        Source = networks;
        Index = networks.Select((n, i) => (n.Id, i)).ToDictionary(x => x.Id, x => x.i, StringComparer.Ordinal);
        Scenarios = networks.FirstOrDefault(n => n.ScenarioValuesUsdPerHour is not null)?.ScenarioValuesUsdPerHour!.Count ?? 1;
        IsProRata = Array.ConvertAll(networks, n => n.Reward == RewardShape.ProRata);
        Others = Array.ConvertAll(networks, n => n.OthersWork);
        Demand = Array.ConvertAll(networks, n => n.DemandWorkPerHour ?? 0);
        Values = Array.ConvertAll(networks, n => n.ScenarioValuesUsdPerHour?.Select(v => v * usdScale).ToArray() ?? [n.ValueUsdPerHour * usdScale]);
        Mean = Array.ConvertAll(Values, v => v.Sum() / v.Length);
        LeastWork = new double[Count];
        WorkScale = new double[Count];
        Array.Fill(WorkScale, 1);
        // With one scenario, a tail that is everything, or no weight on it, the tail is the mean.
        TailWeight = Scenarios > 1 && instance.TailLevel > 1e-9 ? instance.RiskWeight : 0;
        MostTail = 1 / (1 - instance.TailLevel);
        TailScenarios = (1 - instance.TailLevel) * Scenarios;
    }

    public int Count { get; }

    public RewardNetwork[] Source { get; }

    public Dictionary<string, int> Index { get; }

    public bool[] IsProRata { get; }

    /// <summary>T, scaled.</summary>
    public double[] Others { get; }

    /// <summary>D, scaled; 0 if pro-rata.</summary>
    public double[] Demand { get; }

    /// <summary>V per scenario, or a single one for all.</summary>
    public double[][] Values { get; }

    public double[] Mean { get; }

    public int Scenarios { get; }

    /// <summary>k, or 0 where the tail cannot differ from the mean.</summary>
    public double TailWeight { get; }

    /// <summary>The most that the tail can count one scenario, the mean counting each as 1.</summary>
    public double MostTail { get; }

    /// <summary>Scenarios in the tail, in part.</summary>
    public double TailScenarios { get; }

    /// <summary>The least work above 0 that whole miners can deliver; 0 if none can deliver any.</summary>
    public double[] LeastWork { get; }

    /// <summary>Multiplies work of the instance to work of the model.</summary>
    public double[] WorkScale { get; }

    /// <summary>Scales work per network so that the fastest GPU does about 1 per hour, in the tables that hold work.</summary>
    public void ScaleWork(ItemTable items, WorkloadTable workloads, MenuTable menus)
    {
        var most = new double[Count];
        foreach (var (workload, work) in menus.Entries)
        {
            most[workloads.Network[workload]] = Math.Max(most[workloads.Network[workload]], work);
        }
        for (var n = 0; n < Count; n++)
        {
            WorkScale[n] = Math.ScaleB(1, -Model.Exponent(most[n]));
            Others[n] *= WorkScale[n];
            Demand[n] *= WorkScale[n];
        }
        menus.Scale(WorkScale, workloads);
        Array.Fill(LeastWork, double.PositiveInfinity);
        for (var i = 0; i < items.Count; i++)
        {
            var menu = menus.OfGpu[items.Gpu[i]];
            for (var k = 0; k < menu.Count; k++)
            {
                var (w, n) = (menu.Workload[k], workloads.Network[menu.Workload[k]]);
                var work = items.Reliability[i] * menu.Work[k] * workloads.Lot[w];
                if (work > 0 && workloads.Lot[w] <= items.Available[i])
                {
                    LeastWork[n] = Math.Min(LeastWork[n], work);
                }
            }
        }
        for (var n = 0; n < Count; n++)
        {
            LeastWork[n] = double.IsInfinity(LeastWork[n]) ? 0 : LeastWork[n];
        }
    }

    /// <summary>What the share or service of work E earns per unit of V.</summary>
    public double Share(int network, double work)
    {
        // Less than the least there can be is what rounding left of GPUs that came and went.
        if (work <= 0.5 * LeastWork[network])
        {
            return 0;
        }
        return IsProRata[network] ? work / (work + Others[network]) : Math.Min(work, Demand[network]) / Demand[network];
    }

    /// <summary>The slope of <see cref="Share"/>; from above at a kink.</summary>
    public double ShareSlope(int network, double work)
    {
        if (!IsProRata[network])
        {
            return work < Demand[network] ? 1 / Demand[network] : 0;
        }
        var all = Math.Max(work, 0) + Others[network];
        return all > 0 ? Others[network] / (all * all) : 0;
    }
}
